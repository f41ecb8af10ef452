"""karpathy: say here what it owns."""
