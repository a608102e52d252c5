"""How a text is written, apart from what it says: case, length, decimals, classes of characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_WORD = re.compile(r"[^\W\d_]+")
_MEASURING = frozenset("<>=+%~^*")
_DIGITS = re.compile(r"\d+")


class Texts:
    """A column of texts: ``words``, each once in the order in which they first stand, and ``codes``, the row's word.

    What is asked of a text is asked once of each word: columns of 60,000 rows have a few hundred.
    """

    def __init__(self, column: pd.Series) -> None:
        codes, found = pd.factorize(column.astype("str").fillna("").to_numpy(dtype=object))
        self.codes: npt.NDArray[np.intp] = codes
        self.words = [str(word) for word in found]

    def numbers(self, of: Callable[[str], float]) -> npt.NDArray[np.float64]:
        """Return a number of each row's text."""
        return np.array([of(word) for word in self.words], dtype=float)[self.codes]

    def groups(self, of: Callable[[str], Hashable]) -> npt.NDArray[np.intp]:
        """Return a code for each row: the same one for texts of which ``of`` says the same."""
        return numbered([of(word) for word in self.words])[self.codes]


def numbered(values: Sequence[Hashable]) -> npt.NDArray[np.intp]:
    """Return for each value its number, 0, 1, ... in the order in which the different ones first stand."""
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(value, len(known)) for value in values], dtype=np.intp)


def shape(text: str) -> str:
    """Return the classes of characters in order: digits 9, words in capitals A, other words a, the rest as it is."""
    return _DIGITS.sub("9", _WORD.sub(lambda word: "A" if word[0].isupper() else "a", text))


def decimals(text: str) -> float:
    """Return the number of digits after the decimal point of a number written as text, NaN for any other text."""
    found = _NUMBER.fullmatch(text.strip())
    return float(len((found[2] or ".")[1:])) if found else float("nan")


def leading(words: Sequence[str]) -> Callable[[str], str]:
    """Return what tells of each word the first character after what all of them begin with."""
    filled = [word for word in words if word]
    shared = len(_common_start(min(filled), max(filled))) if filled else 0
    return lambda word: word[shared : shared + 1]


def _common_start(one: str, other: str) -> str:
    pairs = zip(one, other, strict=False)
    return one[: next((nth for nth, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))]


def content(text: str) -> str:
    """Return what a text says: a number's value, else its letters, digits and signs of measurement in one case.

    Signs such as < + % belong to what is said ("2+" is not "2"); a text without letters and digits says itself.
    """
    if _NUMBER.fullmatch(text.strip()):
        return f"{float(text):.12g}"
    if not any(sign.isalnum() for sign in text):
        return text
    return "".join(sign for sign in text.casefold() if sign.isalnum() or sign in _MEASURING)


def spelling_gaps(texts: Texts, context: Sequence[pd.Series]) -> dict[str, npt.NDArray[np.float64]]:
    """Return by kind how far each text's form is from the mean form of the same content in the same context.

    NaN where the content is always spelled alike. The difference is 0 on average whatever is said how often, so an
    effect of treatment does not move it.
    """
    says = numbered([content(word) for word in texts.words])
    several = np.flatnonzero((np.bincount(says) > 1)[says][texts.codes]) if len(says) else says
    if not len(several):
        return {}
    group = says[texts.codes][several]
    for part in context:
        own, different = pd.factorize(part.iloc[several].to_numpy(dtype=object), use_na_sentinel=False)
        group = group * len(different) + own
    _, first, group = np.unique(group, return_index=True, return_inverse=True)
    forms = {"length": len, "letter case": lambda word: sum(sign.isupper() for sign in word)}
    found = {kind: _gaps(texts.numbers(form), several, first, group) for kind, form in forms.items()}
    return {kind: gaps for kind, gaps in found.items() if np.isfinite(gaps).any()}


def _gaps(
    form: npt.NDArray[np.float64], rows: npt.NDArray[np.intp], first: npt.NDArray[np.intp], group: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    """Return how far these rows' numbers are from the mean of their group, NaN where all of a group are equal.

    ``first``: a row of each group, ``group``: the group of each row, both as places in ``rows``.
    """
    own = form[rows]
    mean = np.bincount(group, weights=own) / np.bincount(group)
    differs = np.bincount(group, weights=own != own[first][group]) > 0
    gaps = np.full(len(form), np.nan)
    gaps[rows] = np.where(differs[group], own - mean[group], np.nan)
    return gaps
