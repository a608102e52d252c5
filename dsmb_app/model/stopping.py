"""Giving up a long count part-way: whoever runs it says when, and the count asks between its parts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_OF_THREAD = threading.local()


class Stopped(Exception):  # noqa: N818 - it is an answer, not a fault
    """Nobody wants the result any more; raised inside the work."""


@contextmanager
def stoppable(given_up: Callable[[], bool]) -> Iterator[None]:
    """Let what this thread does meanwhile end, at its next ``go_on``, once ``given_up`` says so."""
    _OF_THREAD.given_up = given_up
    try:
        yield
    finally:
        del _OF_THREAD.given_up


def go_on() -> None:
    """Raise Stopped where this thread's work has been given up; elsewhere do nothing."""
    given_up = getattr(_OF_THREAD, "given_up", None)
    if given_up is not None and given_up():
        raise Stopped
