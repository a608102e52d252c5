"""A member's key: a file that opens locks made for its card, and the card, which may be shown to everybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot import age
from dsmb_app.snapshot.boxes import Box, boxed, refuse_short
from dsmb_app.snapshot.locks import Entry, MemberLock, unwrap_for_member
from dsmb_app.snapshot.own_files import read_own_file, write_own_file
from dsmb_app.snapshot.signing import printed

FORMAT = 1
_MAX_SIZE = 16 * 1024  # a card comes from somebody else, as an attachment


def _name(text: str) -> str:
    # A name is shown beside the check that people compare: it must not be able to draw over it.
    if text != text.strip() or not text.isprintable():
        raise ValueError("not a name")
    return text


def _recipient(text: str) -> str:
    if not age.is_recipient(text):
        raise ValueError("not a public key")
    return text


Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_name)]
_Public = Annotated[str, Field(max_length=100), AfterValidator(_recipient)]
_STRICT = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)


class _CardContent(BaseModel):
    model_config = _STRICT

    kind: Literal["dsmb member card"]
    format: Literal[1]
    name: Name
    public: _Public
    check: Annotated[str, Field(max_length=100)]


class _KeyContent(BaseModel):
    model_config = _STRICT

    kind: Literal["dsmb member key"]
    format: Literal[1]
    name: Name
    public: _Public
    secret: Box


@dataclass(frozen=True)
class Card:
    """A member's name as typed and public key. ``check`` is what the member reads out to the statistician."""

    name: str
    public: str

    @property
    def check(self) -> str:
        """Return the fingerprint of the public key: eight groups of four, as that of a signer."""
        return printed(b"dsmb-card/v1\n" + self.public.encode("ascii"))

    @property
    def lock(self) -> MemberLock:
        """Return the lock that this member's key opens."""
        return MemberLock(self.public)

    @classmethod
    def load(cls, path: Path) -> Card:
        """Read a card. Raises Refusal with a code that starts with CARD."""
        found = read_own_file(path, _CardContent, kind="a member's card", code="CARD", version=FORMAT, most=_MAX_SIZE)
        card = cls(found.name, found.public)
        if found.check != card.check:
            raise Refusal(
                "CARD-CHECK", "The card's check does not belong to its key.", "Ask the member for it again.",
                file=path.name,
            )  # fmt: skip
        return card

    def content(self) -> dict[str, Any]:
        """Return what a card file holds."""
        return self._content().model_dump()

    def save(self, path: Path) -> None:
        """Write the card whole or not at all. Raises Refusal when it cannot be written."""
        write_own_file(path, self._content())

    def _content(self) -> _CardContent:
        return _CardContent(kind="dsmb member card", format=1, name=self.name, public=self.public, check=self.check)


@dataclass(frozen=True)
class MemberKey:
    """A member's key, out of its file: it opens the locks that were made for its card."""

    card: Card
    secret: str = field(repr=False)
    kind: ClassVar[str] = "member"

    @classmethod
    def new(cls, name: str) -> MemberKey:
        """Return a fresh key. Raises Refusal KEY-NAME for a name that cannot be shown."""
        secret, public = age.new_identity()
        name = " ".join(name.split())
        if not 1 <= len(name) <= 100 or not name.isprintable():
            raise Refusal(
                "KEY-NAME", "The name is empty, too long or holds signs that cannot be shown.", "Give another."
            )
        return cls(Card(name, public), secret)

    @classmethod
    def load(cls, path: Path, passphrase: str) -> MemberKey:
        """Read a key file. Raises Refusal KEY-PASSPHRASE for another passphrase; KEY-FILE and more for a bad file."""
        found = _read(path)
        card = Card(found.name, found.public)
        secret = found.secret.opened(passphrase, _bound_to(card))
        if secret is None:
            raise Refusal(
                "KEY-PASSPHRASE",
                "The passphrase does not open this key file.",
                "Type it again, or use the file as it was made, from a backup if it was edited.",
                file=path.name,
            )
        return cls(card, secret.decode("ascii"))

    def save(self, path: Path, passphrase: str) -> None:
        """Write the file whole or not at all, for its owner alone. Raises Refusal, PHRASE-SHORT for a weak one."""
        refuse_short(passphrase, "passphrase of the key")
        box = Box(**boxed(self.secret.encode("ascii"), passphrase, _bound_to(self.card)))
        content = _KeyContent(
            kind="dsmb member key", format=1, name=self.card.name, public=self.card.public, secret=box
        )
        write_own_file(path, content)

    def unwrap(self, entry: Entry, bound_to: bytes) -> bytes | None:
        """Return the secret in an entry, None when this key does not open it."""
        return unwrap_for_member(entry, bound_to, self.secret)

    def refused(self, part: str, file: str) -> Refusal:
        """Return the refusal WRONG-KEY."""
        return Refusal(
            "WRONG-KEY",
            f"This member's key opens no lock of its part {part}.",
            f"Ask the statistician whether {part} was locked for the card with the check {self.card.check}.",
            file=file,
        )


def card_of(path: Path) -> Card:
    """Return the card of a key file; needs no passphrase. Raises Refusal with a code that starts with KEY-FILE."""
    found = _read(path)
    return Card(found.name, found.public)


def _read(path: Path) -> _KeyContent:
    found = read_own_file(
        path, _KeyContent, kind="a member's key file", code="KEY-FILE", version=FORMAT, most=_MAX_SIZE
    )
    if not found.secret.has_our_cost:
        raise Refusal(
            "KEY-FILE-COST",
            "The key file asks for another amount of work than it may.",
            "Use the file as the program wrote it.",
            file=path.name,
        )
    return found


def _bound_to(card: Card) -> bytes:
    # Name and public key stand in clear: changed, the passphrase opens the file no more.
    return f"dsmb-member-key/v1\n{card.public}\n{card.name}".encode()
