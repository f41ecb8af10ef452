"""Fisher vectors and sparse coding: describe, fit, score, store."""
