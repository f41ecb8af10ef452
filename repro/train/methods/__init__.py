"""The methods other than training, and which method makes which run."""
