"""What sessions write into the log: who, before the phrase is used, every change of level, start and stop."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from dsmb_app.model.errors import Refusal
from dsmb_app.model.words import Level
from dsmb_app.session import Session
from dsmb_app.snapshot.container import Snapshot
from dsmb_app.store import sitting
from dsmb_app.store.audit import AuditLog, verify
from dsmb_app.store.sitting import Sitting
from tests.commands import dsmb
from tests.locked import Locked


def lines(state: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (state / "audit.jsonl").read_text("utf-8").splitlines()]


def told(state: Path, *names: str) -> list[tuple[str, ...]]:
    return [tuple(str(line[name]) for name in names) for line in lines(state)]


# ----------------------------------------------------------------------------------------------------------------------
# Unblinding and back


def test_that_the_begin_line_is_on_the_disk_before_the_phrase_is_used(
    demo: Locked, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = demo.keys
    session = Session.open(demo.file, keys.phrases["main"], signers=[keys.signer], audit=AuditLog(state))
    synced: list[int] = []
    used: list[tuple[str, tuple[str, ...], bool]] = []
    sync, unlock = os.fsync, Snapshot.unlock

    def noted(handle: int) -> None:
        sync(handle)
        synced.append(os.fstat(handle).st_size)

    def looked(self: Snapshot, part: str, key: object) -> bytes:
        last = lines(state)[-1]
        on_disk = synced[-1:] == [(state / "audit.jsonl").stat().st_size]
        used.append((part, tuple(last[name] for name in ("ev", "obj", "result", "who", "why")), on_disk))
        return unlock(self, part, key)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(Snapshot, "unlock", looked)
    session.unlock_codes(keys.phrases["codes"], why="closed part", who="Dr. Example, chair")
    with pytest.raises(Refusal):
        session.unlock_names("a wrong phrase altogether", why="a death", who="Dr. Example, chair")
    assert used == [
        ("codes", ("unblind", "codes", "begin", "Dr. Example, chair", "closed part"), True),
        ("names", ("unblind", "names", "begin", "Dr. Example, chair", "a death"), True),
    ]
    assert told(state, "ev", "result")[-2:] == [("unblind", "begin"), ("unblind", "WRONG-PHRASE")]


def test_that_who_is_the_reader_until_somebody_gives_a_name_and_that_name_from_then_on(
    demo: Locked, state: Path
) -> None:
    keys = demo.keys
    session = Session.open(demo.file, keys.phrases["main"], signers=[keys.signer], audit=AuditLog(state))
    session.unlock_codes(keys.phrases["codes"], why="closed part", who="Dr. Example, chair")
    session.record_copy("table T09")
    session.set_level(Level.POOLED)
    assert told(state, "ev", "who") == [
        ("load", "reader"),
        *[("unblind", "Dr. Example, chair")] * 2,
        ("copy", "Dr. Example, chair"),
        ("reblind", "Dr. Example, chair"),
    ]


def test_that_a_name_that_is_no_line_of_text_unlocks_nothing(demo: Locked, state: Path) -> None:
    keys = demo.keys
    session = Session.open(demo.file, keys.phrases["main"], signers=[keys.signer], audit=AuditLog(state))
    with pytest.raises(Refusal, match="AUDIT-TEXT"):
        session.unlock_codes(keys.phrases["codes"], who="x" * 101)
    assert session.highest_level is Level.POOLED


def test_that_every_change_of_level_is_told_and_the_same_level_is_not(demo: Locked, state: Path) -> None:
    session = demo.session(Level.NAMED, state)
    before = len(lines(state))
    for level in (Level.NAMED, Level.MASKED, Level.POOLED, Level.NAMED, Level.MASKED, Level.NAMED, Level.NAMED):
        session.set_level(level)
    assert told(state, "ev", "obj", "result")[before:] == [
        ("reblind", "masked", "ok"),
        ("reblind", "pooled", "ok"),
        ("unblind", "names", "again"),
        ("reblind", "masked", "ok"),
        ("unblind", "names", "again"),
    ]


def test_that_more_is_not_shown_and_less_is_shown_when_it_cannot_be_told(
    demo: Locked, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = demo.session(Level.NAMED, state)

    def full(*_: object, **__: object) -> None:
        raise Refusal("AUDIT-WRITE", "The disk is full.", "Make space.")

    monkeypatch.setattr(AuditLog, "append", full)
    with pytest.raises(Refusal):
        session.set_level(Level.MASKED)
    assert session.level is Level.MASKED
    with pytest.raises(Refusal):
        session.set_level(Level.NAMED)
    assert session.level is Level.MASKED


def test_that_a_level_that_is_locked_writes_no_line(demo: Locked, state: Path) -> None:
    session = demo.session(Level.MASKED, state)
    before = len(lines(state))
    with pytest.raises(Refusal, match="LEVEL-LOCKED"):
        session.set_level(Level.NAMED)
    assert len(lines(state)) == before


# ----------------------------------------------------------------------------------------------------------------------
# Start and stop


def test_that_a_sitting_tells_of_its_start_and_once_of_its_stop(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path, AuditLog(tmp_path), "open session")
    assert len(list(tmp_path.glob("session-*.lock"))) == 1
    sitting.locked()
    sitting.stop("idle")
    sitting.stop("closed")
    assert told(tmp_path, "ev", "result") == [("start", "ok"), ("locked", "idle"), ("stop", "idle")]
    assert len({line["obj"] for line in lines(tmp_path)}) == 1
    assert list(tmp_path.glob("session-*.lock")) == []


def test_that_a_sitting_beside_another_one_leaves_it_alone(tmp_path: Path) -> None:
    log = AuditLog(tmp_path)
    first = Sitting(tmp_path, log, "open session")
    second = Sitting(tmp_path, log, "closed session")
    second.stop("closed")
    first.stop("closed")
    assert told(tmp_path, "ev", "result") == [("start", "ok"), ("start", "ok"), ("stop", "closed"), ("stop", "closed")]


DIES = """
import os, signal, sys
from pathlib import Path
from dsmb_app.store.audit import AuditLog
from dsmb_app.store.sitting import Sitting
folder = Path(sys.argv[1])
sitting = Sitting(folder, AuditLog(folder), "closed session")
print("started", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_that_a_process_that_was_killed_is_told_of_once_by_the_next(tmp_path: Path, project: Path) -> None:
    for _ in range(2):
        ended = subprocess.run(
            [sys.executable, "-c", DIES, str(tmp_path)], capture_output=True, text=True, check=False, cwd=project
        )
        assert ended.stdout == "started\n"
    alive = Sitting(tmp_path, AuditLog(tmp_path), "open session")
    Sitting(tmp_path, AuditLog(tmp_path), "open session").stop("closed")
    alive.stop("closed")
    found = told(tmp_path, "ev", "result")
    expected = ["start", "crash", "start", "crash", "start", "start", "closed", "closed"]
    assert [result if ev == "stop" else ev for ev, result in found] == expected
    tokens = [line["obj"].split()[-1] for line in lines(tmp_path)]
    assert (tokens[0], tokens[2]) == (tokens[1], tokens[3])
    assert lines(tmp_path)[1]["why"] == "found at the next start"
    assert verify(tmp_path / "audit.jsonl").ok


# ----------------------------------------------------------------------------------------------------------------------
# What is printed of it


def test_that_the_log_is_printed_in_columns_with_both_times_and_who(
    demo: Locked, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = demo.session(Level.POOLED, state)
    session.unlock_codes(demo.keys.phrases["codes"], why="closed part", who="Dr. Example, chair")
    shown = dsmb("audit", "show").stdout.splitlines()
    heads = shown[0]
    columns = [heads.index(name) for name in ("UTC", "local", "who", "event", "result", "about", "reason")]
    assert heads.split()[0] == "n"
    assert len(shown) == 1 + len(lines(state))
    last = shown[-1]
    starts = [last[place:].split("  ")[0].strip() for place in columns]
    assert starts[0] == lines(state)[-1]["ts"].replace("T", " ")[:19]
    assert starts[2:] == ["Dr. Example, chair", "unblind", "ok", "codes", "closed part"]


def test_that_the_local_time_is_that_of_the_machine(tmp_path: Path, project: Path) -> None:
    AuditLog(tmp_path).append("load", result="ok")
    if not hasattr(__import__("time"), "tzset"):
        pytest.skip("this system takes no time zone from the environment")
    ended = subprocess.run(
        [sys.executable, "-m", "dsmb_app", "audit", "show"], capture_output=True, text=True, check=True, cwd=project,
        env={**os.environ, "DSMB_STATE": str(tmp_path), "TZ": "XYZ-5:30"},
    )  # fmt: skip
    utc, local = (ended.stdout.splitlines()[1].split("  ")[place].strip() for place in (1, 2))
    minutes = [int(clock[11:13]) * 60 + int(clock[14:16]) for clock in (utc, local)]
    assert (minutes[1] - minutes[0]) % 1440 == 330


def test_that_results_say_the_head_of_the_log_beside_the_file_not_in_it(
    demo: Locked, state: Path, tmp_path: Path
) -> None:
    out = tmp_path / "results.csv"
    done = dsmb("ard", demo.file, "--exhibit", "T08", "--secrets", demo.secrets, "--out", out)
    head = lines(state)[-1]["h"]
    assert lines(state)[-1]["ev"] == "export"
    assert head in done.stderr
    assert head not in out.read_text("utf-8")
    assert dsmb("audit", "verify", state / "audit.jsonl", "--anchor", head).returncode == 0


def test_that_no_home_folder_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    from dsmb_app.store import state_folder

    monkeypatch.delenv("DSMB_STATE")
    for answer in (RuntimeError("could not determine the home directory"), "~/.local/state/dsmb-review"):

        def ask(*_: object, answer: object = answer, **__: object) -> object:
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(state_folder.platformdirs, "user_state_dir", ask)
        with pytest.raises(Refusal, match="STATE-FOLDER"):
            state_folder.state_folder()
        done = dsmb("audit", "show")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.strip().endswith("[STATE-FOLDER]")


def test_that_a_start_that_another_process_holds_up_is_a_sentence(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = AuditLog(state)
    monkeypatch.setattr(sitting, "LOCK_SECONDS", 0.1)
    with FileLock(state / "sessions.lock"), pytest.raises(Refusal, match="AUDIT-BUSY"):
        Sitting(state, log, "open session")
    Sitting(state, log, "open session").stop("closed")
