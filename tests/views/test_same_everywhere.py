"""Page, pack and analysis results say the same: every cell, at every level, each read back from its own output."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from dsmb_app import ard
from dsmb_app.model.result import Stamp
from dsmb_app.model.words import Level
from dsmb_app.packs.meeting_pack import meeting_pack
from dsmb_app.views.tables import ResultModel
from tests.locked import Locked
from tests.packs.reading import book, table_sheet
from tests.packs.test_pack_numbers import NUMBER_HEADERS

Lines = dict[tuple[str, str, str, str, str], dict[str, str]]

pytestmark = pytest.mark.usefixtures("qapp")


def results_of(text: str) -> Lines:
    keys = ("exhibit", "row", "arm", "arm_ref", "stat_name")
    return {tuple(line[key] for key in keys): line for line in csv.DictReader(io.StringIO(text))}  # type: ignore[misc]


@pytest.mark.parametrize("level", list(Level))
def test_that_every_cell_of_the_page_says_what_the_results_say(demo: Locked, tmp_path: Path, level: Level) -> None:
    results = results_of(ard.results_csv(demo.session(level, tmp_path / "one")))
    session = demo.session(level, tmp_path / "two")
    walked = set()
    for info in session.exhibits():
        model = ResultModel()
        model.show_result(session.table(info.id))
        layout = model.layout
        for place, line in enumerate(layout.lines):
            for column in range(model.columnCount()):
                slot = layout.slot(place, column)
                if slot is None:
                    continue
                shown = model.data(model.index(place, column), Qt.ItemDataRole.DisplayRole) or ""
                for address in slot.columns:
                    key = (info.id, line.row.path, address.arm, address.arm_ref, address.stat.value)
                    if session.table(info.id).cell(line.row.key, address) is None:
                        assert key not in results, key  # a row that has numbers but no share of them
                        continue
                    # A percentage of nobody is left out beside its zero; every other printed word stands in the cell.
                    assert results[key]["stat_fmt"] in shown or shown == "0", (key, shown)
                    walked.add(key)
    in_page = {key for key in results if key[4] != "N"}
    assert in_page <= walked


@pytest.mark.parametrize("level", list(Level))
def test_that_every_number_of_the_pack_is_in_the_results(demo: Locked, tmp_path: Path, level: Level) -> None:
    results = results_of(ard.results_csv(demo.session(level, tmp_path / "one")))
    session = demo.session(level, tmp_path / "two")
    stamp = Stamp("0" * 16, "0" * 64, "2020-01-01 00:00 UTC", "0" * 64)
    walked = 0
    for sheet in book(meeting_pack(session, stamp)):
        number = sheet.title.split()[0]
        if number not in {info.id for info in session.exhibits()}:
            continue
        for path, group, header, cell in table_sheet(sheet).numbers():
            arm, _, ref = group.split(" (N=")[0].partition(" minus ")
            line = results[number, path, arm, ref, NUMBER_HEADERS[header]]
            assert cell.value == (float(f"{float(line['stat']):.16g}") if line["stat"] else line["stat_fmt"])
            walked += 1
    assert walked > 300
