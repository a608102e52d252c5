"""bitflip: no bit of a snapshot can be flipped and the file still be accepted."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from pathlib import Path

from dsmb_app.selftests import sample
from dsmb_app.selftests.outcome import Outcome, Plan
from dsmb_app.selftests.workers import tally

NAME = "bitflip"


@dataclass(frozen=True)
class Flip:
    """Flip one bit of a file, try to open it, and flip it back.

    Half of the flips fall into ``places``: the header with its signature, and the locks, which decide and are short.
    ``seed`` None: every bit in turn, by the number of the case.
    """

    sealed: sample.Sealed = field(repr=False)
    places: tuple[range, ...]
    folder: Path
    seed: int | None

    def __call__(self, number: int) -> list[str]:
        """Return the failure of one flip, if it was accepted."""
        path = self.folder / f"{NAME}-{os.getpid()}-{self.seed}.dsmb"
        if not path.exists():
            path.write_bytes(self.sealed.data)
        place, bit = self._where(number)
        _flip(path, place, bit)
        accepted = sample.opens(path, self.sealed.signer)
        _flip(path, place, bit)
        return [f"bit {bit} of byte {place} of {len(self.sealed.data)}"] if accepted else []

    def _where(self, number: int) -> tuple[int, int]:
        if self.seed is None:
            return divmod(number, 8)
        rng = random.Random(f"{NAME} {self.seed} {number}")
        among = rng.choice(self.places) if number % 2 else range(len(self.sealed.data))
        return rng.choice(among), rng.randrange(8)


def _flip(path: Path, place: int, bit: int) -> None:
    with path.open("r+b", buffering=0) as file:
        file.seek(place)
        byte = file.read(1)
        file.seek(place)
        file.write(bytes([byte[0] ^ 1 << bit]))


def run(plan: Plan) -> Outcome:
    """Try ``count`` random flips; ``full``: every bit of a small file too."""
    small = sample.small(plan.seed)
    places = sample.places(small)
    found = tally(Flip(small, (places["header"], places["keys"]), plan.folder, plan.seed), plan.count, plan.progress)
    if plan.full:
        smallest = sample.tiny(plan.seed)
        found = found.plus(tally(Flip(smallest, (), plan.folder, None), 8 * len(smallest.data), plan.progress))
    return Outcome(NAME, found.tried, found.failed, f"{found.tried:,} flips, {found.failed:,} accepted", found.first)
