"""Who has the labs that a page rests on stands above every view of the liver, blood count and laboratory pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt

from dsmb_app import app
from dsmb_app.model.words import Level
from dsmb_app.views.drill import RecordsView
from tests.demo_trial import read
from tests.locked import Locked
from tests.views.shown import LEVELS, Show, no_patients, no_safety, show, without_labs

__all__ = ["no_patients", "no_safety", "show", "without_labs"]

PAGES = {
    "Liver": ("Liver tests", ("ALT", "AST", "ALP", "BILI")),
    "Blood counts": ("Blood count", ("WBC", "NEUT", "LYM", "HGB", "PLAT")),
    "Laboratory": ("Liver tests", ("ALT", "AST", "ALP", "BILI")),
}
ON_EACH = pytest.mark.parametrize("title", PAGES)


def seen(tests: tuple[str, ...], visit: str) -> set[str]:
    """Return who has a number of every test at a visit, as delivered."""
    rows = [
        row for row in read("lb") if row["VISIT"].casefold() == visit.casefold() and row["LBSTRESN"] not in ("", ".")
    ]
    return set.intersection(*({row["USUBJID"] for row in rows if row["LBTESTCD"] == test} for test in tests))


@ON_EACH
@LEVELS
def test_that_present_and_expected_stand_in_sight_by_arm_only_when_closed(
    demo: Locked, tmp_path: Path, show: Show, level: Level, title: str
) -> None:
    session = demo.session(level, tmp_path)
    page = show(session, title).page
    panel, tests = PAGES[title]
    told = page.labs.told
    arms = {row["USUBJID"]: row["ACTARM"] for row in read("dm") if row["ACTARM"] not in ("", "Screen Failure")}
    assert told[0] == f"Labs present: {panel}"
    if level is Level.POOLED:
        assert told[1:] == ["59 of 59", "Fewest of those expected, Week 8", "50 of 58"]
        assert len(seen(tests, "Week 8") & set(arms)) == 50
    else:
        assert len(told) == 6
        assert sorted(words.rpartition(": ")[2] for words in told[1:3]) == ["29 of 29", "30 of 30"]
        assert sorted(words.rpartition(": ")[2] for words in told[4:]) == ["24 of 30", "26 of 28"]
        assert [words.partition(":")[0] for words in told[4:]] == list(session.arms)
    app.settle()
    for number in page.labs.numbers:
        assert number.isVisible()
        assert page.rect().contains(number.mapTo(page, QPoint(number.width(), number.height())))


@ON_EACH
def test_that_a_number_leads_to_its_subjects(demo: Locked, tmp_path: Path, qtbot, show: Show, title: str) -> None:
    session = demo.session(Level.NAMED, tmp_path)
    review = show(session, title)
    number = next(one for one in review.page.labs.numbers if one.accessibleName().endswith("Placebo: 24 of 30"))
    app.settle()
    qtbot.mouseClick(number, Qt.MouseButton.LeftButton)
    view = review.stack.currentWidget()
    assert isinstance(view, RecordsView)
    placebo = {row["USUBJID"] for row in read("dm") if row["ACTARM"] == "Placebo"}
    assert set(view.panels[0].model.listing.subjects) == seen(PAGES[title][1], "Week 8") & placebo


def test_that_a_test_of_no_panel_is_counted_by_itself(demo: Locked, tmp_path: Path, show: Show) -> None:
    page = show(demo.session(Level.MASKED, tmp_path), "Laboratory").page
    page.tests.choose("GGT")
    assert [words.partition(":")[0] for words in page.labs.told[1:]] == ["A", "B"]
    assert sorted(words.rpartition(": ")[2] for words in page.labs.told[1:]) == ["29 of 29", "30 of 30"]


@ON_EACH
def test_that_another_level_leaves_no_arm_behind(demo: Locked, tmp_path: Path, show: Show, title: str) -> None:
    review = show(demo.session(Level.NAMED, tmp_path), title)
    page = review.page
    review.desk.show_level(Level.MASKED)
    assert [words.partition(":")[0] for words in page.labs.told[1:3]] == ["A", "B"]
    review.desk.show_level(Level.NAMED)
    review.navigation.choose(0)
    review.desk.show_level(Level.MASKED)
    assert not any("hrIL-2" in words or "Placebo" in words for words in page.labs.told)


def test_that_a_page_without_liver_tests_says_so(without_labs: Locked, tmp_path: Path, show: Show) -> None:
    page = show(without_labs.session(Level.MASKED, tmp_path), "Liver").page
    assert page.labs.told == ["Labs present, Liver tests: none, the data hold no test of it."]


def test_that_nothing_is_counted_where_safety_is_closed(no_safety: Locked, tmp_path: Path, show: Show) -> None:
    session = no_safety.session(Level.POOLED, tmp_path)
    assert [show(session, title).page.labs.told for title in PAGES] == [[], [], []]


def test_that_the_liver_table_shows_names_and_contrast_whole(demo: Locked, tmp_path: Path, show: Show) -> None:
    page = show(demo.session(Level.NAMED, tmp_path), "Liver").page
    view = page.exhibit.view
    assert view.horizontalScrollBar().maximum() == 0
    heads = [view.arm_header.head(i) for i in range(view.arm_header.count()) if not view.isColumnHidden(i)]
    assert [head.sub for head in heads] == ["n (%)", "N", "n (%)", "N", "RD (95% CI)", "p"]
    needed = [view.term_header.height_for(row) for row in range(view.model().rowCount())]
    assert all(view.rowHeight(row) >= height for row, height in enumerate(needed))
    assert max(needed) > min(needed)


def test_that_the_border_stays_where_the_reader_has_put_it(demo: Locked, tmp_path: Path, show: Show) -> None:
    review = show(demo.session(Level.NAMED, tmp_path), "Liver")
    body = review.page.body
    body.moveSplitter(420, 1)
    left = body.sizes()[0]
    review.desk.show_level(Level.MASKED)
    review.navigation.choose(0)
    review.navigation.choose(2)
    assert review.page.body.sizes()[0] == left < 450
