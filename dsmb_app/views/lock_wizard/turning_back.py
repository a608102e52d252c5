"""Giving a lock up: possible until its last step begins, because that step writes."""

from __future__ import annotations

import threading

from dsmb_app.model.stopping import Stopped


class TurningBack:
    """Shared by the thread that locks and the one that shows it: either the lock stops, or it is written whole."""

    def __init__(self, last: str) -> None:
        self._last = last
        self._guard = threading.Lock()
        self._given_up = self._past = False

    def pass_step(self, step: str) -> None:
        """Begin a step. Raises Stopped after ``give_up``."""
        with self._guard:
            if self._given_up:
                raise Stopped
            self._past = self._past or step == self._last

    def give_up(self) -> bool:
        """Let the lock stop at its next step; return False when it is too late for that."""
        with self._guard:
            self._given_up = not self._past
            return self._given_up
