"""From sources to shards: verify, shrink, cut, pack, remember."""
