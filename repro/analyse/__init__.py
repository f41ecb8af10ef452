"""From scores to verdicts; neither torch nor DALI is imported here."""
