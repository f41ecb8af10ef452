"""What a scale makes of an experiment: its size and its length, and the same scale at other sizes."""
