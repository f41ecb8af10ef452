"""Images and videos that the project draws itself."""
