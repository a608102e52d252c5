"""The tests: core in this folder, whatever needs Qt in ``tests/views``."""
