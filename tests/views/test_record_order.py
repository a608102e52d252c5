"""The window's order of columns: of adverse events what is judged first, and every text still under its header."""

from __future__ import annotations

from dsmb_app.app import settle
from dsmb_app.model.result import Column
from dsmb_app.model.words import Level, Stat
from dsmb_app.views.drill import ListingPanel
from dsmb_app.views.pages import PAGES
from dsmb_app.views.record_order import arranged
from tests.views.conftest import AtLevel, ShowWindow

FIRST = [
    "Subject", "Arm", "Preferred term", "Grade", "Serious", "Related", "Onset day", "End day", "Outcome",
    "Action taken", "System organ class", "Reported term",
]  # fmt: skip


def test_that_events_begin_with_what_is_judged_first_and_no_text_changes_its_header(qtbot, at_level: AtLevel) -> None:
    before = at_level(Level.NAMED).drill("T09", ("Any",), Column("Total", Stat.N)).records
    panel = ListingPanel(None, before)
    qtbot.addWidget(panel)
    shown = panel.model.listing
    assert list(shown.headers)[: len(FIRST)] == FIRST
    assert set(shown.headers) == set(before.headers)
    assert shown.subjects == before.subjects
    pairs = zip(before.rows, shown.rows, strict=True)
    assert all(
        sorted(zip(before.headers, a, strict=True)) == sorted(zip(shown.headers, b, strict=True)) for a, b in pairs
    )
    assert len(shown.rows) > 100


def test_that_a_listing_on_screen_begins_alike_and_that_of_the_packs_stays(
    at_level: AtLevel, show_window: ShowWindow
) -> None:
    session = at_level(Level.NAMED)
    page = show_window(session, [page.title for page in PAGES].index("Listings")).review.page
    settle()
    shown, packed = page.model.sheet, session.sheet("L1")
    assert list(shown.headers)[: len(FIRST)] == FIRST
    assert [column.header for column in packed.columns][2:4] == ["System organ class", "Preferred term"]
    place = packed.headers.index("Outcome")
    assert [shown.text(row, FIRST.index("Outcome")) for row in range(len(shown))] == [
        packed.text(row, place) for row in range(len(packed))
    ]
    # What is no adverse event stays as it is.
    subjects = session.drill("T09", ("Any",), Column("Total", Stat.N)).subjects
    assert arranged(subjects) is subjects
