"""The filter bar: real clicks and keys, what is offered, what is said, and that it stays within the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox

from dsmb_app.app import settle
from dsmb_app.model.choices import FILTERS
from dsmb_app.model.result import Column
from dsmb_app.model.words import Level, Stat
from dsmb_app.views.dialogs.export_pack import ExportDialog
from dsmb_app.views.exhibit_view import ExhibitView
from dsmb_app.views.filters import FilterBar
from dsmb_app.views.flow_view import FlowView
from dsmb_app.views.pages import PAGES
from dsmb_app.views.tab_order import in_order
from dsmb_app.views.window import Window
from tests.views.conftest import AtLevel, ShowWindow
from tests.views.looking import click, counts, drilled, exhibit, labels, place_of

LEVELS = pytest.mark.parametrize("level", list(Level))
N = Column("Total", Stat.N)


def unfolded(qtbot, window: Window) -> FilterBar:
    """Press "Filters" as a reader does; return the bar."""
    bar = window.review.page.bar
    qtbot.mouseClick(bar.button, Qt.MouseButton.LeftButton)
    settle()
    return bar


def pick(qtbot, box: QComboBox, words: str) -> None:
    """Go down a box by keys to a line of it; every line on the way is chosen and counted."""
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton)
    qtbot.keyClick(box.view(), Qt.Key.Key_Escape)
    box.setFocus()
    while box.currentText() != words:
        before = box.currentIndex()
        qtbot.keyClick(box, Qt.Key.Key_Down)
        assert box.currentIndex() > before, f"{words} is not offered"
    settle()


@LEVELS
def test_that_boxes_offer_what_the_session_offers(
    qtbot, at_level: AtLevel, show_window: ShowWindow, level: Level
) -> None:
    session = at_level(level)
    bar = unfolded(qtbot, show_window(session))
    for name, box in bar.boxes.items():
        assert [box.itemData(i) for i in range(1, box.count())] == list(session.offered[name]), name
        assert box.currentData() == ""
    held = "Injection site" in " ".join(bar.boxes["basket"].itemText(i) for i in range(bar.boxes["basket"].count()))
    assert held == (level is not Level.POOLED)


@LEVELS
def test_that_filters_count_drill_and_clear(qtbot, at_level: AtLevel, show_window: ShowWindow, level: Level) -> None:
    session = at_level(level)
    window = show_window(session)
    bar, before, strip = unfolded(qtbot, window), labels(exhibit(window)), window.review.filtered
    assert not strip.isVisible()
    pick(qtbot, bar.boxes["serious"], "Serious")
    pick(qtbot, bar.boxes["sex"], "Women")
    assert session.choices.filters() == {"serious": "yes", "sex": "F"}
    assert strip.words.text() == "Filtered: serious; women"
    assert strip.isVisible()
    assert "Only: serious; women" in exhibit(window).subtitle.text()
    assert labels(exhibit(window)) == [row.label for row in session.table("T09").rows] != before
    if level is Level.POOLED:
        click(qtbot, exhibit(window).view, place_of(exhibit(window), ("Any",), N))
        assert counts(drilled(window))[0] == int(session.table("T09").cell(("Any",), N).text) > 0
        assert drilled(window).question.text().endswith("Only: serious; women")
        window.review.back()
    qtbot.mouseClick(strip.clear, Qt.MouseButton.LeftButton)
    assert session.choices.filters() == {}
    assert not strip.isVisible()
    assert all(box.currentData() == "" for box in bar.boxes.values())
    assert labels(exhibit(window)) == before


def test_that_enter_makes_a_filter_of_the_words_searched_for(qtbot, at_level: AtLevel, show_window: ShowWindow) -> None:
    session = at_level(Level.POOLED)
    window = show_window(session)
    page, strip = window.review.page, window.review.filtered
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(page.words, "headache")
    assert session.choices.text == ""
    qtbot.keyClick(page.words, Qt.Key.Key_Return)
    assert session.choices.text == "headache"
    assert page.words.text() == ""
    # The words stand there although the boxes are folded up.
    assert strip.words.text() == "Filtered: terms with “headache”"
    assert strip.isVisible()
    assert not page.bar.isVisible()
    assert labels(page.exhibit) == ["Any adverse event", "Nervous system disorders", "Headache"]
    qtbot.mouseClick(strip.clear, Qt.MouseButton.LeftButton)
    assert session.choices.text == ""
    assert not strip.isVisible()


def test_that_every_page_says_whom_it_counts(at_level: AtLevel, show_window: ShowWindow) -> None:
    session = at_level(Level.NAMED)
    window = show_window(session)
    window.review.desk.choose(sex="M", grade="3")
    said, over, of_patients = [], {}, ("Liver", "Blood counts", "Patients", "Conduct", "Laboratory")
    for place in range(len(window.review.pages)):
        window.show_page(place)
        settle()
        page, strip = window.review.page, window.review.filtered
        over[PAGES[place].title] = strip.words.text() if strip.isVisible() else ""
        exhibits = [*page.findChildren(ExhibitView), *page.findChildren(FlowView)]
        said += [(view.number, view.subtitle.text()) for view in exhibits if view.isVisible()]
    # Over the pages that count no adverse event a filter of events would be a lie.
    assert over == {
        page.title: f"Filtered: {'' if page.title in of_patients else 'grade 3 or higher; '}men" for page in PAGES
    }
    assert {number for number, _ in said} >= {"F1", "T07", "T09", "K14", "K15", "K17", "K18", "K19", "K20"}
    for number, text in said:
        of_events = number in ("K03", "T08", "T09", "K14", "K15", "K20")
        assert ("Only: grade 3 or higher; men ·" if of_events else "Only: men ·") in text, number
    assert window.review.band.size.text() == f"N={session.arm_sizes['Total']} (filtered)"
    assert "Only: men" in window.review.band.size.toolTip()
    assert "Only: men" in window.review.pages[0].facts.text()


def test_that_filters_are_taken_off_by_keys_on_a_page_where_they_cannot_be_set(
    qtbot, at_level: AtLevel, show_window: ShowWindow
) -> None:
    session = at_level(Level.POOLED)
    window = show_window(session, page=0)
    strip = window.review.filtered
    assert not strip.isVisible()
    window.review.desk.choose(grade="2")
    assert strip.words.text() == strip.accessibleName() == "Filtered: grade 2 or higher"
    # The page of the liver tests counts no adverse event.
    window.show_page(2)
    assert not strip.isVisible()
    window.show_page(0)
    assert strip.clear in in_order(window)
    assert strip.clear.accessibleName() == "Clear filters"
    strip.clear.setFocus()
    qtbot.keyClick(strip.clear, Qt.Key.Key_Space)
    assert session.choices.filters() == {}
    assert not strip.isVisible()
    left = QGuiApplication.focusObject()
    assert left is not None
    assert left.isVisible()


def test_that_an_age_band_given_as_text_is_shown(qtbot, at_level: AtLevel, show_window: ShowWindow) -> None:
    session = at_level(Level.POOLED)
    session.choose_by_text(["age=30-45"])
    bar = unfolded(qtbot, show_window(session))
    assert bar.boxes["age"].currentText() == "30 to 45 years"
    assert bar.boxes["age"].currentData() == "30-45"


def test_that_the_export_says_that_filters_are_in_force(qtbot, at_level: AtLevel) -> None:
    session = at_level(Level.POOLED)
    session.choose(serious="yes", sex="F")

    def texts() -> str:
        dialog = ExportDialog(session, lambda *_: lambda _progress: None)
        qtbot.addWidget(dialog)
        return " ".join(child.text() for child in dialog.findChildren(type(dialog.fault)))

    assert "The pack will hold only: serious; women." in texts()
    session.choose(**dict.fromkeys(FILTERS, ""))
    assert "will hold only" not in texts()


def test_that_a_copy_says_what_was_filtered(qtbot, at_level: AtLevel, show_window: ShowWindow) -> None:
    session = at_level(Level.POOLED)
    view = exhibit(show_window(session))
    session.choose(related="yes")
    view.refresh()
    view.copy()
    assert "Only: related" in QGuiApplication.clipboard().text().splitlines()[0]


@LEVELS
@pytest.mark.parametrize("size", [(1280, 800), (1024, 700)])
def test_that_the_bar_stays_within_the_page(
    qtbot, at_level: AtLevel, show_window: ShowWindow, level: Level, size: tuple[int, int]
) -> None:
    session = at_level(level)
    window = show_window(session, size=size)
    bar = unfolded(qtbot, window)
    longest = max(session.offered["soc"], key=len)
    window.review.desk.choose(soc=longest, sex="F", related="yes", grade="2")
    settle()
    assert (window.width(), window.height()) == size
    page = window.review.page
    strip = window.review.filtered
    assert strip.words.height() >= strip.words.heightForWidth(strip.words.width())
    assert strip.mapTo(window, strip.rect().bottomRight()).x() < window.width()
    seen = [bar.button, page.words, *bar.boxes.values()]
    for widget in (each for each in seen if each.isVisible()):
        corner = widget.mapTo(page, QPoint(0, 0))
        assert corner.x() >= 0, widget.accessibleName()
        assert corner.x() + widget.width() <= page.width(), widget.accessibleName()
    assert page.exhibit.view.viewport().height() > 150


def test_that_the_picture_of_the_plot_says_what_was_filtered(
    at_level: AtLevel, show_window: ShowWindow, tmp_path: Path
) -> None:
    session = at_level(Level.POOLED)
    view = exhibit(show_window(session))
    session.choose(sex="F")
    view.refresh()
    view.write_picture(tmp_path / "plot.svg")
    assert "Only: women" in (tmp_path / "plot.svg").read_text("utf-8")
