"""Judge claims about several things at once: an order, a spread, the runs of a variant, other claims."""
