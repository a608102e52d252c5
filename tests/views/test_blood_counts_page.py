"""The blood counts page: a matrix says what the table says, and a cell leads to its subjects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from dsmb_app import app
from dsmb_app.model import formats
from dsmb_app.model.result import Column
from dsmb_app.model.words import TOTAL, Level, Stat
from dsmb_app.views.drill import RecordsView
from dsmb_app.views.pages.blood_counts import BLOOD, BloodCounts
from dsmb_app.views.plots.shift_matrix import ROOM, SHARE, ShiftMatrix, blocks
from tests.locked import Locked
from tests.views.shown import LEVELS, Show, no_safety, show, without_labs

__all__ = ["no_safety", "show", "without_labs"]

DISPLAY = Qt.ItemDataRole.DisplayRole


def test_that_the_chooser_offers_every_blood_count_of_the_data(demo: Locked, tmp_path: Path, show: Show) -> None:
    page = show(demo.session(Level.POOLED, tmp_path), "Blood counts").page
    assert [page.which.itemText(i) for i in range(page.which.count())] == [
        "Leukocytes", "Neutrophils", "Lymphocytes", "Hemoglobin", "Platelets", "Eosinophils",
    ]  # fmt: skip
    assert [page.side.itemText(i) for i in range(page.side.count())] == ["Low", "High"]


@LEVELS
def test_that_every_cell_of_a_matrix_says_what_its_row_of_the_table_says(
    demo: Locked, tmp_path: Path, show: Show, level: Level
) -> None:
    session = demo.session(level, tmp_path)
    table, page = session.table("K17"), show(session, "Blood counts").page
    shifts = [row.key for row in table.rows if len(row.key) == 4 and row.key[0] in BLOOD]
    left = {(key, arm) for key in shifts for arm in session.arms or (TOTAL,)}
    assert len(left) >= 95
    for test, _ in every_block(page):
        if test == "EOS" and level is Level.POOLED:
            assert page.matrices.matrices == [], "held back from open sessions"
            continue
        for arm, matrix in zip(session.arms or (TOTAL,), page.matrices.matrices, strict=True):
            for row in range(matrix.model().rowCount()):
                for column in range(matrix.model().columnCount()):
                    left.remove(_check(matrix, row, column, arm, table))
    assert not left


def every_block(page: BloodCounts) -> Iterator[tuple[str, str]]:
    """Choose every blood count in both directions."""
    for place in range(page.which.count()):
        page.which.setCurrentIndex(place)
        for side in range(page.side.count()):
            page.side.setCurrentIndex(side)
            yield page.chooser.block


def _check(matrix: ShiftMatrix, row: int, column: int, arm: str, table) -> tuple[tuple[str, ...], str]:
    """Compare one cell with the result, found by the headers that the reader sees."""
    model = matrix.model()
    slot = model.slot(row, column)
    before = model.headerData(row, Qt.Orientation.Vertical, DISPLAY)
    after = model.headerData(column, Qt.Orientation.Horizontal, DISPLAY)
    n, size, share = (table.cell(slot.row, Column(arm, stat)) for stat in (Stat.N, Stat.DENOMINATOR, Stat.PCT))
    assert slot.row[2].removeprefix("baseline ").removeprefix("Grade ") == before.partition(" (N=")[0]
    assert slot.row[3].removeprefix("worst ").removeprefix("Grade ") == after
    assert before.endswith(f"(N={size.text})")
    index = model.index(row, column)
    assert index.data() == formats.n_pct(n.text, share.text)
    assert index.data(SHARE) == share.value
    return slot.row, arm


def test_that_a_row_of_a_matrix_adds_up_to_its_size(demo: Locked, tmp_path: Path) -> None:
    table = demo.session(Level.NAMED, tmp_path).table("K17")
    for block in blocks(table):
        for before in {row.key[2] for row in table.rows if row.key[:2] == block and len(row.key) == 4}:
            keys = [row.key for row in table.rows if row.key[:3] == (*block, before)]
            for arm in table.arms:
                counts = [table.cell(key, Column(arm, Stat.N)).value for key in keys]
                assert sum(counts) == table.cell(keys[0], Column(arm, Stat.DENOMINATOR)).value


def test_that_the_table_below_holds_the_rows_of_the_blood_count_chosen(
    demo: Locked, tmp_path: Path, show: Show
) -> None:
    page = show(demo.session(Level.MASKED, tmp_path), "Blood counts").page
    page.which.setCurrentIndex(2)
    rows = page.exhibits[0].rows
    labels = [rows.headerData(i, Qt.Orientation.Vertical, DISPLAY) for i in range(rows.rowCount())]
    heads = [label for label in labels if not label.startswith("baseline")]
    assert len(heads) == 5
    assert all(label.startswith("Lymphocytes low: ") for label in heads)


def test_that_a_click_on_a_cell_opens_exactly_its_subjects(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    session = demo.session(Level.MASKED, tmp_path)
    review = show(session, "Blood counts")
    matrix = review.page.matrices.matrices[1]
    index = matrix.model().index(0, 0)
    count = session.table("K17").cell(matrix.model().slot(0, 0).row, Column("B", Stat.N))
    qtbot.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=matrix.visualRect(index).center())
    view = review.stack.currentWidget()
    assert isinstance(view, RecordsView)
    assert "shift of grade" in view.question.text()
    assert "B" in view.question.text()
    assert len(view.panels[0].model.listing.rows) == count.value == 25


def test_that_a_matrix_is_copied_with_headers_and_source(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    review = show(demo.session(Level.NAMED, tmp_path), "Blood counts")
    matrix = review.page.matrices.matrices[0]
    app.settle()
    matrix.copy_wanted.emit()
    lines = QApplication.clipboard().text().splitlines()
    assert lines[1] == review.desk.source_line
    assert lines[3].split("\t") == ["", "0", "1", "2", "3", "4", "Not done"]
    assert lines[4].split("\t")[:2] == ["0 (N=25)", "25 (100.0)"]


def test_that_the_blood_count_chosen_outlives_a_change_of_level(demo: Locked, tmp_path: Path, show: Show) -> None:
    session = demo.session(Level.NAMED, tmp_path)
    review = show(session, "Blood counts")
    review.page.which.setCurrentIndex(3)
    review.desk.show_level(Level.MASKED)
    assert review.page.which.currentText() == "Hemoglobin"
    assert [matrix.accessibleName().rpartition(" ")[2] for matrix in review.page.matrices.matrices] == ["A", "B"]


def test_that_matrices_out_of_sight_are_not_kept_at_another_level(demo: Locked, tmp_path: Path, show: Show) -> None:
    review = show(demo.session(Level.NAMED, tmp_path), "Blood counts")
    page = review.page
    review.navigation.choose(0)
    review.desk.show_level(Level.MASKED)
    assert page.matrices.matrices == []


def test_that_a_closed_table_says_so_and_shows_no_matrix(no_safety: Locked, tmp_path: Path, show: Show) -> None:
    page = show(no_safety.session(Level.POOLED, tmp_path), "Blood counts").page
    assert not page.top.isVisible()
    assert page.matrices.matrices == []
    assert "K17 is not shown in open sessions" in page.exhibits[0].refusal.text()


def test_that_a_study_without_labs_says_that_there_is_nothing(without_labs: Locked, tmp_path: Path, show: Show) -> None:
    page = show(without_labs.session(Level.NAMED, tmp_path), "Blood counts").page
    assert not page.top.isVisible()
    nothing, view = page.exhibits[0].nothing, page.exhibits[0].view
    assert nothing.isVisible()
    assert view.rect().contains(nothing.geometry())


def test_that_every_cell_of_a_matrix_has_room_for_its_text(demo: Locked, tmp_path: Path, show: Show) -> None:
    page = show(demo.session(Level.POOLED, tmp_path), "Blood counts").page
    for _ in every_block(page):
        for matrix in page.matrices.matrices:
            model = matrix.model()
            for row in range(model.rowCount()):
                for column in range(model.columnCount()):
                    text = model.index(row, column).data()
                    assert matrix.fontMetrics().horizontalAdvance(text) <= matrix.columnWidth(column) - 2 * ROOM


def test_that_two_matrices_stand_side_by_side_in_the_window_as_it_opens(
    demo: Locked, tmp_path: Path, show: Show
) -> None:
    page = show(demo.session(Level.MASKED, tmp_path), "Blood counts").page
    app.settle()
    one, two = page.matrices.matrices
    assert (one.parent().y(), one.parent().x() < two.parent().x()) == (two.parent().y(), True)
