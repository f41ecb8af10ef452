"""Read a folder of results and the files of the benchmark."""
