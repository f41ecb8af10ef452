"""Methods without a convolutional network that the papers compare theirs with: from pixels to class probabilities."""
