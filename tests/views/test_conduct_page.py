"""Conduct: the flow drawn, a table at a time, whole in a small window, counts with their subjects."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from dsmb_app.app import settle
from dsmb_app.model.result import Column
from dsmb_app.model.words import TOTAL, Level
from dsmb_app.views.pages.conduct import EXHIBITS, FLOW
from dsmb_app.views.review import Review
from dsmb_app.views.tables import Role
from tests.locked import Locked
from tests.views.looking import click, counts
from tests.views.shown import LEVELS, Show, no_safety, show

__all__ = ["no_safety", "show"]


def press(qtbot, review: Review, name: str) -> None:
    qtbot.mouseClick(review.page.views.buttons[name], Qt.MouseButton.LeftButton)
    settle()


@LEVELS
def test_that_every_table_is_shown_and_a_count_leads_to_its_subjects(
    demo: Locked, tmp_path: Path, qtbot, show: Show, level: Level
) -> None:
    review = show(demo.session(level, tmp_path), "Conduct")
    for name, number in EXHIBITS.items():
        press(qtbot, review, name)
        exhibit = review.page.exhibit
        assert exhibit.title.text().startswith(f"{number}  ")
        last = exhibit.rows.columnCount() - 1
        index = next(
            at
            for row in range(exhibit.rows.rowCount())
            for column in range(last + 1)
            if (at := exhibit.rows.index(row, column)).data(Role.SLOT)
            and at.data(Role.SLOT).columns[0].stat == "n"
            and at.data(Role.SLOT).value
        )
        wanted = int(index.data(Role.SLOT).value)
        click(qtbot, exhibit.view, index)
        assert counts(review.stack.currentWidget())[0] == wanted, name
        review.back()


@LEVELS
def test_that_the_flow_is_drawn_first_and_a_box_leads_to_its_subjects(
    demo: Locked, tmp_path: Path, qtbot, show: Show, level: Level
) -> None:
    session = demo.session(level, tmp_path)
    review = show(session, "Conduct")
    review.resize(1024, 700)
    settle()
    flow, table = review.page.flow, session.table("F1")
    assert flow.isVisible()
    assert not flow.scroll.verticalScrollBar().maximum()
    assert flow.plot.minimumHeight() <= flow.plot.height()
    # Every count of the table stands in the drawing, as printed there, and no other.
    arms = table.arms or ("Total",)
    drawn = {(at.key, at.arm): at.text for at in flow.plot.places}
    alone = [row.key for row in table.rows if table.cell(row.key, Column(arms[0], "n")) is None]
    wanted = {(key, "Total") for key in alone} | {
        (r.key, arm) for r in table.rows if r.key not in alone for arm in arms
    }
    assert set(drawn) == wanted
    assert all(text == table.cell(key, Column(arm, "n")).text for (key, arm), text in drawn.items())
    place = next(i for i, at in enumerate(flow.plot.places) if at.key == ("Stopped",) and at.text != "0")
    at = flow.plot.places[place]
    qtbot.mouseClick(flow.plot.viewport(), Qt.MouseButton.LeftButton, pos=flow.plot.position_of(place).toPoint())
    assert counts(review.stack.currentWidget())[0] == int(at.text)
    review.back()
    assert review.page.views.shown == FLOW


def test_that_a_session_without_safety_has_no_vital_signs(no_safety: Locked, tmp_path: Path, show: Show) -> None:
    review = show(no_safety.session(Level.POOLED, tmp_path), "Conduct")
    assert [name for name, button in review.page.views.buttons.items() if button.isHidden()] == ["Vital signs"]


def test_that_vital_signs_give_way_when_the_session_becomes_open(
    no_safety: Locked, tmp_path: Path, qtbot, show: Show
) -> None:
    review = show(no_safety.session(Level.MASKED, tmp_path), "Conduct")
    press(qtbot, review, "Vital signs")
    review.desk.show_level(Level.POOLED)
    settle()
    assert review.page.flow.isVisible()
    assert review.page.flow.result.level is Level.POOLED
    assert review.page.exhibit.model.layout is None or not review.page.exhibit.model.layout.table.arms


@pytest.mark.parametrize("name", list(EXHIBITS))
def test_that_no_column_is_cut_off_in_a_small_window(
    demo: Locked, tmp_path: Path, qtbot, show: Show, name: str
) -> None:
    review = show(demo.session(Level.MASKED, tmp_path), "Conduct")
    review.resize(1024, 700)
    press(qtbot, review, name)
    assert review.page.exhibit.view.horizontalScrollBar().maximum() == 0


def test_that_the_vital_signs_of_three_arms_show_all_columns_or_that_there_are_more(
    pilot: Locked, tmp_path: Path, qtbot, show: Show
) -> None:
    session = pilot.session(Level.NAMED, tmp_path)
    review = show(session, "Conduct")
    review.resize(1024, 700)
    press(qtbot, review, "Vital signs")
    exhibit = review.page.exhibit
    view, total = exhibit.view, next(action for action in exhibit.columns.menu().actions() if action.data() == TOTAL)
    # The total gives way to what compares the arms.
    assert [view.horizontalScrollBar().maximum(), view.edge.isVisible(), total.isChecked()] == [0, False, False]
    seen = [view.arm_header.head(i) for i in range(view.model().columnCount()) if not view.isColumnHidden(i)]
    assert {head.arm for head in seen if head.arm_ref} == {"Xanomeline Low Dose", "Xanomeline High Dose"}
    # A mean stands under all columns of its arm, and leads to its subjects from each.
    row = next(i for i in range(view.model().rowCount()) if view.term_header.line(i).label == "Mean (SD)")
    beside = view.model().index(row, 1)
    assert (beside.data(), beside.data(Role.SLOT)) == ("", None)
    assert ink(view.grab(view.visualRect(beside).translated(view.viewport().pos())).toImage()) > 0
    asked = []
    exhibit.drilled.connect(lambda _number, row, column: asked.append((row, column)))
    click(qtbot, view, beside)
    slot = view.model().index(row, 0).data(Role.SLOT)
    assert asked == [(slot.row, slot.columns[0])]
    review.back()
    # Who asks for the total gets it, and sees that there is more to the right until it has come into sight.
    total.trigger()
    bar = view.horizontalScrollBar()
    assert (bar.maximum() > 0, view.edge.isVisible(), view.isColumnHidden(7)) == (True, True, False)
    assert view.edge.geometry().right() == view.viewport().geometry().right()
    bar.setValue(bar.maximum())
    assert not view.edge.isVisible()


def test_that_a_standard_deviation_is_drawn_beside_its_mean(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    review = show(demo.session(Level.MASKED, tmp_path), "Conduct")
    press(qtbot, review, "Demographics")
    view = review.page.exhibit.view
    row = next(i for i in range(view.model().rowCount()) if view.term_header.line(i).label == "Mean (SD)")
    drawn = view.grab(view.visualRect(view.model().index(row, 0)).translated(view.viewport().pos())).toImage()
    median = view.grab(view.visualRect(view.model().index(row + 1, 0)).translated(view.viewport().pos())).toImage()
    assert ink(drawn) > 1.5 * ink(median)  # "36.1 (8.99)" against "35.0"


def ink(image) -> int:
    """Count the pixels that are not of the ground."""
    ground = image.pixelColor(2, image.height() // 2)
    places = ((x, y) for x in range(1, image.width() - 1) for y in range(2, image.height() - 2))
    return sum(image.pixelColor(x, y) != ground for x, y in places)
