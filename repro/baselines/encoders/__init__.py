"""From descriptors to vectors: vocabularies, mixtures, codes."""
