"""From marks to SVG."""
