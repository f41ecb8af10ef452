"""The files through which stages meet: how each is written, read, hashed and versioned."""
