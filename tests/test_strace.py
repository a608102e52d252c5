"""A closed session at work as the system sees it: no file but the log and the export, nothing in clear in either."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dsmb_app.model.words import Level
from tests.locked import Locked
from tests.tracing import Traced, needs_strace, python, traced

pytestmark = needs_strace

COMMAND = """
import sys
sys.argv = {arguments!r}
from dsmb_app.cli import main
main()
"""

# The demo is smaller than SQLite's cache (2 MB), so its largest table is sorted many times over: each row with each of
# 12 others. The session is the program's own; only the question is not one that a page asks.
SORT = """
import json, sys
from pathlib import Path
from dsmb_app.model.words import Level
from dsmb_app.snapshot.secrets_file import SecretsFile
from dsmb_app.store import guard
from dsmb_app.store.audit import AuditLog
from dsmb_app.session import Session

file, secrets, state, setting = sys.argv[1:]
if setting:
    guard.SETTINGS = tuple(setting if one.startswith("temp_store") else one for one in guard.SETTINGS)
keys = SecretsFile.load(Path(secrets))
session = Session.open(Path(file), keys.phrases["main"], signers=[keys.signer], audit=AuditLog(Path(state)))
session.unlock_codes(keys.phrases["codes"])
session.unlock_names(keys.phrases["names"])
image = session._gate._main
name = max(image.manifest["tables"], key=lambda table: image.manifest["tables"][table]["rows"])
columns = ", ".join(f'a."{column}"' for column in image.manifest["tables"][name]["columns"])
question = f"SELECT {columns} FROM {name} AS a, (SELECT RECORD FROM {name} LIMIT 12) ORDER BY a.USUBJID DESC, a.RECORD"
size = 0
with image.engine.connect() as connection:
    for row in connection.exec_driver_sql(question):
        size += sum(len(str(value)) for value in row)
print(json.dumps({"table": name, "bytes": size}))
"""


def tracked(folder: Path, code: str, *arguments: str | Path, contents: bool = True) -> Traced:
    command = [*python(code), *map(str, arguments)]
    environment = {"DSMB_STATE": str(folder / "state")}
    return traced(command, folder / "traces", environment=environment, contents=contents)


FEW_SHEETS = """
from dsmb_app.packs import meeting_pack
meeting_pack.SHEETS = [sheet for sheet in meeting_pack.SHEETS if sheet.number in ("T01", "L3")]
"""


def pack(demo: Locked, folder: Path, *options: str | Path, before: str = "") -> Traced:
    """Write the closed pack at level named into ``folder/target``; ``before``: what the process does first."""
    (folder / "target").mkdir()
    (folder / "password").write_text("a board password\n", encoding="utf-8")
    given = ["--level", "named", "--secrets", demo.secrets, "--out", folder / "target" / "pack.xlsx", *options]
    arguments = ["dsmb", "pack", demo.file, *given]
    return tracked(folder, before + COMMAND.format(arguments=[str(one) for one in arguments]))


def clear_words(demo: Locked, folder: Path) -> list[bytes]:
    """Return what an unencrypted pack, or any row of it, would show: arm names, subject ids, the marks of a zip."""
    session = demo.session(Level.NAMED, folder / "other-state")
    subjects = [str(one) for one in session._cut.subjects["USUBJID"][:20]]
    assert len(session.arms) == 2
    return [word.encode() for word in (*session.arms, *subjects, "PK\x03\x04", "xl/worksheets", "<sheetData")]


def test_that_a_closed_pack_writes_the_log_and_the_export_alone_and_nothing_in_clear(
    demo: Locked, tmp_path: Path
) -> None:
    seen = pack(demo, tmp_path, "--password-file", tmp_path / "password")
    assert seen.code == 0, seen.errors
    target, state = tmp_path / "target", tmp_path / "state"
    assert seen.outside(state, target) == []
    assert str(target / "pack.xlsx") in seen.made
    assert str(state / "audit.jsonl") in seen.made
    sealed = (target / "pack.xlsx").read_bytes()
    whole = any(bytes(data) == sealed for data in seen.written.values())
    assert whole, "the trace has not seen the whole export"
    for word in clear_words(demo, tmp_path):
        assert [path for path, data in seen.written.items() if word in data] == []


def test_that_a_pack_in_clear_is_seen_to_be_in_clear(demo: Locked, tmp_path: Path) -> None:
    seen = pack(demo, tmp_path, "--plain", "--i-understand", before=FEW_SHEETS)
    assert seen.code == 0, seen.errors
    assert any(b"PK\x03\x04" in data for data in seen.written.values())


@pytest.mark.parametrize(
    ("leak", "shown"),
    [
        ("import tempfile\ntempfile.NamedTemporaryFile().close()\n", "/tmp"),
        ("import os\nos.mkdir({place!r})\n", "elsewhere"),
        ("from pathlib import Path\nPath({place!r}).write_text('x')\nPath({place!r}).unlink()\n", "elsewhere"),
    ],
)
def test_that_a_file_made_elsewhere_is_seen(tmp_path: Path, leak: str, shown: str) -> None:
    code = leak.format(place=str(tmp_path / "elsewhere"))
    seen = tracked(tmp_path, code)
    assert seen.code == 0, seen.errors
    assert any(shown in path for path in seen.outside(tmp_path / "state", tmp_path / "target"))


def sort(demo: Locked, folder: Path, setting: str = "") -> Traced:
    seen = tracked(folder, SORT, demo.file, demo.secrets, folder / "state", setting, contents=False)
    assert seen.code == 0, seen.errors
    told = json.loads(seen.output)
    assert told["table"] == "lb"
    assert told["bytes"] > 8_000_000, "smaller than SQLite's cache: it would not go to a file anyway"
    return seen


def test_that_the_largest_sort_of_a_closed_session_makes_no_file(demo: Locked, tmp_path: Path) -> None:
    assert sort(demo, tmp_path).outside(tmp_path / "state") == []


def test_that_the_same_sort_with_temporary_files_allowed_is_seen_to_make_one(demo: Locked, tmp_path: Path) -> None:
    made = sort(demo, tmp_path, "temp_store = FILE").outside(tmp_path / "state")
    assert made
    assert all("etilqs_" in path for path in made), made  # SQLite's name for its temporary files
