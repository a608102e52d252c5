"""diskfull: a disk that is full at any step of a lock, an export or an audit line leaves the old files whole."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from dsmb_app.model.errors import Refusal
from dsmb_app.selftests import full_disk, operations
from dsmb_app.selftests.full_disk import FullDisk
from dsmb_app.selftests.outcome import Outcome, Plan, quiet
from dsmb_app.selftests.workers import Tally, tally

NAME = "diskfull"
# A name that the disk did not confirm is told as such: the new file is there, whole.
_MAY_BE_NEW = "WRITE-UNSURE"


@dataclass(frozen=True)
class Fill:
    """Perform an operation while the disk is full from a step on; case 0: never full, but every write is synced."""

    operation: operations.Operation
    folder: Path
    base: Path

    def __call__(self, number: int) -> list[str]:
        """Return the failures of one step."""
        told: list[int] = []
        disk, code = self.performed(None if number == 0 else number - 1, told.append)
        if number == 0:
            faults = unsynced(disk.steps) + ([f"refused with {code}"] if code else [])
        elif not code:
            faults = ["no refusal"]
        else:
            faults = self.operation.faults(self._folder, self.base, told)
            faults += self._not_old(code)
        return [f"{self.operation.name}, step {number}: {fault}" for fault in faults]

    def performed(self, full_from: int | None, tell: operations.Tell = lambda _: None) -> tuple[FullDisk, str]:
        """Perform the operation and return what was done to the disk, and the code of the refusal, "" if none."""
        self.operation.reset(self._folder, self.base, old=True)
        disk, code = FullDisk(full_from), ""
        with full_disk.on(disk):
            try:
                self.operation.perform(self._folder, self.base, tell)
            except Refusal as refusal:
                code = refusal.code
        return disk, code

    @property
    def _folder(self) -> Path:
        return self.folder / f"{NAME}-{os.getpid()}-{self.operation.name.replace(' ', '-')}"

    def _not_old(self, code: str) -> list[str]:
        old = self.operation.old_files(self.base)
        changed = [name for name, data in old.items() if (self._folder / name).read_bytes() != data]
        faults = [f"{name} was changed, and the refusal says {code}" for name in changed if code != _MAY_BE_NEW]
        return faults + [f"left behind: {path.name}" for path in self._folder.glob(".dsmb-*")]


def unsynced(steps: list[str]) -> list[str]:
    """Return what was told or named before it was on the disk: a power cut would leave an empty file."""
    faults, dirty = [], False
    for step in steps:
        if step == full_disk.WRITE:
            dirty = True
        elif step == full_disk.SYNC:
            dirty = False
        elif step == full_disk.NAME and dirty:
            faults.append("a file got its name before it was synced")
    return faults + (["written, not synced"] if dirty else []) + ([] if full_disk.SYNC in steps else ["no sync"])


@dataclass(frozen=True)
class Count:
    """Counts the steps of an operation, as failures of a case would be told."""

    fill: Fill

    def __call__(self, _number: int) -> list[str]:
        """Return a word for each step."""
        return self.fill.performed(None)[0].steps


def run(plan: Plan) -> Outcome:
    """Fill the disk at every step of each operation (nothing is random, and there is nothing more for ``full``)."""
    chosen = (operations.Lock(), operations.Export(), operations.Append(3))
    return fill(chosen, plan)


def fill(chosen: tuple[operations.Operation, ...], plan: Plan) -> Outcome:
    """Fill the disk at every step of the chosen operations."""
    base = operations.make_base(plan.folder)
    found = Tally(0, ())
    for operation in chosen:
        one = Fill(operation, plan.folder, base)
        steps = tally(Count(one), 1, quiet).failed
        found = found.plus(tally(one, steps + 1, plan.progress))
    counts = f"{found.tried:,} writes, {found.failed:,} corrupt or untold"
    return Outcome(NAME, found.tried, found.failed, counts, found.first)
