"""An encrypted pack opens with its password, with no other, and shows nothing of what is in it."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable

import olefile
import pytest
from msoffcrypto import exceptions
from msoffcrypto.format.ooxml import OOXMLFile
from msoffcrypto.method.ecma376_agile import ECMA376Agile

from dsmb_app.model.errors import Refusal
from dsmb_app.model.words import Level
from dsmb_app.packs.encrypt import encrypted
from tests.packs.conftest import Pack


def opened(data: bytes, password: str) -> bytes:
    found = OOXMLFile(io.BytesIO(data))
    found.load_key(password=password, verify_password=True)
    out = io.BytesIO()
    found.decrypt(out, verify_integrity=True)
    return out.getvalue()


def test_that_a_closed_pack_opens_with_its_password_alone(pack: Callable[[Level], Pack]) -> None:
    data = pack(Level.NAMED).data
    sealed = encrypted(data, "a board password")
    assert opened(sealed, "a board password") == data
    for wrong in ("A board password", "a board password ", "a board passwor", "x"):
        with pytest.raises(exceptions.InvalidKeyError):
            opened(sealed, wrong)


def test_that_an_encrypted_pack_is_excels_own_agile_format_with_aes_256(pack: Callable[[Level], Pack]) -> None:
    ole = olefile.OleFileIO(io.BytesIO(encrypted(pack(Level.MASKED).data, "secret")))
    info = ole.openstream("EncryptionInfo").read()
    assert info[:8] == b"\x04\x00\x04\x00\x40\x00\x00\x00"
    for said in (b'cipherAlgorithm="AES"', b'keyBits="256"', b'hashAlgorithm="SHA512"', b'spinCount="100000"'):
        assert said in info
    assert b"dataIntegrity" in info


def test_that_nothing_of_the_pack_shows_through(pack: Callable[[Level], Pack]) -> None:
    data = pack(Level.NAMED).data
    sealed = encrypted(data, "secret")
    assert b"xl/worksheets" in data
    for word in (b"PK\x03\x04", b"xl/", b"hrIL-2", b"IL2-SLE-01", b"docProps"):
        assert word not in sealed
    assert encrypted(data, "secret") != sealed


def test_that_a_flipped_byte_is_seen(pack: Callable[[Level], Pack]) -> None:
    sealed = bytearray(encrypted(pack(Level.MASKED).data, "secret"))
    sealed[len(sealed) // 2] ^= 1
    with pytest.raises(exceptions.InvalidKeyError, match="integrity"):
        opened(bytes(sealed), "secret")


@pytest.mark.parametrize("password", ["x", "pässwört", "密码口令", "😀" * 127, "a" * 255, " ", "tab\tin it"])
def test_that_passwords_in_any_script_work(password: str) -> None:
    data = _workbook_of(10_000)
    assert opened(encrypted(data, password), password) == data


@pytest.mark.parametrize("password", ["", "a" * 256, "😀" * 128, "\ud800"])
def test_that_a_password_excel_would_not_take_is_refused(password: str) -> None:
    with pytest.raises(Refusal, match="PACK-PASSWORD"):
        encrypted(_workbook_of(10_000), password)


# Around 7 MB the container needs another kind of sector table.
@pytest.mark.parametrize("size", [4_096, 4_097, 5_000, 8_191, 100_000, 6_900_000, 7_300_000, 16_000_000])
def test_that_packs_of_any_size_can_be_opened(size: int) -> None:
    data = _workbook_of(size)
    assert opened(encrypted(data, "secret"), "secret") == data


def test_that_a_workbook_too_small_for_the_librarys_container_is_not_handed_out_unreadable() -> None:
    # The library puts a stream of less than 4,096 bytes where no reader looks for it. The smallest pack is larger.
    with pytest.raises(RuntimeError, match="does not open"):
        encrypted(_workbook_of(100), "secret")


def test_that_a_container_that_does_not_open_again_is_never_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    write = ECMA376Agile.encrypt_payload

    def damaged(*arguments: object) -> bytes:
        found = bytearray(write(*arguments))
        found[-1] ^= 1
        return bytes(found)

    monkeypatch.setattr(ECMA376Agile, "encrypt_payload", staticmethod(damaged))
    with pytest.raises(RuntimeError, match="does not open"):
        encrypted(_workbook_of(5_000), "secret")


def _workbook_of(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
        )
        archive.writestr("filling", random.Random(size).randbytes(size))
    return out.getvalue()
