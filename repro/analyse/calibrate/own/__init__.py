"""Calibration by a user's own results: their runs against themselves, planted effects, their spreads and their claims."""
