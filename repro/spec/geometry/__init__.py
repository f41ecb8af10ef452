"""What follows from the spec of a network alone: sizes, parameters, operations."""
