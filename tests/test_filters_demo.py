"""Filters on the demo trial: every exhibit and figure, its words, packs, and arms dealt anew."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from dsmb_app.model.choices import FILTERS
from dsmb_app.model.result import Column
from dsmb_app.model.words import Level, Stat
from dsmb_app.packs.meeting_pack import meeting_pack
from tests.locked import Locked

OF_EVENTS = ("T08", "T09", "T10", "T11", "T12", "T13", "K14", "K15", "K20", "L0")
OF_SUBJECTS = ("T02", "T06", "T07", "K17", "K18")


def settings_of(filters: dict[str, str]) -> list[str]:
    """Return all filters as the command line takes them; those not given are taken off."""
    return [f"{name}={filters.get(name, '')}" for name in FILTERS]


def test_that_women_and_men_add_up_in_every_count_of_every_exhibit(demo: Locked, state: Path) -> None:
    session = demo.session(Level.NAMED, state)
    counted = {}
    for sex in ("", "F", "M"):
        session.choose(sex=sex)
        counted[sex] = {
            (table.exhibit, row.key, where): cell.value or 0
            for table, row, where, cell in session.walk()
            # The ten rows that stand out are others among women than among men.
            if table.exhibit != "K03" and where.stat in (Stat.N, Stat.DENOMINATOR, Stat.EVENTS, Stat.PY)
        }
    assert session.arm_sizes["Total"] < 59
    parts = counted["F"].keys() | counted["M"].keys()
    # A grade, a term or a reason that nobody of a sex has may have no row there; it has one for all.
    assert parts <= counted[""].keys()
    apart = [
        at
        for at in parts
        # A denominator is that of its row, so a row left out for one sex has none there.
        if (at[2].stat is not Stat.DENOMINATOR or (at in counted["F"] and at in counted["M"]))
        and abs(counted[""][at] - counted["F"].get(at, 0) - counted["M"].get(at, 0)) > 1e-9
    ]
    assert apart == []
    assert {at[0] for at in parts} >= {*OF_EVENTS, *OF_SUBJECTS}


def test_that_every_exhibit_and_figure_says_in_its_subtitle_what_touches_it(demo: Locked, state: Path) -> None:
    session = demo.session(Level.NAMED, state)
    session.choose_by_text(["serious=yes", "grade=3", "sex=F", "age=>=65"])
    whole, of_subjects = (
        "Only: serious; grade 3 or higher; women; 65 years and older",
        "Only: women; 65 years and older",
    )
    for info in session.exhibits():
        wanted = whole if info.id in (*OF_EVENTS, "K03") else of_subjects
        assert session.table(info.id).subtitle.endswith(f" · {wanted}"), info.id
    assert session.figure("F09").subtitle.endswith(f" · {whole}")
    assert session.figure("F18").subtitle.endswith(f" · {of_subjects}")
    question = session.drill("T09", ("Any",), Column("hrIL-2", Stat.N)).question
    assert question.endswith(f", hrIL-2 · {whole}")
    session.choose_by_text(settings_of({}))
    assert not any("Only" in session.table(info.id).subtitle for info in session.exhibits())


def test_that_arms_dealt_anew_leave_filtered_open_exhibits_byte_for_byte(
    demo: Locked, dealt_demo: Locked, state: Path
) -> None:
    one, other = (locked.session(Level.POOLED, state) for locked in (demo, dealt_demo))
    assert one.offered == other.offered
    for filters in ({"serious": "yes"}, {"sex": "F", "grade": "2"}, {"age": "18-64", "related": "yes", "text": "e"}):
        seen = []
        for session in (one, other):
            session.choose_by_text(settings_of(filters))
            seen.append([(repr(table), row, where, cell) for table, row, where, cell in session.walk(OF_EVENTS)])
        assert seen[0] == seen[1]
        assert len(seen[0]) > 100


def test_that_a_filter_reads_nothing_anew(demo: Locked, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = demo.session(Level.MASKED, state)
    reads: list[str] = []
    monkeypatch.setattr("dsmb_app.store.image.Image.table", lambda _self, name: reads.append(name), raising=True)
    for filters in ({"sex": "F"}, {"sex": "", "grade": "3"}, dict.fromkeys(FILTERS, "")):
        session.choose(**filters)
        session.table("T09")
    assert reads == []


def test_that_a_pack_says_on_its_cover_and_on_every_sheet_what_was_filtered(demo: Locked, state: Path) -> None:
    session = demo.session(Level.POOLED, state)
    session.choose(serious="yes", sex="F")
    stamp = session.stamp(created="2020-01-01 00:00", audit_head="h")
    pack = load_workbook(io.BytesIO(meeting_pack(session, stamp)), read_only=True)
    texts = {sheet.title: " ".join(str(v) for row in sheet.values for v in row if v) for sheet in pack}
    for title, text in texts.items():
        if title[0] in "TK":
            wanted = "Only: serious; women" if title.split()[0] in OF_EVENTS else "Only: women"
            assert wanted in text, title
    assert "Only: serious; women" in texts["00 Cover"]
    assert {title.split()[0] for title in texts} >= {"T02", "T06", "T08", "T09", "T10", "T11"}
