"""The same session and stamp give the same bytes, and none of them tells of the program or the machine."""

from __future__ import annotations

import getpass
import hashlib
import os
import platform
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree

from dsmb_app.model.words import Level
from dsmb_app.packs.encrypt import encrypted
from dsmb_app.packs.meeting_pack import meeting_pack
from tests.locked import Locked
from tests.packs.conftest import STAMP, Pack
from tests.packs.reading import parts


@pytest.mark.parametrize("level", list(Level))
def test_that_a_stamp_fixes_the_bytes(
    demo: Locked, pack: Callable[[Level], Pack], tmp_path: Path, level: Level
) -> None:
    found = pack(level)
    assert meeting_pack(found.session, STAMP) == found.data
    assert meeting_pack(demo.session(level, tmp_path), STAMP) == found.data


PROBE = """
import hashlib, sys
from pathlib import Path
from dsmb_app.model.words import Level
from dsmb_app.packs.meeting_pack import meeting_pack
from tests.locked import Locked
from tests.packs.conftest import STAMP

folder = Path(sys.argv[1])
locked = Locked(folder / "test.dsmb", folder / "secrets.json", folder, folder, None)
print(hashlib.sha256(meeting_pack(locked.session(Level.NAMED, Path(sys.argv[2])), STAMP)).hexdigest())
"""


@pytest.mark.parametrize("seed", ["1", "2"])
def test_that_another_run_of_the_program_gives_the_same_bytes(
    demo: Locked, pack: Callable[[Level], Pack], project: Path, tmp_path: Path, seed: str
) -> None:
    command = [sys.executable, "-c", PROBE, str(demo.file.parent), str(tmp_path)]
    # The order of a set of texts depends on the hash seed, which is another one in each run.
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(project)}
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == hashlib.sha256(pack(Level.NAMED).data).hexdigest(), done.stderr


def test_that_another_stamp_gives_other_bytes(pack: Callable[[Level], Pack]) -> None:
    found = pack(Level.POOLED)
    for change in ({"snap_id": "f" * 16}, {"sha256": "0" * 64}, {"created": "2026-05-05"}, {"audit_head": "0" * 64}):
        assert meeting_pack(found.session, replace(STAMP, **change)) != found.data


def test_that_permuted_arms_give_the_same_open_pack(dealt_demo: Locked, pack: Callable[[Level], Pack]) -> None:
    assert meeting_pack(dealt_demo.opened(Level.POOLED), STAMP) == pack(Level.POOLED).data
    assert meeting_pack(dealt_demo.opened(Level.MASKED), STAMP) != pack(Level.MASKED).data


@pytest.mark.parametrize("level", list(Level))
def test_that_parts_are_sorted_and_dated_by_the_data_cutoff(pack: Callable[[Level], Pack], level: Level) -> None:
    infos = zipfile.ZipFile(BytesIO(pack(level).data)).infolist()
    names = [info.filename for info in infos]
    assert names == sorted(names)
    assert {(info.date_time, info.create_system) for info in infos} == {((2019, 6, 30, 0, 0, 0), 0)}


def test_that_the_properties_hold_the_data_cutoff_and_nothing_else(pack: Callable[[Level], Pack]) -> None:
    found = parts(pack(Level.NAMED).data)
    core = etree.fromstring(found["docProps/core.xml"])
    assert {etree.QName(child).localname: child.text for child in core} == {
        "created": "2019-06-30T00:00:00Z",
        "modified": "2019-06-30T00:00:00Z",
    }
    assert len(etree.fromstring(found["docProps/app.xml"])) == 0
    assert not [name for name in found if "custom" in name.lower()]


def test_that_no_part_names_the_program_the_user_or_the_machine(pack: Callable[[Level], Pack]) -> None:
    words = ["openpyxl", "lxml", "python", "/tmp", str(Path.home()), platform.node(), getpass.getuser(), "\\\\"]
    # A name of a letter or two is found in any text.
    wanted = [word.lower().encode() for word in words if len(word) > 3]
    for name, part in parts(pack(Level.NAMED).data).items():
        assert [word for word in wanted if word in part.lower()] == [], name


def test_that_a_pack_and_its_encryption_touch_no_file(pack: Callable[[Level], Pack]) -> None:
    session = pack(Level.NAMED).session
    with _writes() as written:
        data = encrypted(meeting_pack(session, STAMP), "a board password")
    assert (len(data) > 10_000, written) == (True, [])


def test_that_a_written_file_would_have_been_seen(tmp_path: Path) -> None:
    with _writes() as written:
        (tmp_path / "seen").write_bytes(b"x")
    assert written == [str(tmp_path / "seen")]


_watching: list[list[str]] = []


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if _watching and event == "open":
        path, mode, flags = arguments
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes or any(letter in str(mode or "") for letter in "wax+"):
            _watching[-1].append(str(path))


sys.addaudithook(_watch)


@contextmanager
def _writes() -> Iterator[list[str]]:
    """Note every file that is opened for writing."""
    _watching.append([])
    try:
        yield _watching[-1]
    finally:
        _watching.pop()
