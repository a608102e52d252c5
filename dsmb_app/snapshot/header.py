"""The public header of a snapshot: which file this is, who signed it, how long its parts are. Nothing descriptive."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.canonical import from_canonical, to_canonical
from dsmb_app.snapshot.words_for_people import FRESH_COPY

FORMAT = 1
TEST = "TEST-"
"""Begins the handle of a trial whose key anybody can compute."""
MIB = 1024 * 1024
PART_NAMES = ("main", "receipt", "keys", "codes", "names")
# The longest that each part may be in the file, in bytes; for the header, its JSON.
LIMITS = {
    "header": 65536,
    "main": 1024 * MIB,
    "receipt": MIB,
    "keys": MIB,
    "codes": 256 * MIB,
    "names": 256 * MIB,
}

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Handle = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{4,64}$")]
Count = Annotated[int, Field(ge=1, le=10**9)]

_SIGNER = re.compile(rb'"signer":"([0-9a-f]{64})"')


class PartEntry(BaseModel):
    """One part: its name, its length in bytes, its SHA-256."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    name: str = Field(alias="n")
    size: int = Field(alias="len", ge=0)
    sha256: Sha256


class Header(BaseModel):
    """The header's fields; ``signer`` is the raw public key in hexadecimal."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    v: Count
    min_reader: Count
    snap_id: Handle
    trial: Handle
    seq: Count
    prev_sha256: Sha256 | None
    signer: Sha256
    parts: list[PartEntry]

    def to_bytes(self) -> bytes:
        """Return the header as canonical JSON."""
        return to_canonical(self.model_dump(by_alias=True))


def signer_of(data: bytes) -> bytes | None:
    """Return the 32 raw bytes of the key that an unparsed header names, None unless it names exactly one.

    The signature is checked before anything is parsed, and the key for that is in the header: no other value in a
    header can hold this text, because none may hold a quotation mark.
    """
    found: list[bytes] = _SIGNER.findall(data)
    return bytes.fromhex(found[0].decode("ascii")) if len(found) == 1 else None


def read_header(data: bytes, *, file: str) -> Header:
    """Parse a header whose signature has been checked. Raises Refusal for all that is not exactly as it should be."""
    try:
        value = from_canonical(data)
    except ValueError as error:
        raise _malformed("it is not canonical JSON", file) from error
    if not isinstance(value, dict):
        raise _malformed("it is no list of fields", file)
    _refuse_newer(value, file)
    try:
        header = Header.model_validate(value)
    except ValidationError as error:
        # Only a name of ours is shown: any other text in an untrusted header could pretend to be ours.
        where = next((name for name in error.errors()[0]["loc"][:1] if name in Header.model_fields), "of another name")
        raise _malformed(f"the field {where} is missing or not as it should be", file) from None
    _check_parts(header.parts, file)
    return header


def _refuse_newer(value: dict[str, Any], file: str) -> None:
    needed = value.get("min_reader")
    if type(needed) is int and needed > FORMAT:
        raise Refusal(
            "SNAPSHOT-NEWER",
            "This snapshot was made by a newer version of the program, and this one cannot read it.",
            "Install the newer version, or ask the statistician which one is needed.",
            file=file,
        )
    if value.get("v") != FORMAT:
        # A later format that this version may read: what it adds is not for us.
        for name in value.keys() - Header.model_fields.keys():
            del value[name]


def _check_parts(parts: Sequence[PartEntry], file: str) -> None:
    if tuple(part.name for part in parts) != PART_NAMES:
        raise _malformed(f"its parts are not {', '.join(PART_NAMES)}, in this order", file)
    for part in parts:
        if part.size > LIMITS[part.name]:
            raise Refusal(
                "SNAPSHOT-PART-LIMIT",
                f"Its part {part.name} says it is {part.size} bytes long; at most {LIMITS[part.name]} are allowed.",
                FRESH_COPY,
                file=file,
            )


def _malformed(what: str, file: str) -> Refusal:
    return Refusal("SNAPSHOT-HEADER", f"The header of this snapshot is malformed: {what}.", FRESH_COPY, file=file)
