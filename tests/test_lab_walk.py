"""Every cell of the laboratory tables leads to the subjects that it counts, at every level."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsmb_app.model.words import Level, Stat
from tests.locked import Locked

TABLES = ("T16", "K17", "K18", "K19")


@pytest.mark.parametrize("level", list(Level))
def test_that_every_cell_opens_the_subjects_that_its_row_counts(demo: Locked, level: Level) -> None:
    session = demo.opened(level)
    for number in TABLES:
        table = session.table(number)
        found, cut = session._permitted(number), session._cut  # who is behind a row, asked once a row
        for row in table.rows:
            subjects = found.subjects(cut, row.key)
            for column in table.columns:
                cell = table.cell(row.key, column)
                if cell is not None and column.stat is Stat.N:
                    assert int((subjects & cut.in_column(column.arm)).sum()) == cell.value, (number, row.path, column)
            own = [table.cell(row.key, c) for c in table.columns if c.stat in (Stat.N, Stat.DENOMINATOR)]
            assert all(cell is None or cell.value is not None for cell in own)


def test_that_a_click_shows_as_many_subjects_and_the_records_of_the_rows_tests(demo: Locked) -> None:
    session = demo.opened(Level.MASKED)
    clicked = {
        "T16": ("PLAT", "low", "<125 x 10^9/L"),
        "K17": ("LYM", "low", "New or worsened"),
        "K18": ("Expected labs", "Liver tests", "Week 2"),
        "K19": ("NEUT", "low", "Day of nadir"),
    }
    shown = {}
    for number, row in clicked.items():
        table = session.table(number)
        for column in (c for c in table.columns if c.arm == "A" and not c.arm_ref):
            cell = table.cell(row, column)
            if cell is None:
                continue
            drill = session.drill(number, row, column)
            n = table.cell(row, next(c for c in table.columns if c.arm == "A" and c.stat is Stat.N))
            assert n is not None
            assert len(drill.subjects.rows) == n.value
            place = drill.records.headers.index("Test")
            shown[number] = {record[place] for record in drill.records.rows}
    assert shown == {"T16": {"PLAT"}, "K17": {"LYM"}, "K18": {"ALT", "AST", "ALP", "BILI"}, "K19": {"NEUT"}}


def test_that_every_laboratory_table_says_who_has_any_labs(demo: Locked) -> None:
    for level in Level:
        session = demo.opened(level)
        for number in TABLES:
            paths = [row.path for row in session.table(number).rows]
            assert paths[0].startswith("Labs present > ")
            assert any(path.startswith("Expected labs > ") and path.endswith(" > Week 24") for path in paths)


def test_that_what_is_held_back_is_not_in_open_laboratory_tables(demo: Locked, state: Path) -> None:
    session = demo.session(Level.NAMED, state)
    assert any(row.key[0] == "EOS" for row in session.table("K19").rows)
    session.set_level(Level.POOLED)
    for number in TABLES:
        table = session.table(number)
        assert not [row.path for row in table.rows if "EOS" in row.path or "Eosinophils" in row.path]
        assert any("Held back from open sessions: EOS." in note for note in table.footnotes)
