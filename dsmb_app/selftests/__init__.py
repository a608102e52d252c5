"""Self-tests: the program tries to break its own promises, on synthetic data in temporary folders."""
