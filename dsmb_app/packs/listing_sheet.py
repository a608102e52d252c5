"""One listing -> its sheet: a line a record, of any number of records, that can be filtered and sorted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np

from dsmb_app.model.sheet import Sheet as Listed
from dsmb_app.model.sheet import SheetColumn
from dsmb_app.packs import measure
from dsmb_app.packs.book import Book, Item
from dsmb_app.packs.heading import Heading
from dsmb_app.packs.layout import NATURAL, WIDEST
from dsmb_app.packs.looks import LINK, ROW_TINT, Look, arm_colours
from dsmb_app.packs.page import CONTENTS, Page, Sheet
from dsmb_app.packs.safe_text import sheet_name
from dsmb_app.packs.workbook import BACK

ARM = "Arm"
EMPTY = "No record."
_LEAST, _MOST, _ROOMY = 5.0, 42.0, 2.2
# The arrow of the filter covers the end of a header.
_ARROW, _PADDING = 2.6, 2.4
_INDENT = 2.0
"""Room that the indent of a number takes."""
_HEADER = Look(bold=True, fill=ROW_TINT, wrap=True, down="bottom", rule=True)
_TEXT = Look(wrap=True, rule=True)
_NUMBER_HEADER = replace(_HEADER, across="right", indent=1)
_OFTEN = 500
_DIGITS = 15
"""More a workbook does not keep of a number."""


@dataclass(frozen=True)
class ListingSheet:
    """A listing on its way into a workbook: its sheet's name and what it lists."""

    name: str
    listed: Listed

    @property
    def title(self) -> str:
        """Return its title."""
        return self.listed.title

    @property
    def population(self) -> str:
        """Return how many records it has, in words."""
        people = len(np.unique(self.listed.columns[0].codes))
        return f"{len(self.listed)} record(s) of {people} subject(s)"


def listing_sheet(listed: Listed, short_title: str) -> ListingSheet:
    """Return the sheet that a listing takes."""
    return ListingSheet(sheet_name(listed.number, short_title), listed)


def add_listing_sheet(
    book: Book, sheet: ListingSheet, head: Heading, arms: Sequence[str], tell: Callable[[int], None]
) -> None:
    """Write a listing, line by line; ``arms`` in printed order, for their colours; ``tell`` hears of lines written."""
    columns = [_Printed(column, arms if column.header == ARM else ()) for column in sheet.listed.columns]
    widths = _widths(columns)
    frozen = 2 if len(columns) > 1 and columns[1].column.header == ARM else 1
    population = f"{head.population}. {sheet.population}"
    what = Sheet(sheet.name, sheet.listed.number, sheet.title, population, widths, len(columns), frozen)
    page = Page(book, what, head)
    # The link stands above the header row, which alone is filtered by.
    page.head_lines(frozen_below=2)
    page.row([Item(BACK, Look(size=8, ink=LINK, underline=True), CONTENTS)])
    heights = [measure.lines(c.column.header, w - _ARROW, bold=True) for c, w in zip(columns, widths, strict=True)]
    header = page.row(
        [Item(column.column.header, _NUMBER_HEADER if column.numeric else _HEADER) for column in columns],
        height=max(heights) * measure.POINTS_PER_LINE + 4,
    )
    counts = [column.lines(wide) for column, wide in zip(columns, widths, strict=True)]
    for place in range(len(sheet.listed)):
        if place % _OFTEN == 0:
            tell(place)
        codes = [int(column.column.codes[place]) for column in columns]
        most = max(own[code] for own, code in zip(counts, codes, strict=True))
        page.row([column.item(code) for column, code in zip(columns, codes, strict=True)], height=_height(most))
    page.filter(header)
    page.row([])
    for text in ([] if len(sheet.listed) else [EMPTY]) + list(sheet.listed.footnotes):
        page.note(text)
    page.finish()


@cache
def _height(count: int) -> float:
    """Return the height of a line that takes so many; kept, so that equal ones are one object."""
    return count * measure.POINTS_PER_LINE + 2


class _Printed:
    """A column as it is printed: numbers as numbers if all of them print as they are, everything else as text."""

    def __init__(self, column: SheetColumn, arms: Sequence[str]) -> None:
        self.column, self._arms = column, tuple(arms)

    @cached_property
    def used(self) -> list[str]:
        """Return the texts that stand in the column."""
        return [self.column.texts[code] for code in np.unique(self.column.codes)]

    @cached_property
    def numeric(self) -> bool:
        """Tell whether every text is a number that a workbook shows as it stands here, so no "007"."""
        texts = [text for text in self.used if text]
        return bool(texts) and self.column.is_number and all(_as_printed(text) for text in texts)

    @cached_property
    def needed(self) -> float:
        """Return the width that no text is broken at, up to a most."""
        return min(max([*(measure.width(text) for text in self.used), self.least - _PADDING]) + _PADDING, _MOST)

    @cached_property
    def least(self) -> float:
        """Return the width below which a word would be broken: that of the longest one, in the header too."""
        words = {word for text in self.used for word in text.split()}
        longest = max((measure.width(word) for word in words), default=0.0)
        header = max(measure.width(word, bold=True) for word in self.column.header.split()) + _ARROW
        header += _INDENT if self.numeric else 0.0
        return max(min(longest, _MOST) + _PADDING, header + 0.4, _LEAST)

    def lines(self, wide: float) -> list[int]:
        """Return how many lines each distinct text takes in a column so wide."""
        return [measure.lines(text, wide - 1) for text in self.column.texts]

    def item(self, code: int) -> Item:
        """Return the cell of a distinct text; it is not kept, because there may be one for each record."""
        text = self.column.texts[code]
        if text in self._arms:
            return Item(text, _arm_look(self._arms.index(text)))
        if not self.numeric or not text:
            return Item(text, _TEXT)
        return Item(float(text), _number_look(len(text.partition(".")[2])))


@cache
def _arm_look(place: int) -> Look:
    return Look(rule=True, fill=arm_colours(place)[0])


@cache
def _number_look(decimals: int) -> Look:
    return Look(rule=True, across="right", indent=1, form=f"0.{'0' * decimals}" if decimals else "0")


def _as_printed(text: str) -> bool:
    return len(text) <= _DIGITS and f"{float(text):.{len(text.partition('.')[2])}f}" == text


def _widths(columns: Sequence[_Printed]) -> tuple[float, ...]:
    """Return the widths of the columns: what they need, less of the widest where the page is too narrow."""
    wide, least = [column.needed for column in columns], [column.least for column in columns]
    room = (WIDEST - 5 * len(columns)) / 7
    for cap in range(int(_MOST), int(_LEAST), -1):
        if sum(wide) <= room:
            break
        wide = [max(min(own, float(cap)), low) for own, low in zip(wide, least, strict=True)]
    factor = min(max(((NATURAL - 5 * len(columns)) / 7) / sum(wide), 1.0), _ROOMY)
    return tuple(factor * own for own in wide)
