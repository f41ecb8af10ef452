"""One site over any number of folders of results: a front page, a page a question, and the reports of each scale."""
