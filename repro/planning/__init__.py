"""Which runs and jobs a scale has, what each costs, and what fits into given hours."""
