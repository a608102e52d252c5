"""Every figure by keys alone: a mark is reached, shown and told, and Enter opens the subjects that its figure holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget

from dsmb_app import app
from dsmb_app.model.result import Column, ResultTable, RowKey
from dsmb_app.model.words import TOTAL, Level, Stat
from dsmb_app.views.curve_view import AGAIN
from dsmb_app.views.drill import RecordsView
from dsmb_app.views.pages import PAGES
from dsmb_app.views.pages.patients import Patients
from dsmb_app.views.plots.periods import Measure
from dsmb_app.views.plots.row_plot import RowPlot
from dsmb_app.views.review import Review
from tests.views.conftest import AtLevel, ShowWindow
from tests.views.looking import grabbed

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
    Figure(
        "grade bars", "Adverse events", lambda page: page.exhibit.plot.drawing, of_row_plot, _events("By grade")
    ),
    Figure("volcano", "Adverse events", lambda page: page.views.volcano.plot, of_volcano, _events("Volcano")),
    Figure("flow", "Conduct", lambda page: page.flow.plot, of_flow),
    Figure("eDISH", "Liver", lambda page: page.views.figure.plot, of_point),
    Figure("x baseline", "Liver", lambda page: page.views.figure.plot, of_point, _events("x baseline")),
    Figure("composite", "Liver", lambda page: page.views.figure.plot, of_point, _events("Composite")),
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
    return {shown.patient.course.subject} - {""}


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_that_a_mark_is_reached_by_keys_and_opens_the_subjects_of_its_figure(
    qtbot, at_level: AtLevel, show_window: ShowWindow, figure: Figure
) -> None:
    window = show_window(at_level(Level.MASKED), [page.title for page in PAGES].index(figure.page))
    review = window.review
    qtbot.waitActive(window)
    figure.prepare(review.page)
    app.settle()
    plot = figure.find(review.page)
    assert plot.isVisible()
    assert plot.focusPolicy() & Qt.FocusPolicy.TabFocus
    at_rest, goes = grabbed(plot), plot.accessibleDescription()
    plot.setFocus(Qt.FocusReason.TabFocusReason)
    assert grabbed(plot) != at_rest, "focus is not seen"
    told, drawn = set(), set()
    for step in range(60):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right if step % 5 else Qt.Key.Key_Down)
        assert QApplication.focusWidget() is plot
        told.add(plot.accessibleDescription())
        drawn.add(bytes(grabbed(plot)))
        if step >= 3 and (expected := figure.expected(review, plot)):
            break
    else:
        raise AssertionError("no mark stands for anybody")
    if figure.name != "shift matrix":
        assert len(told) > 2, "a screen reader hears nothing of the marks"
        assert goes not in told
    assert len(drawn) > 2, "the mark at hand is not seen"
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    found = opened(review)
    assert found
    assert (len(found) if isinstance(expected, int) else found) == expected
    if review.stack.currentWidget() is not review.page or isinstance(review.page, Patients):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
        assert review.stack.currentWidget() is review.page
        assert QApplication.focusWidget() is plot
