"""The stored form of images and clips: write, read, decode, statistics of colour."""
