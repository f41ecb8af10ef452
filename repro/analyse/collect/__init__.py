"""From scores to runs.csv."""
