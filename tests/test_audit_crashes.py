"""The audit log through crashes, a full disk and more than one writer: nothing that was told is lost."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dsmb_app.model.errors import Refusal
from dsmb_app.store.audit import AuditLog, verify
from tests.audit_lines import lines_of, log_of, resign
from tests.shared_data import ROOT


def test_that_a_line_cut_off_by_a_crash_is_set_aside_and_told(tmp_path: Path) -> None:
    log = log_of(tmp_path)
    whole = lines_of(log)
    kept = b""
    for length in range(1, len(whole[4]), 17):
        torn = whole[4][:length]
        log.path.write_bytes(b"".join(whole[:4]) + torn)
        log.append("load", why="after the crash")
        kept += torn + b"\n"
        report, entries = verify(log.path), log.entries()
        assert report.ok
        assert [entry.ev for entry in entries] == [*["load"] * 4, "torn_tail", "load"]
        assert entries[4].obj == hashlib.sha256(torn).hexdigest()
        assert entries[4].result == f"{length} bytes set aside"
        assert (tmp_path / "audit.torn").read_bytes() == kept


def test_that_a_first_line_cut_off_by_a_crash_is_set_aside(tmp_path: Path) -> None:
    log = log_of(tmp_path, 1)
    log.path.write_bytes(lines_of(log)[0][:100])
    log.append("load")
    assert [entry.ev for entry in log.entries()] == ["torn_tail", "load"]
    assert verify(log.path).ok


@pytest.mark.parametrize("tail", [b"\0" * 700, b"\0" * 700 + b"\n", b'{"n":6\n', b"\n"])
def test_that_what_a_power_cut_leaves_is_set_aside(tmp_path: Path, tail: bytes) -> None:
    log = log_of(tmp_path)
    log.path.write_bytes(log.path.read_bytes() + tail)
    log.append("load")
    assert log.entries()[5].obj == hashlib.sha256(tail).hexdigest()
    assert (tmp_path / "audit.torn").read_bytes() == tail + b"\n"
    assert verify(log.path).ok


def test_that_a_crash_while_a_torn_line_is_mended_leaves_a_log_that_mends_again(tmp_path: Path) -> None:
    log = log_of(tmp_path)
    whole = lines_of(log)
    torn = b"".join(whole[:4]) + b"\0" * 3000
    log.path.write_bytes(torn)
    log.append("load")
    mended = b"".join(lines_of(log)[4:])
    for length in (0, 1, 300, len(mended) - 1, len(mended)):
        log.path.write_bytes((b"".join(whole[:4]) + mended[:length]).ljust(len(torn), b"\0"))
        log.append("load")
        assert verify(log.path).ok
        assert "torn_tail" in verify(log.path).events


def test_that_a_line_changed_at_the_end_stops_the_log(tmp_path: Path) -> None:
    log = log_of(tmp_path)
    lines = lines_of(log)
    forged = resign(lines[4], Ed25519PrivateKey.generate())
    for last, code in (
        (lines[4].replace(b"reason 4", b"reason 9"), "AUDIT-DAMAGED"),
        (b"junk\njunk\n", "AUDIT-DAMAGED"),
        (forged, "AUDIT-OTHER-DEVICE"),
    ):
        spoilt = b"".join([*lines[:4], last])
        log.path.write_bytes(spoilt)
        for call in (lambda: log.append("unblind"), log.head):
            with pytest.raises(Refusal) as caught:
                call()
            assert caught.value.code == code
        assert log.path.read_bytes() == spoilt


def test_that_a_full_disk_is_told_and_the_log_goes_on_when_there_is_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = log_of(tmp_path)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(Refusal) as caught:
            log.append("unblind")
    assert caught.value.code == "AUDIT-WRITE"
    assert str(tmp_path) not in caught.value.sentence()
    log.append("load")
    assert verify(log.path).ok


def test_that_a_damaged_device_file_is_told(tmp_path: Path) -> None:
    log_of(tmp_path, 1)
    (tmp_path / "audit.device.json").write_text('{"format":1,"host":"x","key":"y"}')
    with pytest.raises(Refusal) as caught:
        AuditLog(tmp_path)
    assert caught.value.code == "AUDIT-DEVICE-BAD"


def test_that_a_busy_log_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dsmb_app.store.audit.LOCK_SECONDS", 0.05)
    one, other = log_of(tmp_path, 1), AuditLog(tmp_path)
    with one._locked(), pytest.raises(Refusal) as caught:
        other.append("load")
    assert caught.value.code == "AUDIT-BUSY"
    other.append("load")


# ----------------------------------------------------------------------------------------------------------------------
# More than one writer


def writer(folder: Path, count: int, who: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.audit_writer", str(folder), str(count), who]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_that_two_processes_make_one_sound_chain(tmp_path: Path) -> None:
    # The folder is new: both also meet at the making of the device's key.
    writers = [writer(tmp_path / "log", 50, who) for who in ("open", "closed")]
    numbers = [int(number) for process in writers for number in process.communicate()[0].split()]
    assert [process.returncode for process in writers] == [0, 0]
    assert sorted(numbers) == list(range(1, 101))
    log = AuditLog(tmp_path / "log")
    report = verify(log.path)
    assert report.ok
    assert report.entries == 100
    for who in ("open", "closed"):
        assert [e.why for e in log.entries() if e.who == who] == [f"{who} {n}" for n in range(50)]


def test_that_threads_make_one_sound_chain(tmp_path: Path) -> None:
    log = AuditLog(tmp_path)
    threads = [threading.Thread(target=lambda: [log.append("copy") for _ in range(10)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (verify(log.path).ok, verify(log.path).entries) == (True, 40)


@pytest.mark.parametrize("after", [1, 4, 9, 20])
def test_that_a_killed_writer_loses_no_line_that_it_told(tmp_path: Path, after: int) -> None:
    process = writer(tmp_path, 100_000, "killed")
    assert process.stdout is not None
    told = [process.stdout.readline() for _ in range(after)]
    process.kill()
    told += process.stdout.read().splitlines(keepends=True)
    process.stdout.close()
    process.wait()
    acknowledged = [int(number) for number in told if number.endswith("\n")]
    log = AuditLog(tmp_path)
    log.append("start")
    assert verify(log.path).ok
    assert [e.n for e in log.entries() if e.who == "killed"][: len(acknowledged)] == acknowledged
    assert acknowledged[:after] == list(range(1, after + 1))
