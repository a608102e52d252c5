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
_NUMBER = re.compile(r"[+-]?[0-9]*\.?[0-9]+")
_WHOLE = re.compile(r"[0-9]+\.0+")


def usual_words(columns: Mapping[str, TextColumn], file: str) -> tuple[dict[str, TextColumn], tuple[str, ...]]:
    """Blank the file's word for a missing value, and write whole numbers without decimals; say so in notes.

    A word for a missing value is one of those known that stands in a column of dates, where it can be nothing else, or
    among numbers alone in a file in which no cell is blank: some programs write it for numbers and leave texts blank.
    The decimals go where every filled cell of a column is a whole number with zeros behind the point.
    """
    no_blank = not any("" in column.words for column in columns.values())
    telling = [
        column.words
        for name, column in columns.items()
        if name.endswith(_DATES) or (no_blank and _are_numbers(column.words))
    ]
    absent = _MISSING & {word for words in telling for word in words}
    out, whole = dict[str, TextColumn](), list[str]()
    for name, column in columns.items():
        words = column.words
        if absent and not name.endswith(_NAMES_OF_TESTS):
            words = tuple("" if word in absent else word for word in words)
        if any(words) and all(_WHOLE.fullmatch(word) for word in words if word):
            words = tuple(word.split(".")[0] for word in words)
            whole.append(name)
        out[name] = replace(column, words=words)
    notes = [f"{file}: {', '.join(sorted(absent))} stands for a missing value and is read as blank"] if absent else []
    if whole:
        notes.append(f"{file}: whole numbers written with decimals (3.0) are read without them: {', '.join(whole)}")
    return out, tuple(notes)


def _are_numbers(words: Iterable[str]) -> bool:
    """Tell whether all that is filled, and no word for a missing value, is a number."""
    filled = [word for word in words if word and word not in _MISSING]
    return bool(filled) and all(_NUMBER.fullmatch(word) for word in filled)
