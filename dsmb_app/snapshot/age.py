"""Encryption of a part to a fresh age identity, and the check that a part is of no other kind."""

from __future__ import annotations

import pyrage

_INTRO = b"age-encryption.org/v1\n"
_MAX_HEADER = 16 * 1024


def new_identity() -> tuple[str, str]:
    """Return a fresh X25519 identity as (secret, recipient), in age's own text form."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def is_recipient(text: str) -> bool:
    """Tell whether ``text`` is an X25519 recipient; those that a plugin serves are none."""
    try:
        return str(pyrage.x25519.Recipient.from_str(text)) == text
    except pyrage.RecipientError:
        return False


def encrypt(data: bytes, recipient: str) -> bytes:
    """Return ``data`` as an age file for one recipient."""
    sealed: bytes = pyrage.encrypt(data, [pyrage.x25519.Recipient.from_str(recipient)])
    return sealed


def decrypt(sealed: bytes, secret: str) -> bytes:
    """Return what an age file holds. Raises ValueError for a file of another kind, key, or a damaged one."""
    if not only_x25519(sealed):
        raise ValueError("a stanza is not X25519")
    try:
        data: bytes = pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(secret)])
    except (pyrage.DecryptError, pyrage.IdentityError) as error:
        raise ValueError("not decrypted") from error
    return data


def only_x25519(sealed: bytes) -> bool:
    """Tell whether every stanza is X25519, besides the random ones (grease) that age adds for good measure.

    Others could cost the reader what the sender likes: scrypt takes its work factor from the file, a plugin starts a
    program. Lines of a stanza's body are base64, so only a stanza's first line can start with ``->``.
    """
    end = sealed.find(b"\n--- ", 0, _MAX_HEADER)
    if not sealed.startswith(_INTRO) or end < 0:
        return False
    lines = sealed[len(_INTRO) : end].split(b"\n")
    kinds = [line.split(b" ")[1] for line in lines if line.startswith(b"-> ")]
    return b"X25519" in kinds and all(kind == b"X25519" or kind.endswith(b"-grease") for kind in kinds)
