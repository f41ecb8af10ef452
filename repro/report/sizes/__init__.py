"""Effects over sizes in words, as drawings and as a page."""
