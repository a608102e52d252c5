"""The models behind the tables: what Qt's own tester demands, and that they say what the session says."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from dsmb_app.model import formats
from dsmb_app.model.result import Listing
from dsmb_app.model.words import Level, Stat
from dsmb_app.views.tables import ListingModel, ResultModel, Role, ShownRows, SortedRecords, plain_tip
from tests.views.conftest import AtLevel

LEVELS = pytest.mark.parametrize("level", list(Level))
LISTING = Listing("Subjects", ("Subject", "Age"), (("S2", "9"), ("S1", "10"), ("S3", "")), ("S2", "S1", "S3"))


def rows_of(session, number: str = "T09") -> tuple[ResultModel, ShownRows]:
    model = ResultModel()
    rows = ShownRows()
    rows.setSourceModel(model)
    model.show_result(session.table(number))
    return model, rows


def names(rows: ShownRows) -> list[str]:
    return [rows.headerData(i, Qt.Orientation.Vertical) for i in range(rows.rowCount())]


@LEVELS
@pytest.mark.parametrize("number", ["T09", "T06"])
def test_that_the_model_of_a_result_passes_qts_own_tester(
    qapp, qtmodeltester, at_level: AtLevel, level: Level, number: str
) -> None:
    model, _rows = rows_of(at_level(level), number)
    qtmodeltester.check(model)


@LEVELS
@pytest.mark.parametrize("words", ["", "disorders", "no such term"])
def test_that_the_rows_shown_pass_qts_own_tester(
    qapp, qtmodeltester, at_level: AtLevel, level: Level, words: str
) -> None:
    _model, rows = rows_of(at_level(level))
    rows.search(words)
    qtmodeltester.check(rows)


@pytest.mark.parametrize("sorted_by", [None, 0, 1])
def test_that_the_model_of_a_listing_passes_qts_own_tester(qapp, qtmodeltester, sorted_by: int | None) -> None:
    model = ListingModel(LISTING)
    ordered = SortedRecords()
    ordered.setSourceModel(model)
    if sorted_by is not None:
        ordered.sort(sorted_by)
    qtmodeltester.check(ordered)


@LEVELS
def test_that_n_percent_and_events_on_the_page_are_the_sessions_own_words(
    qapp, at_level: AtLevel, level: Level
) -> None:
    session = at_level(level)
    table = session.table("T09")
    model, _ = rows_of(session)
    headers = [model.headerData(i, Qt.Orientation.Horizontal) for i in range(model.columnCount())]
    walked = 0
    for place, row in enumerate(table.rows):
        shown = {header: model.index(place, i).data() for i, header in enumerate(headers)}
        for arm in (*table.arms, "Total"):
            said = {c.stat: cell.text for r, c, cell in table.walk() if r is row and c.arm == arm and not c.arm_ref}
            top = f"{arm} (N={table.arm_sizes[arm]})"
            assert shown[f"{top}: n (%)"] == formats.n_pct(said[Stat.N], said[Stat.PCT])
            assert shown[f"{top}: Events"] == said[Stat.EVENTS]
            walked += 1
    assert walked == len(table.rows) * (len(table.arms) + 1)


def test_that_a_search_shows_what_matches_and_the_class_it_stands_in(qapp, at_level: AtLevel) -> None:
    _, rows = rows_of(at_level(Level.POOLED))
    rows.search("  HEADache ")
    assert names(rows) == ["Nervous system disorders", "Headache"]
    rows.search("nervous system")
    assert names(rows)[0] == "Nervous system disorders"
    assert "Headache" in names(rows)
    rows.search("no such term")
    assert names(rows) == []
    rows.search("")
    assert len(names(rows)) == len(at_level(Level.POOLED).table("T09").rows)


def test_that_a_class_folds_its_terms_up_and_a_search_finds_them_still(qapp, at_level: AtLevel) -> None:
    _, rows = rows_of(at_level(Level.POOLED))
    everything = names(rows)
    rows.fold(("Nervous system disorders",))
    folded = names(rows)
    assert "Nervous system disorders" in folded
    assert "Headache" not in folded
    rows.search("headache")
    assert names(rows) == ["Nervous system disorders", "Headache"]
    rows.search("")
    rows.fold(("Nervous system disorders",))
    assert names(rows) == everything
    outer = [line.row.key for line in rows.lines() if line.folds]
    for key in outer:
        rows.fold(key)
    assert all(rows.index(i, 0).data(Role.LINE).depth == 0 for i in range(rows.rowCount()))
    assert rows.rowCount() > 5
    for key in outer:
        rows.fold(key)
    assert names(rows) == everything


def test_that_a_listing_sorts_numbers_by_size(qapp) -> None:
    model = ListingModel(LISTING)
    ordered = SortedRecords()
    ordered.setSourceModel(model)
    ordered.sort(1, Qt.SortOrder.AscendingOrder)
    assert [ordered.index(i, 0).data(Role.SUBJECT) for i in range(3)] == ["S2", "S1", "S3"]


def test_that_figures_stand_at_the_right_of_a_listing_and_words_at_the_left(qapp) -> None:
    model = ListingModel(LISTING)
    sides = [model.index(0, i).data(Qt.ItemDataRole.TextAlignmentRole) for i in range(2)]
    assert [bool(side & Qt.AlignmentFlag.AlignRight) for side in sides] == [False, True]


def test_that_nothing_can_be_edited(qapp, at_level: AtLevel) -> None:
    model, _ = rows_of(at_level(Level.POOLED))
    assert not model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsEditable
    assert not model.setData(model.index(0, 0), "1")


def test_that_a_term_that_looks_like_a_page_of_the_web_is_shown_as_it_is(qapp) -> None:
    assert plain_tip("<b>Rash</b>") == "&lt;b&gt;Rash&lt;/b&gt;"
    assert plain_tip("Rash, p < 0.05") == "Rash, p < 0.05"


def test_that_every_cell_has_words_for_a_screen_reader(qapp, at_level: AtLevel) -> None:
    model, _ = rows_of(at_level(Level.MASKED))
    words = model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == "Any adverse event, A (N=29): n (%): " + model.index(0, 0).data()
