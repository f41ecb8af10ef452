"""From numbers and names to words and tables."""
