"""Stacked bars of worst grade: every part is a cell of the table, and leads to its subjects."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage

from dsmb_app.analyses import ae_grades
from dsmb_app.model.result import Column
from dsmb_app.model.words import TOTAL, Level, Stat
from dsmb_app.session import Session
from dsmb_app.views.pack_picture import pack_picture
from dsmb_app.views.pages import adverse_event_views as views
from dsmb_app.views.plots import grade_bars
from dsmb_app.views.plots.dot_plot import DotPlot
from dsmb_app.views.plots.grade_bars import GradeBars, is_grade
from dsmb_app.views.review import Review
from dsmb_app.views.theme import THEMES
from tests.locked import Locked
from tests.views.looking import counts
from tests.views.shown import LEVELS, Show, show

__all__ = ["show"]


def bars(show: Show, session: Session) -> tuple[Review, GradeBars]:
    review = show(session, "Adverse events")
    review.page.views.show_view(views.BY_GRADE)
    return review, review.page.views.exhibit.plot.drawing


def test_that_the_grades_stacked_are_the_rows_of_the_table() -> None:
    assert tuple(ae_grades.GRADES.values()) == grade_bars.GRADES
    assert tuple(ae_grades.SEVERITIES.values()) == grade_bars.SEVERITIES


def test_that_grades_are_stacked_only_below_the_row_of_their_term(demo: Locked, tmp_path: Path) -> None:
    session = demo.session(Level.MASKED, tmp_path)
    # Elsewhere a worst grade is a row like any other: stacked on no term's bar, it left the scale.
    graded = ("T10", "T16", "K17", "K19", "K03")
    assert all(any(is_grade(row.key) for row in session.table(number).rows) for number in graded)
    assert [number for number in graded if GradeBars.suits(session.table(number))] == ["T10"]
    for number in graded[1:]:
        plot, table = DotPlot(), session.table(number)
        plot.show_result(table)
        low, high = plot.panels[0].vb.viewRange()[0]
        shares = [table.cell(row.key, Column("A", Stat.PCT)) for row in table.rows]
        assert all(low <= cell.value <= high for cell in shares if cell is not None and cell.value is not None), number


@LEVELS
def test_that_every_part_is_its_cell_and_stands_after_the_worse_ones(
    demo: Locked, tmp_path: Path, show: Show, level: Level
) -> None:
    session = demo.session(level, tmp_path)
    _, plot = bars(show, session)
    table = session.table("T10")
    keys = {row.key for row in table.rows}

    def share(key, arm: str) -> float:
        return table.cell(key, Column(arm, Stat.PCT)).value if key in keys else 0.0

    arms = session.arms or (TOTAL,)
    drawn = {(s.line, s.key, s.arm): (s.start, s.share) for s in plot.segments}
    for place, row in enumerate(table.rows):
        base = row.key[:-1] if is_grade(row.key) else row.key
        for arm in arms:
            before = 0.0
            for word in grade_bars.GRADES:
                part, mine = (*base, word), share((*base, word), arm)
                if row.key in (base, part):
                    assert drawn.pop((place, part, arm)) == (pytest.approx(before), pytest.approx(mine))
                before += mine
            assert before == pytest.approx(share(base, arm))
    assert drawn == {}


@LEVELS
def test_that_a_click_on_a_part_shows_its_subjects(
    demo: Locked, tmp_path: Path, qtbot, show: Show, level: Level
) -> None:
    session = demo.session(level, tmp_path)
    review, plot = bars(show, session)
    largest = max((s for s in plot.segments if s.line == 0), key=lambda s: s.share)
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=plot.position_of(largest).toPoint())
    drilled = review.stack.currentWidget()
    said = session.table("T10").cell(largest.key, Column(largest.arm, Stat.N)).text
    assert counts(drilled)[0] == int(said) > 0
    assert largest.key[-1] in drilled.question.text()


def test_that_bars_scroll_with_their_table(demo: Locked, tmp_path: Path, show: Show) -> None:
    review, plot = bars(show, demo.session(Level.MASKED, tmp_path))
    exhibit = review.page.views.exhibit
    bar = exhibit.view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    segment = next(s for s in plot.segments if s.line == 40 and s.share)
    in_plot = plot.mapTo(review, plot.position_of(segment).toPoint()).y()
    row = exhibit.view.visualRect(exhibit.rows.index(40, 0))
    in_table = exhibit.view.viewport().mapTo(review, row.center()).y()
    assert abs(in_plot - in_table) < exhibit.view.row_height / 2
    assert bar.maximum() > 100


def test_that_the_plot_changes_with_the_view_and_back(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    review, plot = bars(show, demo.session(Level.MASKED, tmp_path))
    page = review.page.views
    assert plot.isVisible()
    assert not review.page.which.isVisible()
    assert page.exhibit.legend.texts[:3] == ["A", "B", "Grade 5"]
    qtbot.mouseClick(page.buttons[views.BY_TERM], Qt.MouseButton.LeftButton)
    assert not plot.isVisible()
    assert page.exhibit.number == "T09"
    assert review.page.which.isVisible()


def test_that_severity_is_stacked_where_there_are_no_grades(pilot: Locked, tmp_path: Path, show: Show) -> None:
    review, plot = bars(show, pilot.session(Level.NAMED, tmp_path))
    assert plot.words == grade_bars.SEVERITIES
    assert {"Severe", "Moderate", "Mild"} <= set(review.page.views.exhibit.legend.texts)


def test_that_each_grade_is_further_from_the_ground_than_the_one_before() -> None:
    for theme in THEMES.values():
        ground = QColor(theme.surface).lightness()
        away = [abs(QColor(colour).lightness() - ground) for colour in theme.grades]
        assert away == sorted(away)
        assert min(b - a for a, b in zip([0, *away], away, strict=False)) >= 10


@LEVELS
def test_that_the_pack_has_the_bars_of_outer_rows_without_single_grades(
    demo: Locked, tmp_path: Path, qapp, level: Level
) -> None:
    session = demo.session(level, tmp_path)
    image = QImage.fromData(pack_picture(session, "T10", ("F10",))["F10"])
    assert image.width() == 2000
    assert image.height() > 600
