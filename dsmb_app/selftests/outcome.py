"""What a self-test found, in one line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Progress = Callable[[int, int], None]
"""Told how many cases are done, and of how many."""


def quiet(_done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Plan:
    """How many cases to try, in which folder (it exists and is the self-test's own), and with which random numbers.

    ``full``: also what only a run on demand tries. Nothing else of a self-test depends on it.
    """

    count: int
    folder: Path
    full: bool = False
    seed: int = 1
    progress: Progress = quiet


@dataclass(frozen=True)
class Outcome:
    """How often a self-test tried, how often it failed and may fail, and its counts in words.

    ``first`` is the first failure in words, "" where there was none.
    """

    name: str
    tried: int
    failed: int
    counts: str
    first: str = ""
    target: int = 0
    of: str = ""

    @property
    def met(self) -> bool:
        """Tell whether the target is met; what tried nothing has met none."""
        return self.tried > 0 and self.failed <= self.target

    @property
    def line(self) -> str:
        """Return the one line that is printed."""
        verdict = "ok" if self.met else f"FAILED; first: {self.first or 'nothing was tried'}"
        return " ".join(f"{self.name}: {self.counts} (target {self.target}{self.of}) {verdict}".split())
