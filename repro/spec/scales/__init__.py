"""What a scale makes of an experiment: its size, its length, its rate, and the rates that are tried beside it."""
