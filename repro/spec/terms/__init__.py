"""Metrics, protocols, evidence levels, methods and figures: one table each of what they are called and what holds of them."""
