"""What all fits share: costs, cache, randomness, fusion, the model file."""
