"""A member's key file and card: only the passphrase opens the one, nothing secret is on the other."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any

import pyrage
import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.member_key import Card, MemberKey, card_of
from tests.commands import dsmb

PASSPHRASE = "correct horse battery staple"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[MemberKey, Path]:
    """Return a key and the file it was saved in."""
    key, path = MemberKey.new("Dr. A. Example"), tmp_path_factory.mktemp("key") / "example.key"
    key.save(path, PASSPHRASE)
    return key, path


def changed(path: Path, folder: Path, **change: Any) -> Path:
    """Return a copy of a JSON file with some fields changed."""
    value = {**json.loads(path.read_text()), **change}
    copy = folder / path.name
    copy.write_text(json.dumps({name: v for name, v in value.items() if v is not ...}))
    return copy


def code_of(load: Any, *arguments: Any) -> str:
    with pytest.raises(Refusal) as caught:
        load(*arguments)
    assert caught.value.file
    return caught.value.code


# ----------------------------------------------------------------------------------------------------------------------
# The key file


def test_that_a_key_is_the_same_when_its_file_is_opened(made: tuple[MemberKey, Path]) -> None:
    key, path = made
    assert MemberKey.load(path, "  Correct HORSE battery\tstaple ") == key
    assert code_of(MemberKey.load, path, "correct horse battery stable") == "KEY-PASSPHRASE"


def test_that_a_key_file_opens_by_the_documented_steps_alone(made: tuple[MemberKey, Path]) -> None:
    key, path = made
    content = json.loads(path.read_text())
    box = content["secret"]
    assert sorted(content) == ["format", "kind", "name", "public", "secret"]
    assert (content["kind"], content["format"], content["name"]) == ("dsmb member key", 1, "Dr. A. Example")
    assert {name: box[name] for name in ("kdf", "m", "t", "p")} == {"kdf": "argon2id", "m": 65536, "t": 3, "p": 4}
    stretch = Argon2id(salt=bytes.fromhex(box["salt"]), length=32, iterations=3, lanes=4, memory_cost=65536)
    secret = ChaCha20Poly1305(stretch.derive(PASSPHRASE.encode())).decrypt(
        bytes.fromhex(box["nonce"]),
        bytes.fromhex(box["box"]),
        f"dsmb-member-key/v1\n{content['public']}\nDr. A. Example".encode(),
    )
    identity = pyrage.x25519.Identity.from_str(secret.decode())
    assert str(identity.to_public()) == content["public"] == key.card.public


def test_that_no_secret_stands_in_the_file_or_in_a_printed_key(made: tuple[MemberKey, Path]) -> None:
    key, path = made
    for text in (path.read_text(), repr(key)):
        assert key.secret not in text
        assert "AGE-SECRET" not in text
        assert PASSPHRASE not in text


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_that_only_the_owner_can_read_a_key_file(made: tuple[MemberKey, Path]) -> None:
    assert stat.S_IMODE(made[1].stat().st_mode) == 0o600


def test_that_a_changed_name_or_public_key_is_noticed(made: tuple[MemberKey, Path], tmp_path: Path) -> None:
    other = MemberKey.new("x").card.public
    for change in ({"name": "Somebody else"}, {"public": other}):
        assert code_of(MemberKey.load, changed(made[1], tmp_path, **change), PASSPHRASE) == "KEY-PASSPHRASE"


def test_that_a_passphrase_that_could_be_guessed_is_not_used(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        MemberKey.new("A").save(tmp_path / "a.key", " short   one ")
    assert caught.value.code == "PHRASE-SHORT"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "  \n ", "x" * 101, "A\u202eB", "A\x1b[2J"])
def test_that_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(Refusal) as caught:
        MemberKey.new(name)
    assert caught.value.code == "KEY-NAME"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"format": 2}, "KEY-FILE-VERSION"),
        ({"kind": "dsmb member card"}, "KEY-FILE-BAD"),
        ({"name": "A\nB"}, "KEY-FILE-BAD"),
        ({"public": "age1abc"}, "KEY-FILE-BAD"),
        ({"secret": {}}, "KEY-FILE-BAD"),
        ({"secret": ...}, "KEY-FILE-BAD"),
        ({"more": 1}, "KEY-FILE-BAD"),
    ],
)
def test_that_a_malformed_key_file_is_refused(
    made: tuple[MemberKey, Path], tmp_path: Path, change: dict[str, Any], code: str
) -> None:
    assert code_of(MemberKey.load, changed(made[1], tmp_path, **change), PASSPHRASE) == code


@pytest.mark.parametrize("cost", [{"m": 8}, {"m": 2**22}, {"t": 10**9}, {"p": 2**24}])
def test_that_a_key_file_of_another_cost_is_refused_before_any_work(
    made: tuple[MemberKey, Path], tmp_path: Path, cost: dict[str, int]
) -> None:
    box = json.loads(made[1].read_text())["secret"]
    assert code_of(MemberKey.load, changed(made[1], tmp_path, secret={**box, **cost}), PASSPHRASE) == "KEY-FILE-COST"


# ----------------------------------------------------------------------------------------------------------------------
# The card


def test_that_a_card_needs_no_passphrase_and_holds_name_key_and_check(
    made: tuple[MemberKey, Path], tmp_path: Path
) -> None:
    key, path = made
    card = card_of(path)
    card.save(tmp_path / "example.card")
    digest = hashlib.sha256(b"dsmb-card/v1\n" + key.card.public.encode()).digest()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    bits = "".join(f"{byte:08b}" for byte in digest[:20])
    letters = "".join(alphabet[int(bits[i : i + 5], 2)] for i in range(0, 160, 5))
    assert json.loads((tmp_path / "example.card").read_text()) == {
        "kind": "dsmb member card",
        "format": 1,
        "name": "Dr. A. Example",
        "public": key.card.public,
        "check": "-".join(letters[i : i + 4] for i in range(0, 32, 4)),
    }
    assert Card.load(tmp_path / "example.card") == key.card


def test_that_a_card_with_another_key_or_a_key_file_is_no_card(made: tuple[MemberKey, Path], tmp_path: Path) -> None:
    key, path = made
    card = tmp_path / "example.card"
    key.card.save(card)
    assert code_of(Card.load, changed(card, tmp_path, public=MemberKey.new("x").card.public)) == "CARD-CHECK"
    assert code_of(Card.load, changed(card, tmp_path, public="age1yubikey1qwt50d05")) == "CARD-BAD"
    with pytest.raises(Refusal) as caught:
        Card.load(path)
    assert caught.value.code == "CARD-BAD"
    assert '"kind"' in caught.value.what


def test_that_a_card_too_long_or_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    card = tmp_path / "example.card"
    MemberKey.new("A").card.save(card)
    whole = card.read_text()
    for text in (whole + " " * 20_000, whole.replace('"A"', "[" * 7_000 + "]" * 7_000)):
        card.write_text(text)
        assert code_of(Card.load, card) == "CARD-JSON"


# ----------------------------------------------------------------------------------------------------------------------
# The commands


def test_that_the_commands_make_a_key_and_its_card(tmp_path: Path) -> None:
    words, key, card = tmp_path / "words.txt", tmp_path / "example.key", tmp_path / "example.card"
    words.write_text(f"{PASSPHRASE}\n")
    done = dsmb("key", "new", "--name", " Dr. A.  Example ", "--out", key, "--passphrase-file", words)
    assert done.returncode == 0, done.stderr
    opened = MemberKey.load(key, PASSPHRASE)
    assert opened.card.name == "Dr. A. Example"
    assert opened.card.check in done.stdout
    assert "AGE-SECRET" not in done.stdout
    shown, made = dsmb("key", "card", key), dsmb("key", "card", key, "--out", card)
    assert (shown.returncode, made.returncode) == (0, 0)
    assert json.loads(shown.stdout) == json.loads(card.read_text())
    assert opened.card.check in made.stdout
    assert Card.load(card) == opened.card


def test_that_a_key_is_never_replaced_and_needs_a_passphrase(tmp_path: Path) -> None:
    key = tmp_path / "example.key"
    for arguments, code in (((), "PASSPHRASE-NOT-GIVEN"), (("--passphrase-file", tmp_path / "no"), "PASSPHRASE-FILE")):
        done = dsmb("key", "new", "--name", "A", "--out", key, *arguments)
        assert done.returncode == 2
        assert f"[{code}]" in done.stderr
        assert not key.exists()
    key.write_text("a key that opens last year's snapshots")
    done = dsmb("key", "new", "--name", "A", "--out", key)
    assert "[KEY-EXISTS]" in done.stderr
    assert key.read_text() == "a key that opens last year's snapshots"
