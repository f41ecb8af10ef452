"""Make prepared data and pages again, and compare them with those that lie there."""
