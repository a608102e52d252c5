"""The tests that need Qt; the core run does not collect this folder."""
