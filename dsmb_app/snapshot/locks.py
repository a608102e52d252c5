"""Locks: how the secret that opens a part is wrapped, one entry for each way to open it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot import age
from dsmb_app.snapshot.boxes import Box, Hex, boxed, refuse_short
from dsmb_app.snapshot.canonical import from_canonical, to_canonical
from dsmb_app.snapshot.words_for_people import FRESH_COPY, PHRASE_NAMES

MAX_LOCKS = 32
KEYED_PARTS = ("main", "codes", "names")
NEEDS = {"names": "codes"}
"""Whose secret a part's own is encrypted to before it is wrapped: the locks alone do not give it."""

_NEEDS = Field(default="", pattern="^codes$")  # a default is not checked: a file leaves it out or says codes
_WAYS = {"phrase": "a phrase", "member": "a member's key"}


class PhraseEntry(Box):
    """A lock that a phrase opens, as it stands in the keys part."""

    type: Literal["phrase"]
    needs: str = _NEEDS


class MemberEntry(BaseModel):
    """A lock that one member's key opens; nothing in it says whose."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    type: Literal["member"]
    box: Annotated[Hex, Field(min_length=2)]
    needs: str = _NEEDS


Entry = PhraseEntry | MemberEntry
_ENTRIES: dict[str, type[Entry]] = {"phrase": PhraseEntry, "member": MemberEntry}


class Lock(Protocol):
    """A way to open a part, as whoever locks chooses it."""

    def wrap(self, secret: bytes, *, part: str, snap_id: str) -> dict[str, Any]:
        """Return the entry that gives ``secret`` back to who can open it, in this part of this snapshot only."""


class Key(Protocol):
    """Something that opens locks of one kind: a phrase, or a member's key."""

    kind: ClassVar[str]

    def unwrap(self, entry: Entry, bound_to: bytes) -> bytes | None:
        """Return the secret in an entry, None when this does not open it."""

    def refused(self, part: str, file: str) -> Refusal:
        """Return what to say when it opens none of a part's locks."""


@dataclass(frozen=True)
class PhraseLock:
    """A lock that a phrase opens, and the phrase as its key. The phrase is used in its normalised form."""

    phrase: str = field(repr=False)
    kind: ClassVar[str] = "phrase"

    def wrap(self, secret: bytes, *, part: str, snap_id: str) -> dict[str, Any]:
        """Return the entry. Raises Refusal PHRASE-SHORT for a phrase that could be guessed."""
        refuse_short(self.phrase, PHRASE_NAMES[part])
        return {"type": self.kind, **boxed(secret, self.phrase, _bound_to(part, snap_id))}

    def unwrap(self, entry: Entry, bound_to: bytes) -> bytes | None:
        """Return the secret in an entry, None when this phrase does not open it."""
        return entry.opened(self.phrase, bound_to) if isinstance(entry, PhraseEntry) else None

    def refused(self, part: str, file: str) -> Refusal:
        """Return the refusal WRONG-PHRASE."""
        name = PHRASE_NAMES[part]
        return Refusal(
            "WRONG-PHRASE",
            f"This is not the {name} of this snapshot.",
            f"Type the {name} again as the statistician gave it for this file; each part of a snapshot has a phrase "
            "of its own.",
            file=file,
        )


@dataclass(frozen=True)
class MemberLock:
    """A lock that one member's key opens; ``public`` is the key on the member's card."""

    public: str
    kind: ClassVar[str] = "member"

    def wrap(self, secret: bytes, *, part: str, snap_id: str) -> dict[str, Any]:
        """Return the entry. age authenticates no text beside its content, so the text stands before the secret."""
        return {"type": self.kind, "box": age.encrypt(_bound_to(part, snap_id) + b"\n" + secret, self.public).hex()}


def unwrap_for_member(entry: Entry, bound_to: bytes, secret_key: str) -> bytes | None:
    """Return the secret in a member lock, None when it is for somebody else, or made for another part or snapshot."""
    if not isinstance(entry, MemberEntry):
        return None
    try:
        text = age.decrypt(bytes.fromhex(entry.box), secret_key)
    except ValueError:
        return None
    start = bound_to + b"\n"
    return text[len(start) :] if text.startswith(start) else None


@dataclass(frozen=True)
class LockList:
    """The locks of one part as read from a file; entries of types that this version does not know are left out."""

    part: str
    snap_id: str
    file: str
    entries: tuple[Entry, ...] = field(repr=False)

    def open(self, given: str | Key) -> tuple[bytes, str]:
        """Return the part's secret, and the part to whose secret it is still encrypted ("" for none).

        Plain text is a phrase. Raises Refusal WRONG-PHRASE or WRONG-KEY, LOCK-OTHER-KIND where the part opens in
        other ways only, LOCK-UNKNOWN where this version knows none of them.
        """
        key: Key = PhraseLock(given) if isinstance(given, str) else given
        for entry in self.entries:
            secret = key.unwrap(entry, _bound_to(self.part, self.snap_id))
            if secret is not None:
                return secret, entry.needs
        ways = sorted({_WAYS[entry.type] for entry in self.entries})
        if not ways:
            raise Refusal(
                "LOCK-UNKNOWN",
                f"The locks of its part {self.part} are of kinds unknown to this version.",
                "Install the newest version of the program, or ask the statistician how this part opens.",
                file=self.file,
            )
        if _WAYS[key.kind] not in ways:
            raise Refusal(
                "LOCK-OTHER-KIND",
                f"Its part {self.part} does not open with {_WAYS[key.kind]}, only with {ways[0]}.",
                "Use that, or ask the statistician how this part opens.",
                file=self.file,
            )
        raise key.refused(self.part, self.file)


def sealed_keys(identities: Mapping[str, tuple[str, str]], locks: Mapping[str, Sequence[Lock]], snap_id: str) -> bytes:
    """Return the bytes of the keys part: canonical JSON, for each keyed part its list of lock entries.

    ``identities``: each part's age identity and its recipient. Raises Refusal for a weak phrase.
    """
    parts = {}
    for part in KEYED_PARTS:
        secret, needs = identities[part][0].encode("ascii"), NEEDS.get(part, "")
        if needs:
            secret = age.encrypt(secret, identities[needs][1])
        mark = {"needs": needs} if needs else {}
        parts[part] = [{**lock.wrap(secret, part=part, snap_id=snap_id), **mark} for lock in locks[part]]
    return to_canonical({"v": 1, "parts": parts})


def read_keys_part(data: bytes, *, snap_id: str, file: str) -> dict[str, LockList]:
    """Return the locks of each keyed part. Raises Refusal for a malformed part and for another cost than ours."""
    try:
        value = from_canonical(data)
        if value["v"] != 1 or value.keys() != {"v", "parts"} or value["parts"].keys() != set(KEYED_PARTS):
            raise ValueError("other keys than expected")
        found = {part: _entries(value["parts"][part], part) for part in KEYED_PARTS}
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Refusal("LOCK-BAD", "The list of locks is malformed.", FRESH_COPY, file=file) from None
    for entry in (entry for entries in found.values() for entry in entries):
        if isinstance(entry, PhraseEntry) and not entry.has_our_cost:
            raise Refusal("LOCK-COST", "A lock asks for another amount of work than it may.", FRESH_COPY, file=file)
        if isinstance(entry, MemberEntry) and not age.only_x25519(bytes.fromhex(entry.box)):
            raise Refusal("LOCK-STANZA", "A lock is encrypted in a way that snapshots are not.", FRESH_COPY, file=file)
    return {part: LockList(part, snap_id, file, entries) for part, entries in found.items()}


def _entries(entries: Any, part: str) -> tuple[Entry, ...]:
    if not isinstance(entries, list) or not 1 <= len(entries) <= MAX_LOCKS:
        raise ValueError("no list of locks, or too many")
    for entry in entries:
        if not isinstance(entry["type"], str):
            raise ValueError("a lock without a type")
    try:
        known = [(_ENTRIES[entry["type"]], entry) for entry in entries if entry["type"] in _ENTRIES]
        read = tuple(model.model_validate(entry) for model, entry in known)
    except ValidationError as error:
        raise ValueError("a malformed lock") from error
    if any(entry.needs not in ("", NEEDS.get(part)) for entry in read):
        raise ValueError("a lock that needs another part than it may")
    return read


def _bound_to(part: str, snap_id: str) -> bytes:
    # Authenticated with the secret: an entry moved to another part or another snapshot opens nothing.
    return f"dsmb-lock/v1\n{part}\n{snap_id}".encode("ascii")
