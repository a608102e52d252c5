"""The keys of the rows of K20: a period, its phases, events present in it, and terms below each."""

from __future__ import annotations

from dsmb_app.model.result import RowKey

DOSING, REST, PRESENT = "dosing", "rest", "present"


def term_of(key: RowKey) -> str:
    """Return the term of a row of K20, "" of a row of any event."""
    phased = len(key) > 1 and key[1] in (DOSING, REST, PRESENT)
    return key[2] if phased and len(key) > 2 else "" if phased or len(key) == 1 else key[1]
