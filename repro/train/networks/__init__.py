"""Train one network, on one device or several."""
