"""Feature histograms: describe, fit, score, store."""
