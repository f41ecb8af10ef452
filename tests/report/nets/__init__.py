"""Tests of the drawings of nets."""
