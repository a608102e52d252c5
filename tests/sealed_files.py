"""A small sealed file for the tests, and ways to spoil one and sign it again."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot import container
from dsmb_app.snapshot.locks import PhraseLock

PARTS = ("main", "receipt", "keys", "codes", "names")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
SIGNER = container.fingerprint(KEY.public_key())
CONTENTS = {
    "main": b"the image of main",
    "receipt": b'{"files":[]}',
    "codes": b"the image of codes",
    "names": b"the image of names",
}
PHRASES = {
    "main": "maple orbit candle river lantern pebble",
    "codes": "walnut harbor violin meadow copper ladder",
    "names": "saddle comet ginger thicket marble anchor",
}


def seal(**changes: Any) -> bytes:
    """Return a sealed file of CONTENTS under PHRASES, signed with KEY; ``changes`` replace arguments of ``build``."""
    arguments: dict[str, Any] = {
        "contents": CONTENTS,
        "locks": {part: [PhraseLock(phrase)] for part, phrase in PHRASES.items()},
        "trial": "T-0123456789",
        "seq": 1,
        "prev_sha256": None,
        "signing_key": KEY,
    }
    return container.build(**{**arguments, **changes})


@cache
def sealed() -> bytes:
    """Return one sealed file, made once."""
    return seal()


@cache
def sealed_again() -> bytes:
    """Return another sealed file of the same signer and trial."""
    return seal(seq=2, prev_sha256=hashlib.sha256(sealed()).hexdigest())


@dataclass(frozen=True)
class Pieces:
    """A sealed file taken apart by the documented layout, without the code under test."""

    header: dict[str, Any]
    header_bytes: bytes
    signature: bytes
    parts: dict[str, bytes]


def take_apart(data: bytes) -> Pieces:
    """Return the pieces of a sealed file."""
    (length,) = struct.unpack_from("<I", data, 8)
    header_bytes = data[12 : 12 + length]
    header = json.loads(header_bytes)
    place, parts = 12 + length + 64, {}
    for entry in header["parts"]:
        parts[entry["n"]] = data[place : place + entry["len"]]
        place += entry["len"]
    return Pieces(header, header_bytes, data[12 + length : 12 + length + 64], parts)


def lock_entries(pieces: Pieces) -> dict[str, list[dict[str, Any]]]:
    """Return the lock entries of each part."""
    locks: dict[str, list[dict[str, Any]]] = json.loads(pieces.parts["keys"])["parts"]
    return locks


def canonical(value: Any) -> bytes:
    """Return a value as canonical JSON."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def signed_again(
    parts: Mapping[str, bytes], header: Mapping[str, Any], *, key: Ed25519PrivateKey = KEY, fit: bool = True
) -> bytes:
    """Return a file of these parts signed by ``key``; ``fit`` makes lengths, hashes and signer true again."""
    value = dict(header)
    if fit:
        value["signer"] = key.public_key().public_bytes_raw().hex()
        value["parts"] = [{"n": n, "len": len(parts[n]), "sha256": hashlib.sha256(parts[n]).hexdigest()} for n in PARTS]
    return signed_raw(canonical(value), b"".join(parts[n] for n in PARTS), key=key)


def signed_raw(header: bytes, body: bytes, *, key: Ed25519PrivateKey = KEY) -> bytes:
    """Return a file with any header bytes, truly signed."""
    top = b"DSMBSNP\x01" + struct.pack("<I", len(header)) + header
    return top + key.sign(b"dsmb-snapshot/v1\n" + top) + body


def put(folder: Path, data: bytes) -> Path:
    """Write a file into ``folder`` and return its path."""
    path = folder / "meeting.dsmb"
    path.write_bytes(data)
    return path


def refusal(folder: Path, data: bytes, signers: Collection[str] | None = (SIGNER,)) -> Refusal:
    """Return the refusal of a file, which names it and not its folder; fail when the file is accepted."""
    path = put(folder, data)
    with pytest.raises(Refusal) as caught:
        container.load(path, signers=signers)
    assert caught.value.file == path.name
    assert str(folder) not in caught.value.sentence()
    return caught.value
