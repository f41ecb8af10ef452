"""Plots of a question: sizes as places on an axis, an effect over data sets, seeds, curves, and effect against scale."""
