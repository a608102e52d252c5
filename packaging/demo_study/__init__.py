"""Seeded generator of the synthetic demo trial; not needed at run time. Start with generate.py."""
