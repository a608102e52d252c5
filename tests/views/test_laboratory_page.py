"""The laboratory page and the figures of blood counts: drawn as computed, and every mark leads to its subjects."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QImage

from dsmb_app import app
from dsmb_app.model.figures import BOXES, COURSES, HIGH, LOW, NADIR, SHIFTS, WATERFALL, Line
from dsmb_app.model.words import TOTAL, Level
from dsmb_app.views.drill import RecordsView
from dsmb_app.views.ending import dispose
from dsmb_app.views.lab_view import PLOTS, LabView, lab_picture
from dsmb_app.views.pages.laboratory import OVER_VISITS, SHIFT
from dsmb_app.views.plots.lab_plot import legend_of
from dsmb_app.views.plots.words import written_in
from dsmb_app.views.review import Review
from dsmb_app.views.theme import LIGHT, THEMES, mark_of
from tests.locked import Locked
from tests.views.shown import LEVELS, Show, no_patients, no_safety, show, without_labs

__all__ = ["no_patients", "no_safety", "show", "without_labs"]

Spots = Counter[tuple[float, float]]


def rounded(points: object) -> Spots:
    return Counter((round(x, 9), round(y, 9)) for x, y in points)


def blood(review: Review, view: str, test: str, side: str) -> LabView:
    """Show a view of a blood count."""
    page = review.page
    page.which.setCurrentIndex(page.which.findData(test))
    page.side.setCurrentIndex(page.side.findData(side))
    page.views.choose(view)
    app.settle()
    return page.figures[view]


def laboratory(review: Review, view: str, test: str) -> LabView:
    """Show a view of a test."""
    review.page.tests.choose(test)
    review.page.views.choose(view)
    app.settle()
    return review.page.figures[view]


def click(qtbot, view: LabView, place: int) -> None:
    at = view.plot.position_of(place).toPoint()
    qtbot.mouseClick(view.plot.viewport(), Qt.MouseButton.LeftButton, pos=at)


def records(review: Review) -> RecordsView:
    found = review.stack.currentWidget()
    assert isinstance(found, RecordsView)
    return found


# ----------------------------------------------------------------------------------------------------------------------
# What is drawn


@LEVELS
def test_that_bars_are_those_of_the_figure_in_their_arms_colours(
    demo: Locked, tmp_path: Path, show: Show, level: Level
) -> None:
    session = demo.session(level, tmp_path)
    view = blood(show(session, "Blood counts"), "Waterfall", "PLAT", LOW)
    figure = session.figure(WATERFALL, ("PLAT", LOW))
    expected = {arm: {bar.x: bar.y for bar in figure.bars if bar.arm == arm} for arm in figure.arms}
    assert view.plot.heights == expected
    assert sum(map(len, expected.values())) == 59
    marks = [mark_of(LIGHT, figure, arm) for arm in figure.arms]
    assert len({(mark.colour, mark.symbol) for mark in marks}) == len(figure.arms) == (1 if not session.arms else 2)
    assert view.plot.printed == ["Subjects, sorted: 59"]


@LEVELS
@pytest.mark.parametrize(("number", "test", "side"), [(SHIFTS, "ALT", HIGH), (NADIR, "WBC", LOW)])
def test_that_points_stand_where_the_figure_has_them(
    demo: Locked, tmp_path: Path, show: Show, level: Level, number: str, test: str, side: str
) -> None:
    session = demo.session(level, tmp_path)
    figure = session.figure(number, (test, side))
    if number == NADIR:
        plot = blood(show(session, "Blood counts"), "Nadir", test, side).plot
    else:
        plot = laboratory(show(session, "Laboratory"), SHIFT, test).plot
    assert figure.log is (number == SHIFTS)
    for arm in figure.arms:
        mine = [(p.x, p.y) for p in figure.points if p.arm == arm]
        assert rounded(plot.drawn[arm]) == rounded(
            ((math.log10(x), math.log10(y)) for x, y in mine) if figure.log else mine
        )


@LEVELS
def test_that_boxes_and_their_counts_are_those_of_the_figure(
    demo: Locked, tmp_path: Path, show: Show, level: Level
) -> None:
    session = demo.session(level, tmp_path)
    plot = laboratory(show(session, "Laboratory"), OVER_VISITS, "CREAT").plot
    figure = session.figure(BOXES, ("CREAT",))
    assert len(figure.visits) == 10
    for arm in figure.arms:
        mine = [box for box in figure.boxes if box.arm == arm]
        assert sorted(y for _, y in plot.drawn[arm]) == sorted(box.median for box in mine)
        assert [round(x) for x, _ in plot.drawn[arm]] == [box.visit for box in mine]
    beyond = sorted(y for name, spots in plot.drawn.items() if isinstance(name, tuple) for _, y in spots)
    assert beyond == sorted(value for box in figure.boxes for _, value in box.outside)
    assert sorted(plot.printed) == sorted([*(box.n_text for box in figure.boxes), *([] if session.arms else ["n"])])


@LEVELS
def test_that_courses_and_medians_are_those_of_the_figure(
    demo: Locked, tmp_path: Path, show: Show, level: Level
) -> None:
    session = demo.session(level, tmp_path)
    plot = blood(show(session, "Blood counts"), "Over time", "HGB", LOW).plot
    figure = session.figure(COURSES, ("HGB",))
    for band in figure.bands:
        assert plot.lines["median", band.arm] == list(zip(band.days, band.median, strict=True))
        expected = [xy for c in figure.courses if c.arm == band.arm for xy in zip(c.days, c.values, strict=True)]
        assert rounded(xy for xy in plot.lines[band.arm] if xy[0] == xy[0]) == rounded(expected)


def test_that_arms_differ_in_colour_and_shape_in_both_themes(demo: Locked, tmp_path: Path) -> None:
    figure = demo.session(Level.NAMED, tmp_path).figure(BOXES, ("ALT",))
    for theme in THEMES.values():
        marks = [mark for _, mark, _ in legend_of(figure, theme)]
        assert len({mark.colour for mark in marks}) == len({mark.symbol for mark in marks}) == 2


@pytest.mark.parametrize("number", list(PLOTS))
def test_that_every_figure_is_drawn_as_a_picture_with_its_source(demo: Locked, tmp_path: Path, qapp, number) -> None:
    picture = lab_picture(demo.session(Level.MASKED, tmp_path).figure(number, ("ALT",)), source="here")
    drawn = QImage.fromData(picture.png())
    assert drawn.size() == picture.size * 2
    colours = {drawn.pixelColor(x, y).name() for x in range(0, drawn.width(), 3) for y in range(0, drawn.height(), 3)}
    assert set(LIGHT.arms[:2]) <= colours or number in (COURSES, SHIFTS, NADIR)


# ----------------------------------------------------------------------------------------------------------------------
# What a reader does


@pytest.mark.parametrize("view", ["Waterfall", "Nadir", "Over time"])
@LEVELS
def test_that_a_click_on_a_mark_shows_its_subjects_values(
    demo: Locked, tmp_path: Path, qtbot, show: Show, level: Level, view: str
) -> None:
    review = show(demo.session(level, tmp_path), "Blood counts")
    shown = blood(review, view, "PLAT", LOW)
    subjects = {
        "Waterfall": lambda: shown.plot.bars, "Nadir": lambda: shown.plot.points, "Over time": lambda: shown.plot.spots,
    }[view]()  # fmt: skip
    click(qtbot, shown, len(subjects) - 1)
    page, asked = review.page, review.patients.profile.profile.subject
    assert page is review.patients
    assert asked in {one.subject for one in subjects}
    if view == "Waterfall":
        assert asked == subjects[-1].subject
    labs = page.profile.records.currentWidget()
    assert labs is page.profile.panels["Laboratory"]
    assert labs.view.currentIndex().siblingAtColumn(0).data() == "PLAT"
    review.back()
    assert review.page is not page
    assert review.stack.currentWidget() is review.page


def test_that_a_click_on_a_box_lists_exactly_its_subjects(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    review = show(demo.session(Level.MASKED, tmp_path), "Laboratory")
    shown = laboratory(review, OVER_VISITS, "HGB")
    place = next(i for i, p in enumerate(shown.plot.places) if not p.beyond and p.box.arm == "B" and p.box.visit == 3)
    box = shown.plot.places[place].box
    click(qtbot, shown, place)
    listing = records(review).panels[0].model.listing
    assert len(listing.rows) == box.n == len(box.subjects)
    assert set(listing.subjects) == set(box.subjects)
    assert records(review).question.text() == "Hemoglobin over visits: Week 6, B"
    assert {row[listing.headers.index("Arm")] for row in listing.rows} == {"B"}


def test_that_keys_go_from_mark_to_mark_and_enter_asks(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    review = show(demo.session(Level.MASKED, tmp_path), "Blood counts")
    for view in ("Waterfall", "Nadir", "Over time"):
        plot = blood(review, view, "WBC", LOW).plot
        asked: list[str] = []
        plot.picked.connect(asked.append)
        for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Return):
            qtbot.keyClick(plot, key)
        assert len(asked) == 1, view
        assert asked[0].startswith("IL2SLE01")
        assert plot.accessibleName()
        assert "Enter" in plot.accessibleDescription()
        review.back()


def test_that_tips_say_who_and_how_much(demo: Locked, tmp_path: Path, show: Show) -> None:
    session = demo.session(Level.NAMED, tmp_path)
    plot = blood(show(session, "Blood counts"), "Waterfall", "PLAT", LOW).plot
    bar = session.figure(WATERFALL, ("PLAT", LOW)).bars[0]
    for part in (bar.subject, bar.arm, f"{bar.y:.1f}%", f"{bar.baseline:g} at baseline", f"on day {bar.day:g}"):
        assert part in plot.tip_of(0)
    boxes = laboratory(show(session, "Laboratory"), OVER_VISITS, "PLAT").plot
    assert "Baseline, n=29" in boxes.tip_of(0)
    assert "median" in boxes.tip_of(0)


def test_that_the_list_holds_every_test_and_the_search_narrows_it(demo: Locked, tmp_path: Path, show: Show) -> None:
    page = show(demo.session(Level.POOLED, tmp_path), "Laboratory").page
    tests = page.tests.tests
    names = [tests.item(i).text() for i in range(tests.count())]
    assert len(names) == 12
    assert "Eosinophils (held back)" in names
    page.tests.words.setText("bili")
    assert [tests.item(i).text() for i in range(tests.count()) if not tests.item(i).isHidden()] == ["Bilirubin"]


def test_that_the_table_below_holds_the_rows_of_the_test(demo: Locked, tmp_path: Path, show: Show) -> None:
    session = demo.session(Level.MASKED, tmp_path)
    page = show(session, "Laboratory").page
    page.tests.choose("BILI")
    rows = page.exhibits[0].rows
    labels = [rows.headerData(i, Qt.Orientation.Vertical) for i in range(rows.rowCount())]
    assert labels == [row.label for row in session.table("T16").rows if row.key[0] == "BILI"]
    assert len(labels) > 4


def test_that_the_switch_shows_changes_from_baseline(demo: Locked, tmp_path: Path, show: Show) -> None:
    review = show(demo.session(Level.MASKED, tmp_path), "Laboratory")
    view = laboratory(review, OVER_VISITS, "HGB")
    review.page.change.setChecked(True)
    assert view.figure.change
    assert "Baseline" not in view.figure.visits
    assert view.title.text() == "F16  Hemoglobin: change from baseline over visits"


def test_that_a_test_goes_first_in_the_direction_that_matters(demo: Locked, tmp_path: Path, show: Show) -> None:
    page = show(demo.session(Level.MASKED, tmp_path), "Laboratory").page
    for test, side in (("ALT", HIGH), ("PLAT", LOW), ("EOS", HIGH)):
        page.tests.choose(test)
        assert page.side.currentData() == side, test


# ----------------------------------------------------------------------------------------------------------------------
# What is not there


def test_that_a_test_held_back_says_so_and_shows_no_empty_table(demo: Locked, tmp_path: Path, show: Show) -> None:
    review = show(demo.session(Level.POOLED, tmp_path), "Laboratory")
    view = laboratory(review, OVER_VISITS, "EOS")
    assert view.nothing.isVisible()
    assert "held back from open sessions" in view.nothing.text()
    assert not review.page.exhibits[0].isVisible()
    page = show(demo.session(Level.POOLED, tmp_path / "again"), "Blood counts").page
    page.which.setCurrentIndex(page.which.findData("EOS"))
    assert page.nothing.text().startswith("Eosinophils: held back from open sessions")
    assert not any(exhibit.isVisible() for exhibit in page.exhibits)


def test_that_without_patients_a_figure_of_single_subjects_says_why_it_is_not_there(
    no_patients: Locked, tmp_path: Path, qtbot, show: Show
) -> None:
    review = show(no_patients.session(Level.POOLED, tmp_path), "Blood counts")
    for view in ("Waterfall", "Nadir"):
        shown = blood(review, view, "PLAT", LOW)
        assert "open.patients is false" in shown.refusal.text()
        assert not shown.plot.isVisible()
    shown = blood(review, "Over time", "PLAT", LOW)
    assert list(shown.plot.lines) == [("median", TOTAL)]
    click(qtbot, shown, 3)
    assert not review.is_drilled
    assert "Patients are not shown in open sessions" in review.banner.text


def test_that_a_closed_table_says_so_and_shows_no_list(no_safety: Locked, tmp_path: Path, show: Show) -> None:
    page = show(no_safety.session(Level.POOLED, tmp_path), "Laboratory").page
    assert not page.tests.isVisible()
    assert not page.top.isVisible()
    assert "T16 is not shown in open sessions" in page.exhibits[0].refusal.text()


def test_that_a_study_without_labs_shows_no_list(without_labs: Locked, tmp_path: Path, show: Show) -> None:
    page = show(without_labs.session(Level.NAMED, tmp_path), "Laboratory").page
    assert not page.tests.isVisible()
    assert page.exhibits[0].isVisible()


def test_that_the_test_chosen_outlives_a_change_of_level(demo: Locked, tmp_path: Path, show: Show) -> None:
    review = show(demo.session(Level.NAMED, tmp_path), "Laboratory")
    view = laboratory(review, OVER_VISITS, "GGT")
    review.desk.show_level(Level.MASKED)
    assert review.page.tests.code == "GGT"
    assert view.figure.arms == ("A", "B")


def test_that_figures_out_of_sight_are_not_kept_at_another_level(demo: Locked, tmp_path: Path, show: Show) -> None:
    review = show(demo.session(Level.NAMED, tmp_path), "Laboratory")
    view = laboratory(review, OVER_VISITS, "ALT")
    review.navigation.choose(0)
    review.desk.show_level(Level.MASKED)
    assert view.figure is None
    assert view.plot.places == []
    assert view.plot.drawn == {}


@pytest.mark.parametrize("test", ["ALT", "CREAT"])
def test_that_the_words_of_limits_stand_beside_the_boxes(demo: Locked, tmp_path: Path, show: Show, test: str) -> None:
    plot = laboratory(show(demo.session(Level.NAMED, tmp_path), "Laboratory"), OVER_VISITS, test).plot
    words = {words.text()[:3]: words for words in written_in(plot.panel)}
    assert set(words) == {"ULN", "LLN"}
    right = max(plot.position_of(place).x() for place in range(len(plot.places)))
    for item in words.values():
        box = plot.room_of(item)
        assert right < box.left()
        assert box.right() <= plot.width()
    low, high = (plot.room_of(words[side]) for side in ("LLN", "ULN"))
    assert low.center().y() - high.center().y() >= 0.9 * QFontMetrics(words["LLN"].font()).height()


def test_that_a_limit_of_normal_may_be_the_limit_of_a_grade(demo: Locked, tmp_path: Path, qapp) -> None:
    figure = demo.session(Level.NAMED, tmp_path).figure(NADIR, ("LYM", LOW))
    both = (Line(0.8, "lower limit of normal"), Line(0.8, "grade 2: below"), Line(0.5, "grade 3: below"))
    plot = PLOTS[NADIR](LIGHT)
    plot.resize(600, 350)
    plot.show_figure(replace(figure, lines=both))
    words = written_in(plot.panel)
    assert [item.text() for item in words] == ["G3 <0.5", "LLN 0.8", "G2 <0.8"]
    assert len({round(item.pos().y(), 6) for item in words}) == 3
    dispose(plot)
