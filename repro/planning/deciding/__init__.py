"""Add seeds to the claims that are not decided, look by look, until all are or the budget is spent."""
