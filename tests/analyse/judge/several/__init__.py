"""Claims about several things at once."""
