"""Small tables made by hand, with texts of the test's choosing everywhere a text can stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dsmb_app.model.result import Cell, Column, ResultTable, Row, RowKey
from dsmb_app.model.words import Level, Stat
from dsmb_app.packs.book import Book
from dsmb_app.packs.heading import Heading
from dsmb_app.packs.workbook import add_table_sheet, table_sheets

COUNTS = (Stat.N, Stat.DENOMINATOR, Stat.PCT, Stat.EVENTS)
RATES = (Stat.EAIR, Stat.EAIR_LOW, Stat.EAIR_HIGH, Stat.EAER, Stat.EAER_LOW, Stat.EAER_HIGH)
CONTRAST = (Stat.RD, Stat.RD_LOW, Stat.RD_HIGH, Stat.P_FISHER)


def table(
    arms: Sequence[str] = ("A", "B"),
    *,
    labels: Sequence[str] = ("Headache",),
    stats: Sequence[Stat] = COUNTS,
    contrasts: Sequence[tuple[str, str]] = (),
    cell: Cell = Cell("12.3", 12.345),  # noqa: B008 - it is frozen
    title: str = "A table",
    footnotes: tuple[str, ...] = (),
) -> ResultTable:
    """Return a table whose cells are all alike."""
    columns = [Column(arm, stat) for arm in arms for stat in stats]
    columns += [Column(arm, stat, ref) for arm, ref in contrasts for stat in CONTRAST]
    rows = [Row((f"{place}", label), label, place % 2) for place, label in enumerate(labels)]
    cells: dict[tuple[RowKey, Column], Cell] = {(row.key, column): cell for row in rows for column in columns}
    return ResultTable(
        exhibit="T09",
        title=title,
        subtitle=title,
        level=Level.MASKED,
        population="Safety population, N=20",
        arms=tuple(arms),
        arm_sizes=dict.fromkeys(arms, 10),
        rows=tuple(rows),
        columns=tuple(columns),
        cells=cells,
        footnotes=footnotes,
    )


def head(text: str = "Protocol X") -> Heading:
    return Heading(text, text, True, (text,), text, text, text, text)


def workbook(made: ResultTable, heading: Heading | None = None) -> bytes:
    """Write the sheets of a table alone into a workbook."""
    book = Book(date(2020, 2, 29))
    for sheet in table_sheets(made, "Made up"):
        add_table_sheet(book, sheet, heading or head())
    return book.data()
