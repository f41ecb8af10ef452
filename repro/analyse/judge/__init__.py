"""From claims and evidence to claims.json."""
