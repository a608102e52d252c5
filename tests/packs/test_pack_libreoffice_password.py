"""A second program opens an encrypted pack with its password and finds every cell in it; with another it does not."""

from __future__ import annotations

import json
import math
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dsmb_app.model.words import Level
from dsmb_app.packs.encrypt import encrypted
from tests.packs.conftest import Pack

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
READER = Path(__file__).with_name("libreoffice_reader.py")
PASSWORD = "a board's pässword"


@cache
def office_python() -> str | None:
    """Return a Python that can speak with LibreOffice: one that comes with it, or the system's."""
    beside = [Path(SOFFICE).resolve().with_name("python")] if SOFFICE else []
    candidates = [str(path) for path in beside if path.is_file()] + ["/usr/bin/python3", sys.executable]
    for candidate in candidates:
        if not Path(candidate).is_file():
            continue
        if subprocess.run([candidate, "-c", "import uno"], capture_output=True, check=False).returncode == 0:
            return candidate
    return None


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[bytes, str], tuple[dict[str, dict[str, Any]] | None, str]]:
    """Return what opens a workbook in LibreOffice with a password: cells by sheet (None: refused), and what it said."""
    if SOFFICE is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    if office_python() is None:
        pytest.skip("no Python here can speak with LibreOffice (python3-uno)")

    def open_(data: bytes, password: str) -> tuple[dict[str, dict[str, Any]] | None, str]:
        source, pipe = tmp_path / f"{secrets.token_hex(4)}.xlsx", f"dsmb-{secrets.token_hex(4)}"
        source.write_bytes(data)
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        quiet = ["--headless", "--invisible", "--norestore", "--nologo", "--nodefault"]
        office = subprocess.Popen(
            [str(SOFFICE), profile, *quiet, f"--accept=pipe,name={pipe};urp;"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            reader = [str(office_python()), str(READER), pipe, source.as_uri(), password]
            told = subprocess.run(reader, capture_output=True, text=True, check=True, timeout=180)
            office.wait(timeout=60)
        finally:
            office.kill()
            office.wait()
        return json.loads(told.stdout), told.stderr

    return open_


def test_that_libreoffice_opens_an_encrypted_pack_and_finds_every_cell_of_the_plain_one(
    pack: Callable[[Level], Pack], opened: Callable[[bytes, str], Any]
) -> None:
    plain = pack(Level.NAMED)
    found, said = opened(encrypted(plain.data, PASSWORD), PASSWORD)
    assert found is not None, said
    expected = {
        sheet.title: {
            f"{cell.column},{cell.row}": cell.value for row in sheet for cell in row if cell.value not in (None, "")
        }
        for sheet in plain.book
    }
    assert list(found) == list(expected)
    numbers = 0
    for title, cells in expected.items():
        shown = {place: value for place, value in found[title].items() if value != ""}
        assert shown.keys() == cells.keys(), title
        for place, value in cells.items():
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                assert "".join(str(shown[place]).split()) == "".join(str(value).split()), (title, place)
            else:
                numbers += 1
                assert math.isclose(shown[place], value, rel_tol=1e-12), (title, place)
    assert numbers > 500


@pytest.mark.parametrize("wrong", ["a board's password", ""])
def test_that_libreoffice_refuses_another_password(
    pack: Callable[[Level], Pack], opened: Callable[[bytes, str], Any], wrong: str
) -> None:
    found, _ = opened(encrypted(pack(Level.MASKED).data, PASSWORD), wrong)
    assert found is None
