"""The audit log: what a line holds, whose it is, and which texts it takes."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from dsmb_app.model.errors import Refusal
from dsmb_app.store.audit import AuditLog, verify
from tests.audit_lines import SNAP, dumped, lines_of, log_of

FIELDS = ["n", "ts", "mono", "who", "key", "host", "app", "ev", "snap", "why", "result", "obj", "prev", "h", "sig"]

# ----------------------------------------------------------------------------------------------------------------------
# What is written


def test_that_a_line_holds_every_field_in_canonical_form_and_follows_the_one_before(tmp_path: Path) -> None:
    log = log_of(tmp_path)
    before = "0" * 64
    for number, line in enumerate(lines_of(log), start=1):
        value = json.loads(line)
        assert line == dumped(value) + b"\n"
        assert sorted(value) == sorted(FIELDS)
        content = {name: value[name] for name in value if name not in ("h", "sig")}
        assert value["h"] == hashlib.sha256(dumped(content)).hexdigest()
        assert (value["n"], value["prev"], value["who"], value["snap"]) == (number, before, "chair", SNAP)
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(value["key"])).verify(
            bytes.fromhex(value["sig"]), b"dsmb-audit/v1\n" + value["h"].encode()
        )
        before = value["h"]
    assert log.head() == before
    assert [entry.why for entry in log.entries()] == [f"reason {n}" for n in range(5)]


def test_that_an_event_is_on_the_disk_before_append_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = log_of(tmp_path, 1)
    synced: list[int] = []
    whole = os.fsync

    def noted(handle: int) -> None:
        whole(handle)
        synced.append(os.fstat(handle).st_size)

    monkeypatch.setattr(os, "fsync", noted)
    log.append("export", obj="open pack")
    assert synced == [log.path.stat().st_size]


def test_that_the_reader_is_no_login_and_the_host_is_random(tmp_path: Path) -> None:
    one, other = (AuditLog(tmp_path / name).append("start") for name in ("one", "other"))
    assert one.who == other.who == "reader"
    assert one.host != other.host
    assert one.key != other.key
    assert AuditLog(tmp_path / "one").append("stop").host == one.host


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_that_only_the_owner_can_read_the_log(tmp_path: Path) -> None:
    log = log_of(tmp_path / "new")
    log.path.write_bytes(log.path.read_bytes() + b"torn")
    log.append("load")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert {"audit.jsonl", "audit.device.json", "audit.torn"} <= modes.keys()
    assert set(modes.values()) == {0o600}


def test_that_a_new_log_has_the_head_of_an_empty_chain(tmp_path: Path) -> None:
    log = AuditLog(tmp_path)
    assert (log.head(), log.entries()) == ("0" * 64, ())


@pytest.mark.parametrize("text", ["two\nlines", "a\ttab", "nul\0", "bell\x07", "\x85", "\u2028", "\ud800", "x" * 501])
def test_that_a_text_with_control_characters_or_without_end_is_refused(tmp_path: Path, text: str) -> None:
    log = log_of(tmp_path, 1)
    with pytest.raises(Refusal) as caught:
        log.append("notes", why=f"so {text} so")
    assert caught.value.code == "AUDIT-TEXT"
    assert len(log.entries()) == 1


def test_that_any_other_text_is_kept_as_it_is_however_long_its_json(tmp_path: Path) -> None:
    log = AuditLog(tmp_path)
    for why in ("Grund: Überprüfung", "理由", '"quoted" \\ and {braces}', "\U0001f512" * 500):
        assert log.append("notes", why=why).why == why
    assert log.append("notes", why="  spaces around ").why == "spaces around"
    assert verify(log.path).ok


@pytest.mark.parametrize("path", ["/srv/trial.dsmb", "C:\\trial.dsmb"])
def test_that_a_path_is_refused(tmp_path: Path, path: str) -> None:
    log = AuditLog(tmp_path)
    with pytest.raises(Refusal) as caught:
        log.append("load", obj=path)
    assert (caught.value.code, log.entries()) == ("AUDIT-TEXT", ())


@pytest.mark.parametrize("bad", [{"ev": "Load"}, {"ev": ""}, {"snap": "abc"}])
def test_that_a_malformed_event_is_our_own_fault(tmp_path: Path, bad: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="form"):
        AuditLog(tmp_path).append(**{"ev": "export", **bad})


# ----------------------------------------------------------------------------------------------------------------------
# Clocks


def test_that_a_clock_set_back_is_told_once_and_the_chain_stays_sound(tmp_path: Path) -> None:
    now = [datetime(2026, 5, 1, 12, 0, tzinfo=UTC)]
    log = AuditLog(tmp_path, clock=lambda: now[0])
    for step in (0, 10, -3600, 5, -1, 60):
        now[0] += timedelta(seconds=step)
        log.append("load")
    assert [entry.ev for entry in log.entries()] == ["load", "load", "clock_back", *["load"] * 4]
    assert log.entries()[2].result == "3600 s"
    assert log.entries()[0].ts == "2026-05-01T12:00:00.000Z"
    assert verify(log.path).ok
