"""Every page by keys: its tables are copied with headers, its pictures saved, and the page printed to PDF."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QClipboard, QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QListWidget, QTableView

from dsmb_app import app
from dsmb_app.model.words import Level
from dsmb_app.session import Session
from dsmb_app.views.clipboard import Clipboard
from dsmb_app.views.lock_wizard.step import fill, table_of
from dsmb_app.views.notes import Notes
from dsmb_app.views.onset_view import OnsetView
from dsmb_app.views.pages import PAGES
from dsmb_app.views.review import Review
from tests.views.conftest import AtLevel, ShowWindow
from tests.views.shown import review, whole_window

__all__ = ["review", "whole_window"]

CTRL = Qt.KeyboardModifier.ControlModifier
TITLES = [page.title for page in PAGES]
SAVERS = ("review", "plot_view", "exhibit_view", "profile_view")


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the files that were asked for, each with a name of its own."""
    asked: list[Path] = []

    def ask(_parent: object, _title: str, name: str, _kinds: str) -> Path:
        asked.append(tmp_path / f"{len(asked)}_{name}")
        return asked[-1]

    for module in SAVERS:
        monkeypatch.setattr(f"dsmb_app.views.{module}.ask_where_to_save", ask)
    return asked


@pytest.mark.parametrize("title", TITLES)
def test_that_tables_pictures_and_the_page_are_copied_by_keys(
    qtbot, review: Review, saved: list[Path], title: str
) -> None:
    review.choose(TITLES.index(title))
    if title == "Patients":
        review.open_patient(review.desk.session.patients().subjects[0])
    app.settle()
    page = review.stack.currentWidget()
    # A text chosen by mouse would be copied without its source, and past the log.
    by_mouse = Qt.TextInteractionFlag.TextSelectableByMouse
    assert not [at.text() for at in review.findChildren(QLabel) if at.textInteractionFlags() & by_mouse]
    tables = [view for view in page.findChildren(QTableView) if view.isVisible()]
    for view in tables:
        QApplication.clipboard().setText("nothing yet")
        view.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.keyClick(view, Qt.Key.Key_C, CTRL)
        lines = QApplication.clipboard().text().splitlines()
        model, across = view.model(), Qt.Orientation.Horizontal
        shown = [i for i in range(model.columnCount()) if not view.isColumnHidden(i)]
        heads = [str(model.headerData(i, across)) for i in shown]
        assert lines[3].split("\t")[-len(heads) :] == heads, view.accessibleName()
        assert review.desk.session.snapshot.snap_id in lines[1]
    lists = [*page.findChildren(QListWidget), review.navigation.list]
    for view in [view for view in lists if view.isVisible()]:
        check_list(qtbot, review, view)
    buttons = [b for b in page.findChildren(QAbstractButton) if b.accessibleName() == "Save picture" and b.isVisible()]
    for button in buttons:
        button.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.keyClick(button, Qt.Key.Key_Space)
        assert QImage(str(saved[-1])).width() == 2000
    assert len(saved) == len(buttons)
    review.navigation.list.setFocus()
    qtbot.keyClick(review.navigation.list, Qt.Key.Key_P, CTRL)
    assert saved[-1].read_bytes().startswith(b"%PDF-")
    assert tables or buttons


def check_list(qtbot, review: Review, view: QListWidget) -> None:
    """Copy a list by keys: its name, where it comes from, then its lines; and the log has it."""
    QApplication.clipboard().setText("nothing yet")
    view.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(view, Qt.Key.Key_C, CTRL)
    lines = QApplication.clipboard().text().splitlines()
    items = [view.item(place) for place in range(view.count())]
    shown = [" ".join(item.text().split()) for item in items if not item.isHidden()]
    assert lines[0] == lines[3] == view.accessibleName()
    assert review.desk.session.snapshot.snap_id in lines[1]
    assert lines[4:] == shown != []


def test_that_lists_that_are_seen_only_when_asked_for_copy_like_tables(
    qtbot, at_level: AtLevel, show_window: ShowWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = show_window(at_level(Level.MASKED), list_pack=lambda _session, _progress: ["T01 Participants", "=1+1"])
    logged: list[str] = []
    monkeypatch.setattr(Session, "record_copy", lambda _session, what: logged.append(what))
    review = window.review
    onset = OnsetView(review.desk, "T09")
    qtbot.addWidget(onset)
    onset.show()
    check_list(qtbot, review, onset.rows)
    window.export()
    sheets = window.dialog.sheets
    qtbot.waitUntil(lambda: sheets.count() == 2)
    qtbot.keyClick(sheets, Qt.Key.Key_C, CTRL)
    # No line of a list becomes a formula in a spreadsheet.
    assert QApplication.clipboard().text().splitlines()[4:] == ["T01 Participants", "'=1+1"]
    assert logged == ["list Rows", f"list {sheets.accessibleName()}"]


@pytest.mark.parametrize(("title", "of"), [("Listings", "listing L1"), ("Adverse events", "T09")])
def test_that_notes_are_copied_with_their_source_once_the_log_has_it(
    qtbot, at_level: AtLevel, show_window: ShowWindow, monkeypatch: pytest.MonkeyPatch, title: str, of: str
) -> None:
    window = show_window(at_level(Level.MASKED), page=TITLES.index(title))
    logged: list[str] = []
    monkeypatch.setattr(Session, "record_copy", lambda _session, what: logged.append(what))
    notes = next(found for found in window.review.page.findChildren(Notes) if found.isVisible())
    text = next(at for at in notes.findChildren(QLabel) if at.accessibleName() == "Notes")
    if not text.isVisible():
        notes.toggle()
    qtbot.mouseClick(text, Qt.MouseButton.LeftButton)
    qtbot.keyClick(text, Qt.Key.Key_C, CTRL)
    lines = QApplication.clipboard().text().splitlines()
    assert (lines[0], lines[4:]) == (f"notes {of}", notes.text.splitlines())
    assert window.review.desk.session.snapshot.snap_id in lines[1]
    assert [action.text() for action in notes.actions()] == ["Copy notes"]
    assert logged == [f"notes {of}"]


def test_that_a_table_of_the_wizard_copies_with_its_headers(qtbot) -> None:
    table = table_of("Datasets", ("Dataset", "Rows"), wide=0)
    qtbot.addWidget(table)
    fill(table, [("AE", 1200), ("DM", None)])
    table.show()
    qtbot.keyClick(table, Qt.Key.Key_C, CTRL)
    lines = QApplication.clipboard().text().splitlines()
    assert lines == ["Datasets", "DSMB review", "", "Dataset\tRows", "AE\t1,200", "DM\t"]


def test_that_what_the_closed_window_lets_be_copied_by_any_way_is_taken_back(
    qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Drawn offscreen there is no other program, and nobody is said to own the clipboard.
    monkeypatch.setattr(QClipboard, "ownsClipboard", lambda _self: True)
    board = Clipboard(closed=True)
    field = QLineEdit("28 (96.6)")
    qtbot.addWidget(field)
    field.show()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_C, CTRL)
    assert QApplication.clipboard().text() == "28 (96.6)"
    board.clear()
    assert QApplication.clipboard().text() == ""
    monkeypatch.setattr(QClipboard, "ownsClipboard", lambda _self: False)
    QApplication.clipboard().setText("of another program")
    board.clear()
    assert QApplication.clipboard().text() == "of another program"


def test_that_the_picture_of_a_profile_holds_all_of_it(review: Review, tmp_path: Path) -> None:
    review.open_patient(review.desk.session.patients().subjects[0])
    view = review.patients.profile
    view.write_picture(tmp_path / "profile.png")
    view.write_picture(tmp_path / "profile.svg")
    image = QImage(str(tmp_path / "profile.png"))
    assert image.height() / 2 > view.plot.head.height() + view.plot.body.height()
    text = (tmp_path / "profile.svg").read_text("utf-8")
    assert view.profile.subject in text
    assert review.desk.session.snapshot.snap_id in text
