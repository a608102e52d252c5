"""The open and the closed pack: which sheets, in which order, from which exhibits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from dsmb_app.model import formats
from dsmb_app.model.result import ResultTable, Stamp
from dsmb_app.model.words import VOLCANO, Level
from dsmb_app.packs.book import Book
from dsmb_app.packs.facts import cover_blocks, definition_blocks
from dsmb_app.packs.heading import Heading, heading
from dsmb_app.packs.listing_sheet import ListingSheet, add_listing_sheet, listing_sheet
from dsmb_app.packs.page import CONTENTS
from dsmb_app.packs.picture import add_picture
from dsmb_app.packs.safe_text import sheet_name
from dsmb_app.packs.sheets import COVER, DEFINITIONS, Entry, Kind, add_blocks, add_contents
from dsmb_app.packs.shortened import shortened
from dsmb_app.packs.workbook import TableSheet, add_table_sheet, table_sheets
from dsmb_app.session import Session

Picture = Callable[[ResultTable], Mapping[str, bytes] | None]
Progress = Callable[[str, int, int], None]
Made = list[TableSheet | ListingSheet]


@dataclass(frozen=True)
class PackSheet:
    """A numbered sheet: its short title (for the sheet's name), whether the open pack has it, its figures' numbers.

    The number is also the exhibit's; each figure that can be drawn has a sheet of its own after the table's.
    ``own_n``: the rows have denominators of their own, printed in a column even where they happen to be those of the
    header. ``listing``: it lists patients, and never leaves the closed pack. ``one_page``: it is printed on one page.
    """

    number: str
    title: str
    in_open: bool
    figure: tuple[str, ...] = ()
    own_n: bool = False
    listing: bool = False
    one_page: bool = False


SHEETS = (
    PackSheet("K03", "Closed summary", in_open=False, own_n=True, one_page=True),
    PackSheet("F1", "Participant flow", in_open=True, figure=("F1",)),
    PackSheet("T01", "Enrolment", in_open=True),
    PackSheet("T02", "Disposition", in_open=True),
    PackSheet("T03", "Screen failures", in_open=True),
    PackSheet("T05", "Demographics", in_open=True),
    PackSheet("T06", "Exposure", in_open=True),
    PackSheet("T07", "Data quality", in_open=True, own_n=True),
    PackSheet("T08", "AE overview", in_open=True),
    PackSheet("T09", "AE by SOC and PT", in_open=True, figure=("F9", VOLCANO, "F09")),
    PackSheet("T10", "AE by worst grade", in_open=True, figure=("F10",)),
    PackSheet("T11", "Serious AE", in_open=True),
    PackSheet("T12", "AE leading to stop", in_open=True),
    PackSheet("T13", "AE grade 3-5", in_open=True),
    PackSheet("T14", "Vital signs", in_open=True, own_n=True),
    PackSheet("K14", "AE of interest", in_open=False),
    PackSheet("N22", "Changes", in_open=True),
    PackSheet("K15", "Infections", in_open=False, figure=("F15", "F15A", "F15M")),
    PackSheet("T16", "Lab levels", in_open=True, own_n=True),
    PackSheet("K17", "Lab shifts", in_open=False, own_n=True),
    PackSheet("K18", "Liver", in_open=False, figure=("F18",), own_n=True),
    PackSheet("K18M", "Liver migration", in_open=False, own_n=True),
    PackSheet("K19", "Blood counts", in_open=False, figure=("F19",), own_n=True),
    PackSheet("K20", "By cycle", in_open=False, figure=("F20", "F20P"), own_n=True),
    PackSheet("L0", "Listings in numbers", in_open=True),
    PackSheet("L1", "Serious AE", in_open=False, listing=True),
    PackSheet("L2", "Deaths", in_open=False, listing=True),
    PackSheet("L3", "AE leading to stop", in_open=False, listing=True),
    PackSheet("L4", "AE of interest", in_open=False, listing=True),
    PackSheet("L5", "Liver, cytopenia", in_open=False, listing=True),
)
"""Every numbered sheet in its order. Those whose exhibit or listing the session offers are in the pack; a new one needs
its line here and in ``model.pack_numbers``."""

_FIGURE_TITLES = {
    VOLCANO: "AE differences",
    "F09": "AE onset",
    "F15": "Infection, first",
    "F15A": "Infection, competing",
    "F15M": "Infections, mean count",
    "F1": "Participant flow, figure",
    "F20": "AE by day of the cycle",
    "F20P": "AE by cycle, figure",
    "F19": "Blood counts, nadir",
}
"""Short titles of figures, where they are not their sheet's."""

_OF_CELLS = ("F9", "F10")
"""Figures that are drawn from the cells of their table."""


def pack_sheets(session: Session) -> list[PackSheet]:
    """Return the numbered sheets that the session's pack holds, with the figures that belong to them."""
    closed, out = session.level is not Level.POOLED, session.study.pack.leave_out
    tables, listed = {info.id for info in session.exhibits()}, session.listings() if closed else {}
    return [
        replace(sheet, figure=tuple(number for number in sheet.figure if number not in out))
        for sheet in SHEETS
        if sheet.number in (listed if sheet.listing else tables) and (closed or sheet.in_open)
        if sheet.number not in out
    ]


def contents(session: Session, *, figures: bool = False, progress: Progress | None = None) -> list[Entry]:
    """Return what the pack will hold, one entry a sheet, in order.

    ``figures``: also those that may be drawn; one with nothing to draw is left out when the pack is made. ``progress``
    is told (step, done, of) and may raise to end it.
    """
    sheets, made = pack_sheets(session), dict[PackSheet, Made]()
    for place, sheet in enumerate(sheets):
        if progress:
            progress(sheet.number, place, len(sheets))
        made[sheet] = _made(session, sheet)
    drawn = {sheet.number: [n for n in sheet.figure if _may_draw(session, n)] for sheet in sheets if figures}
    return _entries(made, drawn)


def meeting_pack(
    session: Session, stamp: Stamp, *, picture: Picture | None = None, progress: Progress | None = None
) -> bytes:
    """Return the session's meeting pack as an .xlsx file, NOT encrypted; nothing is written to the disk.

    The open pack where the session is pooled, else the closed one. ``picture`` draws the figures of a table as PNG, by
    their numbers, or returns None where it has none; ``progress`` is told (step, done, of) and may raise to end it. The
    same session, stamp and pictures give the same bytes.
    """
    return _MeetingPack(session, stamp, picture, progress).data()


def _made(session: Session, sheet: PackSheet) -> Made:
    if sheet.listing:
        return [listing_sheet(session.sheet(sheet.number), sheet.title)]
    return list(_table_sheets(session, sheet))


def _table_sheets(session: Session, sheet: PackSheet) -> list[TableSheet]:
    table = shortened(session.table(sheet.number))
    return table_sheets(table, sheet.title, own_n=sheet.own_n, one_page=sheet.one_page)


def _may_draw(session: Session, number: str) -> bool:
    if number == VOLCANO:
        return session.level is not Level.POOLED
    return number in (*session.figures(), *_OF_CELLS)


def _entries(made: Mapping[PackSheet, Made], figures: Mapping[str, Collection[str]]) -> list[Entry]:
    """Return the contents: the sheets that are made and, by the number of their sheet, the figures."""
    found = [Entry(COVER, "Cover", kind=Kind.ABOUT), Entry(CONTENTS, "Contents", kind=Kind.ABOUT)]
    for sheet, own in made.items():
        found += map(_entry, own)
        for number in figures.get(sheet.number, ()):
            name, _, title, population = _figure(_table(own), sheet, number)
            found.append(Entry(name, title, population, Kind.FIGURE))
    return [*found, Entry(DEFINITIONS, "Definitions and source", kind=Kind.ABOUT)]


def _entry(sheet: TableSheet | ListingSheet) -> Entry:
    if isinstance(sheet, ListingSheet):
        return Entry(sheet.name, sheet.title, sheet.population, Kind.LISTING)
    return Entry(sheet.name, sheet.title, sheet.table.population)


def _table(made: Made) -> ResultTable:
    first = made[0]
    assert isinstance(first, TableSheet)
    return first.table


class _MeetingPack:
    def __init__(self, session: Session, stamp: Stamp, picture: Picture | None, progress: Progress | None) -> None:
        self._session, self._stamp = session, stamp
        self._picture, self._progress = picture, progress
        self._sheets = pack_sheets(session)
        self._made: dict[PackSheet, Made] = {}
        self._head: Heading = heading(session, stamp)
        self._book = Book(session.study.study.cutoff)
        self._done = 0

    def data(self) -> bytes:
        try:
            return self._data()
        except BaseException:
            self._book.give_up()
            raise

    def _data(self) -> bytes:
        for sheet in self._sheets:
            self._step(f"Counting {sheet.number} {sheet.title}")
            self._made[sheet] = _made(self._session, sheet)
        figures = self._figures()
        self._step("Cover and contents")
        title = "Closed Session Report" if self._head.closed else "Open Session Report"
        add_blocks(self._book, COVER, "00", title, cover_blocks(self._session, self._stamp), self._head)
        # Nobody looks for the contents in the contents.
        entries = [entry for entry in _entries(self._made, figures) if entry.sheet != CONTENTS]
        add_contents(self._book, entries, self._notes(figures), self._head)
        for sheet, made in self._made.items():
            self._step(f"{sheet.number} {sheet.title}")
            self._write(sheet, made, figures.get(sheet.number, {}))
        self._step("Definitions")
        blocks = definition_blocks(self._session, self._stamp)
        add_blocks(self._book, DEFINITIONS, "99", "Definitions and source", blocks, self._head)
        self._step("Putting the workbook together")
        return self._book.data()

    def _write(self, sheet: PackSheet, made: Made, figures: Mapping[str, bytes]) -> None:
        for one in made:
            if isinstance(one, ListingSheet):
                add_listing_sheet(self._book, one, self._head, self._session.arms, self._tell(sheet, len(one.listed)))
            else:
                add_table_sheet(self._book, one, self._head)
        for number, png in figures.items():
            add_picture(self._book, *_figure(_table(made), sheet, number), png, self._head)

    def _figures(self) -> dict[str, dict[str, bytes]]:
        """Return the pictures by sheet and figure; sheets without any are left out."""
        if self._picture is None:
            return {}
        drawn = {s: self._picture(_table(made)) or {} for s, made in self._made.items() if s.figure}
        found = {s.number: {number: png[number] for number in s.figure if number in png} for s, png in drawn.items()}
        return {number: pictures for number, pictures in found.items() if pictures}

    def _notes(self, figures: dict[str, dict[str, bytes]]) -> list[str]:
        notes = []
        if not figures and any(sheet.figure for sheet in self._sheets):
            notes.append("This pack has no figures: it was written where none can be drawn. Its tables are complete.")
        out = self._session.study.pack.leave_out
        return [*notes, f"Left out by the study file: {', '.join(out)}."] if out else notes

    def _tell(self, sheet: PackSheet, lines: int) -> Callable[[int], None]:
        """Return what says how far a long listing is, within its step."""
        return lambda line: self._show(f"{sheet.number} {sheet.title}: line {formats.count(line)} of {lines}")

    def _step(self, what: str) -> None:
        self._show(what)
        self._done += 1

    def _show(self, what: str) -> None:
        if self._progress:
            self._progress(what, self._done, 2 * len(self._sheets) + 3)


def _figure(table: ResultTable, sheet: PackSheet, number: str) -> tuple[str, str, str, str]:
    """Return a figure's sheet name, number, title and population."""
    title = _FIGURE_TITLES.get(number, sheet.title)
    return sheet_name(number, title), number, f"Figure to {table.exhibit}: {table.title}", table.population
