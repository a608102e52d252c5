"""What the wizard cannot do by itself, and what its pages share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dsmb_app.model.lock_wish import Delivery, KeptFiles, LockOutcome, LockWish
from dsmb_app.views import jobs


@dataclass(frozen=True)
class Locker:
    """How the window locks: made where the program is put together. Each raises Refusal.

    ``ahead`` says what a lock would do with its files and writes nothing; ``steps`` are those that ``lock`` tells, of
    which it writes in the last one only.
    """

    look: Callable[[Path, jobs.Progress], Delivery]
    draft: Callable[[Path], str]
    ahead: Callable[[LockWish], KeptFiles]
    lock: Callable[[LockWish, jobs.Progress], LockOutcome]
    save_study: Callable[[Path, str], None]
    save_secret: Callable[[Path, str], None]
    steps: tuple[str, ...]


@dataclass
class Errand:
    """What the pages have learnt so far; each page fills in its own."""

    delivery: Delivery | None = None
    study: Path | None = None
    proposed: str = "snapshot"
    wish: LockWish | None = None
    outcome: LockOutcome | None = None
