"""Who shall open which part: the phrases and the members' cards that a snapshot is locked with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.locks import KEYED_PARTS, MAX_LOCKS, Lock, PhraseLock
from dsmb_app.snapshot.member_key import Card
from dsmb_app.snapshot.own_files import first_line
from dsmb_app.snapshot.phrases import generate_phrase

GENERATE, NONE = "generate", "none"


@dataclass(frozen=True)
class LockPlan:
    """For each part the phrase asked for, and the cards of the members whose keys open it.

    ``phrases`` holds, for the parts where something was asked for, the phrase itself, None for no phrase. A part that
    is not in it keeps the phrase of the lock before, or gets a fresh one.
    """

    phrases: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    cards: Mapping[str, Sequence[Card]] = field(default_factory=dict)

    @classmethod
    def of_options(cls, members: Iterable[str], phrases: Iterable[str]) -> LockPlan:
        """Return the plan of ``PART=CARD`` and ``PART=generate|FILE|none`` texts. Raises Refusal."""
        cards: dict[str, list[Card]] = {}
        for part, value in map(_pair, members):
            card = Card.load(Path(value))
            if card in cards.setdefault(part, []):
                raise _twice(f"The card {Path(value).name} is given twice for {part}.")
            cards[part].append(card)
        asked: dict[str, str | None] = {}
        for part, value in map(_pair, phrases):
            if part in asked:
                raise _twice(f"Two phrases are asked for {part}.")
            asked[part] = _asked_phrase(value)
        return cls(asked, cards)

    def settled(self, kept: Mapping[str, str]) -> dict[str, str]:
        """Return the phrase of each part that has one; ``kept`` are those of the lock before."""
        found = {part: self.phrases[part] if part in self.phrases else kept.get(part) for part in KEYED_PARTS}
        none = [part for part in KEYED_PARTS if part in self.phrases and found[part] is None]
        return {part: found[part] or generate_phrase() for part in KEYED_PARTS if part not in none}

    def locks(self, phrases: Mapping[str, str]) -> dict[str, list[Lock]]:
        """Return each part's locks, ``phrases`` being those settled. Raises Refusal LOCK-NONE, LOCK-MANY."""
        locks: dict[str, list[Lock]] = {}
        for part in KEYED_PARTS:
            phrase: list[Lock] = [PhraseLock(phrases[part])] if part in phrases else []
            locks[part] = [*phrase, *(card.lock for card in self.cards.get(part, ()))]
            if not locks[part]:
                raise Refusal(
                    "LOCK-NONE",
                    f"Nobody could open the part {part}: it has neither a phrase nor a member's card.",
                    f"Give --member {part}=CARD, or leave --phrase {part}=none out.",
                )
            if len(locks[part]) > MAX_LOCKS:
                raise Refusal(
                    "LOCK-MANY",
                    f"The part {part} has {len(locks[part])} locks; at most {MAX_LOCKS} are allowed.",
                    "Give fewer cards.",
                )
        return locks

    def text(self, phrases: Mapping[str, str]) -> list[str]:
        """Return in words who opens which part, a line each, with the check of every card."""
        lines = []
        for part in KEYED_PARTS:
            ways = ["its phrase"] if part in phrases else []
            ways += [f"the key of {card.name} (check {card.check})" for card in self.cards.get(part, ())]
            lines.append(f"{part} opens with {' or '.join(ways)}")
        return lines


def _pair(text: str) -> tuple[str, str]:
    part, equals, value = text.partition("=")
    if part not in KEYED_PARTS or not equals or not value:
        raise Refusal(
            "LOCK-PART",
            f'"{text}" does not say which part is meant, or with what to lock it.',
            f"Write PART=..., where PART is one of {', '.join(KEYED_PARTS)}.",
        )
    return part, value


def _asked_phrase(value: str) -> str | None:
    if value == NONE:
        return None
    if value == GENERATE:
        return generate_phrase()
    return first_line(Path(value), what="phrase", code="PHRASE-FILE")


def _twice(what: str) -> Refusal:
    return Refusal("LOCK-TWICE", what, "Give it once.")
