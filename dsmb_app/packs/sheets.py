"""The sheets around the tables: cover, contents, definitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dsmb_app.packs import measure
from dsmb_app.packs.book import Book, Item
from dsmb_app.packs.facts import Block
from dsmb_app.packs.heading import Heading
from dsmb_app.packs.looks import LINK, ROW_TINT, Look
from dsmb_app.packs.page import CONTENTS, Page, Sheet

COVER, DEFINITIONS = "00 Cover", "99 Definitions"

_NAME_WIDTH, _VALUE_WIDTH = 46.0, 88.0
_BLOCK = Look(bold=True, size=11, fill=ROW_TINT)
_LINK = Look(ink=LINK, underline=True, rule=True)
_CELL = Look(wrap=True, rule=True)


class Kind(StrEnum):
    """What a sheet holds."""

    ABOUT = "about the pack"
    TABLE = "table"
    FIGURE = "figure"
    LISTING = "listing"


@dataclass(frozen=True)
class Entry:
    """A line of the contents: the sheet's name, its title and population, and what kind of sheet it is."""

    sheet: str
    title: str
    population: str = ""
    kind: Kind = Kind.TABLE

    @property
    def line(self) -> str:
        """Return the entry as a line to read."""
        of = f" ({self.population})" if self.kind is Kind.LISTING else ""
        return f"{self.sheet}  {self.title}{of}"


def add_blocks(book: Book, name: str, number: str, title: str, blocks: Sequence[Block], head: Heading) -> None:
    """Write a sheet of headed lists: the cover and the definitions."""
    what = Sheet(name, number, title, head.population, (_NAME_WIDTH, _VALUE_WIDTH), 2, frozen=0, one_page=name == COVER)
    page = Page(book, what, head)
    page.head_lines(frozen_below=0)
    page.row([Item("Contents" if name == COVER else "Back to the contents", _quiet_link(), CONTENTS)])
    for block in blocks:
        page.row([])
        page.row([Item(block.title, _BLOCK), Item("", _BLOCK)])
        for pair in block.pairs:
            _pair(page, *pair)
    page.finish()


def add_contents(book: Book, entries: Sequence[Entry], notes: Sequence[str], head: Heading) -> None:
    """Write the contents: one line a sheet, each a link to it."""
    what = Sheet(CONTENTS, "01", "Contents", head.population, (38.0, 72.0, 24.0), 3, frozen=0)
    page = Page(book, what, head)
    page.head_lines(frozen_below=1)
    page.row([Item(text, _BLOCK) for text in ("Sheet", "Title", "Population")])
    for entry in entries:
        height = measure.lines(entry.title, 71.0) * measure.POINTS_PER_LINE + 4
        cells = [Item(entry.sheet, _LINK, entry.sheet), Item(entry.title, _CELL), Item(entry.population, _CELL)]
        page.row(cells, height=height)
    page.row([])
    for text in notes:
        page.note(text)
    page.finish()


def _pair(page: Page, name: str, value: str) -> None:
    if not name:
        page.note(value, Look(wrap=True))
        return
    count = max(measure.lines(name, _NAME_WIDTH - 1), measure.lines(value, _VALUE_WIDTH - 1))
    page.row([Item(name, _CELL), Item(value, _CELL)], height=count * measure.POINTS_PER_LINE + 3)


def _quiet_link() -> Look:
    return Look(size=8, ink=LINK, underline=True)
