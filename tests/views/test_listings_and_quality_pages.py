"""The pages of listings and data quality, and the maturity strip, with clicks and keys as a reader makes them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication

from dsmb_app.app import settle
from dsmb_app.model.result import Column
from dsmb_app.model.words import Level, Stat
from dsmb_app.views.pages import PAGES
from tests.locked import Locked, lock_for_test
from tests.missing_labs import without_a_fifth
from tests.views.conftest import AtLevel
from tests.views.looking import click, place_of
from tests.views.shown import LEVELS, Show, no_patients, show

__all__ = ["no_patients", "show"]


@pytest.fixture(scope="module")
def thinned(demo: Locked, tmp_path_factory: pytest.TempPathFactory) -> Locked:
    folder = tmp_path_factory.mktemp("thinned")
    return lock_for_test(without_a_fifth(demo.source, folder / "source"), demo.study, folder)


@LEVELS
def test_that_a_double_click_on_a_listing_shows_its_subject(show: Show, at_level: AtLevel, qtbot, level: Level) -> None:
    review = show(at_level(level), "Listings")
    page = review.page
    assert page.model.rowCount() == 3
    place = page.view.visualRect(page.model.index(1, 0)).center()
    qtbot.mouseClick(page.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert not review.is_drilled
    qtbot.mouseDClick(page.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert review.stack.currentWidget().subject == page.model.sheet.text(1, 0)


def test_that_a_listing_is_searched_sorted_and_copied_with_headers(show: Show, at_level: AtLevel, qtbot) -> None:
    review = show(at_level(Level.NAMED), "Listings")
    page = review.page
    page.which.setCurrentIndex(page.which.findData("LB"))
    whole = page.model.rowCount()
    assert whole > 7000
    assert page.count.text() == f"{whole} of {whole} record(s)"
    page.focus_search()
    qtbot.keyClicks(page.words, "alt week 4")
    assert 0 < page.model.rowCount() < whole
    test = page.model.sheet.headers.index("Test")
    assert {page.model.index(row, test).data() for row in range(page.model.rowCount())} == {"ALT"}
    header, day = page.view.horizontalHeader(), page.model.sheet.headers.index("Day")
    x = header.sectionViewportPosition(day) + 20
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, header.height() // 2))
    days = [int(page.model.index(row, day).data()) for row in range(page.model.rowCount())]
    assert days in (sorted(days), sorted(days, reverse=True))
    assert len(set(days)) > 1
    page.view.selectRow(0)
    page.view.setFocus()
    qtbot.keyClick(page.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QApplication.clipboard().text().splitlines()
    assert copied[3].split("\t")[:3] == ["Subject", "Arm", "Test"]
    assert len(copied) == 5


def test_that_a_listing_of_another_level_does_not_stay(show: Show, at_level: AtLevel) -> None:
    session = at_level(Level.NAMED)
    review = show(session, "Listings")
    page = review.page
    assert "Arm" in page.model.sheet.headers
    review.desk.show_level(Level.POOLED)
    assert "Arm" not in page.model.sheet.headers


def test_that_a_table_without_rows_says_why_in_a_sentence_that_is_not_cut(show: Show, at_level: AtLevel) -> None:
    review = show(at_level(Level.POOLED), "Listings")
    page = review.page
    page.which.setCurrentIndex(page.which.findData("L2"))
    settle()
    assert page.model.rowCount() == 0
    assert page.nothing.isVisible()
    assert page.nothing.text() == "Nothing to list: no record of this kind."
    review.desk.choose(sex="F")
    settle()
    assert page.nothing.text() == "Nothing to list: no record of this kind under these filters."
    page.which.setCurrentIndex(page.which.findData("AE"))
    settle()
    assert not page.nothing.isVisible()
    page.words.setText("rash zzz")
    assert page.nothing.text() == "No row matches “rash zzz”."
    review.choose([place.title for place in PAGES].index("Adverse events"))
    settle()
    view = review.page.exhibit
    review.page.words.setText("a rash that nobody had")
    for room in (900, 240):
        view.view.setFixedWidth(room)
        settle()
        assert view.nothing.isVisible()
        assert view.view.rect().contains(view.nothing.geometry())
        assert view.nothing.height() >= view.nothing.heightForWidth(view.nothing.width())
    line = QFontMetrics(view.nothing.font()).height()
    assert view.nothing.height() >= 2 * line


def test_that_an_open_session_without_patients_lists_nobody(show: Show, no_patients: Locked, state: Path) -> None:
    page = show(no_patients.session(Level.POOLED, state), "Listings").page
    assert page.model.rowCount() == 0
    assert "Patients are not shown" in page.title.text()


@LEVELS
def test_that_a_finding_shows_its_records_below_it(show: Show, at_level: AtLevel, qtbot, level: Level) -> None:
    session = at_level(level)
    page = show(session, "Data quality").page
    for key, stat in ((("Start", "month only"), Stat.EVENTS), (("Laboratory", "unscheduled visit"), Stat.EVENTS)):
        column = Column("Total", stat)
        expected = session.table("T07").cell(key, column).value
        click(qtbot, page.exhibit.view, place_of(page.exhibit, key, column))
        panel = page.below.widget(0)
        assert len(panel.model.listing.rows) == expected > 0
        assert ("Arm" in panel.model.listing.headers) == (level is not Level.POOLED)


@LEVELS
def test_that_settings_and_counts_are_readable_and_tell_no_arm_below_named(
    show: Show, at_level: AtLevel, qtbot, level: Level
) -> None:
    page = show(at_level(level), "Data quality").page
    qtbot.mouseClick(page.choice.buttons["Study settings"], Qt.MouseButton.LeftButton)
    rows = dict(page.below.model.listing.rows)
    assert rows["lab.ctcae"] == "5.0"
    assert ("study.title" in rows) == (level is Level.NAMED)
    assert ("hrIL-2" in str(rows)) == (level is Level.NAMED)
    qtbot.mouseClick(page.choice.buttons["How often a rule had to decide"], Qt.MouseButton.LeftButton)
    assert ("Adverse events that begin after the data cut-off, set aside", "1") in page.below.model.listing.rows


@pytest.mark.parametrize(("page", "panel"), [("Liver", "Liver tests"), ("Blood counts", "Blood count")])
@pytest.mark.parametrize("level", [Level.POOLED, Level.NAMED])
def test_that_missing_labs_of_one_arm_turn_the_strip(
    show: Show, thinned: Locked, state: Path, level: Level, page: str, panel: str
) -> None:
    strip = show(thinned.session(level, state), page).strip
    assert strip.warns
    assert strip.sign.isVisible()
    assert strip.words.text().startswith(panel)
    assert "below 90%" in strip.words.text()
    assert ("hrIL-2" in strip.words.text()) == (level is Level.NAMED)


@pytest.mark.parametrize("width", [2200, 1024, 760])
def test_that_nothing_of_the_strip_is_cut_off(show: Show, at_level: AtLevel, width: int) -> None:
    review = show(at_level(Level.NAMED), "All exhibits")
    review.resize(width, 700)
    settle()
    strip = review.strip
    line = QFontMetrics(strip.words.font()).height()
    assert strip.words.height() >= strip.words.heightForWidth(strip.words.width())
    assert strip.words.height() < 2 * line or width < 2200
    assert strip.words.text().count("hrIL-2") == (4 if width == 2200 else 1)
    assert "on study" in strip.words.text()
    lines = strip.words.text().split("\n")
    assert all(words.endswith(("\u00b7", "),")) for words in lines[:-1])
    assert strip.words.height() < (len(lines) + 1) * line


def test_that_complete_labs_leave_the_strip_quiet(show: Show, at_level: AtLevel) -> None:
    strip = show(at_level(Level.NAMED), "Liver").strip
    assert not strip.warns
    assert not strip.sign.isVisible()
    assert "Liver tests 93.1%" in strip.words.text()
    assert "Blood count" not in strip.words.text()


def test_that_more_rows_than_can_be_copied_are_refused_in_words_chosen_or_not(
    show: Show, at_level: AtLevel, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dsmb_app.views.pages.listings.MOST_COPIED", 100)
    review = show(at_level(Level.NAMED), "Listings")
    page = review.page
    page.which.setCurrentIndex(page.which.findData("AE"))
    page.view.setFocus()
    QApplication.clipboard().clear()
    for keys in ((), (Qt.Key.Key_A,)):
        review.banner.hide()
        for key in (*keys, Qt.Key.Key_C):
            qtbot.keyClick(page.view, key, Qt.KeyboardModifier.ControlModifier)
        assert "Over 100 rows" in review.banner.text
        assert QApplication.clipboard().text() == ""
