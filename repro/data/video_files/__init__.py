"""A video file: its container, its decoder, when its frames are shown and how they are turned."""
