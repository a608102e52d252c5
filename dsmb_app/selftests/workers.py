"""Many cases in a few processes: a case that kills its process is counted, and the rest goes on."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import warnings
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any

from dsmb_app.selftests.outcome import Progress

Check = Callable[[int], Sequence[str]]
"""Tries one case by its number and returns its failures in words; a module-level function or a plain dataclass."""

MOST_PROCESSES = 4
# A forked process has everything imported already. Elsewhere than on Linux system libraries do not survive a fork.
FORKS = sys.platform == "linux"


@dataclass(frozen=True)
class Tally:
    """How many cases were tried, and every failure in words."""

    tried: int
    faults: tuple[str, ...]

    @property
    def failed(self) -> int:
        """Return how many failures there were."""
        return len(self.faults)

    @property
    def first(self) -> str:
        """Return the first failure, "" where there was none."""
        return self.faults[0] if self.faults else ""

    def plus(self, other: Tally) -> Tally:
        """Return both together."""
        return Tally(self.tried + other.tried, self.faults + other.faults)


@dataclass
class _Worker:
    process: BaseProcess
    reports: Connection
    left: deque[int]


def context() -> BaseContext:
    """Return how processes are started on this system."""
    return multiprocessing.get_context("fork" if FORKS else "spawn")


def start(target: Callable[..., None], *arguments: Any) -> BaseProcess:
    """Start ``target`` in a process of its own."""
    process: BaseProcess = context().Process(target=target, args=arguments)  # type: ignore[attr-defined]
    for stream in (sys.stdout, sys.stderr):
        stream.flush()  # what is still in a buffer would be printed by both
    with warnings.catch_warnings():
        # Python 3.12 warns of a fork beside threads. None of ours holds a lock that a child would wait for.
        warnings.simplefilter("ignore", DeprecationWarning)
        gc.freeze()  # else the child's first collection would copy every page that it shares with this process
        try:
            process.start()
        finally:
            gc.unfreeze()
    return process


def tally(check: Check, cases: int, progress: Progress) -> Tally:
    """Try the cases 0 to ``cases`` - 1 and return what failed.

    A case that ends its process, by a crash or by an exception that is no ``Refusal``, has failed.
    """
    processes = min(MOST_PROCESSES, os.cpu_count() or 1)
    workers = [_started(check, range(first, cases, processes)) for first in range(min(processes, cases))]
    faults: list[str] = []
    try:
        while workers:
            for ready in wait([worker.reports for worker in workers]):
                worker = next(one for one in workers if one.reports is ready)
                found, ended = _heard(worker)
                faults += found
                if ended:
                    workers.remove(worker)
                    workers += [_started(check, worker.left)] if worker.left else []
            progress(cases - sum(len(worker.left) for worker in workers), cases)
    finally:
        for worker in workers:
            worker.process.kill()
            worker.process.join()
    return Tally(cases, tuple(faults))


def _started(check: Check, numbers: Sequence[int]) -> _Worker:
    receiver, sender = context().Pipe(duplex=False)
    process = start(_work, check, list(numbers), sender)
    sender.close()  # so that the end of the process is the end of its reports
    return _Worker(process, receiver, deque(numbers))


def _work(check: Check, numbers: Sequence[int], reports: Connection) -> None:
    for number in numbers:
        reports.send(list(check(number)))


def _heard(worker: _Worker) -> tuple[list[str], bool]:
    """Return the failures of the worker's next case, and whether its process has ended."""
    try:
        found: list[str] = worker.reports.recv()
    except EOFError:
        worker.process.join()
        worker.reports.close()
        if not worker.left:
            return [], True
        return [f"case {worker.left.popleft()} ended its process (exit code {worker.process.exitcode})"], True
    worker.left.popleft()
    return found, False
