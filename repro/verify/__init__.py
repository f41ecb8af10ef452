"""Check results against what they were made from: the chain, files, metrics, verdicts, and runs made again."""
