"""Many records as a reader sees them, kept as codes: half a million rows are sorted and searched without a loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from dsmb_app.model.result import Listing

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

_RADIX = 16
"""Bits of a code that are sorted at a time: numpy sorts numbers of two bytes without comparing them."""
_KEPT_WORDS = 8
"""Words whose rows are remembered: of several words typed, all but the one that grows were looked for before."""


@dataclass(frozen=True, eq=False)
class SheetColumn:
    """A column: each row's place in ``texts``, the distinct printed texts in the order in which they are sorted."""

    header: str
    codes: Codes
    texts: tuple[str, ...]
    is_number: bool

    def matches(self, word: str) -> Bools:
        """Tell which rows hold a word, whatever its case; ``word``: folded, without a space."""
        found = self._folded.holding(word)
        # Most words are in few columns, and of those no row need be looked at.
        return np.asarray(found[self.codes], dtype=bool) if found.any() else np.zeros(len(self.codes), dtype=bool)

    @cached_property
    def _folded(self) -> _Folded:
        return _Folded(self.texts)

    def order(self, *, falling: bool) -> Ints:
        """Return the rows in the order of their texts; rows of the same text in the order in which they are listed."""
        return self._falling if falling else self._rising

    @cached_property
    def _rising(self) -> Ints:
        return _sorted(self.codes, len(self.texts))

    @cached_property
    def _falling(self) -> Ints:
        return _sorted(len(self.texts) - 1 - self.codes, len(self.texts))


class _Folded:
    """Texts without case in one run of bytes, in which all of them are searched at once."""

    def __init__(self, texts: Sequence[str]) -> None:
        # No word holds a line feed, so none is found across two texts.
        joined = "\n".join(texts)
        if joined.count("\n") >= max(len(texts), 1):
            joined = "\n".join(text.replace("\n", " ") for text in texts)
        # The same for plain letters, at a tenth of the time.
        folded = joined.encode().lower() if joined.isascii() else joined.casefold().encode()
        self._bytes = np.frombuffer(folded, dtype=np.uint8)
        ends = np.flatnonzero(self._bytes == ord("\n"))
        self._starts = np.concatenate([[0], ends + 1]) if texts else ends

    def holding(self, word: str) -> Bools:
        """Tell which of the texts hold a word."""
        wanted, found = word.encode(), np.zeros(len(self._starts), dtype=bool)
        last = len(self._bytes) - len(wanted) + 1
        if last > 0 and wanted:
            at = np.flatnonzero(self._bytes[:last] == wanted[0])
            for place, byte in enumerate(wanted[1:], start=1):
                at = at[self._bytes[at + place] == byte]
            found[np.searchsorted(self._starts, at, side="right") - 1] = True
        return found


def _sorted(codes: Codes, count: int) -> Ints:
    """Return the places of codes from 0 to below ``count`` in rising order, the same ones in their order."""
    order = np.arange(len(codes), dtype=np.int64)
    for shift in range(0, max(count - 1, 1).bit_length(), _RADIX):
        part = ((codes[order] >> shift) & 0xFFFF).astype(np.uint16)
        order = order[np.argsort(part, kind="stable")]
    return order


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
        wanted = words.casefold().split()
        order = self.columns[by].order(falling=falling) if by >= 0 else np.arange(len(self), dtype=np.int64)
        if not wanted:
            return order
        kept = np.logical_and.reduce([self._holding(word) for word in wanted])
        return np.asarray(order[kept[order]] if by >= 0 else np.flatnonzero(kept))

    def _holding(self, word: str) -> Bools:
        """Tell which rows hold a word in some column."""
        known = self._known.pop(word, None)
        if known is None:
            known = np.logical_or.reduce([column.matches(word) for column in self.columns])
        # The newest last; the oldest goes.
        self._known[word] = known
        while len(self._known) > _KEPT_WORDS:
            del self._known[next(iter(self._known))]
        return known

    @cached_property
    def _known(self) -> dict[str, Bools]:
        return {}

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
    codes = np.fromiter((place[text] for text in values), dtype=np.int32, count=len(values))
    return SheetColumn(header, codes, tuple(distinct), _numeric(distinct))


def coded_column(header: str, codes: Ints, texts: Sequence[str]) -> SheetColumn:
    """Return a column given as codes into texts, several of which may be the same."""
    distinct = sorted(set(texts), key=_order)
    place = {text: code for code, text in enumerate(distinct)}
    return SheetColumn(
        header, np.array([place[t] for t in texts], np.int32)[codes], tuple(distinct), _numeric(distinct)
    )


def _numeric(texts: Sequence[str]) -> bool:
    return any(texts) and all(_is_number(text) for text in texts if text)


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()


def _order(text: str) -> tuple[int, float, str, str]:
    return (0, float(text), "", text) if _is_number(text) else (1, 0.0, text.casefold(), text)
