"""Many values as few whole numbers, made so that other threads of a window get their turn in between."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_PIECE = 20_000
"""So many texts are made codes of at a time."""


def encoded(texts: pd.Series) -> tuple[Ints, list[str]]:
    """Return a column of texts as codes and the text of each, in the order they come; what is missing is blank.

    Piece by piece: a window that waits for its turn gets it between two, not after half a million rows.
    """
    values = texts.to_numpy(dtype=object)
    codes = np.empty(len(values), dtype=np.int64)
    known: dict[str, int] = {}
    for start in range(0, len(values), _PIECE):
        own, found = pd.factorize(values[start : start + _PIECE])
        # What is missing has the code -1, the last place of the list.
        places = np.array([*(known.setdefault(str(name), len(known)) for name in found), -1])
        codes[start : start + _PIECE] = places[own]
    return codes, [*known, ""]


def one_of(texts: pd.Series, words: Container[str]) -> Bools:
    """Tell which texts of a column are among some words; what is missing is blank."""
    codes, names = encoded(texts)
    return np.array([name in words for name in names], dtype=bool)[codes]


def one_key(*columns: npt.NDArray[Any]) -> Ints:
    """Return a whole number for each row of some columns of numbers, the same for rows that are equal in all of them.

    What is missing equals what is missing. Numpy itself compares whole rows one by one, in a time in which no other
    thread does anything.
    """
    key = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        different, place = np.unique(column, return_inverse=True)
        # The numbers stay small, however many columns there are.
        key = np.unique(key * max(len(different), 1) + place, return_inverse=True)[1]
    return key


def first_of_each(*columns: npt.NDArray[Any]) -> Ints:
    """Return the places of the rows that are equal to none before them, in ascending order."""
    return np.sort(np.unique(one_key(*columns), return_index=True)[1])
