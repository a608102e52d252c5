"""Steps of the main thread, one in a turn of the event loop whoever asks for it, so that the window answers in between.

Timers of their own would come due in the same turn and hold it up together. Whoever counts waits while there are steps:
two threads that both want the interpreter make a step take several times as long.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from functools import cache
from weakref import WeakMethod

from PySide6.QtCore import QTimer

Step = Callable[[], None]

REST_MS = 20
"""After the last step, in which what was shown is laid out and painted, parts of it twice."""
LONGEST = 1.0
"""Seconds after which a count begins whatever the main thread does: what it waits for may never come."""

_QUIET = threading.Event()
_QUIET.set()


class Turns:
    """Steps that wait, the first come first. They are methods, of objects that may go before their turn."""

    def __init__(self) -> None:
        self._waiting: deque[WeakMethod[Step]] = deque()
        self._timer = QTimer(interval=0, singleShot=True)
        self._timer.timeout.connect(self._do_one)
        self._rest = QTimer(interval=REST_MS, singleShot=True)
        self._rest.timeout.connect(_QUIET.set)

    @property
    def busy(self) -> bool:
        """Tell whether steps wait, or what they showed is still to be painted."""
        return bool(self._waiting) or self._timer.isActive()

    def take(self, step: Step) -> None:
        """Do a step in a turn to come."""
        self._waiting.append(WeakMethod(step))
        self.finish()

    def finish(self) -> None:
        """Let counts wait until this turn of the event loop has ended and what changed in it is painted."""
        _QUIET.clear()
        self._rest.stop()
        self._timer.start()

    def drop(self, step: Step) -> None:
        """Do not do a step that still waits."""
        self._waiting = deque(waiting for waiting in self._waiting if waiting() != step)

    def _do_one(self) -> None:
        # A turn without a step comes last: what was shown has been painted a first time by then.
        if not self._waiting:
            self._rest.start()
            return
        step = self._waiting.popleft()()
        # Before the step: one that fails must not keep the others from their turns.
        self._timer.start()
        if step is not None:
            step()


@cache
def turns() -> Turns:
    """Return those of the main thread, made when first asked for."""
    return Turns()


def announce() -> None:
    """Say, in any thread, that something to show is on its way to the main thread."""
    _QUIET.clear()


def wait_until_shown() -> None:
    """Wait, in another thread than the main one, until everything that was counted has been shown."""
    if not _QUIET.wait(LONGEST):
        # It was given up on its way.
        _QUIET.set()
