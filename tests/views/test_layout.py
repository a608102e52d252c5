"""How results are laid out in print: every cell stands somewhere, joined as reports join them."""

from __future__ import annotations

import pytest

from dsmb_app.model.result import Cell, Column, ResultTable, Row
from dsmb_app.model.words import Level, Stat
from dsmb_app.views.layout import Layout, lay_out
from tests.views.conftest import AtLevel

ROW, TERM = Row(("Eye",), "Eye"), Row(("Eye", "Eye pain"), "Eye pain", 1)


def table(cells: dict[tuple[Row, Column], Cell], *, arms: tuple[str, ...] = ("A", "B"), n: int = 30) -> ResultTable:
    return ResultTable(
        exhibit="T99", title="Title", subtitle="Subtitle", level=Level.MASKED, population="Safety population",
        arms=arms, arm_sizes={**dict.fromkeys(arms, n), "Total": n * len(arms)},
        rows=tuple(dict.fromkeys(row for row, _ in cells)), columns=tuple(dict.fromkeys(column for _, column in cells)),
        cells={(row.key, column): cell for (row, column), cell in cells.items()},
    )  # fmt: skip


def arm(name: str, row: Row = ROW, **stats: tuple[str, float | None]) -> dict[tuple[Row, Column], Cell]:
    return {(row, Column(name, Stat[stat])): Cell(text, value) for stat, (text, value) in stats.items()}


def texts(layout: Layout) -> list[list[str | None]]:
    return [
        [slot.text if (slot := layout.slot(i, j)) else None for j in range(len(layout.heads))]
        for i in range(len(layout.lines))
    ]


def test_that_a_count_and_its_percentage_share_a_column() -> None:
    layout = lay_out(table(arm("A", N=("12", 12), PCT=("40.0", 40.0), EVENTS=("15", 15))))
    assert [head.words for head in layout.heads] == ["A (N=30): n (%)", "A (N=30): Events"]
    assert texts(layout) == [["12 (40.0)", "15"]]


def test_that_a_zero_stands_alone() -> None:
    assert texts(lay_out(table(arm("A", N=("0", 0), PCT=("0.0", 0.0))))) == [["0"]]


def test_that_a_suppressed_count_stands_without_its_percentage() -> None:
    layout = lay_out(table(arm("A", N=("<5", None), PCT=("", None))))
    assert texts(layout) == [["<5"]]
    assert layout.slot(0, 0).value is None


def test_that_a_difference_stands_with_its_limits_and_what_is_not_evaluable_is_said_once() -> None:
    columns = [Column("A", stat, "B") for stat in (Stat.RD, Stat.RD_LOW, Stat.RD_HIGH)]
    known = dict(zip(columns, ("-13.1", "-31.9", "5.2"), strict=True))
    layout = lay_out(
        table(
            {(ROW, column): Cell(text, float(text)) for column, text in known.items()}
            | {(TERM, column): Cell("NE", None, "an arm has no subjects") for column in columns}
        )
    )
    assert [head.words for head in layout.heads] == ["A − B: RD (95% CI)"]
    assert texts(layout) == [["-13.1 (-31.9, 5.2)"], ["NE"]]
    assert layout.slot(0, 0).parts == ("-13.1", "(-31.9, 5.2)")
    assert layout.slot(1, 0).note == "an arm has no subjects"


def test_that_a_denominator_is_printed_only_where_it_is_not_the_arms_size() -> None:
    same = arm("A", N=("3", 3), DENOMINATOR=("30", 30))
    assert [head.sub for head in lay_out(table(same)).heads] == ["n"]
    other = same | arm("A", TERM, N=("3", 3), DENOMINATOR=("28", 28))
    assert [head.sub for head in lay_out(table(other)).heads] == ["n", "N"]


def test_that_a_statistic_nobody_planned_for_has_a_column_of_its_own() -> None:
    layout = lay_out(table(arm("A", RATE_RATIO=("2.0", 2.0), N=("3", 3))))
    assert [head.sub for head in layout.heads] == ["rate_ratio", "n"]


def test_that_summaries_stand_below_each_other() -> None:
    days = Row(("Days",), "Days on treatment")
    treated = Row(("Treated",), "Treated")
    layout = lay_out(
        table(
            arm("A", treated, N=("30", 30), PCT=("100.0", 100))
            | arm("A", days, N=("29", 29), MEAN=("80.1", 80.1), SD=("9.87", 9.87), MEDIAN=("84.0", 84))
        )
    )
    assert [(line.label, line.depth) for line in layout.lines] == [
        ("Treated, n (%)", 0), ("Days on treatment", 0), ("n", 1), ("Mean (SD)", 1), ("Median", 1),
    ]  # fmt: skip
    assert texts(layout) == [["30 (100.0)"], [None], ["29"], ["80.1 (9.87)"], ["84.0"]]


def test_that_only_rows_with_rows_below_them_fold() -> None:
    other = Row(("Ear",), "Ear")
    layout = lay_out(table(arm("A", N=("1", 1)) | arm("A", TERM, N=("1", 1)) | arm("A", other, N=("0", 0))))
    assert [(line.label, line.folds) for line in layout.lines] == [("Eye", True), ("Eye pain", False), ("Ear", False)]


@pytest.mark.parametrize("level", list(Level))
def test_that_every_cell_of_every_exhibit_stands_somewhere_once(at_level: AtLevel, level: Level) -> None:
    session = at_level(level)
    for info in session.exhibits():
        result = session.table(info.id)
        layout = lay_out(result)
        placed = [(slot.row, column) for slot in layout.slots.values() for column in slot.columns]
        assert len(placed) == len(set(placed)) > 0
        once = set(placed)
        sizes = {head.arm: head.size for head in layout.heads if not head.arm_ref}
        for row, column, cell in result.walk():
            in_header = column.stat is Stat.DENOMINATOR and cell.text == sizes[column.arm]
            assert (row.key, column) in once or in_header, (info.id, row.path, column)


def test_that_what_one_row_alone_has_stands_in_that_row_and_takes_no_column() -> None:
    years = Row(("Years",), "Rests on: patient-years")
    both = arm("A", N=("3", 3)) | arm("A", TERM, N=("2", 2))
    layout = lay_out(table(both | arm("A", years, PY=("12.92", 12.92))))
    assert [head.sub for head in layout.heads] == ["n"]
    assert [line.label for line in layout.lines] == ["Eye", "Eye pain", "Rests on: patient-years"]
    assert texts(layout) == [["3"], ["2"], ["12.92"]]
    assert layout.slot(2, 0).columns == (Column("A", Stat.PY),)
    # Two rows fill a column; so does a row that has more than this, and a table's only row.
    for kept in (
        both | arm("A", years, PY=("12.92", 12.92)) | arm("A", PY=("2", 2)),
        both | arm("A", years, PY=("12.92", 12.92), N=("3", 3)),
    ):
        assert [head.sub for head in lay_out(table(kept)).heads] == ["n", "Patient-years"]
    assert [head.sub for head in lay_out(table(arm("A", PY=("12.92", 12.92)))).heads] == ["Patient-years"]


def test_that_what_summarises_a_few_rows_stands_below_them_and_takes_no_column() -> None:
    others = [Row((f"Other {i}",), f"Other {i}") for i in range(4)]
    counts = {
        place: cell for row in others for place, cell in arm("A", row, N=("3", 3), DENOMINATOR=("28", 28)).items()
    }
    days = arm("A", N=("2", 2), MEDIAN=("22.5", 22.5), Q1=("16.0", 16), Q3=("29.0", 29), MIN=("9", 9), MAX=("30", 30))
    layout = lay_out(table(counts | days))
    assert [head.sub for head in layout.heads] == ["n", "N"]
    shown = dict(zip([line.label for line in layout.lines], texts(layout), strict=True))
    assert shown["Other 0"] == ["3", "28"]
    assert shown["Eye"] == ["2", None]
    assert [shown["Median"], shown["Q1, Q3"], shown["Min, max"]] == [
        ["22.5", None],
        ["16.0, 29.0", None],
        ["9, 30", None],
    ]
    printed = [(slot.row, column) for slot in layout.slots.values() for column in slot.columns]
    assert len(printed) == len(set(printed)) == 4 * 2 + 6
