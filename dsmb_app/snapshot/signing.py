"""Who sealed a snapshot: Ed25519 signatures, and the printed form of a public key."""

from __future__ import annotations

import base64
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

# A signature of ours says what it was made for, so that it cannot be shown as one for something else.
CONTEXT = b"dsmb-snapshot/v1\n"
SIGNATURE_SIZE = 64

# 160 bits: nobody can make a second key with the same print, and it can still be read out on a call.
_PRINT_BYTES = 20
_GROUP = 4
# The alphabet of base32 has no 0, 1 or 8, so these can only be a misread letter.
_MISREAD = str.maketrans("018", "OIB", " -\u00a0\u2010\u2011\t\r\n")


def sign(key: Ed25519PrivateKey, top: bytes) -> bytes:
    """Return the 64-byte signature over a snapshot's bytes up to the end of its header."""
    return key.sign(CONTEXT + top)


def is_signed(key: Ed25519PublicKey, top: bytes, signature: bytes) -> bool:
    """Tell whether ``signature`` over ``top`` was made with the private half of ``key``."""
    try:
        key.verify(signature, CONTEXT + top)
    except InvalidSignature:
        return False
    return True


def fingerprint(public_key: Ed25519PublicKey) -> str:
    """Return the printed form of a key: the first 160 bits of its SHA-256 in base32, eight groups of four.

    Example: ``K3QX-7PZA-...``. Compare two of them with ``same_fingerprint`` only.
    """
    return printed(public_key.public_bytes_raw())


def printed(data: bytes) -> str:
    """Return the first 160 bits of the SHA-256 of ``data`` in the form in which people read them out."""
    text = base64.b32encode(hashlib.sha256(data).digest()[:_PRINT_BYTES]).decode("ascii")
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def is_fingerprint(text: str) -> bool:
    """Tell whether ``text`` has the form of a fingerprint, in whatever case, grouping and spacing."""
    return _plain(text) is not None


def same_fingerprint(one: str, other: str) -> bool:
    """Compare two fingerprints as people write them: case, spaces and hyphens do not count, nor 0, 1, 8 for O, I, B.

    False when either is not a whole fingerprint.
    """
    plain = _plain(one)
    return plain is not None and plain == _plain(other)


def _plain(text: str) -> str | None:
    plain = text.upper().translate(_MISREAD)
    try:
        return plain if len(base64.b32decode(plain)) == _PRINT_BYTES else None
    except ValueError:
        return None
