"""Code as what it does: what a module imports, and a digest of its instructions."""
