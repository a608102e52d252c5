"""Locks: how the secret that opens a part is wrapped, one entry for each way to open it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.canonical import from_canonical, to_canonical
from dsmb_app.snapshot.phrases import normalise
from dsmb_app.snapshot.words_for_people import FRESH_COPY, PHRASE_NAMES

# Fixed, not a choice of the sender: 64 MiB, three passes, four lanes. Every laptop can pay it, and no file can ask
# for more memory than this.
MEMORY_KIB, PASSES, LANES = 65536, 3, 4
MIN_PHRASE = 12
MAX_LOCKS = 32
KEYED_PARTS = ("main", "codes", "names")

Hex = Annotated[str, Field(pattern=r"^(?:[0-9a-f]{2})+$", max_length=1024)]


class _Entry(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    type: Literal["phrase"]
    kdf: Literal["argon2id"]
    m: int
    t: int
    p: int
    salt: Annotated[Hex, Field(min_length=32, max_length=32)]
    nonce: Annotated[Hex, Field(min_length=24, max_length=24)]
    box: Hex


@dataclass(frozen=True)
class PhraseLock:
    """A lock that a phrase opens. The phrase is used in its normalised form."""

    phrase: str = field(repr=False)

    def wrap(self, secret: str, *, part: str, snap_id: str) -> dict[str, Any]:
        """Return the entry that gives ``secret`` back for the phrase, in this part of this snapshot only.

        Raises Refusal PHRASE-SHORT for a phrase that could be guessed.
        """
        if len(normalise(self.phrase)) < MIN_PHRASE:
            raise Refusal(
                "PHRASE-SHORT",
                f"The {PHRASE_NAMES[part]} is shorter than {MIN_PHRASE} characters, so it could be guessed.",
                "Choose a longer one, or let the program make one of six words.",
            )
        salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
        box = _cipher(self.phrase, salt).encrypt(nonce, secret.encode("ascii"), _bound_to(part, snap_id))
        cost = {"kdf": "argon2id", "m": MEMORY_KIB, "t": PASSES, "p": LANES}
        return {"type": "phrase", **cost, "salt": salt.hex(), "nonce": nonce.hex(), "box": box.hex()}


@dataclass(frozen=True)
class LockList:
    """The locks of one part as read from a file; entries of types that this version does not know are left out."""

    part: str
    snap_id: str
    file: str
    phrases: tuple[_Entry, ...] = field(repr=False)

    def open(self, phrase: str) -> str:
        """Return the part's secret. Raises Refusal WRONG-PHRASE, or LOCK-UNKNOWN where no phrase can open the part."""
        name = PHRASE_NAMES[self.part]
        if not self.phrases:
            raise Refusal(
                "LOCK-UNKNOWN",
                f"No phrase opens this part, not even the {name}: its locks are of kinds unknown to this version.",
                "Install the newest version of the program, or ask the statistician how this part opens.",
                file=self.file,
            )
        for entry in self.phrases:
            secret = _unwrap(entry, phrase, _bound_to(self.part, self.snap_id))
            if secret is not None:
                return secret
        raise Refusal(
            "WRONG-PHRASE",
            f"This is not the {name} of this snapshot.",
            f"Type the {name} again as the statistician gave it for this file; each part of a snapshot has a phrase "
            "of its own.",
            file=self.file,
        )


def keys_part(wrapped: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    """Return the bytes of the keys part: canonical JSON, for each keyed part its list of lock entries."""
    return to_canonical({"v": 1, "parts": {part: [dict(e) for e in entries] for part, entries in wrapped.items()}})


def read_keys_part(data: bytes, *, snap_id: str, file: str) -> dict[str, LockList]:
    """Return the locks of each keyed part. Raises Refusal for a malformed part and for another cost than ours."""
    try:
        value = from_canonical(data)
        if value["v"] != 1 or value.keys() != {"v", "parts"} or value["parts"].keys() != set(KEYED_PARTS):
            raise ValueError("other keys than expected")
        found = {part: _phrase_entries(value["parts"][part]) for part in KEYED_PARTS}
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Refusal("LOCK-BAD", "The list of locks is malformed.", FRESH_COPY, file=file) from None
    for entry in (entry for entries in found.values() for entry in entries):
        if (entry.m, entry.t, entry.p) != (MEMORY_KIB, PASSES, LANES):
            raise Refusal("LOCK-COST", "A lock asks for another amount of work than it may.", FRESH_COPY, file=file)
    return {part: LockList(part, snap_id, file, entries) for part, entries in found.items()}


def _phrase_entries(entries: Any) -> tuple[_Entry, ...]:
    if not isinstance(entries, list) or not 1 <= len(entries) <= MAX_LOCKS:
        raise ValueError("no list of locks, or too many")
    for entry in entries:
        if not isinstance(entry["type"], str):
            raise ValueError("a lock without a type")
    try:
        return tuple(_Entry.model_validate(entry) for entry in entries if entry["type"] == "phrase")
    except ValidationError as error:
        raise ValueError("a malformed phrase lock") from error


def _unwrap(entry: _Entry, phrase: str, bound_to: bytes) -> str | None:
    cipher = _cipher(phrase, bytes.fromhex(entry.salt))
    try:
        return cipher.decrypt(bytes.fromhex(entry.nonce), bytes.fromhex(entry.box), bound_to).decode("ascii")
    except InvalidTag:
        return None


def _cipher(phrase: str, salt: bytes) -> ChaCha20Poly1305:
    stretch = Argon2id(salt=salt, length=32, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB)
    return ChaCha20Poly1305(stretch.derive(normalise(phrase).encode("utf-8")))


def _bound_to(part: str, snap_id: str) -> bytes:
    # Authenticated with the box: an entry moved to another part or another snapshot opens nothing.
    return f"dsmb-lock/v1\n{part}\n{snap_id}".encode("ascii")
