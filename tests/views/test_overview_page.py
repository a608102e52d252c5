"""Overview: what it says at each level, where its numbers and names lead, and that comparing keeps nobody waiting."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolButton

from dsmb_app.app import settle
from dsmb_app.model.choices import UNTOUCHED
from dsmb_app.model.result import Column, RowKey
from dsmb_app.model.words import TOTAL, Level, Stat
from dsmb_app.views import asking, jobs
from dsmb_app.views.digest import Digest
from dsmb_app.views.pages import PAGES
from dsmb_app.views.pages.overview import Overview
from dsmb_app.views.review import Review
from dsmb_app.views.seeking import LOOK_MS
from dsmb_app.views.stands_out_view import COUNTING
from dsmb_app.views.tables import Role
from dsmb_app.views.turns import turns
from tests.locked import Locked
from tests.views import six_arms
from tests.views.looking import click, counts
from tests.views.shown import LEVELS, Show, no_safety, show

__all__ = ["no_safety", "show"]


def shown(qtbot, show: Show, locked: Locked, level: Level, state: Path) -> tuple[Review, Overview]:
    review = show(locked.session(level, state), "Overview")
    qtbot.waitUntil(lambda: not jobs.at_work() and not review.page.stands_out._soon.isActive(), timeout=30_000)
    settle()
    return review, review.page


def check_at_hand(review: Review, number: str, wanted: RowKey) -> None:
    """Check that the page has a row of an exhibit at hand, in sight."""
    views = getattr(review.page, "exhibits", None) or [review.page.exhibit]
    view = next(one.view for one in views if one.number == number)
    assert view.currentIndex().data(Role.LINE).row.key == wanted
    where = view.viewport().mapTo(review, view.visualRect(view.currentIndex()).center())
    assert 0 < where.y() < review.height()


def names(digest: Digest) -> list[str]:
    return [digest.view.term_header.line(place).label for place in range(digest.model.rowCount())]


def click_name(qtbot, page: Overview, digest: Digest, place: int) -> None:
    """Click a row's name as a reader does, scrolled into sight."""
    header = digest.view.term_header
    page.area.ensureWidgetVisible(digest.view)
    where = QPoint(30, header.sectionViewportPosition(place) + 8)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=where)


def title(review: Review) -> str:
    return PAGES[review.navigation.list.currentRow()].title


def button(page: Overview, words: str) -> QToolButton:
    return next(one for one in page.flow.numbers if one.accessibleName().startswith(words))


def test_that_lines_that_a_filter_leaves_as_they_are_are_named_beside_them(
    demo: Locked, tmp_path: Path, qtbot, show: Show
) -> None:
    review, page = shown(qtbot, show, demo, Level.POOLED, tmp_path)
    assert UNTOUCHED not in page.events.subtitle.text()
    review.desk.choose(text="pain")
    settle()
    assert f"{UNTOUCHED} (terms with \u201cpain\u201d): " in page.events.subtitle.text()


@LEVELS
def test_that_the_flow_adds_up_and_leads_to_its_subjects(
    demo: Locked, tmp_path: Path, qtbot, show: Show, level: Level
) -> None:
    review, page = shown(qtbot, show, demo, level, tmp_path)
    told = {one.accessibleName().partition(":")[0]: one.text() for one in page.flow.numbers}
    arms = review.desk.session.arms
    for step in ("Randomised", "Treated", "Completed", "Stopped"):
        if arms:
            assert sum(int(told[f"{step}, {arm}"]) for arm in arms) == int(told[f"{step}, {TOTAL}"])
    assert (told[f"Screened, {TOTAL}"], told[f"Randomised, {TOTAL}"], told[f"Treated, {TOTAL}"]) == ("72", "60", "59")
    assert {name.partition(", ")[2] for name in told} == {*arms, TOTAL}
    stopped = button(page, f"Stopped, {arms[-1] if arms else TOTAL}")
    qtbot.mouseClick(stopped, Qt.MouseButton.LeftButton)
    assert counts(review.stack.currentWidget())[0] == int(stopped.text())


def test_that_an_arm_stands_with_its_size_on_one_line_where_there_is_room(
    demo: Locked, tmp_path: Path, qtbot, show: Show
) -> None:
    review, page = shown(qtbot, show, demo, Level.MASKED, tmp_path)
    review.resize(1280, 800)
    views = page.events.view, page.stands_out.digest.view
    assert [view.arm_header.top_lines for view in views] == [1, 1]
    # Names of arms that are longer need a second one, and no row's name is torn for the sake of the first.
    review.resize(860, 700)
    assert page.events.view.arm_header.top_lines > 1


def test_that_three_arms_show_every_difference_in_a_small_window_and_the_first_one_beside_its_plot(
    pilot: Locked, tmp_path: Path, qtbot, show: Show
) -> None:
    review, page = shown(qtbot, show, pilot, Level.MASKED, tmp_path)
    review.resize(1024, 700)
    for view in (page.events.view, page.stands_out.digest.view):
        heads = [view.arm_header.head(i) for i in range(view.model().columnCount()) if not view.isColumnHidden(i)]
        assert [head.arm + head.arm_ref for head in heads if head.sub == "RD (95% CI)"] == ["AB", "AC", "BC"]
        assert view.horizontalScrollBar().maximum() == 0
    review.resize(1280, 800)
    review.seeking.seek("K03", ())
    settle()
    view = review.page.exhibit.view
    first = next(i for i in range(view.model().columnCount()) if view.arm_header.head(i).sub == "RD (95% CI)")
    assert view.columnViewportPosition(first) + view.columnWidth(first) <= view.viewport().width()


def test_that_an_open_session_has_pooled_counts_only(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    _review, page = shown(qtbot, show, demo, Level.POOLED, tmp_path)
    assert not page.stands_out.isVisible()
    assert page.stands_out.digest.table is None
    assert {head.arm for head in page.events.model.layout.heads} == {TOTAL}
    assert not [head for head in page.events.model.layout.heads if head.arm_ref]


def test_that_nothing_of_a_closed_session_is_left_when_it_becomes_open(
    demo: Locked, tmp_path: Path, qtbot, show: Show
) -> None:
    review, page = shown(qtbot, show, demo, Level.NAMED, tmp_path)
    assert page.stands_out.digest.model.rowCount() == 10
    review.desk.show_level(Level.POOLED)
    assert page.stands_out.digest.model.rowCount() == 0
    assert page.stands_out.digest.table is None
    assert not page.stands_out.missed.text()
    assert not page.stands_out.isVisible()
    assert len(page.flow.numbers) == 7


def test_that_an_open_session_without_safety_says_why_there_are_no_events(
    no_safety: Locked, tmp_path: Path, qtbot, show: Show
) -> None:
    _review, page = shown(qtbot, show, no_safety, Level.POOLED, tmp_path)
    assert not page.events.isVisible()
    assert "T08" in page.refusal.text()
    assert len(page.flow.numbers) == 7


@LEVELS
def test_that_adverse_events_stand_in_ten_lines_of_the_table_itself(
    demo: Locked, tmp_path: Path, qtbot, show: Show, level: Level
) -> None:
    review, page = shown(qtbot, show, demo, level, tmp_path)
    assert len(names(page.events)) == 10
    assert not [name for name in names(page.events) if name.startswith("AE with ")]
    table = review.desk.table("T08")
    for place, line in enumerate(page.events.model.layout.lines):
        for column, head in enumerate(page.events.model.layout.heads):
            if head.group.stats == (Stat.N, Stat.PCT):
                n = table.cell(line.row.key, Column(head.arm, Stat.N)).text
                assert page.events.model.index(place, column).data().partition(" ")[0] == n


def test_that_a_number_of_the_overview_leads_to_its_subjects(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    review, page = shown(qtbot, show, demo, Level.MASKED, tmp_path)
    place = names(page.events).index("Any AE")
    click(qtbot, page.events.view, page.events.model.index(place, 0))
    assert counts(review.stack.currentWidget())[0] == 28


def test_that_what_stands_out_is_ranked_by_z_with_what_few_subjects_can_miss(
    demo: Locked, tmp_path: Path, qtbot, show: Show
) -> None:
    review, page = shown(qtbot, show, demo, Level.MASKED, tmp_path)
    digest = page.stands_out.digest
    sizes = [abs(float(review.desk.table("K03").cell(line.row.key, Column("A", Stat.Z, "B")).text))
             for line in digest.model.layout.lines]  # fmt: skip
    assert sizes == sorted(sizes, reverse=True)
    assert {head.sub for head in digest.model.layout.heads} == {"n (%)", "RD (95% CI)", "z"}
    assert page.stands_out.missed.text() == (
        "A true 5% event would be missed 23% of the time with 29 in A, 21% with 30 in B."
    )
    # As many subjects stand behind a count here as the exhibit's own row has.
    click(qtbot, digest.view, digest.model.index(0, 0))
    assert counts(review.stack.currentWidget())[0] == int(digest.model.index(0, 0).data().partition(" ")[0])


@pytest.mark.parametrize(
    ("number", "page_title"),
    [("T09", "Adverse events"), ("T16", "Laboratory"), ("K17", "Blood counts"), ("K14", "Special interest"),
     ("T08", "All exhibits")],
)  # fmt: skip
def test_that_a_name_opens_the_page_of_its_exhibit_at_that_row(
    demo: Locked, tmp_path: Path, qtbot, show: Show, number: str, page_title: str
) -> None:
    review, page = shown(qtbot, show, demo, Level.MASKED, tmp_path)
    digest = page.stands_out.digest
    place = next(i for i in range(digest.model.rowCount()) if digest.row_key(i)[0] == number)
    wanted = digest.row_key(place)[1:]
    click_name(qtbot, page, digest, place)
    settle()
    assert title(review) == page_title
    check_at_hand(review, number, wanted)


@pytest.mark.parametrize(("number", "page_title"), [("T09", "Adverse events"), ("K17", "Blood counts")])
def test_that_a_name_opens_that_row_also_where_the_page_is_still_to_be_counted(
    demo: Locked, tmp_path: Path, qtbot, show: Show, monkeypatch, number: str, page_title: str
) -> None:
    review, page = shown(qtbot, show, demo, Level.MASKED, tmp_path)
    digest = page.stands_out.digest
    place = next(i for i in range(digest.model.rowCount()) if digest.row_key(i)[0] == number)
    wanted = digest.row_key(place)[1:]
    monkeypatch.setattr(asking, "AT_ONCE", 0)
    click_name(qtbot, page, digest, place)
    qtbot.waitUntil(lambda: not jobs.at_work() and not turns().busy, timeout=30000)
    qtbot.wait(3 * LOOK_MS)
    assert title(review) == page_title
    check_at_hand(review, number, wanted)


def test_that_a_reader_who_goes_on_is_not_brought_back(
    demo: Locked, tmp_path: Path, qtbot, show: Show, monkeypatch
) -> None:
    review, page = shown(qtbot, show, demo, Level.MASKED, tmp_path)
    monkeypatch.setattr(asking, "AT_ONCE", 0)
    review.seeking.seek("T09", page.stands_out.digest.row_key(0)[1:])
    qtbot.keyClick(review.page, Qt.Key.Key_Escape)
    assert not review.seeking._timer.isActive()


def test_that_a_key_opens_what_a_click_on_a_name_does(demo: Locked, tmp_path: Path, qtbot, show: Show) -> None:
    review, page = shown(qtbot, show, demo, Level.MASKED, tmp_path)
    page.events.view.setCurrentIndex(page.events.model.index(0, 0))
    qtbot.keyClick(page.events.view, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert title(review) == "All exhibits"
    assert review.page.exhibit.view.currentIndex().data(Role.LINE).row.key == ("SAE",)


def test_that_the_window_is_never_kept_waiting_for_the_comparison(
    demo: Locked, tmp_path: Path, qtbot, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, go_on = demo.session(Level.MASKED, tmp_path), threading.Event()
    make = session.maker

    def slow(number: str):
        made = make(number)
        return lambda: made() if number != "K03" or go_on.wait(30) else None

    monkeypatch.setattr(session, "maker", slow)
    review = show(session, "Overview")
    page = review.page
    qtbot.waitUntil(jobs.at_work)
    # Everything else is there meanwhile.
    assert page.stands_out.waiting.text() == COUNTING
    assert len(names(page.events)) == 10
    assert page.stands_out.digest.table is None
    go_on.set()
    qtbot.waitUntil(lambda: page.stands_out.digest.model.rowCount() == 10, timeout=30_000)
    assert not page.stands_out.waiting.isVisible()


def test_that_a_comparison_that_ends_after_a_change_of_level_is_shown_and_kept_nowhere(
    demo: Locked, tmp_path: Path, qtbot, show: Show
) -> None:
    review, page = shown(qtbot, show, demo, Level.NAMED, tmp_path)
    late = review.desk.maker("T09")
    review.desk.show_level(Level.POOLED)
    assert late().level is Level.NAMED
    assert review.desk.table("T09").level is Level.POOLED
    assert page.stands_out.digest.table is None


def test_that_many_arms_leave_out_what_the_whole_table_has(tmp_path: Path, qtbot, show: Show) -> None:
    locked = six_arms.locked(tmp_path)
    _review, page = shown(qtbot, show, locked, Level.MASKED, tmp_path)
    hidden = [
        head for column, head in enumerate(page.events.model.layout.heads) if page.events.view.isColumnHidden(column)
    ]
    assert {head.sub for head in hidden if head.arm_ref} == {"p"}
    assert [head for head in hidden if head.arm == TOTAL]
