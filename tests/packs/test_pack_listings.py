"""The listings of a closed pack, line by line; what they may hold, and what a long one costs."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dsmb_app.model.pack_numbers import FIGURES, LISTINGS, TABLES
from dsmb_app.model.result import Column
from dsmb_app.model.sheet import Sheet, column_of
from dsmb_app.model.study import PackSection
from dsmb_app.model.words import TOTAL, Level, Stat
from dsmb_app.packs.book import Book
from dsmb_app.packs.listing_sheet import add_listing_sheet, listing_sheet
from dsmb_app.packs.meeting_pack import SHEETS, contents, pack_sheets
from tests.locked import Locked
from tests.packs.conftest import Pack
from tests.packs.made_up import head
from tests.packs.reading import MAIN, as_excel_reads, book, sheet_roots

Packs = Callable[[Level], Pack]
CLOSED = [Level.MASKED, Level.NAMED]


def shown(sheet: Any) -> tuple[int, list[tuple[str, ...]]]:
    """Return the header's row and all rows that the filter covers, each cell as a reader sees it."""
    first, last = (int("".join(filter(str.isdigit, corner))) for corner in sheet.auto_filter.ref.split(":"))
    return first, [tuple(map(as_seen, row)) for row in sheet.iter_rows(first, last)]


def as_seen(cell: Any) -> str:
    if cell.data_type == "n" and cell.value is not None:
        return f"{cell.value:.{len(cell.number_format.partition('.')[2])}f}"
    return as_excel_reads(cell.value)


@pytest.mark.parametrize("level", CLOSED)
def test_that_a_closed_pack_lists_what_the_listings_page_lists(pack: Packs, level: Level) -> None:
    found = pack(level)
    lines = {}
    for sheet in found.book:
        number = sheet.title.split()[0]
        if number in LISTINGS:
            listed = found.session.sheet(number).listing
            first, rows = shown(sheet)
            assert rows == [listed.headers, *listed.rows], number
            assert sheet.freeze_panes == f"C{first + 1}"
            assert sheet.print_title_rows == f"$1:${first}"
            below = [cell.value for (cell,) in sheet.iter_rows(first + len(rows), max_col=1) if cell.value]
            assert below == [*([] if listed.rows else ["No record."]), *listed.footnotes]
            assert {row[1] for row in rows[1:]} <= set(found.session.arms)
            lines[number] = len(listed.rows)
    # Counted in the raw files by test_listings.py.
    assert lines == {"L1": 3, "L2": 0, "L3": 1, "L4": 26, "L5": 16}


def test_that_the_counts_are_those_of_the_lines_listed(demo: Locked, pilot: Locked) -> None:
    for locked in (demo, pilot):
        session = locked.opened(Level.NAMED)
        table = session.table("L0")
        for row in table.rows:
            listed = session.sheet(row.key[0].split()[0]).listing
            kind = {name: listed.headers.index(name) for name in ("Emergent", "Case", "List") if name in listed.headers}
            rows = [
                line for line in listed.rows
                if len(row.key) == 1
                or (row.label == "Treatment-emergent" and line[kind["Emergent"]] == "yes")
                or ("Case" in kind and line[kind["Case"]] == row.label)
                or ("List" in kind and row.label in line[kind["List"]].split("; "))
            ]  # fmt: skip
            if row.key[0].startswith("L2") and len(row.key) > 1:
                continue
            for arm in (*session.arms, TOTAL):
                own = [line for line in rows if arm in (line[1], TOTAL)]
                assert table.cell(row.key, Column(arm, Stat.N)).value == len({line[0] for line in own}), (row, arm)
                events = table.cell(row.key, Column(arm, Stat.EVENTS))
                if row.key[0].startswith("L5"):
                    # A laboratory record of two cases is one record of the listing.
                    own = list({(line[0], *line[3:]) for line in own})
                assert events is None or events.value == len(own), (row, arm)
        by_source = {row.label: table.cell(row.key, Column(TOTAL, Stat.N)).value for row in table.rows if
                     row.key[0].startswith("L2")}  # fmt: skip
        dead = session.sheet("L2").listing
        sources = {"Fatal event (AE)": "AE", "Disposition (DS)": "DS", "Demographics (DM)": "DM"}
        said = {
            row: sum(line[dead.headers.index(name)] == "yes" for line in dead.rows) for row, name in sources.items()
        }
        assert {row: by_source[row] for row in sources} == said


def test_that_an_open_pack_counts_them_without_a_row_even_where_no_patients_may_be_shown(pack: Packs) -> None:
    found = pack(Level.POOLED)
    assert [name for name in found.book.sheetnames if name.startswith("L")] == ["L0 Listings in numbers"]
    assert not [sheet.title for sheet in found.book if sheet.auto_filter.ref]


def test_that_hostile_texts_of_a_listing_stay_text_and_ids_keep_their_zeros() -> None:
    texts = ["=1+1", "+1", "-1+1", "@x", "\t=x", "\x1b[31m", "a\nb", "#N/A", "1E5", "", "_x0041_"]
    numbers = ["1.50", "-2.00", "", "10.00", "0.10", "3.00", "4.00", "5.00", "6.00", "7.00", "8.00"]
    ids = [f"{place:03d}" for place in range(len(texts))]
    made = Sheet("L1", "=title", tuple(map(column_of, ("Subject", "=Term", "Value"), (ids, texts, numbers))))
    out = Book(date(2020, 2, 29))
    add_listing_sheet(out, listing_sheet(made, "x"), head(), (), lambda _line: None)
    data = out.data()
    _, rows = shown(book(data).worksheets[0])
    seen = [text.replace("\x1b", "\u241b") for text in texts]
    assert rows == [("Subject", "=Term", "Value"), *zip(ids, seen, numbers, strict=True)]
    (root,) = sheet_roots(data)
    assert not root.findall(f".//{MAIN}f")
    kinds = [cell.get("t", "n") for cell in root.iter(f"{MAIN}c") if cell.get("r").startswith("C") and len(cell)]
    assert kinds.count("n") == len([number for number in numbers if number])


def test_that_a_long_listing_takes_no_more_memory_than_its_compressed_lines() -> None:
    def peak(lines: int) -> tuple[int, int]:
        ids = [f"S-{7919 * place % 100_003:06d}" for place in range(lines)]
        terms, days = [f"Term {one[-2:]}" for one in ids], [str(31 * place % 997) for place in range(lines)]
        made = Sheet("L1", "x", tuple(map(column_of, ("Subject", "Term", "Day"), (ids, terms, days))))
        out = Book(date(2020, 2, 29))
        sheet = listing_sheet(made, "x")
        begun = [0]

        def tell(line: int) -> None:
            if line == 500:  # the distinct cells are there, the first lines too
                tracemalloc.reset_peak()
                begun[0] = tracemalloc.get_traced_memory()[0]

        add_listing_sheet(out, sheet, head(), (), tell)
        grown = tracemalloc.get_traced_memory()[1] - begun[0]
        return grown, len(out.data())

    tracemalloc.start()
    try:
        (short, small), (long, large) = peak(600), peak(2_600)
    finally:
        tracemalloc.stop()
    # What is kept of the lines is packed by the fastest level, a little looser than the file.
    assert long - short <= 2 * (large - small)


def test_that_every_number_of_a_pack_can_be_left_out() -> None:
    figures = {number for sheet in SHEETS for number in sheet.figure}
    assert {sheet.number for sheet in SHEETS} <= {*TABLES, *LISTINGS}
    assert figures <= {*TABLES, *FIGURES}


def test_that_the_study_file_leaves_sheets_out_and_the_pack_says_so(demo: Locked, tmp_path: Path) -> None:
    session = demo.session(Level.MASKED, tmp_path)
    study = session.study.model_copy(update={"pack": PackSection(leave_out=("K20", "L3", "F9V"))})
    session._cut = replace(session._cut, study=study)
    before = {sheet.number: sheet.figure for sheet in pack_sheets(demo.session(Level.MASKED, tmp_path))}
    after = {sheet.number: sheet.figure for sheet in pack_sheets(session)}
    assert after.keys() == before.keys() - {"K20", "L3"}
    assert after["T09"] == tuple(number for number in before["T09"] if number != "F9V")
    foretold = [entry.sheet for entry in contents(session, figures=True)]
    assert not [name for name in foretold if name.split()[0] in {"K20", "F20", "L3", "F9V"}]
    assert {"F9 AE by SOC and PT", "L4 AE of interest"} <= set(foretold)
