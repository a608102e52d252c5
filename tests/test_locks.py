"""Locks and phrases: the right phrase in any spelling of it opens a part, and nothing else does."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot import container
from dsmb_app.snapshot.container import Snapshot
from dsmb_app.snapshot.locks import PhraseLock
from dsmb_app.snapshot.phrases import generate_phrase, normalise, phrase_words
from tests.sealed_files import (
    CONTENTS,
    PHRASES,
    SIGNER,
    canonical,
    lock_entries,
    put,
    seal,
    sealed,
    sealed_again,
    signed_again,
    take_apart,
)


def with_locks(folder: Path, change: dict[str, Any], **keys: Any) -> Snapshot:
    """Load the small file with some lock lists replaced, truly signed."""
    pieces = take_apart(sealed())
    value = {"v": 1, "parts": {**lock_entries(pieces), **change}, **keys}
    return container.load(
        put(folder, signed_again({**pieces.parts, "keys": canonical(value)}, pieces.header)), signers=[SIGNER]
    )


def code_of(folder: Path, change: dict[str, Any], **keys: Any) -> str:
    with pytest.raises(Refusal) as caught:
        with_locks(folder, change, **keys)
    assert caught.value.file == "meeting.dsmb"
    return caught.value.code


def entry(part: str = "codes") -> dict[str, Any]:
    return lock_entries(take_apart(sealed()))[part][0]


# ----------------------------------------------------------------------------------------------------------------------
# Phrases


def test_that_the_word_list_holds_7776_different_short_words() -> None:
    words = phrase_words()
    assert len(words) == len(set(words)) == 6**5
    assert all(re.fullmatch("[a-z]{3,8}", word) for word in words)
    assert list(words) == sorted(words)


def test_that_a_phrase_is_six_words_of_the_list_and_never_the_same() -> None:
    phrases = [generate_phrase() for _ in range(200)]
    assert len(set(phrases)) == 200
    assert {len(phrase.split(" ")) for phrase in phrases} == {6}
    assert {word for phrase in phrases for word in phrase.split(" ")} <= set(phrase_words())


def test_that_words_are_drawn_from_the_whole_list() -> None:
    drawn = Counter(word[0] for _ in range(500) for word in generate_phrase().split())
    assert len(drawn) >= 20


@pytest.mark.parametrize(
    "written",
    [
        "Maple Orbit CANDLE river lantern pebble",
        "  maple\torbit  candle\r\nriver lantern\u00a0pebble\n",
        "ｍａｐｌｅ orbit candle river lantern pebble",
    ],
)
def test_that_case_space_and_width_do_not_count(written: str) -> None:
    assert normalise(written) == PHRASES["main"]


def test_that_composed_and_decomposed_letters_are_the_same() -> None:
    assert normalise("Café Straße") == normalise("CAFE\u0301 strasse") == "caf\u00e9 strasse"


@given(st.text())
def test_that_a_normalised_phrase_stays_as_it_is(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_that_a_phrase_that_could_be_guessed_is_not_used() -> None:
    for phrase in ("", "dsmb", " a   b   c  d  "):
        with pytest.raises(Refusal) as caught:
            PhraseLock(phrase).wrap(b"secret", part="main", snap_id="some-id")
        assert caught.value.code == "PHRASE-SHORT"
        assert not phrase or phrase not in caught.value.sentence()


# ----------------------------------------------------------------------------------------------------------------------
# Opening


@pytest.mark.parametrize(("part", "wrong"), [("main", "codes"), ("receipt", "names"), ("codes", "main")])
def test_that_another_phrase_opens_nothing_and_the_refusal_says_which_was_due(
    tmp_path: Path, part: str, wrong: str
) -> None:
    snapshot = container.load(put(tmp_path, sealed()), signers=[SIGNER])
    with pytest.raises(Refusal) as caught:
        snapshot.unlock(part, PHRASES[wrong])
    due = "codes phrase" if part == "codes" else "opening phrase"
    assert caught.value.code == "WRONG-PHRASE"
    assert caught.value.sentence().startswith(f"meeting.dsmb: This is not the {due}")
    assert PHRASES[wrong] not in caught.value.sentence()


def test_that_each_of_two_phrases_opens_a_part_and_in_any_spelling(tmp_path: Path) -> None:
    locks = {part: [PhraseLock(phrase)] for part, phrase in PHRASES.items()}
    second = PhraseLock("Zebra Quilt  Island Copper Window Tulip")
    data = seal(locks={**locks, "codes": [*locks["codes"], second]})
    snapshot = container.load(put(tmp_path, data), signers=[SIGNER])
    assert snapshot.unlock("codes", PHRASES["codes"].title()) == CONTENTS["codes"]
    assert snapshot.unlock("codes", "zebra quilt island copper window tulip") == CONTENTS["codes"]


def test_that_locks_of_an_unknown_type_are_passed_over(tmp_path: Path) -> None:
    later = [{"type": "token", "to": "age1abc"}, {"type": "pair"}, {"type": "member+phrase", "boxes": [1, {"a": 2}]}]
    snapshot = with_locks(tmp_path, {"codes": [*later, entry()]})
    assert snapshot.unlock("codes", PHRASES["codes"]) == CONTENTS["codes"]


def test_that_a_part_with_unknown_locks_only_says_so(tmp_path: Path) -> None:
    snapshot = with_locks(tmp_path, {"codes": [{"type": "pair"}]})
    with pytest.raises(Refusal) as caught:
        snapshot.unlock("codes", PHRASES["codes"])
    assert caught.value.code == "LOCK-UNKNOWN"


def test_that_a_lock_moved_from_another_part_or_snapshot_opens_nothing(tmp_path: Path) -> None:
    other = lock_entries(take_apart(sealed_again()))["codes"][0]
    for moved, phrase in ((entry("main"), PHRASES["main"]), (other, PHRASES["codes"])):
        snapshot = with_locks(tmp_path, {"codes": [moved]})
        with pytest.raises(Refusal) as caught:
            snapshot.unlock("codes", phrase)
        assert caught.value.code == "WRONG-PHRASE"


# ----------------------------------------------------------------------------------------------------------------------
# Malformed lists, truly signed


@pytest.mark.parametrize("cost", [{"m": 8}, {"m": 2**22}, {"t": 1}, {"t": 10**9}, {"p": 1}, {"p": 2**24}])
def test_that_another_cost_than_ours_is_refused_before_any_work(tmp_path: Path, cost: dict[str, int]) -> None:
    assert code_of(tmp_path, {"codes": [{**entry(), **cost}]}) == "LOCK-COST"


@pytest.mark.parametrize(
    "change",
    [
        {"kdf": "scrypt"},
        {"m": "65536"},
        {"m": True},
        {"salt": ""},
        {"salt": "00" * 17},
        {"nonce": "zz" * 12},
        {"box": "0"},
        {"box": "00" * 2100},
        {"needs": "codes"},
        {"needs": ""},
        {"extra": 1},
        {"type": 1},
    ],
)
def test_that_a_malformed_lock_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    assert code_of(tmp_path, {"codes": [{**entry(), **change}]}) == "LOCK-BAD"


@pytest.mark.parametrize("locks", [[], {}, None, "phrase", [1], [[]], [{}], [{"type": "pair"}] * 33])
def test_that_a_malformed_list_of_locks_is_refused(tmp_path: Path, locks: Any) -> None:
    assert code_of(tmp_path, {"codes": locks}) == "LOCK-BAD"


def test_that_a_malformed_keys_part_is_refused(tmp_path: Path) -> None:
    assert code_of(tmp_path, {}, v=2) == "LOCK-BAD"
    assert code_of(tmp_path, {}, more={}) == "LOCK-BAD"
    assert code_of(tmp_path, {"another": [entry()]}) == "LOCK-BAD"
    assert code_of(tmp_path, {}, parts=[]) == "LOCK-BAD"
    pieces = take_apart(sealed())
    for keys in (b"", b"[]", b"7", pieces.parts["keys"] + b" ", b'{"v":' + b"[" * 500_000):
        with pytest.raises(Refusal) as caught:
            container.load(put(tmp_path, signed_again({**pieces.parts, "keys": keys}, pieces.header)), signers=[SIGNER])
        assert caught.value.code == "LOCK-BAD"
