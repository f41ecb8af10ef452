"""The papers that are known: those built in, and those that files and installed packages add."""
