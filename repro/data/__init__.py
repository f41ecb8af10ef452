"""Prepare, order and load images."""
