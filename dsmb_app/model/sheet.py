"""Many records as a reader sees them, kept as codes: half a million rows are sorted and searched without a loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from dsmb_app.model.result import Listing

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class SheetColumn:
    """A column: each row's place in ``texts``, the distinct printed texts in the order in which they are sorted."""

    header: str
    codes: Ints
    texts: tuple[str, ...]
    is_number: bool

    def matches(self, words: str) -> Bools:
        """Tell which rows hold the words, whatever their case."""
        found = np.array([words in text.casefold() for text in self.texts], dtype=bool)
        return np.asarray(found[self.codes], dtype=bool) if len(found) else np.zeros(len(self.codes), dtype=bool)


@dataclass(frozen=True, eq=False)
class Sheet:
    """A numbered listing: its columns, of which the first is the subject, and notes."""

    number: str
    title: str
    columns: tuple[SheetColumn, ...]
    footnotes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.columns[0].codes)

    @property
    def headers(self) -> tuple[str, ...]:
        """Return the header of each column."""
        return tuple(column.header for column in self.columns)

    def text(self, row: int, column: int) -> str:
        """Return a printed text."""
        found = self.columns[column]
        return str(found.texts[found.codes[row]])

    def rows(self, words: str = "", by: int = -1, *, falling: bool = False) -> Ints:
        """Return the rows that hold the words (each of them in some column), in the order of a column (-1: as listed).

        Rows that are equal in the column stay in the order in which they are listed.
        """
        kept = np.ones(len(self), dtype=bool)
        for word in words.casefold().split():
            kept &= np.logical_or.reduce([column.matches(word) for column in self.columns])
        places = np.flatnonzero(kept)
        if by < 0:
            return places
        keys = self.columns[by].codes[places]
        return np.asarray(places[np.argsort(-keys if falling else keys, kind="stable")])

    @cached_property
    def listing(self) -> Listing:
        """Return every row as printed texts, as the packs write them."""
        texts = [[column.texts[code] for code in column.codes] for column in self.columns]
        rows = tuple(zip(*texts, strict=True))
        return Listing(f"{self.number} {self.title}", self.headers, rows, tuple(texts[0]), self.footnotes)


def column_of(header: str, texts: Sequence[str]) -> SheetColumn:
    """Return a column of printed texts: numbers are sorted by size and before texts."""
    values = np.asarray(texts, dtype=object)
    distinct = sorted(set(texts), key=_order)
    place = {text: code for code, text in enumerate(distinct)}
    codes = np.fromiter((place[text] for text in values), dtype=np.int64, count=len(values))
    return SheetColumn(header, codes, tuple(distinct), _numeric(distinct))


def coded_column(header: str, codes: Ints, texts: Sequence[str]) -> SheetColumn:
    """Return a column given as codes into texts, several of which may be the same."""
    distinct = sorted(set(texts), key=_order)
    place = {text: code for code, text in enumerate(distinct)}
    return SheetColumn(
        header, np.array([place[t] for t in texts], np.int64)[codes], tuple(distinct), _numeric(distinct)
    )


def _numeric(texts: Sequence[str]) -> bool:
    return any(texts) and all(_is_number(text) for text in texts if text)


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()


def _order(text: str) -> tuple[int, float, str, str]:
    return (0, float(text), "", text) if _is_number(text) else (1, 0.0, text.casefold(), text)
