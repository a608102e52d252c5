"""The sealed file: laid out as documented, whole or refused, and closed to unknown signers."""

from __future__ import annotations

import hashlib
import os
import random
import re
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot import container
from dsmb_app.snapshot.locks import PhraseLock
from tests.sealed_files import (
    CONTENTS,
    KEY,
    OTHER_KEY,
    PARTS,
    PHRASES,
    SIGNER,
    canonical,
    lock_entries,
    put,
    refusal,
    seal,
    sealed,
    sealed_again,
    signed_again,
    signed_raw,
    take_apart,
)

GOLDEN = Path(__file__).parent / "golden"

# ----------------------------------------------------------------------------------------------------------------------
# What a good file is


def test_that_every_part_opens_with_its_phrase(tmp_path: Path) -> None:
    snapshot = container.load(put(tmp_path, sealed()), signers=[SIGNER])
    opened = {part: snapshot.unlock(part, PHRASES["main" if part == "receipt" else part]) for part in CONTENTS}
    assert opened == CONTENTS


def test_that_a_sealed_file_is_laid_out_as_documented() -> None:
    data = seal(seq=7, prev_sha256="ab" * 32, snap_id="fixed-id")
    pieces = take_apart(data)
    assert data[:8] == b"DSMBSNP\x01"
    assert pieces.header_bytes == canonical(pieces.header)
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(pieces.header["signer"])).verify(
        pieces.signature, b"dsmb-snapshot/v1\n" + data[: 12 + len(pieces.header_bytes)]
    )
    assert len(data) == 12 + len(pieces.header_bytes) + 64 + sum(map(len, pieces.parts.values()))
    public = {name: pieces.header[name] for name in pieces.header if name not in ("parts", "signer")}
    assert public == {
        "v": 1, "min_reader": 1, "snap_id": "fixed-id", "trial": "T-0123456789", "seq": 7, "prev_sha256": "ab" * 32
    }  # fmt: skip
    assert [p["n"] for p in pieces.header["parts"]] == list(PARTS)
    assert [p["sha256"] for p in pieces.header["parts"]] == [hashlib.sha256(pieces.parts[n]).hexdigest() for n in PARTS]


def test_that_a_part_can_be_opened_by_the_documented_steps_alone() -> None:
    data = seal(snap_id="fixed-id")
    pieces = take_apart(data)
    (entry,) = lock_entries(pieces)["codes"]
    assert {k: entry[k] for k in ("type", "kdf", "m", "t", "p")} == {
        "type": "phrase", "kdf": "argon2id", "m": 65536, "t": 3, "p": 4
    }  # fmt: skip
    stretch = Argon2id(salt=bytes.fromhex(entry["salt"]), length=32, iterations=3, lanes=4, memory_cost=65536)
    secret = ChaCha20Poly1305(stretch.derive(PHRASES["codes"].encode())).decrypt(
        bytes.fromhex(entry["nonce"]), bytes.fromhex(entry["box"]), b"dsmb-lock/v1\ncodes\nfixed-id"
    )
    identity = pyrage.x25519.Identity.from_str(secret.decode())
    assert pyrage.decrypt(pieces.parts["codes"], [identity]) == CONTENTS["codes"]


def test_that_what_a_snapshot_says_of_itself_is_true(tmp_path: Path) -> None:
    first, second = sealed(), sealed_again()
    snapshot = container.load(put(tmp_path, second), signers=[SIGNER])
    assert snapshot.path_name == "meeting.dsmb"
    assert snapshot.sha256 == hashlib.sha256(second).hexdigest()
    assert (snapshot.seq, snapshot.prev_sha256) == (2, hashlib.sha256(first).hexdigest())
    assert (snapshot.trial, snapshot.signer, snapshot.trusted) == ("T-0123456789", SIGNER, True)
    assert dict(snapshot.part_sizes) == {n: len(p) for n, p in take_apart(second).parts.items()}


def test_that_nothing_clear_and_no_phrase_stands_in_the_file_or_in_a_printed_object(tmp_path: Path) -> None:
    data = sealed()
    shown = repr(container.load(put(tmp_path, data), signers=[SIGNER])).encode() + repr(PhraseLock("abc def")).encode()
    for secret in (*CONTENTS.values(), *(p.encode() for p in PHRASES.values()), b"AGE-SECRET", b"abc def"):
        assert secret not in data
        assert secret not in shown


def test_that_a_snapshot_of_format_1_still_opens() -> None:
    snapshot = container.load(GOLDEN / "snapshot_v1.dsmb", signers=["Y7ZE-UCD6-S6DR-VCZA-JLDL-SVBE-HH5X-MGEI"])
    assert snapshot.sha256 == (GOLDEN / "snapshot_v1.sha256").read_text().strip()
    assert snapshot.snap_id == "golden-0001"
    assert snapshot.unlock("main", PHRASES["main"]) == b"main of the first format"
    assert snapshot.unlock("names", PHRASES["names"]) == b"names of the first format"


# ----------------------------------------------------------------------------------------------------------------------
# Damage


def test_that_a_flipped_bit_in_any_byte_is_refused(tmp_path: Path) -> None:
    data = sealed()
    rng = random.Random(20260101)
    for place in range(len(data)):
        spoilt = bytearray(data)
        spoilt[place] ^= 1 << rng.randrange(8)
        refusal(tmp_path, bytes(spoilt))
        if place < 12 + len(take_apart(data).header_bytes) + 64:
            refusal(tmp_path, bytes(spoilt), None)


def test_that_a_file_cut_off_at_any_length_is_refused(tmp_path: Path) -> None:
    data = sealed()
    path = put(tmp_path, data)
    for length in reversed(range(len(data))):
        os.truncate(path, length)
        with pytest.raises(Refusal) as caught:
            container.load(path, signers=[SIGNER])
        assert caught.value.code in {"SNAPSHOT-SHORT", "SNAPSHOT-LENGTH", "SNAPSHOT-MAGIC"}


def test_that_bytes_after_the_end_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, sealed() + b"\0").code == "SNAPSHOT-LENGTH"
    assert refusal(tmp_path, sealed() + sealed()).code == "SNAPSHOT-LENGTH"


@pytest.mark.parametrize("part", PARTS)
def test_that_a_part_from_another_snapshot_of_the_same_signer_is_refused(tmp_path: Path, part: str) -> None:
    one, other = take_apart(sealed()), take_apart(sealed_again())
    top = sealed()[: 12 + len(one.header_bytes) + 64]
    body = b"".join((other if name == part else one).parts[name] for name in PARTS)
    assert refusal(tmp_path, top + body).code in {"SNAPSHOT-PART", "SNAPSHOT-LENGTH"}


def test_that_the_header_of_another_snapshot_is_refused(tmp_path: Path) -> None:
    one, other = take_apart(sealed()), take_apart(sealed_again())
    top = sealed()[: 12 + len(one.header_bytes) + 64]
    assert refusal(tmp_path, top + b"".join(other.parts.values())).code in {"SNAPSHOT-PART", "SNAPSHOT-LENGTH"}


def test_that_swapped_parts_are_refused(tmp_path: Path) -> None:
    pieces = take_apart(sealed())
    swapped = {**pieces.parts, "codes": pieces.parts["names"], "names": pieces.parts["codes"]}
    top = sealed()[: 12 + len(pieces.header_bytes) + 64]
    assert refusal(tmp_path, top + b"".join(swapped[name] for name in PARTS)).code == "SNAPSHOT-PART"


def test_that_a_signature_for_something_else_is_refused(tmp_path: Path) -> None:
    pieces = take_apart(sealed())
    top = sealed()[: 12 + len(pieces.header_bytes)]
    for message in (top, b"dsmb-audit/v1\n" + top, b"dsmb-snapshot/v2\n" + top):
        spoilt = top + KEY.sign(message) + b"".join(pieces.parts.values())
        assert refusal(tmp_path, spoilt).code == "SNAPSHOT-SIGNATURE"


# ----------------------------------------------------------------------------------------------------------------------
# Signers


def test_that_an_unknown_signer_is_refused_even_with_a_true_signature(tmp_path: Path) -> None:
    pieces = take_apart(sealed())
    copied = signed_again(pieces.parts, pieces.header, key=OTHER_KEY)
    stranger = container.fingerprint(OTHER_KEY.public_key())
    assert refusal(tmp_path, copied).code == "SIGNER-UNKNOWN"
    assert stranger in refusal(tmp_path, copied).what
    assert refusal(tmp_path, copied, []).code == "SIGNER-UNKNOWN"
    assert container.load(put(tmp_path, copied), signers=[SIGNER, stranger]).signer == stranger


def test_that_a_signer_who_is_only_named_is_refused(tmp_path: Path) -> None:
    pieces = take_apart(sealed())
    assert refusal(tmp_path, signed_again(pieces.parts, pieces.header, key=OTHER_KEY, fit=False)).code == (
        "SNAPSHOT-SIGNATURE"
    )
    hidden = canonical({**pieces.header, "signer": {"signer": KEY.public_key().public_bytes_raw().hex()}})
    assert refusal(tmp_path, signed_raw(hidden, b"".join(pieces.parts.values()))).code == "SNAPSHOT-HEADER"
    twice = canonical({**pieces.header, "trial": {"signer": "00" * 32}})
    assert refusal(tmp_path, signed_raw(twice, b"".join(pieces.parts.values()))).code == "SNAPSHOT-SIGNATURE"


def test_that_a_snapshot_checked_without_a_signer_does_not_open_until_one_is_pinned(tmp_path: Path) -> None:
    snapshot = container.load(put(tmp_path, sealed()), signers=None)
    assert not snapshot.trusted
    with pytest.raises(Refusal) as caught:
        snapshot.unlock("main", PHRASES["main"])
    assert caught.value.code == "SIGNER-UNCHECKED"
    with pytest.raises(Refusal) as caught:
        snapshot.pinned_to([container.fingerprint(OTHER_KEY.public_key())])
    assert caught.value.code == "SIGNER-UNKNOWN"
    assert snapshot.pinned_to([SIGNER.lower()]).unlock("main", PHRASES["main"]) == CONTENTS["main"]


def test_that_a_fingerprint_is_the_start_of_the_hash_of_the_key_in_groups_of_four() -> None:
    digest = hashlib.sha256(KEY.public_key().public_bytes_raw()).digest()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    bits = "".join(f"{byte:08b}" for byte in digest[:20])
    expected = "".join(alphabet[int(bits[i : i + 5], 2)] for i in range(0, 160, 5))
    assert SIGNER.replace("-", "") == expected
    assert re.fullmatch(r"([A-Z2-7]{4}-){7}[A-Z2-7]{4}", SIGNER)


def test_that_fingerprints_are_compared_as_people_write_them() -> None:
    same, written = container.same_fingerprint, SIGNER
    assert same(written, written.lower().replace("-", " "))
    assert same(written, f"  {written.replace('-', '')}\n")
    assert same("O" * 20 + "I" * 6 + "B" * 6, "0" * 20 + "1" * 6 + "8" * 6)
    assert not same(written, written[:-1])
    assert not same(written, written[:-1] + ("A" if written[-1] != "A" else "B"))
    assert not same("", "")
    assert not same(written[:4], written[:4])


# ----------------------------------------------------------------------------------------------------------------------
# What is not sealed


def test_that_two_parts_may_not_share_a_phrase() -> None:
    locks = {part: [PhraseLock(phrase)] for part, phrase in PHRASES.items()}
    with pytest.raises(Refusal) as caught:
        seal(locks={**locks, "names": [PhraseLock(PHRASES["codes"].upper())]})
    assert caught.value.code == "PHRASE-SHARED"


def test_that_a_part_without_a_lock_or_a_content_is_not_sealed() -> None:
    locks = {part: [PhraseLock(phrase)] for part, phrase in PHRASES.items()}
    with pytest.raises(ValueError, match="without a lock"):
        seal(locks={**locks, "codes": []})
    with pytest.raises(ValueError, match="other parts"):
        seal(contents={"main": b""})


def test_that_a_part_over_its_limit_is_not_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(container.LIMITS, "receipt", 100)
    with pytest.raises(Refusal) as caught:
        seal()
    assert caught.value.code == "PART-LIMIT"
