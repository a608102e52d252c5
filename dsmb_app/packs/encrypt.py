"""Excel's own encryption (ECMA-376 agile, AES-256 with SHA-512), in memory: nothing here touches the disk."""

from __future__ import annotations

import io

from msoffcrypto.exceptions import DecryptionError, InvalidKeyError
from msoffcrypto.format.ooxml import OOXMLFile

from dsmb_app.model.errors import Refusal

_UNREADABLE = "the encrypted workbook does not open to what was encrypted"
LONGEST = 255
"""Excel accepts no longer password, in UTF-16 units."""


def encrypted(data: bytes, password: str) -> bytes:
    """Return a workbook encrypted so that Excel and LibreOffice ask for the password.

    The result has been opened again with the password and compared with ``data``: a board that cannot open its pack
    has no meeting. Raises Refusal PACK-PASSWORD when the password is empty or longer than Excel accepts.
    """
    _check(password)
    sealed = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt(password, sealed)
    # The library's writer is young: below 4,096 bytes, which no pack has, what it writes cannot be read.
    try:
        same = _opened(sealed.getvalue(), password) == data
    except (DecryptionError, InvalidKeyError) as error:
        raise RuntimeError(_UNREADABLE) from error
    if not same:
        raise RuntimeError(_UNREADABLE)
    return sealed.getvalue()


def _check(password: str) -> None:
    try:
        length = len(password.encode("utf-16-le")) // 2
    except UnicodeEncodeError:
        length = 0
    if not 0 < length <= LONGEST:
        raise Refusal(
            "PACK-PASSWORD",
            f"The pack's password must have 1 to {LONGEST} characters that can be typed.",
            "Give another password.",
        )


def _opened(data: bytes, password: str) -> bytes:
    book = OOXMLFile(io.BytesIO(data))
    book.load_key(password=password, verify_password=True)
    plain = io.BytesIO()
    book.decrypt(plain, verify_integrity=True)
    return plain.getvalue()
