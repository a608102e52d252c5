"""How a pack is made: what each sheet says of itself, how it prints, where its links lead, what it may hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl.utils import range_boundaries

from dsmb_app.model.words import Level
from dsmb_app.packs.meeting_pack import SHEETS, contents, meeting_pack, pack_sheets
from tests.locked import Locked
from tests.packs.conftest import STAMP, Pack
from tests.packs.reading import MAIN, as_excel_reads, parts, sheet_roots, table_sheet

LEVELS = list(Level)
CLOSED = "CONFIDENTIAL - CLOSED SESSION - comparative data, DSMB only"
Packs = Callable[[Level], Pack]


def lines(sheet: Any, count: int = 6) -> list[str]:
    return [as_excel_reads(sheet.cell(row, 1).value) for row in range(1, count + 1)]


@pytest.mark.parametrize("level", LEVELS)
def test_that_every_sheet_says_trial_table_population_source_and_level(pack: Packs, level: Level) -> None:
    for sheet in pack(level).book:
        protocol, title, population, source, banner, _ = lines(sheet)
        assert protocol == "Protocol IL2-SLE-01 | DSMB meeting 2"
        assert title.startswith(sheet.title.split()[0] + " ")
        assert re.match(r"(Safety population, N=59|Randomised, N=60|Screened, N=72)\b", population), population
        assert source == (
            "Data cut-off 2019-06-30 | Snapshot 0123456789abcdef | SHA-256 abababababab | Created 2026-05-04 09:30 UTC "
            f"| Level of unblinding: {level}"
        )
        opening = "Open Session Report" if level is Level.POOLED else CLOSED
        assert banner == f"{opening} | SYNTHETIC DATA | TEST SNAPSHOT"


@pytest.mark.parametrize("level", [Level.MASKED, Level.NAMED])
def test_that_every_closed_sheet_carries_the_head_of_the_audit_log(pack: Packs, level: Level) -> None:
    assert {lines(sheet)[5] for sheet in pack(level).book} == {f"Head of the audit log {'cd' * 32}"}


@pytest.mark.parametrize("level", LEVELS)
def test_that_cover_and_definitions_carry_hash_and_audit_head(pack: Packs, level: Level) -> None:
    for name in ("00 Cover", "99 Definitions"):
        sheet = pack(level).book[name]
        said = {as_excel_reads(sheet.cell(r, 1).value): sheet.cell(r, 2).value for r in range(1, sheet.max_row + 1)}
        assert said["SHA-256 of the snapshot file"] == "ab" * 32
        assert said["Head of the audit log"] == "cd" * 32


@pytest.mark.parametrize("level", LEVELS)
def test_that_page_margins_say_who_may_read_it_and_which_page_it_is(pack: Packs, level: Level) -> None:
    found, titles = pack(level), []
    for root in sheet_roots(found.data):
        head = root.findtext(f"{MAIN}headerFooter/{MAIN}oddHeader")
        foot = root.findtext(f"{MAIN}headerFooter/{MAIN}oddFooter")
        assert ("Open Session Report" if level is Level.POOLED else CLOSED) in head
        assert "Protocol IL2-SLE-01" in head
        assert "Page &P of &N" in foot
        assert "SYNTHETIC DATA | TEST SNAPSHOT" in foot
        assert "Cut-off 2019-06-30, snapshot 0123456789abcdef" in foot
        assert max(len(head), len(foot)) <= 255
        titles.append(re.sub(r"^.*&R&\d+ ", "", head).replace("&&", "&"))
    # Nothing of a title is cut off.
    assert sorted(titles) == sorted(sheet["A2"].value for sheet in found.book)


@pytest.mark.parametrize("level", LEVELS)
def test_that_sheets_print_in_landscape_one_page_wide_with_their_titles_on_each_page(pack: Packs, level: Level) -> None:
    for sheet in pack(level).book:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth == 1
        assert sheet.page_setup.fitToHeight == 1 or sheet.title.split()[0] not in ("00", "K03")
        frozen = int(re.sub(r"\D", "", sheet.freeze_panes)) - 1
        assert sheet.print_title_rows == f"$1:${frozen}"
        assert frozen >= 5


@pytest.mark.parametrize("level", LEVELS)
def test_that_headers_and_labels_stay_in_view_and_numbers_stay_out_of_print(pack: Packs, level: Level) -> None:
    found = pack(level)
    for entry in found.tables:
        one = table_sheet(found.book[entry.sheet])
        frozen_column, frozen_row, *_ = range_boundaries(one.sheet.freeze_panes)
        assert frozen_row == one.header + 1
        assert frozen_column == (3 if one.is_summary else 2)
        _, _, last_printed, last_row = range_boundaries(one.sheet.print_area.split("!")[-1])
        assert last_printed == one.row_column - 2
        assert last_row == one.sheet.max_row


@pytest.mark.parametrize("level", LEVELS)
def test_that_footnotes_stand_below_every_table(pack: Packs, level: Level) -> None:
    found = pack(level)
    for entry in found.tables:
        one = table_sheet(found.book[entry.sheet])
        below = [one.text(r, 1) for r in range(max(one.body()) + 1, one.sheet.max_row + 1)]
        told = found.session.table(entry.sheet.split()[0]).footnotes
        assert below[0] == ""
        assert below[-len(told) :] == [*told]
        assert [text.split(":")[0] for text in below[1 : -len(told)]] == ["Printed"] * entry.sheet.startswith("K20 ")


@pytest.mark.parametrize("level", LEVELS)
def test_that_every_link_leads_to_a_sheet_of_the_pack_and_back(pack: Packs, level: Level) -> None:
    found = pack(level)
    links: dict[str, list[str]] = {}
    for sheet in found.book:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.hyperlink):
            assert cell.hyperlink.target is None
            place = re.fullmatch(r"'?(.+?)'?!A1", cell.hyperlink.location)
            assert place
            links.setdefault(sheet.title, []).append(place[1])
    names = found.book.sheetnames
    assert links.pop("01 Contents") == [name for name in names if name != "01 Contents"]
    assert links == {name: ["01 Contents"] for name in names if name != "01 Contents"}


@pytest.mark.parametrize("level", LEVELS)
def test_that_nothing_is_hidden_computed_or_fetched_from_elsewhere(pack: Packs, level: Level) -> None:
    found = pack(level)
    assert {sheet.sheet_state for sheet in found.book} == {"visible"}
    raw = parts(found.data)
    assert not [name for name in raw if re.search("external|connection|query|vba|macro|comment|media", name, re.I)]
    assert not [name for name, part in raw.items() if b"TargetMode" in part or b"externalReference" in part]
    for root in sheet_roots(found.data):
        assert not root.findall(f".//{MAIN}f")
        assert not root.xpath(".//*[@hidden]")
        assert {cell.get("t", "n") for cell in root.iter(f"{MAIN}c")} <= {"n", "inlineStr"}


@pytest.mark.parametrize("level", LEVELS)
def test_that_no_cells_are_merged_inside_the_data(pack: Packs, level: Level) -> None:
    found = pack(level)
    for entry in found.tables:
        one = table_sheet(found.book[entry.sheet])
        rows = set(one.body())
        assert not [area for area in one.sheet.merged_cells.ranges if rows & set(range(area.min_row, area.max_row + 1))]


@pytest.mark.parametrize("level", LEVELS)
def test_that_sheet_names_are_numbered_short_and_allowed(pack: Packs, level: Level) -> None:
    names = pack(level).book.sheetnames
    assert names[:2] == ["00 Cover", "01 Contents"]
    assert names[-1] == "99 Definitions"
    assert all(len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)
    assert len({name.casefold() for name in names}) == len(names)


def test_that_arms_have_the_same_order_and_colour_on_every_sheet(pack: Packs) -> None:
    found = pack(Level.NAMED)
    colours: dict[str, set[str]] = {}
    of_table: dict[str, set[str]] = {}
    for entry in found.tables:
        one = table_sheet(found.book[entry.sheet])
        shown = [group for group in dict.fromkeys(one.groups.values()) if " (N=" in group]
        names = [group.split(" (")[0] for group in shown]
        # Screen failures (T03) have no arm, and a table too wide for a page goes on arm by arm on the next one.
        assert names == [name for name in ("hrIL-2", "Placebo", "Total") if name in names]
        of_table[entry.sheet.split()[0]] = of_table.get(entry.sheet.split()[0], set()) | set(names)
        for column in range(one.row_column + 1, one.sheet.max_column + 1):
            fill = one.sheet.cell(one.header, column).fill.fgColor.rgb
            colours.setdefault(one.groups[column].split(" (")[0], set()).add(fill)
    assert {number for number, arms in of_table.items() if len(arms) < 3} == {"T03"}
    assert all(len(found) == 1 for found in colours.values())
    assert len({next(iter(found)) for found in colours.values()}) == len(colours)


def test_that_contents_tells_beforehand_which_sheets_come(pack: Packs) -> None:
    for level in LEVELS:
        found = pack(level)
        assert found.book.sheetnames == [entry.sheet for entry in contents(found.session)]


def test_that_every_exhibit_of_the_program_has_its_line(pack: Packs) -> None:
    numbers = [sheet.number for sheet in SHEETS]
    assert len(set(numbers)) == len(numbers)
    assert {info.id for info in pack(Level.NAMED).session.exhibits()} <= set(numbers)


def test_that_the_open_pack_has_no_sheet_that_is_closed_only(pack: Packs) -> None:
    found = pack(Level.POOLED)
    offered = {info.id for info in found.session.exhibits()}
    listed = [sheet.number for sheet in pack_sheets(found.session)]
    assert {"T06", "T08", "T09"} <= set(listed) <= offered
    assert not [number for number in listed if number.startswith("K")]


def test_that_progress_is_told_step_by_step(demo: Locked, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    session = demo.session(Level.POOLED, tmp_path)
    meeting_pack(session, STAMP, progress=lambda *step: told.append(step))
    total = 2 * len(pack_sheets(session)) + 3
    assert [(done, of) for _, done, of in told] == [(done, total) for done in range(total)]
