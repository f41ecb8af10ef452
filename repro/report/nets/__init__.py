"""Nets as drawings: from the geometry of a spec to boxes, kernels and streams, without any result."""
