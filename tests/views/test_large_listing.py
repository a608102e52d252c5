"""A listing too long to look at row by row: choosing and copying all of it, and what the table asks its model for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt

from dsmb_app.app import settle
from dsmb_app.model.result import Listing
from dsmb_app.model.sheet import Sheet, column_of
from dsmb_app.views import copying
from dsmb_app.views.drill import ListingPanel
from dsmb_app.views.ending import dispose
from dsmb_app.views.sheet_model import SheetModel
from dsmb_app.views.sheet_view import SheetView

ROWS = 4000
CTRL = Qt.KeyboardModifier.ControlModifier


class Counted(SheetModel):
    """Counts how often it is asked whether a cell may be chosen."""

    asked = 0

    def flags(self, index) -> Qt.ItemFlag:
        self.asked += 1
        return super().flags(index)


@pytest.fixture
def sheet() -> Sheet:
    names = [f"S{place % 97:03}" for place in range(ROWS)]
    words = [("=1+1", "mild  headache", "+3", "tab\there")[place % 4] for place in range(ROWS)]
    return Sheet("X", "Made up", (column_of("Subject", names), column_of("Words", words)))


@pytest.fixture
def view(qtbot, sheet: Sheet) -> Iterator[SheetView]:
    made = SheetView("Listing")
    made.setModel(Counted(made))
    made.model().show_sheet(sheet)
    made.show()
    yield made
    dispose(made)


def test_that_choosing_every_row_does_not_look_at_each(qtbot, view: SheetView) -> None:
    view.setFocus()
    settle()
    before = view.model().asked
    qtbot.keyClick(view, Qt.Key.Key_A, CTRL)
    view.grab()
    assert copying.count_chosen(view) == ROWS
    assert view.model().asked - before < ROWS / 4


def test_that_the_longest_subject_stands_whole_wherever_it_is_and_before_the_table_is_shown(qtbot) -> None:
    names = [f"S{place:03}" for place in range(ROWS)]
    names[-1] = "STUDY-WITH-A-LONG-NAME-SITE-12-0417"
    panel = ListingPanel(None, Listing("1", ("Subject",), tuple((name,) for name in names), tuple(names)))
    made = SheetView("Listing")
    made.setModel(SheetModel(made))
    made.model().show_sheet(Sheet("X", "Made up", (column_of("Subject", names), column_of("Words", names))))
    made.fit_columns()
    for view in (panel.view, made):
        fitted = view.columnWidth(0)
        qtbot.addWidget(view)
        view.show()
        assert fitted >= view.sizeHintForIndex(view.model().index(ROWS - 1, 0)).width()


def test_that_a_copy_of_chosen_rows_is_what_the_table_shows(qtbot, view: SheetView, sheet: Sheet) -> None:
    view.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    for row in (3000, 7, 8, 5):
        how = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        view.selectionModel().select(view.model().index(row, 0), how)
    rows = copying.chosen_rows(view)
    assert rows == [5, 7, 8, 3000]
    told = copying.sheet_text(sheet, view.model().shown[rows], title="X  Made up", source="the source")
    assert told == copying.as_text(view, title="X  Made up", source="the source")
    lines = told.splitlines()
    assert lines[:4] == ["X  Made up", "the source", "", "Subject\tWords"]
    for line, row in zip(lines[4:], rows, strict=True):
        subject, words = line.split("\t")
        assert subject == view.model().index(row, 0).data()
        assert words.removeprefix("'") == " ".join(view.model().index(row, 1).data().split())
        assert not words.startswith("=")


def test_that_every_row_is_copied_where_none_is_chosen(view: SheetView, sheet: Sheet) -> None:
    view.model().search("headache")
    assert view.model().rowCount() == ROWS / 4
    told = copying.sheet_text(sheet, view.model().shown, title="", source="")
    assert told == copying.as_text(view, title="", source="")
    assert told.count("mild headache") == ROWS / 4
