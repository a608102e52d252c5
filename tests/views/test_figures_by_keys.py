"""Every figure by keys alone: a mark is reached, shown and told, and Enter opens the subjects that its figure holds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QTableView, QWidget

from dsmb_app import app
from dsmb_app.model.result import Column, ResultTable, RowKey
from dsmb_app.model.words import Stat
from dsmb_app.views.curve_view import AGAIN
from dsmb_app.views.drill import RecordsView
from dsmb_app.views.pages import PAGES
from dsmb_app.views.pages.patients import Patients
from dsmb_app.views.plots.curves import CurvePlot
from dsmb_app.views.plots.periods import Measure
from dsmb_app.views.plots.point_plot import PointPlot
from dsmb_app.views.plots.row_plot import RowPlot
from dsmb_app.views.review import Review
from tests.views.looking import grabbed
from tests.views.shown import review, whole_window

__all__ = ["review", "whole_window"]

TITLES = [page.title for page in PAGES]
SAME = 2.5
"""Pixels."""
Subjects = set[str] | int
"""Who is opened, or where a table alone says it, how many."""


def n_of(table: ResultTable, row: RowKey, column: Column) -> int:
    """Return how many subjects a cell rests on: of both arms where it compares them."""
    arms = [arm for arm in (column.arm, column.arm_ref) if arm]
    return int(sum(table.cell(row, Column(arm, Stat.N)).value for arm in arms))


def of_row_plot(review: Review, plot: Any) -> Subjects:
    table = review.desk.table(_exhibit_of(plot).number)
    row, column = plot.at_hand.asked
    return n_of(table, row, column)


def _exhibit_of(plot: QWidget) -> Any:
    while not hasattr(plot, "number"):
        plot = plot.parent()
    return plot


def of_volcano(review: Review, plot: Any) -> Subjects:
    point = plot.points[plot.at_hand]
    together = [other for other in plot.points if (other.x, other.y) == (point.x, point.y)]
    arm, ref = _exhibit_of(plot).chosen
    # Terms at one place are asked about by a menu first.
    return n_of(review.desk.table("T09"), point.key, Column(arm, Stat.RD, ref)) if len(together) == 1 else 0


def of_curve(review: Review, plot: Any) -> Subjects:
    view, arm = _exhibit_of(plot), plot.steps[plot.at_hand].curve.arm
    assert view.number != AGAIN or view.of == "K15"
    return n_of(review.desk.table(view.of), view.row, Column(arm, Stat.N))


def of_bar(_review: Review, plot: Any) -> Subjects:
    bar = plot.bars[plot.at_hand]
    return set(_exhibit_of(plot).result.subjects[bar.arm][bar.place])


def of_period(_review: Review, plot: Any) -> Subjects:
    mark, view = plot.marks[plot.at_hand], _exhibit_of(plot)
    behind = view.result.with_events if view.measure is Measure.RATE else view.result.subjects
    return set(behind.get((mark.row, mark.arm), ()))


def of_moves(review: Review, plot: Any) -> Subjects:
    move = plot.moves[plot.at_hand]
    return n_of(review.desk.table(_exhibit_of(plot).number), move.key, Column(move.arm, Stat.N))


def of_flow(review: Review, plot: Any) -> Subjects:
    at = plot.places[plot.at_hand]
    return n_of(review.desk.table("F1"), at.key, Column(at.arm, Stat.N))


def of_box(_review: Review, plot: Any) -> Subjects:
    at = plot.places[plot.at_hand]
    return {at.subject} if at.beyond else set(at.box.subjects)


def of_point(_review: Review, plot: Any) -> Subjects:
    return {plot.points[plot.at_hand].subject}


def of_scatter(_review: Review, plot: Any) -> Subjects:
    at = plot.position_of(plot.at_hand)
    away = [(plot.position_of(place) - at, point.subject) for place, point in enumerate(plot.points)]
    # Who stands at the same place is asked about together.
    return {subject for offset, subject in away if math.hypot(offset.x(), offset.y()) <= SAME}


def of_waterfall(_review: Review, plot: Any) -> Subjects:
    return {plot.bars[plot.at_hand].subject}


def of_course(_review: Review, plot: Any) -> Subjects:
    return {plot.spots[plot.at_hand].subject}


def of_matrix(review: Review, matrix: Any) -> Subjects:
    model, at = matrix.model(), matrix.currentIndex()
    arm = matrix.accessibleName().rpartition(", ")[2]
    key = (*review.page.chooser.block, model.before[at.row()], model.after[at.column()])
    return n_of(review.desk.table("K17"), key, Column(arm, Stat.N))


@dataclass(frozen=True)
class Figure:
    """A figure: its page, how it is brought there, which widget draws it, and whom the mark at hand stands for."""

    name: str
    page: str
    find: Callable[[Any], QWidget]
    expected: Callable[[Review, Any], Subjects]
    prepare: Callable[[Any], object] = lambda _page: None


def _events(name: str) -> Callable[[Any], object]:
    return lambda page: page.views.show_view(name)


def _row_figure(view: str, place: int) -> tuple[Callable[[Any], QWidget], Callable[[Any], object]]:
    return lambda page: page.figures.parts[view][place].plot, lambda page: page.figures.show_view(view)


def _of_row(name: str, page: str, view: str, place: int, expected: Callable[[Review, Any], Subjects]) -> Figure:
    find, prepare = _row_figure(view, place)
    return Figure(name, page, find, expected, prepare)


def _of_lab(name: str, page: str, view: str, expected: Callable[[Review, Any], Subjects]) -> Figure:
    return Figure(name, page, lambda p: p.figures[view].plot, expected, lambda p: p.views.choose(view))


FIGURES = (
    Figure("dot plot", "Adverse events", lambda page: page.exhibit.plot.drawing, of_row_plot),
    Figure("grade bars", "Adverse events", lambda page: page.exhibit.plot.drawing, of_row_plot, _events("By grade")),
    Figure("volcano", "Adverse events", lambda page: page.views.volcano.plot, of_volcano, _events("Volcano")),
    Figure("flow", "Conduct", lambda page: page.flow.plot, of_flow),
    Figure("eDISH", "Liver", lambda page: page.views.figure.plot, of_scatter),
    Figure("x baseline", "Liver", lambda page: page.views.figure.plot, of_scatter, _events("x baseline")),
    Figure("composite", "Liver", lambda page: page.views.figure.plot, of_scatter, _events("Composite")),
    Figure("migration", "Liver", lambda page: page.views.migration.plot, of_moves, _events("Migration")),
    Figure("shift matrix", "Blood counts", lambda page: page.matrices.matrices[1], of_matrix),
    _of_lab("waterfall", "Blood counts", "Waterfall", of_waterfall),
    _of_lab("nadir", "Blood counts", "Nadir", of_point),
    _of_lab("courses", "Blood counts", "Over time", of_course),
    _of_lab("boxes", "Laboratory", "Over visits", of_box),
    _of_lab("shifts", "Laboratory", "Baseline to worst", of_point),
    _of_row("time to first", "Infections", "When and again", 0, of_curve),
    _of_row("mean count", "Infections", "When and again", 1, of_curve),
    _of_row("competing", "Infections", "Competing events", 0, of_curve),
    _of_row("onset day", "Cycles", "Onset day and presence", 0, of_bar),
    _of_row("presence", "Cycles", "Onset day and presence", 1, of_period),
    _of_row("first onset", "Cycles", "First onset and rate", 0, of_period),
    _of_row("rate", "Cycles", "First onset and rate", 1, of_period),
)


def opened(review: Review) -> set[str]:
    """Return the subjects that stand on the screen now."""
    shown = review.stack.currentWidget()
    if isinstance(shown, RecordsView):
        return set(shown.panels[0].model.listing.subjects)
    if isinstance(shown, Patients):
        return {shown.subject}
    several = shown.patient.list
    return set(several.model.listing.subjects) if several is not None else {shown.patient.course.subject} - {""}


def keys_to_press(widget: QWidget) -> Iterator[Qt.Key]:
    """Yield the keys that lead through a plot, or row by row through a table."""
    for _ in range(20):
        if isinstance(widget, QTableView):
            yield Qt.Key.Key_Down
            yield from (Qt.Key.Key_Right,) * (widget.model().columnCount() - 1)
            yield Qt.Key.Key_Home
        elif isinstance(widget, CurvePlot):
            # At the end the arms are apart.
            yield from (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_End)
        else:
            yield from (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Right)


def agree(found: set[str], expected: Subjects) -> None:
    assert found
    assert (len(found) if isinstance(expected, int) else found) == expected


def nearest_to(plot: PointPlot, at: QPoint) -> int:
    found = [plot.position_of(place) - QPointF(at) for place in range(count_of(plot))]
    return min(range(len(found)), key=lambda place: math.hypot(found[place].x(), found[place].y()))


def count_of(plot: PointPlot) -> int:
    names = ("points", "steps", "bars", "marks", "moves", "places", "spots")
    return next(len(getattr(plot, name)) for name in names if hasattr(plot, name))


def place_of_mark(plot: Any) -> QPoint:
    """Return where the mark at hand stands in the plot."""
    if isinstance(plot, QTableView):
        return plot.visualRect(plot.currentIndex()).center()
    if isinstance(plot, RowPlot):
        return plot.spot(plot.at_hand).toPoint()
    # A step is meant where it goes on, to the right of its corner.
    return plot.position_of(plot.at_hand).toPoint() + QPoint(2 * isinstance(plot, CurvePlot), 0)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_that_a_mark_is_reached_by_keys_and_opens_the_subjects_of_its_figure(
    qtbot, review: Review, figure: Figure
) -> None:
    review.choose(TITLES.index(figure.page))
    on_page = review.page
    if figure.page == "Liver":
        on_page.patient.forget()
    figure.prepare(on_page)
    review.navigation.list.setFocus()
    app.settle()
    plot = figure.find(review.page)
    assert plot.isVisible()
    assert plot.focusPolicy() & Qt.FocusPolicy.TabFocus
    at_rest, goes = grabbed(plot), plot.accessibleDescription()
    plot.setFocus(Qt.FocusReason.TabFocusReason)
    seen, told = {grabbed(plot)}, set()
    assert at_rest not in seen, "focus is not seen"
    for step, key in enumerate(keys_to_press(plot)):
        qtbot.keyClick(QApplication.focusWidget(), key)
        assert QApplication.focusWidget() is plot
        told.add(plot.accessibleDescription())
        seen.add(grabbed(plot))
        if step >= 2 and (expected := figure.expected(review, plot)):
            break
    else:
        raise AssertionError("no mark stands for anybody")
    if figure.name != "shift matrix":
        assert len(told) > 2, "a screen reader hears nothing of the marks"
        assert goes not in told
    # Two marks may stand at one place.
    assert len(seen) > 1, "the mark at hand is not seen"
    at = place_of_mark(plot)
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    agree(opened(review), expected)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert review.stack.currentWidget() is review.page
    assert review.page is on_page
    assert QApplication.focusWidget() is plot
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    found = opened(review)
    if isinstance(plot, PointPlot) and not isinstance(plot, CurvePlot):
        # Where several stand close together, a whole pixel may be nearer to another.
        plot.point_at(nearest_to(plot, at))
        expected = figure.expected(review, plot)
    agree(found, expected)


def test_that_what_a_patient_had_is_reached_by_keys_and_shown_among_its_records(qtbot, review: Review) -> None:
    listing = review.desk.session.patients()
    review.open_patient(listing.subjects[0])
    view = review.patients.profile
    lanes = view.plot.body
    at_rest = grabbed(lanes)
    lanes.setFocus(Qt.FocusReason.TabFocusReason)
    assert grabbed(lanes) != at_rest
    ways = (
        (Qt.Key.Key_Down, {"Laboratory"}),
        (Qt.Key.Key_Up, {"Adverse events"}),
        (Qt.Key.Key_Right, set(view.panels)),
    )
    for key, tables in ways:
        qtbot.keyClick(lanes, key)
        target = lanes.at_hand
        assert target.table in tables
        assert target.tip.splitlines()[0] in lanes.accessibleDescription()
        assert (
            view.plot.area.viewport()
            .rect()
            .contains(lanes.mapTo(view.plot.area.viewport(), lanes.spot(target).toPoint()))
        )
        qtbot.keyClick(lanes, Qt.Key.Key_Return)
        panel = view.panels[target.table]
        assert view.records.currentWidget() is panel
        at = panel.sorted.mapToSource(panel.view.currentIndex())
        # Side by side in another order: what is judged comes first.
        shown, held = panel.model.listing, view.profile.records[target.table]
        assert dict(zip(shown.headers, shown.rows[at.row()], strict=True)) == dict(
            zip(held.headers, held.rows[target.row], strict=True)
        )
    lanes.clearFocus()
    assert grabbed(lanes) == at_rest


def test_that_the_liver_course_leads_to_its_patient_by_keys(qtbot, review: Review) -> None:
    review.choose(TITLES.index("Liver"))
    app.settle()
    course = review.page.patient
    who = next(point.subject for point in review.page.views.figure.plot.points)
    course.show_subject(who)
    plot = course.course.plot
    plot.setFocus(Qt.FocusReason.TabFocusReason)
    before = plot.accessibleDescription()
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot.accessibleDescription() != before
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    assert review.stack.currentWidget() is review.patients
    assert review.patients.subject == who
