"""Claims that came out against the paper, tried again with a learning rate of its own for each arm."""
