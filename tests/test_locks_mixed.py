"""Any mix of phrases and members' keys on each part: exactly their holders open it, and names never before codes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pyrage
import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given, settings
from hypothesis import strategies as st

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot import container
from dsmb_app.snapshot.container import Snapshot
from dsmb_app.snapshot.locks import Lock, MemberLock, PhraseLock
from dsmb_app.snapshot.member_key import MemberKey
from tests.quick_stretch import QuickStretch, quick_phrases
from tests.sealed_files import (
    CONTENTS,
    PHRASES,
    SIGNER,
    canonical,
    lock_entries,
    put,
    seal,
    signed_again,
    take_apart,
)

__all__ = ["quick_phrases"]

KEYED = ("main", "codes", "names")
MEMBERS = [MemberKey.new(f"Member {number}") for number in range(4)]
STRANGER = MemberKey.new("Stranger")

# Which holders may open a part: the phrase, and members by number.
Mix = dict[str, tuple[bool, frozenset[int]]]
mixes = st.fixed_dictionaries(
    {
        part: st.tuples(st.booleans(), st.frozensets(st.integers(0, 3), max_size=4)).filter(lambda m: m[0] or m[1])
        for part in KEYED
    }
)


def locks_of(mix: Mix) -> dict[str, list[Lock]]:
    found: dict[str, list[Lock]] = {}
    for part, (phrase, members) in mix.items():
        found[part] = [PhraseLock(PHRASES[part])] if phrase else []
        found[part] += [MEMBERS[number].card.lock for number in sorted(members)]
    return found


def loaded(folder: Path, data: bytes) -> Snapshot:
    return container.load(put(folder, data), signers=[SIGNER])


def code_of(snapshot: Snapshot, part: str, key: Any) -> str:
    """Return the code with which a part is refused, "" when it opens with its true content."""
    try:
        assert snapshot.unlock(part, key) == CONTENTS[part]
    except Refusal as refusal:
        return refusal.code
    return ""


@settings(max_examples=60)
@given(mixes)
def test_that_exactly_the_holders_of_a_lock_open_a_part(tmp_path_factory: pytest.TempPathFactory, mix: Mix) -> None:
    snapshot = loaded(tmp_path_factory.mktemp("mix"), seal(locks=locks_of(mix)))
    for part in KEYED:
        phrase, members = mix[part]
        holders = {f"phrase of {p}": (p == part and phrase) for p in KEYED}
        keys: dict[str, Any] = {f"phrase of {p}": PHRASES[p] for p in KEYED}
        for number, member in enumerate([*MEMBERS, STRANGER]):
            holders[f"member {number}"] = number in members
            keys[f"member {number}"] = member
        for who, key in keys.items():
            code = code_of(snapshot, part, key)
            assert (code == "") is holders[who], (part, who, code)
            if part == "main":
                assert code_of(snapshot, "receipt", key) == code
            kind_is_there = phrase if isinstance(key, str) else bool(members)
            expected = {True: {"WRONG-PHRASE", "WRONG-KEY"}, False: {"LOCK-OTHER-KIND"}}[kind_is_there]
            assert code in expected | {""}


@given(mixes)
@settings(max_examples=25)
def test_that_no_holder_opens_names_before_codes(tmp_path_factory: pytest.TempPathFactory, mix: Mix) -> None:
    data = seal(locks=locks_of(mix))
    phrase, members = mix["names"]
    for key in [*([PHRASES["names"]] if phrase else []), *(MEMBERS[number] for number in sorted(members))]:
        snapshot = loaded(tmp_path_factory.mktemp("mix"), data)
        assert code_of(snapshot, "names", key) == "CODES-FIRST"


# ----------------------------------------------------------------------------------------------------------------------
# Names need codes, below the program's own checks


def test_that_the_names_lock_gives_nothing_that_opens_names_without_the_secret_of_codes(tmp_path: Path) -> None:
    pieces = take_apart(seal(snap_id="fixed-id"))
    secret = {part: boxed_in(lock_entries(pieces)[part][0], part) for part in KEYED}
    identity = {part: pyrage.x25519.Identity.from_str(secret[part].decode()) for part in ("main", "codes")}
    assert lock_entries(pieces)["names"][0]["needs"] == "codes"
    assert b"AGE-SECRET-KEY" not in secret["names"]
    with pytest.raises(pyrage.IdentityError):
        pyrage.x25519.Identity.from_str(secret["names"].decode("latin-1"))
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(secret["names"], [identity["main"]])
    names = pyrage.x25519.Identity.from_str(pyrage.decrypt(secret["names"], [identity["codes"]]).decode())
    assert pyrage.decrypt(pieces.parts["names"], [names]) == CONTENTS["names"]
    for known in identity.values():
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(pieces.parts["names"], [known])


def boxed_in(entry: dict[str, str], part: str) -> bytes:
    """Return what a phrase lock holds, by the documented steps alone (but for the quick stretch)."""
    key = QuickStretch(salt=bytes.fromhex(entry["salt"])).derive(PHRASES[part].encode())
    return ChaCha20Poly1305(key).decrypt(
        bytes.fromhex(entry["nonce"]), bytes.fromhex(entry["box"]), f"dsmb-lock/v1\n{part}\nfixed-id".encode()
    )


def test_that_a_stripped_mark_does_not_open_names_either(tmp_path: Path) -> None:
    pieces = take_apart(seal())
    entries = lock_entries(pieces)
    bare = {name: value for name, value in entries["names"][0].items() if name != "needs"}
    snapshot = loaded(tmp_path, signed_again(with_entries(pieces.parts, {**entries, "names": [bare]}), pieces.header))
    assert code_of(snapshot, "names", PHRASES["names"]) == "PART-DAMAGED"


def test_that_the_codes_of_another_snapshot_do_not_help(tmp_path: Path) -> None:
    one = loaded(tmp_path, seal())
    other = loaded(tmp_path, seal(seq=2))
    other.unlock("codes", PHRASES["codes"])
    one._opened.update(other._opened)
    assert code_of(one, "names", PHRASES["names"]) == "PART-DAMAGED"


def test_that_a_forgotten_snapshot_asks_for_codes_again(tmp_path: Path) -> None:
    snapshot = loaded(tmp_path, seal())
    assert code_of(snapshot, "codes", PHRASES["codes"]) == ""
    assert code_of(snapshot, "names", PHRASES["names"]) == ""
    snapshot.forget()
    assert code_of(snapshot, "names", PHRASES["names"]) == "CODES-FIRST"


# ----------------------------------------------------------------------------------------------------------------------
# Member locks


def with_entries(parts: dict[str, bytes], entries: dict[str, Any]) -> dict[str, bytes]:
    return {**parts, "keys": canonical({"v": 1, "parts": entries})}


def members_only() -> bytes:
    return seal(locks={part: [MEMBERS[0].card.lock] for part in KEYED}, snap_id="fixed-id")


def test_that_a_member_lock_is_laid_out_as_documented_and_says_nothing_of_the_member() -> None:
    data = members_only()
    (entry,) = lock_entries(take_apart(data))["codes"]
    assert sorted(entry) == ["box", "type"]
    text = pyrage.decrypt(bytes.fromhex(entry["box"]), [pyrage.x25519.Identity.from_str(MEMBERS[0].secret)])
    start, _, secret = text.rpartition(b"\n")
    assert start == b"dsmb-lock/v1\ncodes\nfixed-id"
    opened = pyrage.decrypt(take_apart(data).parts["codes"], [pyrage.x25519.Identity.from_str(secret.decode())])
    assert opened == CONTENTS["codes"]
    for word in (
        MEMBERS[0].card.public,
        MEMBERS[0].card.name,
        hashlib.sha256(MEMBERS[0].card.public.encode()).hexdigest(),
    ):
        assert word.encode() not in data


def test_that_a_member_lock_moved_from_another_part_or_snapshot_opens_nothing(tmp_path: Path) -> None:
    pieces, other = take_apart(members_only()), take_apart(seal(locks={p: [MEMBERS[0].card.lock] for p in KEYED}))
    for moved in (lock_entries(pieces)["main"][0], lock_entries(other)["codes"][0]):
        entries = {**lock_entries(pieces), "codes": [moved]}
        snapshot = loaded(tmp_path, signed_again(with_entries(pieces.parts, entries), pieces.header))
        assert code_of(snapshot, "codes", MEMBERS[0]) == "WRONG-KEY"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to": "somebody"}, "LOCK-BAD"),
        ({"box": ""}, "LOCK-BAD"),
        ({"box": "xx"}, "LOCK-BAD"),
        ({"box": 7}, "LOCK-BAD"),
        ({"box": "00" * 2100}, "LOCK-BAD"),
        ({"needs": "names"}, "LOCK-BAD"),
        ({"box": "00"}, "LOCK-STANZA"),
        ({"box": pyrage.passphrase.encrypt(b"secret", "a passphrase of age").hex()}, "LOCK-STANZA"),
    ],
)
def test_that_a_malformed_member_lock_is_refused_before_anything_opens(
    tmp_path: Path, change: dict[str, Any], code: str
) -> None:
    pieces = take_apart(members_only())
    entries = lock_entries(pieces)
    entries["codes"] = [{**entries["codes"][0], **change}]
    with pytest.raises(Refusal) as caught:
        loaded(tmp_path, signed_again(with_entries(pieces.parts, entries), pieces.header))
    assert caught.value.code == code


def test_that_a_refused_key_says_whose_check_to_ask_for_and_no_secret(tmp_path: Path) -> None:
    snapshot = loaded(tmp_path, members_only())
    with pytest.raises(Refusal) as caught:
        snapshot.unlock("codes", STRANGER)
    sentence = caught.value.sentence()
    assert STRANGER.card.check in sentence
    assert "codes" in sentence
    assert STRANGER.secret not in sentence
    with pytest.raises(Refusal) as caught:
        snapshot.unlock("codes", PHRASES["codes"])
    assert "does not open with a phrase, only with a member's key" in caught.value.sentence()


def test_that_a_key_is_in_no_printed_object(tmp_path: Path) -> None:
    shown = repr(MEMBERS[0]) + repr(loaded(tmp_path, members_only())) + repr(MemberLock(MEMBERS[0].card.public))
    assert "AGE-SECRET" not in shown
    assert json.dumps(MEMBERS[0].card.content()).find("SECRET") == -1
