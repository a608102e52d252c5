"""What programs that keep data as tables write into CSV files: NA for nothing at all, 3.0 for the code 3."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from dsmb_app.snapshot.delivered import TextColumn

_MISSING = frozenset({"NA", "N/A", "NaN", "nan", "NULL", "None", "<NA>", "NaT"})
_DATES = ("DTC", "DTM", "DT")
_NAMES_OF_TESTS = ("TESTCD", "TEST", "PARAMCD", "PARAM")
"""Columns in which NA can be a word: the code of sodium."""
_WHOLE = re.compile(r"[0-9]+\.0+")


def usual_words(columns: Mapping[str, TextColumn], file: str) -> tuple[dict[str, TextColumn], tuple[str, ...]]:
    """Blank the file's word for a missing value, and write whole numbers without decimals; say so in notes.

    A word for a missing value is one of those known that stands in a column of dates, where it can be nothing else. The
    decimals go where every filled cell of a column is a whole number with zeros behind the point.
    """
    dates = [column for name, column in columns.items() if name.endswith(_DATES)]
    absent = _MISSING & {word for column in dates for word in _seen(column)}
    out, whole = dict[str, TextColumn](), list[str]()
    for name, column in columns.items():
        words = column.words
        if absent and not name.endswith(_NAMES_OF_TESTS):
            words = tuple("" if word in absent else word for word in words)
        filled = {word for word in _seen(replace(column, words=words)) if word}
        if filled and all(_WHOLE.fullmatch(word) for word in filled):
            words = tuple(word.split(".")[0] for word in words)
            whole.append(name)
        out[name] = replace(column, words=words)
    notes = [f"{file}: {', '.join(sorted(absent))} stands for a missing value and is read as blank"] if absent else []
    if whole:
        notes.append(f"{file}: whole numbers written with decimals (3.0) are read without them: {', '.join(whole)}")
    return out, tuple(notes)


def _seen(column: TextColumn) -> Iterable[str]:
    return {column.words[code] for code in set(column.codes.tolist())}
