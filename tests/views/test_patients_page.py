"""The page of patients, and the way to it and back: real clicks and keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from dsmb_app import app
from dsmb_app.model.profile import EVENTS, LABS, Span
from dsmb_app.model.result import Column
from dsmb_app.model.words import Level, Stat
from dsmb_app.views import theme
from dsmb_app.views.history import History, Place
from dsmb_app.views.pages import PAGES
from dsmb_app.views.pages.patients import Patients
from dsmb_app.views.plots.lanes import Lanes
from dsmb_app.views.window import Window
from tests.locked import Locked
from tests.views.conftest import AtLevel, ShowWindow
from tests.views.looking import click, counts, drilled, exhibit, place_of
from tests.views.shown import Show, no_patients, show

__all__ = ["no_patients", "show"]

HERE = [page.title for page in PAGES].index("Patients")
ADVERSE_EVENTS, LIVER = 1, 2
HEADACHE = ("Nervous system disorders", "Headache")


@pytest.fixture
def window(at_level: AtLevel, show_window: ShowWindow) -> Window:
    return show_window(at_level(Level.NAMED), page=HERE)


def patients(window: Window) -> Patients:
    return window.review.patients


def choose(qtbot, window: Window, row: int) -> str:
    """Click a patient of the list, as a reader does."""
    page = patients(window)
    click(qtbot, page.list, page.list.rows.index(row, 0))
    return page.list.shown[row]


def to_headaches(qtbot, window: Window) -> list[str]:
    """Open the patients behind a cell of the adverse events."""
    window.show_page(ADVERSE_EVENTS)
    view = exhibit(window)
    click(qtbot, view.view, place_of(view, HEADACHE, Column("Placebo", Stat.N)))
    return list(drilled(window).panels[0].model.listing.subjects)


def test_that_the_list_holds_the_safety_population_and_the_search_narrows_it(qtbot, window: Window) -> None:
    page = patients(window)
    assert len(page.list.shown) == 59
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(page.search, "01-001")
    assert page.list.shown == ["IL2SLE01-01-001"]


def test_that_a_click_shows_the_patient_and_enter_another(qtbot, window: Window) -> None:
    page = patients(window)
    assert page.nobody.isVisible()
    who = choose(qtbot, window, 0)
    assert page.profile.title.text().startswith(who)
    plot, records = page.profile.body.sizes()
    assert plot > 2.5 * records
    page.list.setCurrentIndex(page.list.rows.index(2, 0))
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    assert page.profile.profile.subject == page.list.shown[2]


def test_that_previous_and_next_walk_the_list_by_buttons_and_keys(qtbot, window: Window) -> None:
    page = patients(window)
    choose(qtbot, window, 0)
    for act, expected in (
        (lambda: qtbot.mouseClick(page.profile.next, Qt.MouseButton.LeftButton), 1),
        (lambda: qtbot.keyClick(page.list, Qt.Key.Key_PageDown), 2),
        (lambda: qtbot.keyClick(page.list, Qt.Key.Key_PageUp), 1),
        (lambda: qtbot.mouseClick(page.profile.previous, Qt.MouseButton.LeftButton), 0),
        (lambda: qtbot.mouseClick(page.profile.previous, Qt.MouseButton.LeftButton), 0),
    ):
        act()
        assert page.profile.profile.subject == page.list.shown[expected]


def test_that_a_patient_of_a_cell_opens_and_next_stays_among_those_behind_the_cell(qtbot, window: Window) -> None:
    behind = to_headaches(qtbot, window)
    question = drilled(window).question.text()
    subjects = drilled(window).panels[0]
    click(qtbot, subjects.view, subjects.view.model().index(0, 0))
    page = patients(window)
    assert window.review.page is page
    assert page.profile.profile.subject == behind[0]
    assert page.list.shown == behind
    assert page.only.text() == f"Only: {question}"
    qtbot.mouseClick(page.profile.next, Qt.MouseButton.LeftButton)
    assert page.profile.profile.subject == behind[1]
    qtbot.mouseClick(page.everybody, Qt.MouseButton.LeftButton)
    assert len(page.list.shown) == 59
    assert not page.only.isVisible()


def test_that_the_trail_leads_back_and_forward_as_in_a_browser(qtbot, window: Window) -> None:
    behind, review = to_headaches(qtbot, window), window.review
    click(qtbot, drilled(window).panels[0].view, drilled(window).panels[0].view.model().index(0, 0))
    alt = Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(window, Qt.Key.Key_Left, alt)
    assert counts(drilled(window))[0] == len(behind)
    assert review.navigation.list.currentRow() == ADVERSE_EVENTS
    qtbot.mouseClick(review.steps.back, Qt.MouseButton.LeftButton)
    assert review.stack.currentWidget() is review.pages[ADVERSE_EVENTS]
    qtbot.keyClick(window, Qt.Key.Key_Right, alt)
    assert counts(drilled(window))[0] == len(behind)
    qtbot.mouseClick(review.steps.forward, Qt.MouseButton.LeftButton)
    assert review.page is review.patients
    assert review.patients.profile.profile.subject == behind[0]
    assert not review.steps.forward.isEnabled()


@pytest.mark.parametrize("on", ["review", "list", "plot"])
def test_that_the_side_buttons_of_a_mouse_step_through_the_trail(qtbot, window: Window, on: str) -> None:
    first, second = choose(qtbot, window, 0), choose(qtbot, window, 1)
    page = patients(window)
    widget = {"review": window.review, "list": page.list.viewport(), "plot": page.profile.plot.body.viewport()}[on]
    qtbot.mouseClick(widget, Qt.MouseButton.BackButton, pos=QPoint(8, 8))
    assert page.profile.profile.subject == first
    qtbot.mouseClick(window.review, Qt.MouseButton.ForwardButton, pos=QPoint(8, 8))
    assert page.profile.profile.subject == second


def test_that_going_elsewhere_forgets_what_lay_ahead_and_its_lists(qtbot, window: Window) -> None:
    to_headaches(qtbot, window)
    view = drilled(window)
    window.review.back()
    assert window.review.stack.indexOf(view) >= 0
    window.show_page(LIVER)
    assert not window.review.steps.forward.isEnabled()
    assert window.review.stack.indexOf(view) < 0


def test_that_a_change_of_level_forgets_the_trail_and_the_patient(qtbot, window: Window) -> None:
    to_headaches(qtbot, window)
    click(qtbot, drilled(window).panels[0].view, drilled(window).panels[0].view.model().index(0, 0))
    review = window.review
    review.desk.show_level(Level.POOLED)
    assert len(review.history.places) == 1
    assert not review.steps.back.isEnabled()
    page = review.patients
    assert (page.subject, page.among, page.profile.profile, page.profile.plot.profile) == ("", (), None, None)
    assert page.profile.plot.targets == []
    assert all(who.startswith("S-") for who in page.list.shown)


def test_that_a_filter_keeps_pages_and_patients_and_forgets_lists(qtbot, window: Window) -> None:
    to_headaches(qtbot, window)
    window.review.desk.choose(sex="F")
    assert [place.view for place in window.review.history.places] == [None] * len(window.review.history.places)
    assert window.review.stack.currentWidget() is window.review.pages[ADVERSE_EVENTS]
    window.review.back()
    assert window.review.page is window.review.patients


def busiest(qtbot, window: Window) -> Patients:
    page = patients(window)
    session = window.review.desk.session
    who = max(session.patients().subjects, key=lambda one: len(session.profile(one).events))
    choose(qtbot, window, page.list.shown.index(who))
    app.settle()
    return page


def test_that_a_click_on_a_bar_selects_its_record(qtbot, window: Window) -> None:
    page = busiest(qtbot, window)
    body = page.profile.plot.body
    events = [target for target in page.profile.plot.targets if target.table == EVENTS]
    assert len(events) == len(page.profile.profile.events) == 10
    target = events[6]
    qtbot.mouseClick(body.viewport(), Qt.MouseButton.LeftButton, pos=body.spot(target).toPoint())
    panel = page.profile.panels[EVENTS]
    assert page.profile.records.currentWidget() is panel
    chosen = panel.view.model().mapToSource(panel.view.currentIndex()).row()
    assert page.profile.profile.events[chosen].words == target.tip


def test_that_the_legend_says_what_pale_means_where_a_day_is_not_known(qtbot, window: Window) -> None:
    view = busiest(qtbot, window).profile
    event, *others = (replace(one, span=Span(5.0, 5.0, 9.0, 9.0)) for one in view.profile.events)
    whole = replace(view.profile, events=(event, *others), drugs=())
    view.show_profile(whole, ())
    assert "Day not known" not in view.legend.texts
    view.show_profile(replace(whole, events=(replace(event, span=Span(1.0, 5.0, 9.0, 9.0)), *others)), ())
    assert "Day not known" in view.legend.texts


def test_that_a_click_on_a_result_selects_its_record(qtbot, window: Window) -> None:
    page = busiest(qtbot, window)
    target = next(target for target in page.profile.plot.targets if target.table == LABS)
    body = page.profile.plot.body
    qtbot.mouseClick(body.viewport(), Qt.MouseButton.LeftButton, pos=body.spot(target).toPoint())
    panel = page.profile.panels[LABS]
    assert page.profile.records.currentWidget() is panel
    day = panel.model.listing.headers.index("Day")
    assert panel.view.currentIndex().siblingAtColumn(0).data() == target.tip.partition(",")[0]
    assert float(panel.view.currentIndex().siblingAtColumn(day).data()) == target.first


def test_that_all_lanes_zoom_together_and_a_double_click_resets(qtbot, window: Window) -> None:
    plot = busiest(qtbot, window).profile.plot
    whole = plot.days
    where = QPointF(plot.head.panels[0][0].vb.sceneBoundingRect().center())
    wheel = QWheelEvent(
        where, plot.head.viewport().mapToGlobal(where), QPoint(), QPoint(0, 480), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(plot.head.viewport(), wheel)
    app.settle()
    assert plot.days[1] - plot.days[0] < 0.8 * (whole[1] - whole[0])
    for panel, _ in plot.body.panels:
        assert panel.vb.viewRange()[0] == pytest.approx(plot.days, abs=0.5)
    qtbot.mouseDClick(plot.head.viewport(), Qt.MouseButton.LeftButton, pos=where.toPoint())
    assert plot.days == pytest.approx(whole)


def test_that_other_medication_unfolds(qtbot, window: Window) -> None:
    page = busiest(qtbot, window)
    folded = page.profile.plot.body.height()
    qtbot.mouseClick(page.profile.fold, Qt.MouseButton.LeftButton)
    assert page.profile.plot.body.height() > folded


def test_that_a_change_of_theme_draws_the_patient_anew_and_once(
    qtbot, window: Window, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = busiest(qtbot, window)
    body, drawn = page.profile.plot.body, []
    monkeypatch.setattr(body, "setBackground", lambda colour: (drawn.append(colour), Lanes.setBackground(body, colour)))
    try:
        theme.dress(qapp, "dark")
        qtbot.waitUntil(lambda: body.backgroundBrush().color().name() == theme.DARK.surface)
        app.settle()
        assert len(page.profile.plot.targets) > 100
        assert drawn == [theme.DARK.surface]
    finally:
        theme.dress(qapp, "light")
        app.settle()


def test_that_an_open_session_without_patients_says_so(no_patients: Locked, tmp_path: Path, show: Show) -> None:
    review = show(no_patients.session(Level.POOLED, tmp_path), "Patients")
    assert "Patients are not shown in open sessions" in review.page.refusal.text()
    assert not review.page.list.isVisible()
    review.open_patient("S-333XT3")
    assert review.page.profile.profile is None


def test_that_a_trail_forgets_what_lay_ahead_and_keeps_what_is_wanted(qtbot) -> None:
    trail = History()
    for page in range(4):
        trail.visit(Place(page))
    assert trail.step(-2) == Place(1)
    trail.visit(Place(7, subject="A"))
    assert [place.page for place in trail.places] == [0, 1, 7]
    assert trail.step(1) is None
    trail.visit(Place(7, subject="A"))
    assert len(trail.places) == 3
    trail.keep(lambda place: not place.subject, else_at=Place(7))
    assert trail.places == [Place(0), Place(1), Place(7)]
    assert trail.now == Place(7)
