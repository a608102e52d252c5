"""Texts that name a treatment: which words to look for, and the cells that hold one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from dsmb_app.model.words import REPLACED

_SHORTEST = 3
"""A word of the data shorter than this ("A", "1") would withhold half of all texts; a study file can still name it."""


@dataclass(frozen=True)
class TreatmentWords:
    """``in_free``: looked for in free text; ``in_terms``: looked for in dictionary terms too (no arm labels there,
    because a label such as "Active" is an ordinary word of a dictionary)."""

    in_free: re.Pattern[str] | None
    in_terms: re.Pattern[str] | None


def treatment_words(arm_texts: Iterable[str], treatments: Iterable[str], drug_words: Iterable[str]) -> TreatmentWords:
    """Compile the words: arm texts and codes, treatments and lots as dosed, and the study file's drug words."""
    named = {word.strip() for word in drug_words if word.strip()}
    dosed = {word.strip() for word in treatments if len(word.strip()) >= _SHORTEST}
    arms = {word.strip() for word in arm_texts if len(word.strip()) >= _SHORTEST}
    return TreatmentWords(_pattern(named | dosed | arms), _pattern(named | dosed))


def withhold(texts: pd.Series, pattern: re.Pattern[str] | None) -> tuple[pd.Series, pd.Series]:
    """Replace each text that holds a word; return the texts as they may stand, and the replaced ones by index."""
    if pattern is None:
        return texts, texts.iloc[:0]
    guilty = {text for text in texts.unique() if pattern.search(text)}
    hit = texts.isin(guilty)
    return texts.mask(hit, REPLACED), texts[hit]


def _pattern(words: set[str]) -> re.Pattern[str] | None:
    if not words:
        return None
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    body = "|".join(map(_as_people_write, longest_first))
    return re.compile(rf"(?<![0-9A-Za-z])(?:{body})(?![0-9A-Za-z])", re.IGNORECASE)


def _as_people_write(word: str) -> str:
    """Return the pattern of a word: IL-2 is also written IL2, IL 2, or with another hyphen."""
    pieces = [re.escape(piece) for piece in re.split(r"[\W_]+", word) if piece]
    # "A ++" keeps its signs, or it would be the word A.
    return r"[\W_]{0,3}".join(pieces) if sum(map(len, pieces)) >= _SHORTEST else re.escape(word)
