"""truncate: no snapshot that was cut, lengthened or pieced together anew is accepted."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from dsmb_app.selftests import sample
from dsmb_app.selftests.outcome import Outcome, Plan
from dsmb_app.selftests.workers import tally

NAME = "truncate"
# The age format encrypts in blocks of this size; whole ones are what somebody would move about.
_BLOCK = 64 * 1024


@dataclass(frozen=True)
class Spoil:
    """Spoil a file in a random way, with bytes of its own or of ``other``, and try to open it."""

    sealed: sample.Sealed = field(repr=False)
    other: bytes = field(repr=False)
    parts: tuple[tuple[int, int], ...]
    folder: Path
    seed: int

    def __call__(self, number: int) -> list[str]:
        """Return the failure of one spoilt file, if it was accepted."""
        rng = random.Random(f"{NAME} {self.seed} {number}")
        path = self.folder / f"{NAME}-{os.getpid()}.dsmb"
        way, spoilt = "", self.sealed.data
        while spoilt == self.sealed.data:
            way, change = rng.choice(WAYS)
            spoilt = change(self, rng)
        path.write_bytes(spoilt)
        return [f"{way}, case {number}"] if sample.opens(path, self.sealed.signer) else []

    def span(self, rng: random.Random, size: int) -> tuple[int, int]:
        """Return first and last place of a random stretch."""
        first = rng.randrange(size)
        return first, min(size, first + rng.choice((1, 16, 80, 4096, _BLOCK, rng.randrange(1, size))))


def _cut(spoil: Spoil, rng: random.Random) -> bytes:
    return spoil.sealed.data[: rng.randrange(len(spoil.sealed.data))]


def _append(spoil: Spoil, rng: random.Random) -> bytes:
    more = (b"\0", rng.randbytes(rng.randrange(1, 5000)), spoil.sealed.data, spoil.other, spoil.other[-100:])
    return spoil.sealed.data + rng.choice(more)


def _remove(spoil: Spoil, rng: random.Random) -> bytes:
    first, last = spoil.span(rng, len(spoil.sealed.data))
    return spoil.sealed.data[:first] + spoil.sealed.data[last:]


def _double(spoil: Spoil, rng: random.Random) -> bytes:
    first, last = spoil.span(rng, len(spoil.sealed.data))
    return spoil.sealed.data[:last] + spoil.sealed.data[first:]


def _splice(spoil: Spoil, rng: random.Random) -> bytes:
    """Put a stretch of the other file in the same place."""
    first, last = spoil.span(rng, min(len(spoil.sealed.data), len(spoil.other)))
    return spoil.sealed.data[:first] + spoil.other[first:last] + spoil.sealed.data[last:]


def _part_of_another(spoil: Spoil, rng: random.Random) -> bytes:
    first, last = rng.choice(spoil.parts)
    return spoil.sealed.data[:first] + spoil.other[first:last] + spoil.sealed.data[last:]


def _swap_parts(spoil: Spoil, rng: random.Random) -> bytes:
    one, other = sorted(rng.sample(spoil.parts, 2))
    return _swapped(spoil.sealed.data, one, other)


def _swap_blocks(spoil: Spoil, rng: random.Random) -> bytes:
    size, length = len(spoil.sealed.data), rng.choice((1, 16, 80, 4096))
    one, other = sorted(length * place for place in rng.sample(range(size // length), 2))
    return _swapped(spoil.sealed.data, (one, one + length), (other, other + length))


def _swapped(data: bytes, one: tuple[int, int], other: tuple[int, int]) -> bytes:
    return b"".join((data[: one[0]], data[slice(*other)], data[one[1] : other[0]], data[slice(*one)], data[other[1] :]))


WAYS: tuple[tuple[str, Callable[[Spoil, random.Random], bytes]], ...] = (
    ("cut off", _cut),
    ("lengthened", _append),
    ("bytes removed", _remove),
    ("bytes doubled", _double),
    ("bytes of another snapshot", _splice),
    ("a part of another snapshot", _part_of_another),
    ("two parts swapped", _swap_parts),
    ("two blocks swapped", _swap_blocks),
)


@dataclass(frozen=True)
class EveryLength:
    """Cut a file one byte shorter with every case."""

    sealed: sample.Sealed = field(repr=False)
    folder: Path

    def __call__(self, number: int) -> list[str]:
        """Return the failure of one length, if it was accepted."""
        path = self.folder / f"{NAME}-{os.getpid()}-{len(self.sealed.data)}.dsmb"
        if not path.exists():
            path.write_bytes(self.sealed.data)
        length = len(self.sealed.data) - 1 - number
        os.truncate(path, length)  # a process comes to its lengths from the longest to the shortest
        return [f"cut off at {length} bytes"] if sample.opens(path, self.sealed.signer) else []


def run(plan: Plan) -> Outcome:
    """Try ``count`` random cuts, splices, swaps and additions; ``full``: every shorter length too."""
    sealed, other = sample.small(plan.seed), sample.small(plan.seed, number=2)
    parts = tuple((where.start, where.stop) for name, where in sample.places(sealed).items() if name != "header")
    found = tally(Spoil(sealed, other.data, parts, plan.folder, plan.seed), plan.count, plan.progress)
    for one in (sample.tiny(plan.seed), sealed) if plan.full else ():
        found = found.plus(tally(EveryLength(one, plan.folder), len(one.data), plan.progress))
    counts = f"{found.tried:,} cuts, splices and additions, {found.failed:,} accepted"
    return Outcome(NAME, found.tried, found.failed, counts, found.first)
