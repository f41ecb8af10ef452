"""What the program asks of the operating system: locks, GPUs, memory, threads, worker processes."""
