"""alexnet: say here what it owns."""
