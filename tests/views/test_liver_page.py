"""The liver page: every point of the figure is drawn as what it is, and leads to its subject's values."""

from __future__ import annotations

import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage

from dsmb_app import app
from dsmb_app.model.errors import Refusal
from dsmb_app.model.result import Column, Scatter
from dsmb_app.model.words import TOTAL, Level, Stat
from dsmb_app.session import Session
from dsmb_app.views.drill import RecordsView
from dsmb_app.views.pack_picture import pack_picture
from dsmb_app.views.plots.edish import EDish, mark_in
from dsmb_app.views.plots.figure_picture import scatter_picture
from dsmb_app.views.plots.words import written_in
from dsmb_app.views.review import Review
from dsmb_app.views.theme import LIGHT, THEMES
from tests.demo_trial import read
from tests.locked import Locked
from tests.packs.reading import sheet_names
from tests.views.shown import LEVELS, Show, no_patients, no_safety, show, without_labs

__all__ = ["no_patients", "no_safety", "show", "without_labs"]

TESTS = {"ALT", "AST", "BILI", "ALP"}
LOWER_RIGHT = 3


def rounded(x: float, y: float) -> tuple[float, float]:
    return round(x, 9), round(y, 9)


def plot_of(review: Review) -> EDish:
    return review.page.views.figure.plot


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
    assert show(session, "Liver").page.views.figure.legend.texts == [*arms, "open: baseline above ULN"]


@LEVELS
def test_that_a_click_on_a_point_shows_its_subjects_tests_over_time(
    demo: Locked, tmp_path: Path, qtbot, show: Show, level: Level
) -> None:
    session = demo.session(level, tmp_path)
    review = show(session, "Liver")
    plot, patient = plot_of(review), review.page.patient
    assert not patient.isVisible()
    subject = plot.points[alone(plot)].subject
    click(qtbot, plot, alone(plot))
    assert not review.is_drilled
    assert patient.isVisible()
    assert review.page.exhibit.isVisible()
    assert patient.course.title.text().startswith(subject)
    figure = session.figure("F18T", (subject,))
    drawn = {test: [rounded(*xy) for xy in found] for test, found in patient.course.plot.drawn.items()}
    assert drawn == {c.test: [rounded(r.day, r.multiple) for r in c.readings] for c in figure.courses}
    assert set(drawn) == TESTS
    assert patient.course.plot.dose_days == list(figure.doses)
    review.back()
    assert not patient.isVisible()
    assert patient.course.result is None


def test_that_the_whole_patient_is_one_click_away(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    review = show(demo.session(Level.MASKED, tmp_path), "Liver")
    plot, patient, liver = plot_of(review), review.page.patient, review.page
    subject = plot.points[alone(plot)].subject
    click(qtbot, plot, alone(plot))
    qtbot.mouseClick(patient.course.records, Qt.MouseButton.LeftButton)
    assert review.page is review.patients
    shown = review.patients.profile
    assert shown.profile.subject == subject
    table = shown.records.currentWidget()
    assert table is shown.panels["Laboratory"]
    assert table.view.currentIndex().siblingAtColumn(0).data() in TESTS
    review.back()
    assert review.page is liver
    assert patient.isVisible()


def test_that_events_of_the_liver_stand_below_the_course(demo: Locked, tmp_path: Path, show: Show) -> None:
    review = show(demo.session(Level.NAMED, tmp_path), "Liver")
    review.page.views.figure.picked.emit("IL2SLE01-01-040")
    assert review.page.patient.course.plot.printed == ["Hepatic function abnormal, grade 2, recovered/resolved"]
    review.page.views.figure.picked.emit("IL2SLE01-01-005")
    assert review.page.patient.course.plot.printed == ["none"]


def test_that_keys_go_through_the_results_and_enter_shows_the_records(
    demo: Locked, tmp_path: Path, qtbot, show: Show
) -> None:
    review = show(demo.session(Level.MASKED, tmp_path), "Liver")
    click(qtbot, plot_of(review), alone(plot_of(review)))
    course = review.page.patient.course.plot
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right):
        qtbot.keyClick(course, key)
    test, reading = course.readings[1]
    assert course.tip_of(1).splitlines() == [f"{test}, day {reading.day:g}", reading.words]
    qtbot.keyClick(course, Qt.Key.Key_Return)
    assert review.page is review.patients


def frame(qtbot, plot: EDish, places: list[int]) -> None:
    """Draw a frame with the mouse round some points, from a place where there is none."""
    spots = [plot.position_of(place).toPoint() for place in places]
    first = QPoint(min(p.x() for p in spots) - 12, min(p.y() for p in spots) - 12)
    last = QPoint(max(p.x() for p in spots) + 12, max(p.y() for p in spots) + 12)
    qtbot.mousePress(plot.viewport(), Qt.MouseButton.LeftButton, pos=first)
    qtbot.mouseMove(plot.viewport(), pos=last)
    qtbot.mouseRelease(plot.viewport(), Qt.MouseButton.LeftButton, pos=last)


def inside(plot: EDish, places: list[int]) -> set[str]:
    """Return who lies within the frame that is drawn round some points."""
    spots = [plot.position_of(place) for place in places]
    left, right = min(p.x() for p in spots) - 12, max(p.x() for p in spots) + 12
    top, bottom = min(p.y() for p in spots) - 12, max(p.y() for p in spots) + 12
    here = [(point.subject, plot.position_of(place)) for place, point in enumerate(plot.points)]
    return {subject for subject, p in here if left <= p.x() <= right and top <= p.y() <= bottom}


@LEVELS
def test_that_a_frame_round_points_lists_their_subjects(
    demo: Locked, tmp_path: Path, qtbot, show: Show, level: Level
) -> None:
    review = show(demo.session(level, tmp_path), "Liver")
    plot, patient = plot_of(review), review.page.patient
    beyond = [place for place, point in enumerate(plot.points) if point.quadrant == LOWER_RIGHT]
    expected = inside(plot, beyond)
    assert len(expected) >= 3
    frame(qtbot, plot, beyond)
    assert set(plot.together) == set(patient.list.model.listing.subjects) == expected
    assert patient.list.model.listing.title == f"{len(expected)} subject(s) chosen"
    view = patient.list.view
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(view.model().index(0, 0)).center())
    assert patient.course.isVisible()
    assert patient.course.subject in expected
    review.back()
    assert patient.list.isVisible()
    review.back()
    assert not patient.isVisible()
    assert plot.together == ()


def test_that_ctrl_and_a_click_choose_one_after_the_other(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    review = show(demo.session(Level.MASKED, tmp_path), "Liver")
    plot, patient = plot_of(review), review.page.patient
    last, high = alone(plot), max(range(len(plot.points)), key=lambda place: plot.points[place].y)
    for place in (last, high):
        spot = plot.position_of(place).toPoint()
        qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, spot)
    expected = {plot.points[last].subject, plot.points[high].subject}
    assert set(patient.list.model.listing.subjects) == expected
    qtbot.keyClick(plot, Qt.Key.Key_Space)
    plot.point_at(last)
    qtbot.keyClick(plot, Qt.Key.Key_Space)
    assert plot.together == (plot.points[high].subject,)
    assert patient.course.subject == plot.points[high].subject


def test_that_points_on_one_spot_are_listed_together(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    review = show(demo.session(Level.MASKED, tmp_path), "Liver")
    page, figure = review.page, review.page.views.figure.figure
    twin = replace(figure.points[0], subject=figure.points[1].subject)
    page.views.figure.plot.show_figure(replace(figure, points=(figure.points[0], twin)))
    click(qtbot, plot_of(review), 0)
    assert set(page.patient.list.model.listing.subjects) == {point.subject for point in figure.points[:2]}


def test_that_who_was_chosen_stays_chosen_in_another_view(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    review = show(demo.session(Level.MASKED, tmp_path), "Liver")
    plot = plot_of(review)
    frame(qtbot, plot, [place for place, point in enumerate(plot.points) if point.quadrant == LOWER_RIGHT])
    chosen = set(plot.together)
    press(qtbot, review, "Composite")
    assert set(plot.together) == chosen


def test_that_a_change_of_level_closes_the_patient(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    review = show(demo.session(Level.NAMED, tmp_path), "Liver")
    click(qtbot, plot_of(review), alone(plot_of(review)))
    review.desk.show_level(Level.POOLED)
    patient = review.page.patient
    assert not patient.isVisible()
    assert (patient.course.subject, patient.course.result, patient.course.plot.readings) == ("", None, [])


def press(qtbot, review: Review, name: str) -> None:
    qtbot.mouseClick(review.page.views.buttons[name], Qt.MouseButton.LeftButton)


@LEVELS
@pytest.mark.parametrize(("name", "number"), [("x baseline", "F18B"), ("Composite", "F18C")])
def test_that_each_view_draws_its_own_figure(
    demo: Locked, tmp_path: Path, qtbot, show: Show, level: Level, name: str, number: str
) -> None:
    session = demo.session(level, tmp_path)
    review = show(session, "Liver")
    press(qtbot, review, name)
    figure, plot = session.figure(number), plot_of(review)
    expected: dict[tuple[str, bool], Counter[tuple[float, float]]] = {}
    for point in figure.points:
        expected.setdefault((point.arm, point.marked), Counter())[rounded(point.x, point.y)] += 1
    assert {key: Counter(rounded(*xy) for xy in found) for key, found in plot.drawn.items() if found} == expected
    assert review.page.views.figure.title.text().startswith(f"{number}  ")


def test_that_each_panel_of_the_composite_plot_holds_its_own_points(
    demo: Locked, tmp_path: Path, qtbot, show: Show
) -> None:
    review = show(demo.session(Level.NAMED, tmp_path), "Liver")
    press(qtbot, review, "Composite")
    plot = plot_of(review)
    middle = plot.panel.vb.sceneBoundingRect().center()
    places: dict[int, set[tuple[bool, bool]]] = {}
    for place, point in enumerate(plot.points):
        spot = plot.position_of(place)
        places.setdefault(point.quadrant, set()).add((spot.x() > middle.x(), spot.y() > middle.y()))
    assert places == {0: {(False, False)}, 1: {(True, False)}, 2: {(False, True)}, 3: {(True, True)}}


def test_that_a_quadrant_without_anybody_says_so(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    session = demo.session(Level.NAMED, tmp_path)
    review = show(session, "Liver")
    plot = plot_of(review)
    calm = [point for point in session.figure("F18").points if point.quadrant == 2]
    empty = ("nobody", "nobody", f"{len(calm)} subjects", "nobody")
    plot.show_figure(replace(session.figure("F18"), points=tuple(calm), counts=empty))
    words = [item.text() for item in written_in(plot.panel)]
    assert words.count("nobody") == 3
    assert f"{len(calm)} subjects" in words
    assert sum(map(len, plot.drawn.values())) == len(calm) == 54


@LEVELS
def test_that_every_cell_of_the_migration_is_the_tables_and_opens_its_subjects(
    demo: Locked, tmp_path: Path, qtbot, show: Show, level: Level
) -> None:
    session = demo.session(level, tmp_path)
    review = show(session, "Liver")
    press(qtbot, review, "Migration")
    table, plot = session.table("K18M"), review.page.views.migration.plot
    assert len(plot.moves) == 16 * len(table.arms or (TOTAL,))
    for move in plot.moves:
        assert move.text == table.cell(move.key, Column(move.arm, Stat.N)).text
        assert move.of == table.cell(move.key, Column(move.arm, Stat.DENOMINATOR)).text
    place = max(range(len(plot.moves)), key=lambda i: plot.moves[i].n * (plot.moves[i].column > 0))
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=plot.position_of(place).toPoint())
    view = review.stack.currentWidget()
    assert isinstance(view, RecordsView)
    assert len(view.panels[0].model.listing.rows) == plot.moves[place].n > 0


def test_that_keys_go_through_the_cells_of_the_migration(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    review = show(demo.session(Level.MASKED, tmp_path), "Liver")
    press(qtbot, review, "Migration")
    plot = review.page.views.migration.plot
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Right):
        qtbot.keyClick(plot, key)
    assert plot.at_hand == 5
    assert plot.tip_of(5).splitlines() == ["A", "baseline Temple's corollary", "worst Temple's corollary", "0 of 0"]


def test_that_the_own_pictures_of_the_page_hold_their_source(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    review = show(demo.session(Level.MASKED, tmp_path / "state"), "Liver")
    click(qtbot, plot_of(review), alone(plot_of(review)))
    press(qtbot, review, "Migration")
    for view in (review.page.views.migration, review.page.patient.course):
        view.write_picture(tmp_path / "one.svg")
        assert review.desk.source_line in (tmp_path / "one.svg").read_text("utf-8")
        view.write_picture(tmp_path / "one.png")
        assert QImage(str(tmp_path / "one.png")).width() == 2000


def test_that_the_values_shown_are_all_that_were_delivered(demo: Locked, tmp_path: Path) -> None:
    session = demo.session(Level.NAMED, tmp_path)
    for point in session.figure("F18").points[:10]:
        records = [row for row in read("lb") if row["USUBJID"] == point.subject and row["LBTESTCD"] in TESTS]
        assert (
            len([row for row in session.profile(point.subject).records["Laboratory"].rows if row[0] in TESTS])
            == len(records)
            > 30
        )


def test_that_keys_go_from_point_to_point_and_enter_asks(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    review = show(demo.session(Level.MASKED, tmp_path), "Liver")
    plot = plot_of(review)
    asked: list[str] = []
    plot.picked.connect(asked.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Return):
        qtbot.keyClick(plot, key)
    assert asked == [plot.points[-1].subject]
    assert review.page.patient.course.subject == asked[0]


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
    assert not review.page.patient.isVisible()
    assert review.banner.isVisible()
    assert "Patients are not shown in open sessions" in review.banner.text
    frame(qtbot, plot, [0, alone(plot)])
    assert not review.page.patient.isVisible()
    assert set(plot.together) == {""}
    with pytest.raises(Refusal, match="Patients are not shown"):
        review.desk.session.figure("F18T", ("",))


def test_that_a_closed_figure_says_so_calmly(no_safety: Locked, tmp_path: Path, show: Show) -> None:
    session = no_safety.session(Level.POOLED, tmp_path)
    page = show(session, "Liver").page
    assert session.figures() == ("F1",)  # how the trial goes is open to all
    for part, number in ((page.exhibit, "K18"), (page.views.figure, "F18")):
        assert part.refusal.isVisible()
        assert f"{number} is not shown in open sessions" in part.refusal.text()
    assert not page.views.figure.plot.isVisible()
    assert not page.exhibit.view.isVisible()


def test_that_a_study_without_labs_has_an_empty_page_that_says_so(
    without_labs: Locked, tmp_path: Path, show: Show
) -> None:
    session = without_labs.session(Level.MASKED, tmp_path)
    page = show(session, "Liver").page
    assert page.exhibit.nothing.isVisible()
    assert page.exhibit.nothing.text() == "There is nothing to list."
    assert page.views.figure.nothing.isVisible()
    assert "nobody has a value on both axes" in page.views.figure.nothing.text()
    assert not page.views.figure.plot.isVisible()
    assert pack_picture(session, "K18", ("F18",)) == {}


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
    assert page.views.figure.figure is None
    assert page.views.figure.plot.points == ()


def test_that_the_picture_is_saved_with_its_source_and_logged_first(
    demo: Locked, tmp_path: Path, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = show(demo.session(Level.MASKED, tmp_path / "state"), "Liver")
    logged: list[str] = []
    monkeypatch.setattr(review.desk.session, "record_copy", logged.append)
    for name in ("one.png", "one.svg"):
        review.page.views.figure.write_picture(tmp_path / name)
    assert logged == ["picture F18"] * 2
    assert QImage(str(tmp_path / "one.png")).width() == 2000
    assert review.desk.source_line in (tmp_path / "one.svg").read_text("utf-8")


def test_that_what_cannot_be_logged_is_not_saved(
    demo: Locked, tmp_path: Path, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = show(demo.session(Level.MASKED, tmp_path / "state"), "Liver")

    def refuse(_what: str) -> None:
        raise Refusal("AUDIT-WRITE", "The audit log cannot be written.", "Make space.")

    monkeypatch.setattr(review.desk.session, "record_copy", refuse)
    review.page.views.figure.write_picture(tmp_path / "one.png")
    assert not (tmp_path / "one.png").exists()
    assert "[AUDIT-WRITE]" in review.banner.text


def test_that_the_picture_is_light_whatever_the_window_wears(demo: Locked, tmp_path: Path, qapp) -> None:
    png = scatter_picture(demo.session(Level.MASKED, tmp_path).figure("F18"), source="here").png()
    image = QImage.fromData(png)
    assert image.pixelColor(2, 2).name() == LIGHT.surface


@pytest.mark.parametrize(("level", "there"), [(Level.POOLED, False), (Level.MASKED, True), (Level.NAMED, True)])
def test_that_the_closed_pack_alone_holds_the_figure(
    demo: Locked, tmp_path: Path, qapp, level: Level, there: bool
) -> None:
    session: Session = demo.session(level, tmp_path)
    app.write_pack(session, tmp_path / "pack.xlsx", None)(lambda *_: None)
    figures = [name for name in sheet_names((tmp_path / "pack.xlsx").read_bytes()) if name.startswith("F")]
    with zipfile.ZipFile(tmp_path / "pack.xlsx") as pack:
        pictures = [name for name in pack.namelist() if name.startswith("xl/media/")]
    every = ["F1 Participant flow", "F1 Participant flow, figure",
             "F9 AE by SOC and PT", "F9V AE differences", "F09 AE onset", "F10 AE by worst grade",
             "F15 Infection, first", "F15A Infection, competing", "F15M Infections, mean count",
             "F18 Liver", "F19 Blood counts, nadir", "F20 AE by day of the cycle",
             "F20P AE by cycle, figure"]  # fmt: skip
    assert figures == [name for name in every if there or name[:3] not in ("F9V", "F15", "F18", "F19", "F20")]
    assert len(pictures) == len(figures) - 1  # the first is a table


def test_that_a_figure_without_points_is_no_fault(qapp, demo: Locked, tmp_path: Path) -> None:
    empty: Scatter = replace(demo.session(Level.MASKED, tmp_path).figure("F18"), points=())
    plot = EDish()
    plot.show_figure(empty)
    assert plot.points == ()
    assert sum(map(len, plot.drawn.values())) == 0
