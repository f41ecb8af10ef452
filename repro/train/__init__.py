"""Train a run and resume it exactly."""
