"""The check of an audit log finds what was changed, removed, added, moved or cut off, and names the line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dsmb_app.model.errors import Refusal
from dsmb_app.store.audit import verify
from tests.audit_lines import device_key, lines_of, log_of, resign


def test_that_a_sound_log_is_found_sound(tmp_path: Path) -> None:
    log = log_of(tmp_path)
    log.append("export", obj="open pack")
    report = verify(log.path)
    assert report.ok
    assert (report.entries, report.head, report.fault_line, report.anchor_found) == (6, log.head(), None, None)
    assert report.events == {"load": 5, "export": 1}
    assert (report.first, report.last) == (log.entries()[0].ts, log.entries()[-1].ts)


def test_that_a_flipped_bit_in_any_byte_is_found_in_its_line(tmp_path: Path) -> None:
    log = log_of(tmp_path, 3)
    data = log.path.read_bytes()
    for place in range(0, len(data), 3):
        spoilt = bytearray(data)
        spoilt[place] ^= 1 << (place % 8)
        log.path.write_bytes(spoilt)
        report = verify(log.path)
        assert not report.ok
        assert report.fault_line == data[:place].count(b"\n") + 1
        assert report.entries == report.fault_line - 1


CHANGES: dict[str, tuple[Callable[[list[bytes]], list[bytes]], int, str]] = {
    "a line removed": (lambda a: a[:2] + a[3:], 3, "number 4 where 3 is due"),
    "the first removed": (lambda a: a[1:], 1, "number 2 where 1 is due"),
    "two lines swapped": (lambda a: [a[0], a[2], a[1], *a[3:]], 2, "number 3 where 2 is due"),
    "a line twice": (lambda a: [*a[:2], *a[1:]], 3, "number 2 where 3 is due"),
    "a reason changed": (lambda a: [*a[:1], a[1].replace(b"reason 1", b"reason 9"), *a[2:]], 2, "changed"),
    "a line end lost": (lambda a: [*a[:4], a[4][:-1]], 5, "cut off"),
    "an empty line": (lambda a: [*a[:3], b"\n", *a[3:]], 4, "not a line"),
    "spaces in a line": (lambda a: [a[0].replace(b":", b": "), *a[1:]], 1, "not a line"),
    "a line without end": (lambda a: [*a[:2], b"x" * 100_000], 3, "cut off"),
    "carriage returns": (lambda a: [line.replace(b"\n", b"\r\n") for line in a], 1, "not a line"),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_that_a_change_is_found_and_its_line_named(tmp_path: Path, kind: str) -> None:
    log = log_of(tmp_path)
    change, line, words = CHANGES[kind]
    log.path.write_bytes(b"".join(change(lines_of(log))))
    report = verify(log.path)
    assert not report.ok
    assert (report.fault_line, report.entries) == (line, line - 1)
    assert words in report.fault


def test_that_a_line_put_in_with_another_key_or_a_wrong_link_is_found(tmp_path: Path) -> None:
    log = log_of(tmp_path, 3)
    lines, own = lines_of(log), device_key(tmp_path)
    for forged, words in (
        (resign(lines[2], Ed25519PrivateKey.generate()), "another device"),
        (resign(lines[2], own, host="0" * 16), "another device"),
        (resign(lines[2], own, prev="0" * 64), "does not follow"),
        (resign(lines[2], own, ts="2020-01-01T00:00:00.000Z"), "earlier"),
        (resign(lines[2], own, ts="2020-99-01T00:00:00.000Z"), "not a line"),
        (resign(lines[2], own, ts="yesterday"), "not a line"),
        (resign(lines[2], own, mono="5"), "not a line"),
        (resign(lines[2], own, more="x"), "not a line"),
        (lines[2].replace(json.loads(lines[2])["sig"].encode(), b"00" * 64), "not signed"),
    ):
        log.path.write_bytes(b"".join([*lines[:2], forged]))
        report = verify(log.path)
        assert (report.fault_line, words in report.fault) == (3, True), report.fault


def test_that_a_cut_tail_is_found_with_an_anchor_only(tmp_path: Path) -> None:
    log = log_of(tmp_path)
    printed = log.head()
    log.append("unblind", result="names")
    whole = lines_of(log)
    assert verify(log.path, printed).anchor_found is True
    assert verify(log.path, f" {printed[:8].upper()}-{printed[8:20]} ").ok
    log.path.write_bytes(b"".join(whole[:4]))
    assert verify(log.path).ok
    report = verify(log.path, printed)
    assert (report.ok, report.anchor_found, report.fault_line) == (False, False, None)


@pytest.mark.parametrize("anchor", ["", "abc", "g" * 64, "a" * 65])
def test_that_what_is_no_anchor_is_refused(tmp_path: Path, anchor: str) -> None:
    log = log_of(tmp_path, 1)
    with pytest.raises(Refusal) as caught:
        verify(log.path, anchor)
    assert caught.value.code == "AUDIT-ANCHOR"


def test_that_a_missing_log_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        verify(tmp_path / "audit.jsonl")
    assert caught.value.code == "AUDIT-MISSING"
