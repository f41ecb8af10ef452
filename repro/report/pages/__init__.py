"""The pages and their parts: one module each."""
