"""The onset view: the curves of the figure as they are, numbers at risk below, and the way to the subjects."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt

from dsmb_app.model.result import Column, Curve, CurveFigure
from dsmb_app.model.words import TOTAL, Level, Stat
from dsmb_app.session import Session
from dsmb_app.views.onset_view import OnsetView
from dsmb_app.views.pages import adverse_event_views as views
from dsmb_app.views.plots.curves import CurvePlot
from dsmb_app.views.review import Review
from tests.locked import Locked
from tests.views.looking import counts
from tests.views.shown import LEVELS, Show, no_safety, show

__all__ = ["no_safety", "show"]
HEADACHE = ("Nervous system disorders", "Headache")


def onset(show: Show, session: Session) -> tuple[Review, OnsetView]:
    review = show(session, "Adverse events")
    review.page.views.show_view(views.ONSET)
    return review, review.page.views.onset


def corners(figure: CurveFigure, curve: Curve) -> list[tuple[float, float]]:
    """Return the corners of a step curve up to the day from which it is hidden, by a plain loop."""
    end = min(curve.x[-1], figure.hidden_from.get(curve.arm, math.inf))
    found = [(curve.x[0], curve.y[0])]
    for x, y in zip(curve.x[1:], curve.y[1:], strict=True):
        if x < end and y != found[-1][1]:
            found += [(x, found[-1][1]), (x, y)]
    return [*found, (end, found[-1][1])]


@LEVELS
@pytest.mark.parametrize("row", [("Any",), HEADACHE])
def test_that_the_curves_drawn_are_those_of_the_figure(
    demo: Locked, tmp_path: Path, show: Show, level: Level, row
) -> None:
    session = demo.session(level, tmp_path)
    _, view = onset(show, session)
    view.show_row("T09", row)
    figure = session.figure("F09", row, "T09")
    drawn = view.curve.plot.drawn
    assert list(drawn) == list(session.arms or (TOTAL,))
    for curve in figure.curves:
        assert drawn[curve.arm] == corners(figure, curve)


@LEVELS
def test_that_the_numbers_at_risk_stand_below_the_axis(demo: Locked, tmp_path: Path, show: Show, level: Level) -> None:
    session = demo.session(level, tmp_path)
    _, view = onset(show, session)
    figure, printed = session.figure("F09"), view.curve.plot.printed
    across = len(printed) // len(figure.arms)
    assert across > 2
    assert printed == [str(n) for arm in figure.arms for n in figure.at_risk[arm][:across]]


@LEVELS
def test_that_a_click_on_a_curve_shows_the_subjects_with_the_event(
    demo: Locked, tmp_path: Path, qtbot, show: Show, level: Level
) -> None:
    session = demo.session(level, tmp_path)
    review, view = onset(show, session)
    view.show_row("T09", HEADACHE)
    plot = view.curve.plot
    highest = max(range(len(plot.steps)), key=lambda i: plot.steps[i].y)
    arm = plot.steps[highest].curve.arm
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=plot.position_of(highest).toPoint())
    drilled = review.stack.currentWidget()
    assert counts(drilled)[0] == int(session.table("T09").cell(HEADACHE, Column(arm, Stat.N)).text) > 0
    assert "Headache" in drilled.question.text()


def test_that_a_row_chosen_in_the_list_is_drawn(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    session = demo.session(Level.MASKED, tmp_path)
    _, view = onset(show, session)
    keys = [row.key for row in session.table("T09").rows]
    assert view.rows.count() == len(keys)
    view.rows.setFocus()
    qtbot.keyClick(view.rows, Qt.Key.Key_Down)
    assert view.curve.row == keys[1]
    item = view.rows.item(keys.index(HEADACHE))
    qtbot.mouseClick(view.rows.viewport(), Qt.MouseButton.LeftButton, pos=view.rows.visualItemRect(item).center())
    assert view.curve.title.text() == "F09  First onset: Headache"


def test_that_the_row_at_hand_in_the_table_is_drawn_first(demo: Locked, tmp_path: Path, show: Show) -> None:
    session = demo.session(Level.MASKED, tmp_path)
    review = show(session, "Adverse events")
    page = review.page.views
    place = [row.key for row in session.table("T09").rows].index(HEADACHE)
    page.exhibit.view.setCurrentIndex(page.exhibit.rows.index(place, 0))
    page.show_view(views.ONSET)
    assert page.onset.curve.row == HEADACHE


def test_that_the_search_narrows_the_list(demo: Locked, tmp_path: Path, show: Show) -> None:
    review, view = onset(show, demo.session(Level.MASKED, tmp_path))
    review.page.words.setText("headache")
    shown = [view.rows.item(i).text().strip() for i in range(view.rows.count()) if not view.rows.item(i).isHidden()]
    assert shown == ["Headache"]


def test_that_keys_go_along_a_curve_and_from_arm_to_arm(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    review, view = onset(show, demo.session(Level.MASKED, tmp_path))
    plot = view.curve.plot
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right):
        qtbot.keyClick(plot, key)
    assert plot.steps[plot.at_hand] == plot.steps[2]
    qtbot.keyClick(plot, Qt.Key.Key_Down)
    assert plot.steps[plot.at_hand].curve.arm == "B"
    assert "B\nfrom day" in plot.tip_of(plot.at_hand)
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    assert review.is_drilled


def test_that_arms_differ_in_colour_dash_and_shape(pilot: Locked, tmp_path: Path, show: Show) -> None:
    session = pilot.session(Level.NAMED, tmp_path)
    _, view = onset(show, session)
    marks = [mark for _, mark, _ in view.curve._legend(session.figure("F09"))]
    assert len({m.colour for m in marks}) == len({m.dash for m in marks}) == len({m.symbol for m in marks}) == 3


def test_that_a_closed_figure_says_so_and_lists_nothing(no_safety: Locked, tmp_path: Path, show: Show) -> None:
    _, view = onset(show, no_safety.session(Level.POOLED, tmp_path))
    assert view.curve.refusal.isVisible()
    assert "F09 is not shown in open sessions" in view.curve.refusal.text()
    assert not view.rows.isVisible()
    assert view.curve.plot.drawn == {}


def test_that_a_saved_picture_holds_its_source(demo: Locked, tmp_path: Path, show: Show) -> None:
    session = demo.session(Level.MASKED, tmp_path / "state")
    _, view = onset(show, session)
    view.curve.write_picture(tmp_path / "one.svg")
    assert session.snapshot.snap_id in (tmp_path / "one.svg").read_text("utf-8")


# ----------------------------------------------------------------------------------------------------------------------
# Figures of other kinds


def made(*curves: Curve, **more) -> CurveFigure:
    arms = tuple(curve.arm for curve in curves)
    days = (0.0, 10.0, 20.0)
    return CurveFigure(
        "F00", "Made", "", Level.MASKED, "", arms, "Day", "Events per subject", curves, days,
        dict.fromkeys(arms, (9, 8, 7)), **more,
    )  # fmt: skip


NONE = (math.nan,) * 3


def test_that_a_count_above_one_and_limits_that_are_missing_are_drawn(qapp) -> None:
    plot = CurvePlot()
    plot.show_figure(made(Curve("A", (0.0, 4.0, 12.0), (0.0, 1.5, 3.25), NONE, NONE)))
    assert plot.drawn["A"] == [(0, 0), (4, 0), (4, 1.5), (12, 1.5)]
    assert plot.tip_of(1) == "A\nfrom day 4: 1.5"


def test_that_a_curve_of_nobody_at_risk_and_one_without_events_are_no_fault(qapp) -> None:
    plot = CurvePlot()
    flat = Curve("A", (0.0, 20.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0))
    gone = replace(flat, arm="B")
    plot.show_figure(made(flat, gone, hidden_from={"A": 30.0, "B": 1.0}))
    assert plot.drawn == {"A": [(0, 0), (20, 0)], "B": [(0, 0), (1, 0)]}
    assert plot.printed == ["9", "8", "7"] * 2
    plot.forget()
    assert plot.drawn == {}
    assert plot._near(QPointF(50, 50)) == -1
