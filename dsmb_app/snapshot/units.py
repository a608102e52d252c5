"""Results of one test in several standard units: said at lock, because nobody sees it in a table."""

from __future__ import annotations

import pandas as pd

_SHOWN = 5


def mixed_units(name: str, frame: pd.DataFrame) -> str:
    """Return the tests of a findings dataset (``name``: LB, VS, ...) with several units, as ``ALT (U/L, ukat/L)``.

    Blank units do not count, nor does the case of letters. Returns "" where each test has one unit, or the dataset
    has no standard units.
    """
    test, unit = f"{name}TESTCD", f"{name}STRESU"
    if test not in frame or unit not in frame:
        return ""
    pairs = pd.DataFrame({"test": frame[test].astype("str"), "unit": frame[unit].astype("str").str.strip()})
    pairs = pairs[pairs["unit"] != ""].drop_duplicates()
    said = []
    for test_, units in pairs.groupby("test")["unit"]:
        if units.str.casefold().nunique() > 1:
            said.append(f"{test_} ({', '.join(sorted(units))})")
    return ", ".join(said[:_SHOWN]) + (f", and {len(said) - _SHOWN:,} more" if len(said) > _SHOWN else "")
