"""A run as a folder: begin, restore, record."""
