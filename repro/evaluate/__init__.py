"""Turn a trained network into scores, and scores into metrics."""
