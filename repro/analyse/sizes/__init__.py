"""How an effect changes with the size of what is trained on, and where a line over sizes leads: never a verdict."""
