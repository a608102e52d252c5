"""Hostile sealed files, some with a true signature: refused in words, fast, and without reading more than needed."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot import container
from dsmb_app.snapshot.header import LIMITS
from tests.hostile_files import hostile
from tests.sealed_files import (
    CONTENTS,
    PHRASES,
    SIGNER,
    canonical,
    put,
    refusal,
    sealed,
    sealed_again,
    signed_again,
    signed_raw,
    take_apart,
)
from tests.shared_data import ROOT


@given(st.binary(max_size=300))
def test_that_any_bytes_are_refused_in_words(tmp_path_factory: pytest.TempPathFactory, junk: bytes) -> None:
    folder = tmp_path_factory.mktemp("junk")
    assert refusal(folder, junk).code.startswith("SNAPSHOT-")
    assert refusal(folder, b"DSMBSNP\x01" + junk).code.startswith("SNAPSHOT-")


def header_refusal(folder: Path, **changes: Any) -> Refusal:
    pieces = take_apart(sealed())
    value = {key: v for key, v in {**pieces.header, **changes}.items() if v is not ...}
    return refusal(folder, signed_raw(canonical(value), b"".join(pieces.parts.values())))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"v": 0}, "SNAPSHOT-HEADER"),
        ({"v": True}, "SNAPSHOT-HEADER"),
        ({"v": "1"}, "SNAPSHOT-HEADER"),
        ({"v": 2, "min_reader": 2}, "SNAPSHOT-NEWER"),
        ({"min_reader": ...}, "SNAPSHOT-HEADER"),
        ({"title": "A trial of something"}, "SNAPSHOT-HEADER"),
        ({"trial": "a name with spaces"}, "SNAPSHOT-HEADER"),
        ({"trial": "T-0123456789\n"}, "SNAPSHOT-HEADER"),
        ({"snap_id": "../../etc"}, "SNAPSHOT-HEADER"),
        ({"seq": 0}, "SNAPSHOT-HEADER"),
        ({"seq": 10**15}, "SNAPSHOT-HEADER"),
        ({"prev_sha256": "AB" * 32}, "SNAPSHOT-HEADER"),
        ({"parts": []}, "SNAPSHOT-HEADER"),
        ({"parts": 5}, "SNAPSHOT-HEADER"),
    ],
)
def test_that_a_header_with_a_wrong_field_is_refused(tmp_path: Path, changes: dict[str, Any], code: str) -> None:
    assert header_refusal(tmp_path, **changes).code == code


def test_that_a_later_format_that_this_version_may_read_is_read(tmp_path: Path) -> None:
    pieces = take_apart(sealed())
    later = signed_again(pieces.parts, {**pieces.header, "v": 2, "extra": "new"})
    assert container.load(put(tmp_path, later), signers=[SIGNER]).snap_id == pieces.header["snap_id"]


@pytest.mark.parametrize("length", [-1, 2**30 + 1, 2**63, 2**64, 10**15])
def test_that_an_impossible_part_length_is_refused(tmp_path: Path, length: int) -> None:
    parts = take_apart(sealed()).header["parts"]
    changed = [{**parts[0], "len": length}, *parts[1:]]
    assert header_refusal(tmp_path, parts=changed).code in {"SNAPSHOT-HEADER", "SNAPSHOT-PART-LIMIT"}


def test_that_parts_in_another_order_or_number_are_refused(tmp_path: Path) -> None:
    parts = take_apart(sealed()).header["parts"]
    for changed in (parts[::-1], parts[:4], [*parts, parts[0]], [parts[0], *parts[:4]]):
        assert header_refusal(tmp_path, parts=changed).code == "SNAPSHOT-HEADER"


RAW_HEADERS = {
    "spaces": lambda text: text.replace(b'"seq":1', b'"seq": 1'),
    "a key twice": lambda text: text.replace(b'"seq":1', b'"seq":2,"seq":1'),
    "unsorted": lambda text: b'{"v":1,' + text[1:].replace(b',"v":1', b""),
    "a float": lambda text: text.replace(b'"seq":1', b'"seq":1.0'),
    "an exponent": lambda text: text.replace(b'"seq":1', b'"seq":1e0'),
    "NaN": lambda text: text.replace(b'"seq":1', b'"seq":NaN'),
    "infinity": lambda text: text.replace(b'"seq":1', b'"seq":-Infinity'),
    "minus zero": lambda text: text.replace(b'"seq":1', b'"seq":-0'),
    "a huge number": lambda text: text.replace(b'"seq":1', b'"seq":' + b"9" * 60000),
    "deep lists": lambda text: text.replace(b'"seq":1', b'"seq":' + b"[" * 30000 + b"]" * 30000),
    "open lists": lambda text: text.replace(b'"seq":1', b'"seq":' + b"[" * 60000),
    "deep objects": lambda text: text.replace(b'"seq":1', b'"seq":' + b'{"":' * 12000 + b"1" + b"}" * 12000),
    "no JSON": lambda text: text[:-1],
    "a list": lambda text: b"[" + text + b"]",
    "an escape": lambda text: text.replace(b'"T-0', b'"T\\u002d0'),
    "no ASCII": lambda text: text.replace(b'"T-0', '"T-é'.encode()),
    "no UTF-8": lambda text: text.replace(b'"T-0', b'"T-\xff'),
    "half a character": lambda text: text.replace(b'"T-0', b'"T-\\ud800'),
    "a line end": lambda text: text + b"\n",
}


@pytest.mark.parametrize("kind", RAW_HEADERS)
def test_that_a_signed_header_in_any_other_form_is_refused(tmp_path: Path, kind: str) -> None:
    pieces = take_apart(sealed())
    raw = RAW_HEADERS[kind](pieces.header_bytes)
    assert raw != pieces.header_bytes
    assert refusal(tmp_path, signed_raw(raw, b"".join(pieces.parts.values()))).code == "SNAPSHOT-HEADER"


@pytest.mark.parametrize("length", [0, 1, 65537, 2**31, 2**32 - 1])
def test_that_an_impossible_header_length_is_refused(tmp_path: Path, length: int) -> None:
    spoilt = b"DSMBSNP\x01" + struct.pack("<I", length) + sealed()[12:]
    assert refusal(tmp_path, spoilt).code == "SNAPSHOT-HEADER-LENGTH"


@pytest.mark.parametrize(
    ("length", "size", "code"),
    [
        (2**32 - 1, 2**30, "SNAPSHOT-HEADER-LENGTH"),
        (65536, 2**30, "SNAPSHOT-SIGNATURE"),
        (65536, sum(LIMITS.values()) + 77, "SNAPSHOT-SIZE"),
    ],
)
def test_that_a_huge_file_is_refused_without_reading_it(tmp_path: Path, length: int, size: int, code: str) -> None:
    path = put(tmp_path, b"DSMBSNP\x01" + struct.pack("<I", length))
    os.truncate(path, size)  # sparse: takes no room on the disk
    tracemalloc.start()
    try:
        with pytest.raises(Refusal) as caught:
            container.load(path, signers=None)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.code == code
    assert peak < 2**21


def test_that_a_file_of_a_later_format_or_another_kind_says_so(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"DSMBSNP\x02" + sealed()[8:]).code == "SNAPSHOT-FORMAT"
    assert refusal(tmp_path, b"PK\x03\x04" + sealed()).code == "SNAPSHOT-MAGIC"
    assert refusal(tmp_path, b"").code == "SNAPSHOT-MAGIC"


def test_that_a_missing_file_or_a_folder_says_so(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "none.dsmb", "SNAPSHOT-MISSING"), (tmp_path, "SNAPSHOT-NOT-A-FILE")):
        with pytest.raises(Refusal) as caught:
            container.load(path, signers=None)
        assert caught.value.code == code


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_that_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.dsmb")
    with pytest.raises(Refusal) as caught:
        container.load(tmp_path / "pipe.dsmb", signers=None)
    assert caught.value.code == "SNAPSHOT-NOT-A-FILE"


def test_that_a_part_locked_with_a_passphrase_of_age_is_refused(tmp_path: Path) -> None:
    pieces = take_apart(sealed())
    scrypt = pyrage.passphrase.encrypt(b"the image of main", PHRASES["main"])
    for part in CONTENTS:
        spoilt = signed_again({**pieces.parts, part: scrypt}, pieces.header)
        assert refusal(tmp_path, spoilt).code == "PART-STANZA"


def test_that_a_part_that_mixes_another_stanza_in_is_refused(tmp_path: Path) -> None:
    pieces = take_apart(sealed())
    main = pieces.parts["main"]
    stanzas = (b"-> scrypt AAAA 22\nAAAA\n", b"-> plugin x\n\n", b"-> ssh-ed25519 AAAA\n\n", b"-> \n\n")
    for stanza in stanzas:
        mixed = main.replace(b"-> X25519", stanza + b"-> X25519", 1)
        assert refusal(tmp_path, signed_again({**pieces.parts, "main": mixed}, pieces.header)).code == "PART-STANZA"
    for other in (b"", b"clear", main.replace(b"-> X25519", b"-> X25518"), main.replace(b"/v1", b"/v2")):
        assert refusal(tmp_path, signed_again({**pieces.parts, "main": other}, pieces.header)).code == "PART-STANZA"


def test_that_a_part_signed_but_not_for_its_secret_is_refused_in_words(tmp_path: Path) -> None:
    one, other = take_apart(sealed()), take_apart(sealed_again())
    spoilt = signed_again({**one.parts, "main": other.parts["main"]}, one.header)
    snapshot = container.load(put(tmp_path, spoilt), signers=[SIGNER])
    with pytest.raises(Refusal) as caught:
        snapshot.unlock("main", PHRASES["main"])
    assert caught.value.code == "PART-DAMAGED"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux keeps a process to a limit of memory")
def test_that_the_worst_files_are_refused_within_200_mib(tmp_path: Path) -> None:
    # In a process of its own that cannot take more; what a file of that kind would cost elsewhere ends it.
    ended = subprocess.run(
        [sys.executable, "-m", "tests.hostile_files", str(tmp_path)],
        capture_output=True, text=True, check=False, timeout=120, cwd=ROOT,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    told = {name: code for name, code, _ in (line.split("\t") for line in ended.stdout.splitlines())}
    assert told == {**{name: code for name, (_, code) in hostile().items()}, "the limit": "holds"}
