"""The adverse-event page: rows, filters, the plot beside the table, and the way to the patients, by mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QApplication

from dsmb_app.app import settle
from dsmb_app.model.result import Column
from dsmb_app.model.words import Level, Order, Stat, Window
from dsmb_app.views.layout import lay_out
from tests.views.conftest import AtLevel, ShowWindow
from tests.views.looking import click, counts, drilled, exhibit, labels, place_of

LEVELS = pytest.mark.parametrize("level", list(Level))
HEADACHE = ("Nervous system disorders", "Headache")


@LEVELS
def test_that_the_page_shows_the_rows_of_the_session(at_level: AtLevel, show_window: ShowWindow, level: Level) -> None:
    session = at_level(level)
    view = exhibit(show_window(session))
    table = session.table("T09")
    assert labels(view) == [row.label for row in table.rows]
    assert view.model.layout.table is table


@LEVELS
@pytest.mark.parametrize(("stat", "listing"), [(Stat.N, 0), (Stat.EVENTS, 1)])
def test_that_a_click_shows_as_many_patients_or_records_as_the_cell_says(
    qtbot, at_level: AtLevel, show_window: ShowWindow, level: Level, stat: Stat, listing: int
) -> None:
    session = at_level(level)
    window = show_window(session)
    view = exhibit(window)
    column = Column(session.arms[0] if session.arms else "Total", stat)
    for row in (("Any",), HEADACHE):
        said = int(session.table("T09").cell(row, column).text)
        click(qtbot, view.view, place_of(view, row, column))
        assert counts(drilled(window))[listing] == said > 0
        assert row[-1] in drilled(window).question.text()
        window.review.back()


@pytest.mark.parametrize("level", [Level.POOLED, Level.NAMED])
def test_that_every_count_of_the_page_drills_to_so_many_subjects(
    at_level: AtLevel, show_window: ShowWindow, level: Level
) -> None:
    session = at_level(level)
    window = show_window(session)
    view = exhibit(window)
    walked = 0
    for row, column, cell in session.table("T09").walk():
        if column.stat is Stat.N:
            slot = next(s for s in view.model.layout.slots.values() if s.row == row.key and column in s.columns)
            window.review.drill("T09", slot.row, slot.columns[0])
            assert counts(drilled(window))[0] == int(cell.text)
            window.review.back()
            walked += 1
    assert walked > 50


def test_that_keys_lead_to_the_patients_to_one_patient_and_back(
    qtbot, at_level: AtLevel, show_window: ShowWindow
) -> None:
    window = show_window(at_level(Level.MASKED))
    view = exhibit(window)
    view.view.setFocus()
    view.view.setCurrentIndex(place_of(view, HEADACHE, Column("A", Stat.N)))
    qtbot.keyClick(view.view, Qt.Key.Key_Return)
    subjects = drilled(window).panels[0]
    assert subjects.view.hasFocus()
    subject = subjects.model.listing.subjects[0]
    subjects.view.setCurrentIndex(subjects.view.model().index(0, 0))
    qtbot.keyClick(subjects.view, Qt.Key.Key_Enter)
    assert window.review.page is window.review.patients
    assert window.review.patients.profile.profile.subject == subject
    qtbot.keyClick(window.review.patients, Qt.Key.Key_Escape)
    assert HEADACHE[1] in drilled(window).question.text()
    qtbot.keyClick(drilled(window), Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.review.stack.currentWidget() is window.review.page


def test_that_the_back_button_leads_back(qtbot, at_level: AtLevel, show_window: ShowWindow) -> None:
    window = show_window(at_level(Level.POOLED))
    view = exhibit(window)
    click(qtbot, view.view, place_of(view, HEADACHE, Column("Total", Stat.N)))
    qtbot.mouseClick(drilled(window).back, Qt.MouseButton.LeftButton)
    assert window.review.stack.currentWidget() is window.review.page


def test_that_patients_leave_the_screen_when_the_level_or_a_choice_changes(
    at_level: AtLevel, show_window: ShowWindow
) -> None:
    session = at_level(Level.NAMED)
    window = show_window(session)
    desk = window.review.desk
    for change in (lambda: desk.show_level(Level.MASKED), lambda: desk.choose(at_least=5.0)):
        window.review.drill("T09", HEADACHE, Column(session.arms[0], Stat.N))
        assert window.review.is_drilled
        change()
        assert not window.review.is_drilled


def test_that_a_click_with_a_modifier_chooses_and_shows_nobody(
    qtbot, at_level: AtLevel, show_window: ShowWindow
) -> None:
    window = show_window(at_level(Level.POOLED))
    view = exhibit(window)
    index = place_of(view, HEADACHE, Column("Total", Stat.N))
    view.view.scrollTo(index)
    where = view.view.visualRect(index).center()
    qtbot.mouseClick(view.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, where)
    assert not window.review.is_drilled
    assert view.view.selectionModel().selectedIndexes() == [index]


# ----------------------------------------------------------------------------------------------------------------------
# Filters


def test_that_the_filters_are_wishes_and_the_page_shows_the_answer(
    qtbot, at_level: AtLevel, show_window: ShowWindow
) -> None:
    session = at_level(Level.POOLED)
    page = show_window(session).review.page
    page.at_least.setValue(20)
    assert session.choices.at_least == 20
    table = session.table("T09")
    assert labels(page.exhibit) == [row.label for row in table.rows]
    shares = [table.cell(row.key, Column("Total", Stat.PCT)).value for row in table.rows]
    assert 1 < len(shares) < 30
    assert min(shares) >= 20
    page.order.setCurrentIndex(page.order.findData(Order.ALPHABETICAL))
    classes = [row.label for row in session.table("T09").rows[1:] if row.depth == 0]
    assert classes == sorted(classes, key=str.casefold)
    assert [name for name in labels(page.exhibit) if name in classes] == classes


def test_that_the_window_filter_changes_what_counts_as_emergent(at_level: AtLevel, show_window: ShowWindow) -> None:
    session = at_level(Level.POOLED)
    page = show_window(session).review.page
    page.window_choice.setCurrentIndex(page.window_choice.findData(Window.ON_TREATMENT))
    assert session.choices.window is Window.ON_TREATMENT
    assert "on-treatment" in page.exhibit.subtitle.text()
    shown = place_of(page.exhibit, ("Any",), Column("Total", Stat.EVENTS)).data()
    assert shown == session.table("T09").cell(("Any",), Column("Total", Stat.EVENTS)).text


def test_that_typing_filters_the_rows_of_table_and_plot(qtbot, at_level: AtLevel, show_window: ShowWindow) -> None:
    window = show_window(at_level(Level.MASKED))
    page, view = window.review.page, exhibit(window)
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert page.words.hasFocus()
    qtbot.keyClicks(page.words, "headache")
    assert labels(view) == list(HEADACHE)
    qtbot.waitUntil(lambda: [line.label for line in view.plot.drawing.lines] == list(HEADACHE))
    qtbot.keyClicks(page.words, "xyz")
    assert view.nothing.isVisible()
    assert view.nothing.text() == "No row matches “headachexyz”."


def test_that_the_page_counts_what_was_chosen_elsewhere(at_level: AtLevel, show_window: ShowWindow) -> None:
    window = show_window(at_level(Level.POOLED))
    window.review.desk.choose(at_least=12.5, order=Order.MEDDRA)
    assert window.review.page.at_least.value() == 12.5
    assert window.review.page.order.currentText() == "MedDRA order"


def test_that_only_a_closed_session_orders_by_a_difference_of_arms(at_level: AtLevel, show_window: ShowWindow) -> None:
    session = at_level(Level.NAMED)
    window = show_window(session)
    page = window.review.page
    page.order.setCurrentIndex(page.order.findData(Order.DIFFERENCE))
    table = session.table("T09")
    contrast = next(column for column in table.columns if column.stat is Stat.RD)
    differences = [table.cell(row.key, contrast).value for row in table.rows[1:] if row.depth == 0]
    assert len(differences) > 3
    assert differences == sorted(differences, reverse=True)
    assert labels(page.exhibit)[0] == table.rows[0].label
    window.review.desk.show_level(Level.POOLED)
    assert page.order.findData(Order.DIFFERENCE) == -1
    assert page.order.currentData() == Order.FREQUENCY


def test_that_a_page_out_of_sight_keeps_no_result_of_another_level(at_level: AtLevel, show_window: ShowWindow) -> None:
    window = show_window(at_level(Level.NAMED))
    view = exhibit(window)
    window.show_page(0)
    window.review.desk.show_level(Level.MASKED)
    assert view.model.layout is None
    window.show_page(1)
    assert view.model.layout.table.level is Level.MASKED


# ----------------------------------------------------------------------------------------------------------------------
# The plot


def test_that_plot_and_table_scroll_together_and_their_rows_stand_at_one_height(
    at_level: AtLevel, show_window: ShowWindow
) -> None:
    window = show_window(at_level(Level.NAMED), size=(1024, 700))
    view = exhibit(window)
    plot, bar = view.plot.drawing, view.view.verticalScrollBar()
    for value in (0, 7, 60, bar.maximum()):
        bar.setValue(value)
        settle()
        seen = plot.rect().height()
        for line in range(view.rows.rowCount()):
            in_table = view.view.viewport().mapTo(window, view.view.visualRect(view.rows.index(line, 0)).center()).y()
            if view.view.viewport().rect().contains(view.view.visualRect(view.rows.index(line, 0)).center()):
                in_plot = plot.mapTo(window, plot.position_of(line, plot.series[0]).toPoint()).y()
                assert abs(in_table - in_plot) <= 1, (value, line, seen)
    assert bar.maximum() > 100


def test_that_the_wheel_over_the_plot_scrolls_the_table(at_level: AtLevel, show_window: ShowWindow) -> None:
    view = exhibit(show_window(at_level(Level.NAMED)))
    port = view.plot.drawing.viewport()
    where = port.rect().center()
    turn = QWheelEvent(
        where.toPointF(), port.mapToGlobal(where).toPointF(), QPoint(0, 0), QPoint(0, -240),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(port, turn)
    assert view.view.verticalScrollBar().value() > 0


@LEVELS
def test_that_every_percentage_is_a_dot_also_zero(at_level: AtLevel, show_window: ShowWindow, level: Level) -> None:
    session = at_level(level)
    table = session.table("T09")
    plot = exhibit(show_window(session)).plot.drawing
    for series in plot.series:
        values = [table.cell(row.key, series.estimate).value for row in table.rows]
        assert plot.drawn_values(series) == values
    zeros = sum(value == 0 for series in plot.series for value in plot.drawn_values(series))
    assert zeros > 10 or level is Level.POOLED
    contrasts = [series for series in plot.series if series.limits]
    assert len(contrasts) == (0 if level is Level.POOLED else 1)
    assert plot.differences.isVisible() == bool(contrasts)


def test_that_a_dot_leads_to_its_cell(qtbot, at_level: AtLevel, show_window: ShowWindow) -> None:
    session = at_level(Level.MASKED)
    window = show_window(session)
    plot = exhibit(window).plot.drawing
    series = plot.series[0]
    place = plot.position_of(0, series).toPoint()
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    said = session.table("T09").cell(("Any",), Column("A", Stat.N)).text
    assert counts(drilled(window))[0] == int(said)


def test_that_the_plot_has_no_menu_of_its_own(at_level: AtLevel, show_window: ShowWindow) -> None:
    plot = exhibit(show_window(at_level(Level.MASKED))).plot.drawing
    assert plot.scene().contextMenu == []
    assert not any(panel.vb.menuEnabled() for panel in (plot.shares, plot.differences))


def test_that_arms_differ_in_colour_shape_and_contrasts_in_dash(at_level: AtLevel, show_window: ShowWindow) -> None:
    view = exhibit(show_window(at_level(Level.NAMED)))
    arms = [series for series in view.plot.drawing.series if not series.limits]
    assert len({series.mark.colour for series in arms}) == len({series.mark.symbol for series in arms}) == 3
    assert view.legend.texts == ["hrIL-2", "Placebo", "Total", "hrIL-2 − Placebo, 95% CI"]


def test_that_masked_and_named_arms_are_coloured_by_letter(at_level: AtLevel, show_window: ShowWindow) -> None:
    marks = [
        [series.mark for series in exhibit(show_window(at_level(level))).plot.drawing.series]
        for level in (Level.MASKED, Level.NAMED)
    ]
    assert marks[0] == marks[1]


# ----------------------------------------------------------------------------------------------------------------------
# Columns and copying


def test_that_rates_and_the_total_are_shown_on_request(at_level: AtLevel, show_window: ShowWindow) -> None:
    view = exhibit(show_window(at_level(Level.MASKED)))

    def shown() -> list[str]:
        heads = view.model.layout.heads
        return [head.words for i, head in enumerate(heads) if not view.view.isColumnHidden(i)]

    assert shown() == [
        "A (N=29): n (%)", "A (N=29): Events", "B (N=30): n (%)", "B (N=30): Events",
        "A − B: RD (95% CI)", "A − B: p",
    ]  # fmt: skip
    actions = {action.data(): action for action in view.columns.menu().actions()}
    actions["EAIR (95% CI)"].trigger()
    actions["Total"].trigger()
    assert "B (N=30): EAIR (95% CI)" in shown()
    assert "Total (N=59): n (%)" in shown()


@LEVELS
def test_that_a_copy_holds_headers_level_cut_off_and_snapshot_and_is_logged(
    qtbot, at_level: AtLevel, show_window: ShowWindow, level: Level
) -> None:
    session = at_level(level)
    view = exhibit(show_window(session))
    before = session.audit_head
    view.view.setFocus()
    qtbot.keyClick(view.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert {Level.POOLED: "OPEN", Level.MASKED: "masked A/B", Level.NAMED: "arms named"}[level] in lines[1]
    assert "30 Jun 2019" in lines[1]
    assert session.snapshot.snap_id in lines[1]
    assert lines[3].split("\t")[1].endswith(": n (%)")
    table = session.table("T09")
    assert len(lines) == 4 + len(table.rows)
    first = lay_out(table).slot(0, 0).text
    assert lines[4].split("\t")[:2] == ["Any adverse event", first]
    assert session.audit_head != before


def test_that_chosen_cells_alone_are_copied(qtbot, at_level: AtLevel, show_window: ShowWindow) -> None:
    view = exhibit(show_window(at_level(Level.POOLED)))
    index = place_of(view, HEADACHE, Column("Total", Stat.EVENTS))
    view.view.setCurrentIndex(index)
    qtbot.keyClick(view.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[3:] == ["\tTotal (N=59): Events", f"Headache\t{index.data()}"]
