"""K20 is printed without rare terms; the rule looks at all arms together."""

from __future__ import annotations

from dataclasses import replace

from dsmb_app.model.result import Cell, Column, ResultTable, Row, RowKey
from dsmb_app.model.words import Stat
from dsmb_app.packs.shortened import shortened
from tests.packs.made_up import table

SIZE = 120


def by_cycle(counts: dict[RowKey, tuple[int, int]]) -> ResultTable:
    """Return a K20 of arms A and B with these numbers of subjects by row."""
    rows = tuple(Row(key, key[-1], len(key) - 1) for key in counts)
    cells = {
        (key, Column(arm, Stat.N)): Cell(str(n), float(n))
        for key, (a, b) in counts.items()
        for arm, n in (("A", a), ("B", b), ("Total", a + b))
    }
    made = table(("A", "B", "Total"), stats=(Stat.N,))
    sizes = {"A": SIZE // 2, "B": SIZE // 2, "Total": SIZE}
    return replace(made, exhibit="K20", rows=rows, cells=cells, arm_sizes=sizes, footnotes=("Other.",))


ROWS: dict[RowKey, tuple[int, int]] = {
    ("Cycle 1",): (30, 30),
    ("Cycle 1", "dosing"): (20, 20),
    ("Cycle 1", "dosing", "Rash"): (2, 2),
    ("Cycle 1", "dosing", "Fever"): (4, 1),
    ("Cycle 1", "rest"): (10, 10),
    ("Cycle 1", "rest", "Rash"): (1, 0),
    ("Cycle 1", "present"): (30, 30),
    ("Cycle 1", "present", "Rash"): (3, 2),
    ("Cycle 1", "present", "Fever"): (9, 9),
    ("Post",): (5, 5),
    ("Post", "Rash"): (0, 1),
}


def test_that_a_term_of_5_percent_over_all_cycles_stays_and_a_rarer_one_goes_everywhere() -> None:
    made = shortened(by_cycle(ROWS))
    # Rash: 4 + 1 + 1 = 6 of 120 subjects had a first onset; Fever: 5, however many had it present.
    assert [row.key for row in made.rows] == [key for key in ROWS if key[-1] != "Fever"]
    assert made.footnotes[0].startswith("Printed: any event, and of 2 term(s) the 1 that 6 or more of all 120 subjects")
    assert made.footnotes[1:] == ("Other.",)


def test_that_which_terms_are_printed_does_not_depend_on_the_arms() -> None:
    turned = {key: (b, a) for key, (a, b) in ROWS.items()}
    moved = {key: (0, a + b) for key, (a, b) in ROWS.items()}
    assert shortened(by_cycle(ROWS)).rows == shortened(by_cycle(turned)).rows == shortened(by_cycle(moved)).rows


def test_that_cells_and_other_tables_are_left_as_they_are() -> None:
    one = by_cycle(ROWS)
    assert shortened(one).cells is one.cells
    other = replace(one, exhibit="T09")
    assert shortened(other) is other
