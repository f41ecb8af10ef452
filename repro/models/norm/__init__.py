"""Local response normalisation: its passes on CPU and GPU."""
