"""When? From a row of any table to its curves, and from these to the subjects."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from dsmb_app.app import settle
from dsmb_app.model.result import Column
from dsmb_app.model.words import Level, Stat
from dsmb_app.views.when_view import BY_DAY, FIRST_TIME, OTHERS_FIRST, WhenView
from tests.locked import Locked
from tests.views.looking import counts
from tests.views.shown import Show, no_safety, show

__all__ = ["no_safety", "show"]
HEADACHE = ("Nervous system disorders", "Headache")
ALT = ("ALT", "high", ">3 x ULN")


def choose(exhibit, key: tuple[str, ...]) -> None:
    rows = exhibit.rows
    place = next(i for i in range(rows.rowCount()) if rows.index(i, 0).data(0x101).row.key == key)
    exhibit.view.setCurrentIndex(rows.index(place, 0))


def asked(review) -> WhenView:
    settle()
    view = review.stack.currentWidget()
    assert isinstance(view, WhenView)
    return view


@pytest.mark.parametrize("by_key", [True, False])
def test_that_a_term_at_hand_is_asked_when(demo: Locked, tmp_path: Path, qtbot, show: Show, by_key: bool) -> None:
    session = demo.session(Level.MASKED, tmp_path)
    review = show(session, "Adverse events")
    exhibit = review.page.exhibit
    choose(exhibit, HEADACHE)
    if by_key:
        qtbot.keyClick(exhibit.view, Qt.Key.Key_W)
    else:
        qtbot.mouseClick(exhibit.when, Qt.MouseButton.LeftButton)
    view = asked(review)
    assert view.question.text() == "When? Headache"
    assert view.views[FIRST_TIME].result == session.figure("F15", HEADACHE, "T09")
    plot = view.views[FIRST_TIME].plot
    highest = max(range(len(plot.steps)), key=lambda i: plot.steps[i].y)
    arm = plot.steps[highest].curve.arm
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=plot.position_of(highest).toPoint())
    assert counts(review.stack.currentWidget())[0] == session.table("T09").cell(HEADACHE, Column(arm, Stat.N)).value
    review.back()
    assert review.stack.currentWidget() is view
    review.back()
    assert review.stack.currentWidget() is review.page


def test_that_a_basket_is_asked_when(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    session = demo.session(Level.NAMED, tmp_path)
    review = show(session, "Special interest")
    basket = session.table("K14").rows[0].key
    choose(review.page.exhibit, basket)
    qtbot.mouseClick(review.page.exhibit.when, Qt.MouseButton.LeftButton)
    view = asked(review)
    view.bar.choose(BY_DAY)
    settle()
    assert view.stack.currentWidget().result == session.figure("F20", basket, "K14")


def test_that_a_laboratory_threshold_is_asked_when_and_has_no_count(
    demo: Locked, tmp_path: Path, qtbot, show: Show
) -> None:
    session = demo.session(Level.MASKED, tmp_path)
    review = show(session, "Laboratory")
    exhibit = review.page.exhibits[0]
    exhibit.narrow(())
    choose(exhibit, ALT)
    qtbot.keyClick(exhibit.view, Qt.Key.Key_W)
    view = asked(review)
    assert list(view.views) == [FIRST_TIME, OTHERS_FIRST]
    assert view.views[FIRST_TIME].result == session.figure("F15", ALT, "T16")


def test_that_a_row_without_a_day_is_refused_in_a_sentence(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    review = show(demo.session(Level.MASKED, tmp_path), "Infections")
    choose(review.page.exhibit, ("Two or more",))
    qtbot.mouseClick(review.page.exhibit.when, Qt.MouseButton.LeftButton)
    assert not review.is_drilled
    assert review.banner.isVisible()


def test_that_a_table_of_no_events_does_not_offer_it(demo: Locked, tmp_path: Path, show: Show) -> None:
    review = show(demo.session(Level.MASKED, tmp_path), "Conduct")
    for name in review.page.views.buttons:
        review.page.views.choose(name)
        assert not review.page.exhibit.when.isVisible(), name


def test_that_what_was_asked_at_another_level_is_forgotten(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    review = show(demo.session(Level.NAMED, tmp_path), "Adverse events")
    qtbot.mouseClick(review.page.exhibit.when, Qt.MouseButton.LeftButton)
    asked(review)
    review.desk.show_level(Level.POOLED)
    settle()
    assert review.stack.currentWidget() is review.page
    assert all(review.stack.widget(place) in review.pages for place in range(review.stack.count()))
