"""The page of calibration: how often the verdicts of a report are right, by its own runs."""
