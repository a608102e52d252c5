"""Hostile sealed files, the worst that one can write; run as a module it loads them all under a limit of memory.

``python -m tests.hostile_files FOLDER`` prints a line for each file: name, code, seconds. ``FOLDER`` is used for them.
"""

from __future__ import annotations

import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyrage

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot import container
from dsmb_app.snapshot.header import LIMITS
from tests.sealed_files import SIGNER, Pieces, canonical, lock_entries, sealed, signed_again, signed_raw, take_apart

MIB = 1024 * 1024
LIMIT = 200 * MIB
"""What loading one may take beside what the program itself takes."""


def _top(length: int) -> bytes:
    return b"DSMBSNP\x01" + struct.pack("<I", length) + sealed()[12:]


def _header(change: Callable[[bytes], bytes]) -> bytes:
    pieces = take_apart(sealed())
    return signed_raw(change(pieces.header_bytes), b"".join(pieces.parts.values()))


def _seq(text: bytes) -> bytes:
    """Return a file whose header has this text where its number is."""
    return _header(lambda header: header.replace(b'"seq":1', b'"seq":' + text))


def _part_length(length: int) -> bytes:
    pieces = take_apart(sealed())
    parts = pieces.header["parts"]
    return signed_raw(canonical({**pieces.header, "parts": [{**parts[0], "len": length}, *parts[1:]]}), b"")


def _keys(text: bytes) -> bytes:
    pieces = take_apart(sealed())
    return signed_again({**pieces.parts, "keys": text}, pieces.header)


def _locks(pieces: Pieces, entry: dict[str, object], count: int) -> bytes:
    return canonical({"v": 1, "parts": {**lock_entries(pieces), "codes": [entry] * count}})


def hostile() -> dict[str, tuple[bytes, str]]:
    """Return each file by name, with the code that refuses it ("" for one that is merely odd and must load)."""
    pieces = take_apart(sealed())
    phrase = lock_entries(pieces)["codes"][0]
    scrypt = pyrage.passphrase.encrypt(b"main", "a passphrase of age")
    stanzas = b"age-encryption.org/v1\n" + b"-> X25519 AAAA\nAAAA\n" * 50_000 + b"--- AAAA\n"
    member = {"type": "member", "box": stanzas[:1024].hex()}
    depth = LIMITS["keys"] // 2 - 100
    return {
        "header length 2^32-1": (_top(2**32 - 1), "SNAPSHOT-HEADER-LENGTH"),
        "part length 2^63": (_part_length(2**63), "SNAPSHOT-HEADER"),
        "part length 2^53": (_part_length(2**53), "SNAPSHOT-PART-LIMIT"),
        "part length at its limit": (_part_length(LIMITS["main"]), "SNAPSHOT-LENGTH"),
        "number of 60,000 digits": (_seq(b"9" * 60_000), "SNAPSHOT-HEADER"),
        "number with an exponent": (_seq(b"1e999999999"), "SNAPSHOT-HEADER"),
        "header of deep lists": (_seq(b"[" * 32_000 + b"]" * 32_000), "SNAPSHOT-HEADER"),
        "header of deep objects": (_seq(b'{"":' * 12_000 + b"1" + b"}" * 12_000), "SNAPSHOT-HEADER"),
        "header of open lists": (_seq(b"[" * 64_000), "SNAPSHOT-HEADER"),
        "keys of deep lists": (_keys(b"[" * depth + b"]" * depth), "LOCK-BAD"),
        "keys of open objects": (_keys(b'{"":' * (LIMITS["keys"] // 4)), "LOCK-BAD"),
        "keys with a huge number": (_keys(b'{"parts":{},"v":' + b"1" * 1_000_000 + b"}"), "LOCK-BAD"),
        "10 MiB of locks": (_keys(_locks(pieces, phrase, 10 * MIB // 400)), "SNAPSHOT-PART-LIMIT"),
        "1 MiB of locks": (_keys(_locks(pieces, phrase, 2_000)), "LOCK-BAD"),
        "locks with long boxes": (_keys(_locks(pieces, {**phrase, "box": "00" * 15_000}, 32)), "LOCK-BAD"),
        "locks of an unknown kind": (_keys(_locks(pieces, {"type": "pair", "box": "0" * 30_000}, 32)), ""),
        "locks of another cost": (_keys(_locks(pieces, {**phrase, "m": 2**31}, 32)), "LOCK-COST"),
        "member lock of scrypt": (_keys(_locks(pieces, {"type": "member", "box": scrypt.hex()}, 1)), "LOCK-STANZA"),
        "member lock of many stanzas": (_keys(_locks(pieces, member, 32)), "LOCK-STANZA"),
        "part of scrypt": (signed_again({**pieces.parts, "main": scrypt}, pieces.header), "PART-STANZA"),
        "part of many stanzas": (signed_again({**pieces.parts, "main": stanzas}, pieces.header), "PART-STANZA"),
    }


def limit_memory(more: int = LIMIT) -> None:
    """Let this process take ``more`` bytes than it has now, and no more. Linux only."""
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def main(folder: Path) -> None:
    """Load every file and tell how it went."""
    files = {}
    for number, (name, (data, _)) in enumerate(hostile().items()):
        files[name] = folder / f"{number}.dsmb"
        files[name].write_bytes(data)
    limit_memory()
    for name, path in files.items():
        start = time.perf_counter()
        try:
            container.load(path, signers=[SIGNER])
            code = ""
        except Refusal as refusal:
            code = refusal.code
        sys.stdout.write(f"{name}\t{code}\t{time.perf_counter() - start:.3f}\n")
    try:
        bytearray(2 * LIMIT)  # twice: loading may have given back some of what was there before
    except MemoryError:
        sys.stdout.write("the limit\tholds\t0\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
