"""Which specimens are one test: a count of cells in urine is another measurement than one in blood."""

from __future__ import annotations

_OF_BLOOD = ("BLOOD", "SERUM", "PLASMA")


def other_specimen(place: str) -> str:
    """Return "" for blood, serum, plasma or a specimen that is not stated (LBSPEC), else its name in upper case."""
    name = place.strip().upper()
    return "" if any(word in name for word in _OF_BLOOD) else name
