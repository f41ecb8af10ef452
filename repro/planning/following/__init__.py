"""Follow the runs of a scale while other processes make them: how far they are, how long the rest takes, pages meanwhile."""
