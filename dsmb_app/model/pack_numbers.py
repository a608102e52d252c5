"""The numbers of the sheets of meeting packs, as a study file may name them to leave them out."""

from __future__ import annotations

TABLES = (
    "K03", "F1", "T01", "T02", "T03", "T05", "T06", "T07", "T08", "T09", "T10", "T11", "T12", "T13", "T14", "K14",
    "N22", "K15", "T16", "K17", "K18", "K18M", "K19", "K20", "L0",
)  # fmt: skip
LISTINGS = ("L1", "L2", "L3", "L4", "L5")
FIGURES = ("F9", "F9V", "F09", "F10", "F15", "F15A", "F15M", "F18", "F19", "F20", "F20P")
NUMBERS = (*TABLES, *LISTINGS, *FIGURES)
"""What may be left out; F1 is both table and figure."""
