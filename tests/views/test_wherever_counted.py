"""A page looks the same whichever thread has counted it, and a filter changes it without a flicker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from dsmb_app.app import settle
from dsmb_app.model.words import Level
from dsmb_app.views import asking, jobs
from dsmb_app.views.held import HELD_MS
from dsmb_app.views.pages import PAGES
from dsmb_app.views.review import Review
from dsmb_app.views.turns import turns
from tests.locked import Locked
from tests.views.shown import Show, show

__all__ = ["show"]

TITLES = ("Overview", "Adverse events", "Liver", "Blood counts", "Laboratory", "Conduct", "Data quality")


@pytest.fixture
def calm(qtbot) -> Callable[[Review], None]:
    """Return what waits until everything is counted and shown."""

    def wait(review: Review) -> None:
        qtbot.waitUntil(
            lambda: not jobs.at_work() and not turns().busy and review.stack.updatesEnabled(), timeout=60000
        )
        settle()

    return wait


def test_that_a_page_looks_the_same_whichever_thread_has_counted_it(
    demo: Locked, tmp_path: Path, show: Show, monkeypatch, calm
) -> None:
    seen: dict[int, dict[str, QImage]] = {}
    for at_once in (300, 0):
        monkeypatch.setattr(asking, "AT_ONCE", at_once)
        review = show(demo.session(Level.NAMED, tmp_path), "Overview")
        seen[at_once] = {}
        for title in TITLES:
            review.show_page([page.title for page in PAGES].index(title))
            calm(review)
            # A page that is there already is filled anew.
            review.desk.choose(sex="" if review.desk.choices.sex else "F")
            calm(review)
            seen[at_once][title] = review.grab().toImage()
    assert [title for title in TITLES if seen[0][title] != seen[300][title]] == []


def test_that_a_filter_keeps_the_page_until_it_is_counted_but_a_level_never(
    demo: Locked, tmp_path: Path, show: Show, monkeypatch, calm, qtbot
) -> None:
    monkeypatch.setattr(asking, "AT_ONCE", 0)
    review = show(demo.session(Level.NAMED, tmp_path), "Adverse events")
    calm(review)
    review.desk.choose(sex="F")
    assert not review.stack.updatesEnabled()
    # What it showed is gone all the same.
    assert review.page.exhibit.model.layout is None
    calm(review)
    assert review.page.exhibit.model.layout is not None
    review.desk.choose(sex="")
    review.desk.show_level(Level.MASKED)
    assert review.stack.updatesEnabled()
    calm(review)


def test_that_a_page_is_held_for_a_moment_at_most(
    demo: Locked, tmp_path: Path, show: Show, monkeypatch, calm, qtbot
) -> None:
    review = show(demo.session(Level.NAMED, tmp_path), "Conduct")
    calm(review)
    monkeypatch.setattr(jobs, "at_work", lambda: True)
    review.held.hold()
    assert not review.stack.updatesEnabled()
    qtbot.waitUntil(review.stack.updatesEnabled, timeout=20 * HELD_MS)
    assert review.held._timer.isActive()


def test_that_a_page_that_was_scrolled_stands_where_it_stood_after_a_filter(
    demo: Locked, tmp_path: Path, show: Show, monkeypatch, calm
) -> None:
    monkeypatch.setattr(asking, "AT_ONCE", 0)
    review = show(demo.session(Level.NAMED, tmp_path), "Blood counts")
    calm(review)
    bar = review.page.area.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    before = bar.value()
    review.desk.choose(sex="F")
    calm(review)
    assert bar.value() == before > 0
