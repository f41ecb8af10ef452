"""Build networks from their spec."""
