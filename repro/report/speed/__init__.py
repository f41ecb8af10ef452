"""The page of speed."""
