"""One line of the audit log: its fields, its hash, its signature."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.canonical import from_canonical, to_canonical

# What the first line has in place of the hash of the line before.
GENESIS = "0" * 64
CONTEXT = b"dsmb-audit/v1\n"
MAX_LINE = 16 * 1024
# Characters that a reader may give for each field, so that a line stays far below MAX_LINE.
LONGEST = {"ev": 40, "snap": 64, "why": 500, "result": 200, "obj": 300, "who": 100, "app": 40}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z", re.ASCII)
# Lower case only: a hash that could be written in two ways could be changed unseen.
_HEX = re.compile(r"(?:[0-9a-f]{64}){1,2}\Z")
_NOT_TEXT = frozenset({"Cc", "Cs", "Zl", "Zp"})  # control characters, halves of a character, line breaks


@dataclass(frozen=True)
class AuditEntry:
    """An event. ``n`` counts from 1, ``ts`` is UTC, ``mono`` milliseconds of a clock that nobody can set back.

    ``key`` is the device's raw public key and ``host`` its random install id, ``snap`` the SHA-256 of the snapshot
    file, ``prev`` and ``h`` hashes of the line before and of this one, ``sig`` the device's signature over ``h``.
    """

    n: int
    ts: str
    mono: int
    who: str
    key: str
    host: str
    app: str
    ev: str
    snap: str
    why: str
    result: str
    obj: str
    prev: str
    h: str = ""
    sig: str = ""

    def digest(self) -> str:
        """Return the SHA-256 of the entry without ``h`` and ``sig``, in hexadecimal."""
        content = {name: value for name, value in asdict(self).items() if name not in ("h", "sig")}
        return hashlib.sha256(to_canonical(content)).hexdigest()

    def sealed(self, key: Ed25519PrivateKey) -> AuditEntry:
        """Return the entry with its hash and signature."""
        digest = self.digest()
        return replace(self, h=digest, sig=key.sign(CONTEXT + digest.encode("ascii")).hex())

    def is_signed(self) -> bool:
        """Tell whether the signature over the hash was made with the key that the entry names."""
        try:
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.key))
            public.verify(bytes.fromhex(self.sig), CONTEXT + self.h.encode("ascii"))
        except (InvalidSignature, ValueError):
            return False
        return True

    def to_line(self) -> bytes:
        """Return the entry as a line of the log."""
        return to_canonical(asdict(self)) + b"\n"


_TYPES = {field.name: int if field.name in ("n", "mono") else str for field in fields(AuditEntry)}


def parse_line(line: bytes) -> AuditEntry:
    """Return the entry of a line without its line end. Raises ValueError when it is not one; checks no hash."""
    if len(line) > MAX_LINE:
        raise ValueError("longer than a line can be")
    value: Any = from_canonical(line)
    if not isinstance(value, dict) or {name: type(v) for name, v in value.items()} != _TYPES:
        raise ValueError("not the fields of an entry")
    if not all(is_plain(value[name]) for name, kind in _TYPES.items() if kind is str):
        raise ValueError("a text that could command a terminal")
    if not _TIME.match(value["ts"]) or not all(_HEX.match(value[name]) for name in ("key", "prev", "h", "sig")):
        raise ValueError("not a time, or not a hash, key or signature")
    datetime.fromisoformat(value["ts"])
    return AuditEntry(**value)


def is_plain(text: str) -> bool:
    """Tell whether a text stands on one line and holds no control character."""
    return text.isprintable() or not any(unicodedata.category(char) in _NOT_TEXT for char in text)


def check_text(name: str, text: str) -> str:
    """Return ``text`` as it may stand in the field ``name``, without space around it.

    Raises Refusal AUDIT-TEXT for a text that is too long or holds a control character, and for an ``obj`` that could
    be a path.
    """
    text = text.strip()
    if len(text) > LONGEST[name]:
        what = f"The text for the audit log has {len(text)} characters; at most {LONGEST[name]} are allowed."
        raise Refusal("AUDIT-TEXT", what, "Shorten it.")
    if not is_plain(text):
        what = "The text for the audit log holds a line break or a control character."
        raise Refusal("AUDIT-TEXT", what, "Write it on one line.")
    if name == "obj" and set(text) & set("/\\"):
        what = "What the audit log is told of has a slash or a backslash in its name."
        raise Refusal("AUDIT-TEXT", what, "Rename the file; the log holds no paths.")
    return text
