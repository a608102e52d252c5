"""Infections and cycles: the figures follow the row at hand, every mark leads to its subjects, and keys reach all."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt

from dsmb_app.app import settle
from dsmb_app.model.result import Column
from dsmb_app.model.words import TOTAL, Level, Stat
from dsmb_app.session import Session
from dsmb_app.views.pages import cycles, infections
from dsmb_app.views.pages.row_page import RowPage
from dsmb_app.views.plots.words import written_in
from dsmb_app.views.review import Review
from dsmb_app.views.row_figures import RowFigures
from tests.locked import Locked
from tests.views import six_arms
from tests.views.looking import click, counts, place_of
from tests.views.shown import LEVELS, Show, no_patients, no_safety, show

__all__ = ["no_patients", "no_safety", "show"]
PYREXIA = ("Cycle 1", "dosing", "Pyrexia")


def page_of(show: Show, session: Session, title: str) -> tuple[Review, RowPage, RowFigures]:
    review = show(session, title)
    settle()
    return review, review.page, review.page.figures


def at(page: RowPage, key: tuple[str, ...]) -> int:
    """Return the place of a row."""
    return next(
        i for i in range(page.exhibit.rows.rowCount()) if page.exhibit.rows.index(i, 0).data(0x101).row.key == key
    )


def click_name(qtbot, page: RowPage, key: tuple[str, ...]) -> None:
    """Click a row's name as a reader does."""
    header, row = page.exhibit.view.term_header, at(page, key)
    page.exhibit.view.scrollTo(page.exhibit.rows.index(row, 0))
    where = QPoint(header.width() - 30, header.sectionViewportPosition(row) + 8)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=where)


@LEVELS
def test_that_the_name_of_a_row_leads_the_figures_to_it(
    demo: Locked, tmp_path: Path, qtbot, show: Show, level: Level
) -> None:
    session = demo.session(level, tmp_path)
    review, page, figures = page_of(show, session, "Infections")
    first, again = figures.shown
    assert first.title.text() == "F15  Time to first: any infection"
    click_name(qtbot, page, ("Serious",))
    assert not review.is_drilled
    assert figures.about.text() == "Row shown: Serious"
    assert first.result == session.figure("F15", ("Serious",), "K15")
    assert again.result == session.figure("F15M", ("Serious",), "K15")
    assert list(first.plot.drawn) == list(session.arms or (TOTAL,))


def test_that_arrow_keys_lead_the_figures_from_row_to_row(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    _, page, figures = page_of(show, demo.session(Level.MASKED, tmp_path), "Infections")
    page.exhibit.view.setFocus()
    page.exhibit.view.setCurrentIndex(page.exhibit.rows.index(0, 0))
    qtbot.keyClick(page.exhibit.view, Qt.Key.Key_Down)
    qtbot.keyClick(page.exhibit.view, Qt.Key.Key_Down)
    assert figures.about.text() == "Row shown: Severe (grade 3 or higher)"
    assert figures.shown[0].row == ("Severe",)


def test_that_a_row_of_subjects_says_why_it_has_no_curve(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    _, page, figures = page_of(show, demo.session(Level.MASKED, tmp_path), "Infections")
    click_name(qtbot, page, ("Two or more",))
    assert "counts subjects" in figures.shown[0].refusal.text()
    assert figures.shown[0].plot.drawn == {}


@LEVELS
def test_that_a_curve_leads_to_its_subjects_and_a_mean_count_to_its_events(
    demo: Locked, tmp_path: Path, qtbot, show: Show, level: Level
) -> None:
    session = demo.session(level, tmp_path)
    review, _, figures = page_of(show, session, "Infections")
    for view, stat, listing in zip(figures.shown, (Stat.N, Stat.EVENTS), (0, 1), strict=True):
        plot = view.plot
        highest = max(range(len(plot.steps)), key=lambda i: plot.steps[i].y)
        arm = plot.steps[highest].curve.arm
        qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=plot.position_of(highest).toPoint())
        drilled = review.stack.currentWidget()
        assert counts(drilled)[listing] == session.table("K15").cell(("Any",), Column(arm, stat)).value > 0
        review.back()


@LEVELS
def test_that_a_bar_leads_to_the_subjects_of_its_day(
    demo: Locked, tmp_path: Path, qtbot, show: Show, level: Level
) -> None:
    session = demo.session(level, tmp_path)
    review, _, figures = page_of(show, session, "Cycles")
    plot, figure = figures.shown[0].plot, session.figure("F20", ("Any",), "K20")
    for arm in figure.arms:
        assert plot.heights[arm] == {place: n for place, n in enumerate(figure.counts[arm]) if n}
    place = max(range(len(plot.bars)), key=lambda i: plot.bars[i].count)
    bar = plot.bars[place]
    where = plot.position_of(place).toPoint() + QPoint(0, 4)
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=where)
    drilled = review.stack.currentWidget()
    assert counts(drilled) == [len(figure.subjects[bar.arm][bar.place])]
    assert f"day of the cycle {bar.place + 1}" in drilled.question.text()


@LEVELS
def test_that_marks_by_cycle_are_the_cells_of_the_table_and_lead_to_their_subjects(
    demo: Locked, tmp_path: Path, qtbot, show: Show, level: Level
) -> None:
    session = demo.session(level, tmp_path)
    review, _page, figures = page_of(show, session, "Cycles")
    figures.show_view(cycles.MEASURES)
    settle()
    table = session.table("K20")
    first, rate = figures.shown
    parts = [(f"Cycle {n}", phase) for n in (1, 2, 3) for phase in ("dosing", "rest")] + [("Post",)]
    for arm in session.arms or (TOTAL,):
        rows = [("Cycle 1",), ("Cycle 2",), ("Cycle 3",), ("Post",)]
        assert first.plot.drawn[arm] == [table.cell(row, Column(arm, Stat.PCT)).value for row in rows]
        assert rate.plot.drawn[arm] == [table.cell(row, Column(arm, Stat.EAER_WEEK)).value for row in parts]
    assert first.plot.printed[0] == "/".join(
        table.cell(("Cycle 1",), Column((session.arms or (TOTAL,))[0], stat)).text
        for stat in (Stat.N, Stat.DENOMINATOR)
    )
    first.plot.setFocus()
    qtbot.keyClick(first.plot, Qt.Key.Key_Right)
    mark = first.plot.marks[first.plot.at_hand]
    qtbot.keyClick(first.plot, Qt.Key.Key_Return)
    expected = table.cell(mark.row, Column(mark.arm, Stat.N)).value
    assert counts(review.stack.currentWidget()) == [expected]


def test_that_a_row_of_a_cycle_is_drawn_as_its_term_in_all_cycles(
    demo: Locked, tmp_path: Path, qtbot, show: Show
) -> None:
    session = demo.session(Level.MASKED, tmp_path)
    _, page, figures = page_of(show, session, "Cycles")
    click_name(qtbot, page, PYREXIA)
    assert [view.title.text() for view in figures.shown] == ["F20  Onset day: Pyrexia", "F20P  Present: Pyrexia"]


def test_that_a_click_on_a_cell_opens_it_and_its_row_is_drawn_on_the_way_back(
    demo: Locked, tmp_path: Path, qtbot, show: Show
) -> None:
    review, page, figures = page_of(show, demo.session(Level.MASKED, tmp_path), "Infections")
    click(qtbot, page.exhibit.view, place_of(page.exhibit, ("Serious",), Column("B", Stat.N)))
    assert counts(review.stack.currentWidget())[0] == 2
    review.back()
    assert figures.shown[0].result.title == "Time to first: serious infection"


def test_that_the_listing_is_of_the_row_and_tells_background_medication(
    demo: Locked, tmp_path: Path, qtbot, show: Show
) -> None:
    session = demo.session(Level.NAMED, tmp_path)
    review, page, figures = page_of(show, session, "Infections")
    figures.show_view(infections.RECORDS)
    click_name(qtbot, page, ("Serious",))
    settle()
    listing = figures.shown[0].panel.model.listing
    drill = session.drill("K15", ("Serious",), Column(TOTAL, Stat.EVENTS))
    assert len(listing.rows) == len(drill.records.rows) == 2
    place = listing.headers.index("Background steroid")
    beside = dict(zip(drill.subjects.subjects, drill.subjects.rows, strict=True))
    for who, row in zip(listing.subjects, listing.rows, strict=True):
        assert row[place] == beside[who][drill.subjects.headers.index("Background steroid")]
    panel = figures.shown[0].panel
    click(qtbot, panel.view, panel.sorted.index(0, 0))
    assert review.stack.currentWidget().subject == listing.subjects[0]


def test_that_a_level_left_is_kept_in_no_figure(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    session = demo.session(Level.NAMED, tmp_path)
    review, page, figures = page_of(show, session, "Infections")
    click_name(qtbot, page, ("Serious",))
    review.desk.show_level(Level.POOLED)
    settle()
    assert figures.about.text() == "Row shown: Any infection"
    for view in figures.shown:
        assert view.result.arms == (TOTAL,)
        assert view.plot.printed[0] == "59"
    hidden = [part for parts in figures.parts.values() for part in parts if part not in figures.shown]
    assert all(getattr(part, "result", None) is None and getattr(part, "panel", None) is None for part in hidden)


def test_that_an_open_session_without_safety_says_so_and_draws_nothing(
    no_safety: Locked, tmp_path: Path, show: Show
) -> None:
    for title in ("Infections", "Cycles"):
        _, page, figures = page_of(show, no_safety.session(Level.POOLED, tmp_path / title), title)
        assert "closed" in page.exhibit.refusal.text().casefold()
        assert all(view.refusal.text() and view.plot.printed == [] for view in figures.shown)


def test_that_an_open_session_without_patients_has_curves_and_no_listing(
    no_patients: Locked, tmp_path: Path, show: Show
) -> None:
    _, _, figures = page_of(show, no_patients.session(Level.POOLED, tmp_path), "Infections")
    assert list(figures.shown[0].plot.drawn) == [TOTAL]
    figures.show_view(infections.RECORDS)
    settle()
    assert figures.shown[0].panel is None
    assert "patients" in figures.shown[0].refusal.text()


@pytest.mark.parametrize("title", ["Infections", "Cycles"])
def test_that_tab_reaches_the_table_the_views_and_the_plots(
    demo: Locked, tmp_path: Path, qtbot, show: Show, title: str
) -> None:
    review, page, figures = page_of(show, demo.session(Level.MASKED, tmp_path), title)
    page.focus_search()
    reached = set()
    for _ in range(40):
        reached.add(review.focusWidget())
        qtbot.keyClick(review.focusWidget(), Qt.Key.Key_Tab)
    pressed = figures.bar.buttons[figures.bar.shown]
    assert {page.words, page.exhibit.view, pressed, *(view.plot for view in figures.shown)} <= reached
    # Arrow keys go on from the button that Tab reached.
    before = figures.bar.shown
    pressed.setFocus()
    qtbot.keyClick(pressed, Qt.Key.Key_Right)
    assert figures.bar.shown != before


def test_that_numbers_below_six_arms_do_not_overlap_in_the_least_window(tmp_path: Path, qtbot, show: Show) -> None:
    session = six_arms.locked(tmp_path / "six").session(Level.MASKED, tmp_path / "state")
    review, _page, figures = page_of(show, session, "Cycles")
    review.resize(1024, 700)
    settle()
    for view in figures.shown:
        below = view.plot.below
        for row in range(1, 7):
            spans = sorted(
                (box.left(), box.right())
                for item in written_in(below)
                if int(item.pos().y()) == row
                for box in [item.room_at(below.vb.mapViewToScene(item.pos()))]
            )
            assert len(spans) > 2
            assert all(one[1] <= next_[0] + 8 for one, next_ in itertools.pairwise(spans))
