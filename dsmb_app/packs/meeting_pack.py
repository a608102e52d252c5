"""The open and the closed pack: which sheets, in which order, from which exhibits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dsmb_app.model.result import ResultTable, Stamp
from dsmb_app.model.words import VOLCANO, Level
from dsmb_app.packs.book import Book
from dsmb_app.packs.facts import cover_blocks, definition_blocks
from dsmb_app.packs.heading import Heading, heading
from dsmb_app.packs.picture import add_picture
from dsmb_app.packs.safe_text import sheet_name
from dsmb_app.packs.sheets import COVER, DEFINITIONS, Entry, add_blocks, add_contents
from dsmb_app.packs.shortened import shortened
from dsmb_app.packs.workbook import TableSheet, add_table_sheet, table_sheets
from dsmb_app.session import Session

Picture = Callable[[ResultTable], Mapping[str, bytes] | None]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class PackSheet:
    """A numbered sheet: its short title (for the sheet's name), whether the open pack has it, its figures' numbers.

    The number is also the exhibit's; each figure that can be drawn has a sheet of its own after the table's.
    ``own_n``: the rows have denominators of their own, printed in a column even where they happen to be those of the
    header. ``one_page``: it is printed on one page.
    """

    number: str
    title: str
    in_open: bool
    figure: tuple[str, ...] = ()
    own_n: bool = False
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
    PackSheet("L1", "Serious AE", in_open=True),
    PackSheet("L2", "Deaths", in_open=True),
    PackSheet("L3", "AE leading to stop", in_open=True),
    PackSheet("L4", "AE of interest", in_open=True),
    PackSheet("L5", "Liver, cytopenia", in_open=True),
)
"""Every numbered sheet in its order. Those whose exhibit the session offers are in the pack; a new one needs no more
than its line here."""

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


def pack_sheets(session: Session) -> list[PackSheet]:
    """Return the numbered sheets that the session's pack holds."""
    offered = {info.id for info in session.exhibits()}
    closed = session.level is not Level.POOLED
    return [sheet for sheet in SHEETS if sheet.number in offered and (closed or sheet.in_open)]


def contents(session: Session) -> list[Entry]:
    """Return the tables that the pack will hold, one entry a sheet, in order (figures come with the pack)."""
    return [_entry(one) for sheet in pack_sheets(session) for one in _table_sheets(session, sheet)]


def meeting_pack(
    session: Session, stamp: Stamp, *, picture: Picture | None = None, progress: Progress | None = None
) -> bytes:
    """Return the session's meeting pack as an .xlsx file, NOT encrypted; nothing is written to the disk.

    The open pack where the session is pooled, else the closed one. ``picture`` draws the figures of a table as PNG, by
    their numbers, or returns None where it has none; ``progress`` is told (step, done, of). The same session, stamp and
    pictures give the same bytes.
    """
    return _MeetingPack(session, stamp, picture, progress).data()


def _table_sheets(session: Session, sheet: PackSheet) -> list[TableSheet]:
    table = shortened(session.table(sheet.number))
    return table_sheets(table, sheet.title, own_n=sheet.own_n, one_page=sheet.one_page)


def _entry(sheet: TableSheet) -> Entry:
    return Entry(sheet.name, sheet.title, sheet.table.population)


class _MeetingPack:
    def __init__(self, session: Session, stamp: Stamp, picture: Picture | None, progress: Progress | None) -> None:
        self._session, self._stamp = session, stamp
        self._picture, self._progress = picture, progress
        self._tables = {sheet: _table_sheets(session, sheet) for sheet in pack_sheets(session)}
        self._head: Heading = heading(session, stamp)
        self._book = Book(session.study.study.cutoff)
        self._done = 0

    def data(self) -> bytes:
        figures = self._figures()
        self._step("Cover and contents")
        title = "Closed Session Report" if self._head.closed else "Open Session Report"
        add_blocks(self._book, COVER, "00", title, cover_blocks(self._session, self._stamp), self._head)
        add_contents(self._book, self._all_entries(figures), self._notes(figures), self._head)
        for sheet, tables in self._tables.items():
            self._step(f"{sheet.number} {sheet.title}")
            for one in tables:
                add_table_sheet(self._book, one, self._head)
            for number, png in figures.get(sheet.number, {}).items():
                add_picture(self._book, *_figure(tables[0].table, sheet, number), png, self._head)
        self._step("Definitions")
        blocks = definition_blocks(self._session, self._stamp)
        add_blocks(self._book, DEFINITIONS, "99", "Definitions and source", blocks, self._head)
        return self._book.data()

    def _figures(self) -> dict[str, dict[str, bytes]]:
        """Return the pictures by sheet and figure; sheets without any are left out."""
        if self._picture is None:
            return {}
        drawn = {s: self._picture(tables[0].table) or {} for s, tables in self._tables.items() if s.figure}
        found = {s.number: {number: png[number] for number in s.figure if number in png} for s, png in drawn.items()}
        return {number: pictures for number, pictures in found.items() if pictures}

    def _all_entries(self, figures: dict[str, dict[str, bytes]]) -> list[Entry]:
        entries = [Entry(COVER, "Cover")]
        for sheet, tables in self._tables.items():
            entries += [_entry(one) for one in tables]
            for number in figures.get(sheet.number, {}):
                name, _, title, population = _figure(tables[0].table, sheet, number)
                entries.append(Entry(name, title, population))
        return [*entries, Entry(DEFINITIONS, "Definitions and source")]

    def _notes(self, figures: dict[str, dict[str, bytes]]) -> list[str]:
        if figures or not any(sheet.figure for sheet in self._tables):
            return []
        return ["This pack has no figures: it was written where none can be drawn. Its tables are complete."]

    def _step(self, what: str) -> None:
        if self._progress:
            self._progress(what, self._done, len(self._tables) + 2)
        self._done += 1


def _figure(table: ResultTable, sheet: PackSheet, number: str) -> tuple[str, str, str, str]:
    """Return a figure's sheet name, number, title and population."""
    title = _FIGURE_TITLES.get(number, sheet.title)
    return sheet_name(number, title), number, f"Figure to {table.exhibit}: {table.title}", table.population
