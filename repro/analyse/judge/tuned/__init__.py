"""Claims judged once more with a learning rate of its own for each arm, as the ledger declares it."""
