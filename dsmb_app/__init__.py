"""DSMB review: one locked snapshot of a trial's safety data, read pooled or by arm, offline."""

__version__ = "0.1.0"
