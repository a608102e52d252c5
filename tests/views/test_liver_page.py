"""The liver page: every point of the figure is drawn as what it is, and leads to its subject's values."""

from __future__ import annotations

import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from dsmb_app import app
from dsmb_app.model.result import Scatter
from dsmb_app.model.words import Level
from dsmb_app.session import Session
from dsmb_app.views.drill import RecordsView
from dsmb_app.views.pack_picture import pack_picture
from dsmb_app.views.plots.edish import EDish, mark_in
from dsmb_app.views.plots.scatter_picture import ScatterPicture
from dsmb_app.views.review import Review
from dsmb_app.views.theme import LIGHT, THEMES
from tests.demo_trial import read
from tests.locked import Locked
from tests.views.shown import LEVELS, Show, no_patients, no_safety, show, without_labs

__all__ = ["no_patients", "no_safety", "show", "without_labs"]

TESTS = {"ALT", "AST", "BILI", "ALP"}


def rounded(x: float, y: float) -> tuple[float, float]:
    return round(x, 9), round(y, 9)


def plot_of(review: Review) -> EDish:
    return review.page.figure.plot


def click(qtbot, plot: EDish, place: int) -> None:
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=plot.position_of(place).toPoint())


def alone(plot: EDish) -> int:
    """Return a point that no other one hides: the one with the highest x."""
    return len(plot.points) - 1


@LEVELS
def test_that_the_points_drawn_are_the_points_of_the_figure(
    demo: Locked, tmp_path: Path, show: Show, level: Level
) -> None:
    session = demo.session(level, tmp_path)
    drawn = plot_of(show(session, "Liver")).drawn
    expected: dict[tuple[str, bool], Counter[tuple[float, float]]] = {}
    for point in session.figure("F18").points:
        expected.setdefault((point.arm, point.marked), Counter())[rounded(point.x, point.y)] += 1
    assert sum(map(len, drawn.values())) == len(session.figure("F18").points) == 59
    assert {key: Counter(rounded(*xy) for xy in found) for key, found in drawn.items() if found} == expected


def test_that_arms_differ_in_colour_and_in_shape(demo: Locked, tmp_path: Path) -> None:
    figure = demo.session(Level.NAMED, tmp_path).figure("F18")
    marks = [mark_in(figure, theme, arm) for theme in THEMES.values() for arm in figure.arms]
    assert len({mark.colour for mark in marks}) == len(marks)
    assert len({mark.symbol for mark in marks}) == len(figure.arms) == 2


@LEVELS
def test_that_the_legend_names_every_arm_and_the_open_symbol(
    demo: Locked, tmp_path: Path, show: Show, level: Level
) -> None:
    session = demo.session(level, tmp_path)
    arms = list(session.arms) or ["All subjects"]
    assert show(session, "Liver").page.figure.legend.texts == [*arms, "open: baseline above ULN"]


@LEVELS
def test_that_a_click_on_a_point_shows_its_subjects_liver_values(
    demo: Locked, tmp_path: Path, qtbot, show: Show, level: Level
) -> None:
    review = show(demo.session(level, tmp_path), "Liver")
    plot = plot_of(review)
    subject = plot.points[alone(plot)].subject
    click(qtbot, plot, alone(plot))
    view = review.stack.currentWidget()
    assert isinstance(view, RecordsView)
    labs, events = (panel.model.listing for panel in view.panels)
    assert view.question.text() == f"Subject {subject}"
    assert set(labs.subjects) == {subject}
    assert set(events.subjects) <= {subject}
    assert {row[labs.headers.index("Test")] for row in labs.rows} == TESTS
    review.back()
    assert review.stack.currentWidget() is review.page


def test_that_the_values_shown_are_all_that_were_delivered(demo: Locked, tmp_path: Path) -> None:
    session = demo.session(Level.NAMED, tmp_path)
    for point in session.figure("F18").points[:10]:
        records = [row for row in read("lb") if row["USUBJID"] == point.subject and row["LBTESTCD"] in TESTS]
        assert len(session.subject_labs(point.subject, tuple(TESTS)).rows) == len(records) > 30


def test_that_keys_go_from_point_to_point_and_enter_asks(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    review = show(demo.session(Level.MASKED, tmp_path), "Liver")
    plot = plot_of(review)
    asked: list[str] = []
    plot.picked.connect(asked.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Return):
        qtbot.keyClick(plot, key)
    assert asked == [plot.points[-1].subject]
    assert review.is_drilled


def test_that_a_tip_names_subject_and_arm(demo: Locked, tmp_path: Path, show: Show) -> None:
    plot = plot_of(show(demo.session(Level.NAMED, tmp_path), "Liver"))
    for place, point in enumerate(plot.points):
        lines = plot.tip_of(place).splitlines()
        assert lines == [point.subject, point.arm, *(["baseline above ULN"] if point.marked else [])]


def test_that_no_patient_is_named_where_the_open_session_shows_none(
    no_patients: Locked, tmp_path: Path, qtbot, show: Show
) -> None:
    review = show(no_patients.session(Level.POOLED, tmp_path), "Liver")
    plot = plot_of(review)
    assert len(plot.points) == 59
    assert {point.subject for point in plot.points} == {""}
    assert set(map(plot.tip_of, range(59))) == {"", "baseline above ULN"}
    click(qtbot, plot, alone(plot))
    assert not review.is_drilled
    assert review.banner.isVisible()
    assert "Patients are not shown in open sessions" in review.banner.text


def test_that_a_closed_figure_says_so_calmly(no_safety: Locked, tmp_path: Path, show: Show) -> None:
    session = no_safety.session(Level.POOLED, tmp_path)
    page = show(session, "Liver").page
    assert session.figures() == ()
    for part, number in ((page.exhibit, "K18"), (page.figure, "F18")):
        assert part.refusal.isVisible()
        assert f"{number} is not shown in open sessions" in part.refusal.text()
    assert not page.figure.plot.isVisible()
    assert not page.exhibit.view.isVisible()


def test_that_a_study_without_labs_has_an_empty_page_that_says_so(
    without_labs: Locked, tmp_path: Path, show: Show
) -> None:
    session = without_labs.session(Level.MASKED, tmp_path)
    page = show(session, "Liver").page
    assert page.exhibit.nothing.isVisible()
    assert page.exhibit.nothing.text() == "There is nothing to list."
    assert page.figure.nothing.isVisible()
    assert "nobody has a value on both axes" in page.figure.nothing.text()
    assert not page.figure.plot.isVisible()
    assert pack_picture(session, "K18", "F18") is None


def test_that_a_change_of_level_draws_the_new_arms_and_forgets_the_old(
    demo: Locked, tmp_path: Path, show: Show
) -> None:
    session = demo.session(Level.NAMED, tmp_path)
    review = show(session, "Liver")
    assert {arm for arm, _ in plot_of(review).drawn} == set(session.arms)
    review.desk.show_level(Level.MASKED)
    assert {arm for arm, _ in plot_of(review).drawn} == {"A", "B"}


def test_that_a_figure_out_of_sight_is_not_kept_at_another_level(demo: Locked, tmp_path: Path, show: Show) -> None:
    review = show(demo.session(Level.NAMED, tmp_path), "Liver")
    page = review.page
    review.navigation.choose(0)
    review.desk.show_level(Level.MASKED)
    assert page.figure.figure is None
    assert page.figure.plot.points == ()


def test_that_the_picture_is_saved_with_its_source_and_logged_first(
    demo: Locked, tmp_path: Path, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = show(demo.session(Level.MASKED, tmp_path / "state"), "Liver")
    logged: list[str] = []
    monkeypatch.setattr(review.desk, "record_copy", lambda what: not logged.append(what))
    for name in ("one.png", "one.svg"):
        review.page.figure.write_picture(tmp_path / name)
    assert logged == ["picture F18"] * 2
    assert QImage(str(tmp_path / "one.png")).width() == 2000
    assert review.desk.source_line in (tmp_path / "one.svg").read_text("utf-8")


def test_that_what_cannot_be_logged_is_not_saved(
    demo: Locked, tmp_path: Path, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = show(demo.session(Level.MASKED, tmp_path / "state"), "Liver")
    monkeypatch.setattr(review.desk, "record_copy", lambda _: False)
    review.page.figure.write_picture(tmp_path / "one.png")
    assert not (tmp_path / "one.png").exists()


def test_that_the_picture_is_light_whatever_the_window_wears(demo: Locked, tmp_path: Path, qapp) -> None:
    png = ScatterPicture(demo.session(Level.MASKED, tmp_path).figure("F18"), source="here").png()
    image = QImage.fromData(png)
    assert image.pixelColor(2, 2).name() == LIGHT.surface


@pytest.mark.parametrize(("level", "there"), [(Level.POOLED, False), (Level.MASKED, True), (Level.NAMED, True)])
def test_that_the_closed_pack_alone_holds_the_figure(
    demo: Locked, tmp_path: Path, qapp, level: Level, there: bool
) -> None:
    session: Session = demo.session(level, tmp_path)
    app.write_pack(session, tmp_path / "pack.xlsx", None)(lambda *_: None)
    figures = [name for name in load_workbook(tmp_path / "pack.xlsx").sheetnames if name.startswith("F")]
    with zipfile.ZipFile(tmp_path / "pack.xlsx") as pack:
        pictures = [name for name in pack.namelist() if name.startswith("xl/media/")]
    assert figures == ["F9 AE by SOC and PT", *(["F18 Liver"] if there else [])]
    assert len(pictures) == len(figures)


def test_that_a_figure_without_points_is_no_fault(qapp, demo: Locked, tmp_path: Path) -> None:
    empty: Scatter = replace(demo.session(Level.MASKED, tmp_path).figure("F18"), points=())
    plot = EDish()
    plot.show_figure(empty)
    assert plot.points == ()
    assert sum(map(len, plot.drawn.values())) == 0
