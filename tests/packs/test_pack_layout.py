"""Which columns go on which sheet, and that what is printed has room on the page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsmb_app.model.result import Cell, Column, ResultTable
from dsmb_app.model.words import Stat
from dsmb_app.packs.layout import WIDEST, parts
from dsmb_app.packs.measure import lines, pixels, width
from dsmb_app.packs.printed import KINDS, STAT_NAMES, is_summary, printed_lines, printed_text
from tests.packs.made_up import CONTRAST, COUNTS, RATES, table

LETTERS = ("A", "B", "C", "D", "E", "F")


def pairs(arms: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(one, other) for place, one in enumerate(arms) for other in arms[place + 1 :]]


def made(count: int) -> ResultTable:
    arms = LETTERS[:count]
    return table([*arms, "Total"], stats=(*COUNTS, *RATES), contrasts=pairs(arms), labels=["x" * 60, "short"])


@pytest.mark.parametrize("count", range(1, 7))
def test_that_every_column_is_on_exactly_one_sheet(count: int) -> None:
    one = made(count)
    shown = [column for part in parts(one) for column in part.numbers]
    assert len(shown) == len(set(shown))
    assert set(shown) == set(one.columns)


@pytest.mark.parametrize("count", range(1, 7))
def test_that_every_sheet_can_be_read_in_print(count: int) -> None:
    for part in parts(made(count)):
        assert sum(map(pixels, (*part.label_widths, *part.widths))) <= WIDEST
        for texts in part.texts:
            assert all(width(text) <= room for text, room in zip(texts, part.widths, strict=True))


def test_that_a_narrow_table_stays_whole_and_a_wide_one_is_divided_by_kind_then_arm() -> None:
    assert [part.suffix for part in parts(table())] == [""]
    assert [part.suffix for part in parts(made(3))] == ["", "rates"]
    suffixes = [part.suffix for part in parts(made(6))]
    assert suffixes[0] == ""
    assert {"differences", "rates"} <= set(suffixes)
    assert len(set(suffixes)) == len(suffixes)


def test_that_every_statistic_is_printed_in_one_kind_and_has_a_name() -> None:
    assert sorted(stat for kind in KINDS for stat in kind.stats) == sorted(Stat)
    assert set(STAT_NAMES) == set(Stat)
    assert len(set(STAT_NAMES.values())) == len(Stat)


def text_of(cells: dict[Stat, Cell], header: str) -> str:
    one = table(("A",), stats=tuple(cells))
    filled = {(one.rows[0].key, Column("A", stat)): cell for stat, cell in cells.items()}
    changed = ResultTable(**{**one.__dict__, "cells": filled})
    (part,) = parts(changed)
    found = {
        (column.kind or line.kind).header: printed_text(changed, line, column)  # type: ignore[union-attr]
        for line in part.lines
        for column in part.columns
    }
    return found[header]


@pytest.mark.parametrize(
    ("cells", "header", "text"),
    [
        ({Stat.N: Cell("12", 12.0), Stat.PCT: Cell("13.3", 13.3)}, "n (%)", "12 (13.3)"),
        ({Stat.N: Cell("0", 0.0), Stat.PCT: Cell("0.0", 0.0)}, "n (%)", "0"),
        ({Stat.N: Cell("<5", None), Stat.PCT: Cell("", None)}, "n (%)", "<5"),
        ({Stat.N: Cell("0", 0.0), Stat.PCT: Cell("NE", None)}, "n (%)", "0"),
        ({s: Cell("NE", None) for s in RATES[:3]}, "EAIR (95% CI)", "NE"),
        ({s: Cell("", None) for s in RATES[:3]}, "EAIR (95% CI)", ""),
        ({s: Cell("0.0", 0.0) for s in RATES[:3]}, "EAIR (95% CI)", "0.0 (0.0, 0.0)"),
        ({Stat.MEAN: Cell("5.0", 5.0), Stat.SD: Cell("NE", None)}, "Mean (SD)", "5.0 (NE)"),
        ({s: Cell("NE", None) for s in (Stat.MIN, Stat.MAX)}, "Minimum, maximum", "NE"),
        ({Stat.MIN: Cell("1.0", 1.0), Stat.MAX: Cell("9.0", 9.0)}, "Minimum, maximum", "1.0, 9.0"),
    ],
)
def test_that_texts_are_joined_as_reports_do(cells: dict[Stat, Cell], header: str, text: str) -> None:
    assert text_of(cells, header) == text


def test_that_n_has_a_column_where_rows_differ_from_the_header_or_the_sheet_asks() -> None:
    ten, nine = Cell("10", 10.0), Cell("9", 9.0)
    headers = [
        [column.kind.header for part in parts(one, own_n=asked) for column in part.columns if column.kind]
        for one, asked in (
            (table(("A",), cell=ten), False),
            (table(("A",), cell=nine), False),
            (table(("A",), cell=ten), True),
        )
    ]
    assert headers == [["n (%)", "Events"], ["n (%)", "N", "Events"], ["n (%)", "N", "Events"]]


def test_that_a_summary_stands_line_by_line() -> None:
    one = table(("A", "B"), stats=(Stat.N, Stat.MEAN, Stat.SD, Stat.MEDIAN, Stat.Q1, Stat.Q3))
    assert is_summary(one)
    shown = printed_lines(one)
    assert [line.kind.header for line in shown if line.kind] == ["n", "Mean (SD)", "Median (Q1, Q3)"]
    assert [(line.first, line.last) for line in shown] == [(True, False), (False, False), (False, True)]


def test_that_each_row_of_a_mixed_table_shows_its_own_statistics_and_contrasts_keep_columns() -> None:
    one = table(("A", "B"), labels=("count", "age"), stats=(*COUNTS[:3], Stat.MEAN, Stat.SD), contrasts=[("A", "B")])
    own = {"count": {*COUNTS[:3], *CONTRAST}, "age": {Stat.N, Stat.MEAN, Stat.SD}}
    cells = {at: cell for at, cell in one.cells.items() if at[1].stat in own[at[0][1]]}
    (part,) = parts(replace(one, cells=cells))
    shown = [(line.row.label, line.kind.header) for line in part.lines if line.kind]
    assert shown == [("count", "n/N (%)"), ("age", "n"), ("age", "Mean (SD)")]
    assert [column.kind.header if column.kind else column.group[0] for column in part.columns] == [
        "A", "B", "RD (95% CI)", "p",
    ]  # fmt: skip
    assert [texts[0] for texts in part.texts] == ["12.3/12.3 (12.3)", "12.3", "12.3 (12.3)"]
    assert [texts[2] for texts in part.texts] == ["12.3 (12.3, 12.3)", "", ""]


def test_that_a_second_sheet_leaves_out_rows_that_have_nothing_on_it_but_keeps_what_stands_above_others() -> None:
    one = table(LETTERS, stats=(*COUNTS, *RATES), contrasts=pairs(LETTERS), labels=("above", "below", "bare", "too"))
    cells = {at: cell for at, cell in one.cells.items() if at[0][1] in ("below", "too") or at[1].stat in COUNTS}
    found = parts(replace(one, cells=cells | {at: one.cells[at] for at in one.cells if at[0][1] == "too"}))
    rates = next(part for part in found if part.suffix == "rates")
    assert [line.row.label for line in rates.lines] == ["above", "below", "bare", "too"]
    bare = {at: cell for at, cell in cells.items() if at[0][1] != "too" or at[1].stat in COUNTS}
    rates = next(part for part in parts(replace(one, cells=bare)) if part.suffix == "rates")
    assert [line.row.label for line in rates.lines] == ["above", "below"]


def test_that_contrasts_have_columns_of_their_own() -> None:
    one = table(("A", "B"), contrasts=[("A", "B")])
    (part,) = parts(one)
    assert [column.kind.header for column in part.columns if column.kind and column.group == ("A", "B")] == [
        "RD (95% CI)",
        "p",
    ]
    assert {column.stat for column in part.numbers if column.arm_ref} == set(CONTRAST)


def test_that_an_exhibit_without_rows_still_has_its_sheet() -> None:
    (part,) = parts(table(labels=()))
    assert part.lines == ()
    assert part.numbers


# Widths in thousandths of the type size, as the makers of the font publish them (Helvetica, to which Arial is equal).
@pytest.mark.parametrize(
    ("text", "thousandths"),
    [
        ("0123456789", 5560),
        ("12 (13.3)", 4 * 556 + 556 + 278 + 2 * 333 + 278),
        ("-13.1 (-31.9, 5.2)", 8 * 556 + 2 * 333 + 3 * 278 + 2 * 333 + 278 + 2 * 278),
        ("Headache", 722 + 556 + 556 + 556 + 556 + 500 + 556 + 556),
        ("WWW%", 3 * 944 + 889),
        ("mm", 2 * 833),
        ("ill", 222 * 3),
    ],
)
def test_that_a_text_is_never_measured_too_narrow_nor_much_too_wide(text: str, thousandths: int) -> None:
    digits = thousandths / 556
    assert digits <= width(text) <= 1.35 * digits


@given(st.text(max_size=200), st.floats(1, 200))
def test_that_lines_have_room_for_the_text(text: str, room: float) -> None:
    count = lines(text, room)
    assert count >= max(len(text.splitlines()), 1)
    assert count * room >= max((width(line) for line in text.splitlines()), default=0)


def test_that_a_text_that_fits_takes_one_line_and_a_long_one_more() -> None:
    assert lines("", 10) == lines("12345", 10) == 1
    assert lines("one two three four", 10) >= 2
    assert lines("a\nb\nc", 100) == 3
