"""What a folder of published results has in place of what is left out: bits of right answers, and a list of the rest."""
