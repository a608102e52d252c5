"""kill: a process that is killed at any moment leaves no broken file and loses no acknowledged audit line."""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from dsmb_app.selftests import operations
from dsmb_app.selftests.outcome import Outcome, Plan
from dsmb_app.selftests.workers import context, start, tally

NAME = "kill"
_MARK = b"file"  # told by the child before it opens or renames a file in its folder
_JITTER = 0.004  # seconds: longer than writing and syncing a small file takes


@dataclass(frozen=True)
class Run:
    """How a process went: its exit code, the numbers it told, how many file events it announced, and its time."""

    code: int | None
    told: tuple[int, ...]
    events: int
    seconds: float


@dataclass(frozen=True)
class Kill:
    """Perform an operation in a process, kill that, and look at what it left."""

    chosen: tuple[operations.Operation, ...]
    folder: Path
    base: Path
    seed: int
    _whole: dict[str, Run] = field(default_factory=dict, compare=False, repr=False)

    def __call__(self, number: int) -> list[str]:
        """Return the failures of one kill."""
        operation = self.chosen[number % len(self.chosen)]
        folder = self.folder / f"{NAME}-{os.getpid()}-{operation.name.replace(' ', '-')}"
        rng = random.Random(f"{NAME} {self.seed} {number}")
        if operation.name not in self._whole:
            operation.reset(folder, self.base, old=True)
            self._whole[operation.name] = watched(operation, folder, self.base, lambda run: run.events >= _ENOUGH)
        killed = Run(0, (), 0, 0.0)
        while killed.code == 0:  # it was through before it was killed
            operation.reset(folder, self.base, old=rng.random() < 0.5)
            killed = watched(operation, folder, self.base, self._moment(operation, rng))
        if killed.code == 1:
            return [f"{operation.name} ended by itself with an error"]
        return [f"{operation.name}: {fault}" for fault in operation.faults(folder, self.base, killed.told)]

    def _moment(self, operation: operations.Operation, rng: random.Random) -> Callable[[Run], bool]:
        """Return when to kill: at any time, or, in two of three cases, shortly after one of its file events."""
        whole = self._whole[operation.name]
        if rng.random() < 1 / 3:
            seconds = rng.uniform(0, whole.seconds)
            return lambda run: run.seconds >= seconds
        event, wait = rng.randint(1, max(1, whole.events)), rng.uniform(0, _JITTER)

        def after_event(run: Run) -> bool:
            if run.events < event:
                return False
            time.sleep(wait)
            return True

        return after_event


_ENOUGH = 100  # file events after which a whole run has shown what there is: appending lines would not end


def watched(operation: operations.Operation, folder: Path, base: Path, now: Callable[[Run], bool]) -> Run:
    """Perform the operation in a process, and kill that as soon as ``now`` says so."""
    receiver, sender = context().Pipe(duplex=False)
    begun = time.monotonic()
    process = start(_perform, operation, folder, base, sender)
    sender.close()
    told: list[int] = []
    events = 0
    while not now(Run(None, (), events, time.monotonic() - begun)):
        if receiver.poll(0.0005):
            message = _message(receiver)
            if message is None:
                break
            events += message == _MARK
            told += [int(message)] if message != _MARK else []
    process.kill()
    process.join()
    seconds = time.monotonic() - begun
    while (message := _message(receiver)) is not None:  # what it had told when it was killed
        told += [int(message)] if message != _MARK else []
    receiver.close()
    return Run(process.exitcode, tuple(told), events, seconds)


def _message(receiver: Connection) -> bytes | None:
    try:
        return receiver.recv_bytes()
    except (EOFError, OSError):  # the end, or a message cut in two
        return None


def _perform(operation: operations.Operation, folder: Path, base: Path, sender: Connection) -> None:
    own = str(folder)

    def announce(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("open", "os.rename") and str(arguments[0]).startswith(own):
            sender.send_bytes(_MARK)

    sys.addaudithook(announce)
    operation.perform(folder, base, lambda number: sender.send_bytes(b"%d" % number))


def run(plan: Plan) -> Outcome:
    """Kill ``count`` locks, ``count`` exports and ``count`` writers of the audit log."""
    chosen = (operations.Lock(), operations.Export(), operations.Append(10_000))
    return kill(chosen, plan)


def kill(chosen: tuple[operations.Operation, ...], plan: Plan) -> Outcome:
    """Kill each of the chosen operations ``plan.count`` times."""
    base = operations.make_base(plan.folder)
    found = tally(Kill(chosen, plan.folder, base, plan.seed), plan.count * len(chosen), plan.progress)
    lost = sum(operations.LOST in fault for fault in found.faults)
    names = ", ".join(operation.name for operation in chosen)
    counts = f"{found.tried:,} kills (during {names}: {plan.count:,} each), {found.failed - lost:,} corrupt, "
    return Outcome(NAME, found.tried, found.failed, f"{counts}{lost:,} acknowledged lines lost", found.first)
