"""From verdicts to pages; neither torch nor DALI is imported here."""
