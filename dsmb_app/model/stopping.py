"""Giving up long work part-way: whoever runs it says when, and the work asks between its parts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_OF_THREAD = threading.local()


class Stopped(Exception):  # noqa: N818 - it is an answer, not a fault
    """Nobody wants the result any more; raised inside the work."""


@contextmanager
def stoppable(given_up: Callable[[], bool], settle: Callable[[], bool] | None = None) -> Iterator[None]:
    """Let what this thread does meanwhile end, at its next ``go_on``, once ``given_up`` says so.

    ``settle`` takes it that the work can be given up no more, and returns False when it has been before.
    """
    _OF_THREAD.given_up, _OF_THREAD.settle = given_up, settle
    try:
        yield
    finally:
        del _OF_THREAD.given_up, _OF_THREAD.settle


def go_on() -> None:
    """Raise Stopped where this thread's work has been given up; elsewhere do nothing."""
    given_up = getattr(_OF_THREAD, "given_up", None)
    if given_up is not None and given_up():
        raise Stopped


def past_giving_up() -> None:
    """Raise Stopped where this thread's work has been given up; else it is carried through from here, and told.

    Called right before the work does what cannot be taken back: logs an export, opens what was sealed.
    """
    settle = getattr(_OF_THREAD, "settle", None)
    if settle is not None and not settle():
        raise Stopped
