"""Every page by keys: its tables are copied with headers, its pictures saved, and the page printed to PDF."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QTableView

from dsmb_app import app
from dsmb_app.views.pages import PAGES
from dsmb_app.views.review import Review
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
