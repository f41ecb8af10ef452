"""Results for a program of your own: frames of runs and claims, and the net of a run with its weights."""
