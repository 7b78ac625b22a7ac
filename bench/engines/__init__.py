"""Each engine in a process of its own, in the environment of `make bench-scoring`."""
