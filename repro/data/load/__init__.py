"""From shards to batches, in the project's own order and with its own randomness."""
