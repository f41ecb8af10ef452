"""Searches for learning rates, checked as other runs are, and what the ledger says that they have found."""
