"""The whole way of a board member by keys alone, through the program's own two processes to a pack that opens."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from tests.views import whole_way


@pytest.fixture(scope="module")
def gone(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Go the whole way once; return the folder with what was seen, the pack, and the state of the computer."""
    folder = tmp_path_factory.mktemp("way")
    (folder / "made").mkdir()
    ended = subprocess.run(
        [sys.executable, whole_way.__file__, str(folder)],
        capture_output=True, text=True, check=False, timeout=600, cwd=project,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "DSMB_STATE": str(folder / "state"),
             "TMPDIR": str(folder / "made")},
    )  # fmt: skip
    for name in ("closed", "open"):
        told = seen(folder, name)
        assert "wrong" not in told, told["wrong"]
    # What both processes say beside their windows: nothing, but for the drawing into nowhere.
    assert set(ended.stderr.splitlines()) <= {"This plugin does not support propagateSizeHints()"}
    assert ended.returncode == 0
    return folder


def seen(folder: Path, name: str) -> whole_way.Told:
    for part in (folder / f"{name}.json", folder / f"{name}.part"):
        if part.is_file():
            return json.loads(part.read_text("utf-8"))
    return {"wrong": f"the {name} session told nothing"}


def test_that_a_patient_is_reached_from_the_first_page_by_keys_alone_and_the_closed_session_started(gone: Path) -> None:
    told = seen(gone, "open")
    assert int(told["count"].split()[0]) == told["rows"] > 0
    assert told["patient"] == told["chosen"] != ""
    assert told["said"].startswith("The closed session starts in a window of its own")
    assert told["band"][1] == "OPEN – pooled"
    assert told["page"] == 0
    assert told["code"] == 0


def test_that_arms_are_unblinded_compared_and_the_session_ended_by_keys_alone(gone: Path) -> None:
    told = seen(gone, "closed")
    assert told["first"] == "Your name"
    assert told["band"][1] == "CLOSED – arms masked A/B"
    # A difference opens those of both arms.
    assert told["rows"] == sum(int(text.split()[0]) for text in told["arms"].values()) > 0
    assert told["said"] == f"The pack was written: {gone / 'pack.xlsx'}"
    assert told["code"] == 0
    assert not (gone / "state" / "faults.log").exists()
    lines = [json.loads(line) for line in (gone / "state" / "audit.jsonl").read_text("utf-8").splitlines()]
    assert [line["ev"] for line in lines] == [
        "start", "load", "start", "load", "unblind", "unblind", "export", "stop", "stop",
    ]  # fmt: skip
    assert {line["snap"] for line in lines if line["ev"] in ("load", "unblind", "export")} == {lines[1]["snap"]}
    assert [line["who"] for line in lines[4:8]] == ["A. Reader, Chair"] * 4


def test_that_the_pack_opens_with_the_password_typed_and_holds_the_numbers_seen(gone: Path) -> None:
    sealed, told = (gone / "pack.xlsx").read_bytes(), seen(gone, "closed")
    assert b"xl/" not in sealed
    found = OOXMLFile(io.BytesIO(sealed))
    found.load_key(password=whole_way.PASSWORD, verify_password=True)
    plain = io.BytesIO()
    found.decrypt(plain, verify_integrity=True)
    book = openpyxl.load_workbook(plain, read_only=True)
    (row,) = [row for row in book["T09 AE by SOC and PT"].values if row and row[0] == "Any adverse event"]
    # n, events of A, of B and of all, then the difference.
    assert (row[1], row[3], row[7]) == (told["arms"]["A"], told["arms"]["B"], told["difference"])
    assert len(book.sheetnames) > 40
