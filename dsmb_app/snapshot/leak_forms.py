"""How a text is written, apart from what it says: case, length, decimals, classes of characters."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_WORD = re.compile(r"[^\W\d_]+")
_MEASURING = frozenset("<>=+%~^*")
_DIGITS = re.compile(r"\d+")


def shape(text: str) -> str:
    """Return the classes of characters in order: digits 9, words in capitals A, other words a, the rest as it is."""
    return _DIGITS.sub("9", _WORD.sub(lambda word: "A" if word[0].isupper() else "a", text))


def decimals(text: str) -> float:
    """Return the number of digits after the decimal point of a number written as text, NaN for any other text."""
    found = _NUMBER.fullmatch(text.strip())
    return float(len((found[2] or ".")[1:])) if found else float("nan")


def leading(texts: pd.Series) -> pd.Series:
    """Return the first character of each text after what all of them begin with."""
    filled = [text for text in texts.unique() if text]
    shared = len(_common_start(min(filled), max(filled))) if filled else 0
    return texts.str[shared : shared + 1]


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


def spelling_gaps(texts: pd.Series, context: Sequence[pd.Series]) -> dict[str, npt.NDArray[np.float64]]:
    """Return by kind how far each text's form is from the mean form of the same content in the same context.

    NaN where the content is always spelled alike. The difference is 0 on average whatever is said how often, so an
    effect of treatment does not move it.
    """
    codes, spellings = pd.factorize(texts.to_numpy(dtype=object))
    says = pd.Series([content(str(text)) for text in spellings], dtype="str")
    several = (says.map(says.value_counts()) > 1).to_numpy(dtype=bool)[codes]
    if not several.any():
        return {}
    keys = [pd.Series(says.to_numpy()[codes])[several], *(part[several].reset_index(drop=True) for part in context)]
    keys[0] = keys[0].reset_index(drop=True)
    forms = {
        "length": np.array([len(str(text)) for text in spellings], dtype=float),
        "letter case": np.array([sum(sign.isupper() for sign in str(text)) for text in spellings], dtype=float),
    }
    found = {}
    for kind, form in forms.items():
        own = pd.Series(form[codes][several])
        groups = own.groupby([key.to_numpy() for key in keys])
        gap = np.where(groups.transform("nunique") > 1, own - groups.transform("mean"), np.nan)
        found[kind] = np.full(len(texts), np.nan)
        found[kind][several] = gap
    return {kind: gaps for kind, gaps in found.items() if np.isfinite(gaps).any()}
