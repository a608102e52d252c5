"""Asking for what takes a while to count: off the main thread in a large trial, and the newest question alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from PySide6.QtGui import QHideEvent

from dsmb_app.model.errors import Refusal
from dsmb_app.model.stopping import go_on
from dsmb_app.model.words import TOTAL
from dsmb_app.views import jobs
from dsmb_app.views.desk import Desk
from dsmb_app.views.turns import announce, turns, wait_until_shown

AT_ONCE = 0
"""Treated subjects up to which everything is counted while the window waits: none, sixty take a third of a second."""
COUNTING = "Counting …"
WRONG = "This cannot be shown: something in the program went wrong."

Shown = Iterator[None] | None
"""What showing an answer returns: nothing, or what goes on with it, step by step."""
_END = object()

# Two counts at a time would take each other's turns, and the window's; so would a count while another's is shown.
_ONE = threading.Lock()


class Asking:
    """One place's question to the desk; a newer one takes the place of the one before, whose answer never arrives."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._job: jobs.Job | None = None
        self._steps: Iterator[None] | None = None
        self._say: Callable[[str], None] = lambda _words: None

    @property
    def waits(self) -> bool:
        """Tell whether an answer is still to come, or to be shown whole."""
        return self._job is not None or self._steps is not None

    def forget(self) -> None:
        """Let the question be."""
        if self._job is not None:
            self._job.cancel()
        turns().drop(self._step)
        self._job = self._steps = None

    def ask(
        self, maker: Callable[[], Callable[[], Any]], *, show: Callable[[Any], Shown], say: Callable[[str], None]
    ) -> None:
        """Ask what ``maker`` gives, taken here and now, and call it, where it may take long, in another thread.

        ``show`` gets the answer and ``say`` the sentence why there is none, both in this thread; an answer that does
        not come at once is announced by ``say`` too, so that nothing of before stays on the screen. Where ``show``
        yields, the window answers before it goes on, unless the answer came at once. A mistake of ours goes its way,
        and what was shown before, perhaps at another level, goes off the screen for it too.
        """
        self.forget()
        self._say = say
        try:
            with _off_the_screen(say):
                make = maker()
                if self._at_once:
                    for _ in show(make()) or ():
                        pass
                    return
        except Refusal as refusal:
            say(refusal.sentence())
            return
        say(COUNTING)
        turns().finish()

        def done(answer: Any) -> None:
            self._job, self._steps = None, _shown(show, answer)
            turns().take(self._step)

        def failed(error: Exception) -> None:
            self._job = None
            with _off_the_screen(say):
                if not isinstance(error, Refusal):
                    raise error
            say(error.sentence())

        self._job = jobs.start(lambda _step: _in_turn(make), done=done, failed=failed)

    def _step(self) -> None:
        steps = self._steps
        if steps is None:
            return
        goes_on = False
        try:
            with _off_the_screen(self._say):
                goes_on = next(steps, _END) is not _END
        finally:
            # Unless a newer question was asked meanwhile, which has steps of its own.
            if self._steps is steps and goes_on:
                turns().take(self._step)
            elif self._steps is steps:
                self._steps = None

    def before(
        self, needed: Sequence[Callable[[], Callable[[], Any]]], *, then: Callable[[], Shown], wait: Callable[[], None]
    ) -> None:
        """Have the session make what ``then`` will ask it for, in the way of ``ask``, and call ``then``.

        ``needed``: what gives the makers. What is refused is left to ``then``, which is refused it too. ``wait`` takes
        what was shown before off the screen.
        """
        self.ask(lambda: _every(needed), show=lambda _made: then(), say=lambda _words: wait())

    @property
    def _at_once(self) -> bool:
        return self._desk.session.arm_sizes[TOTAL] <= AT_ONCE


class GivesUpUnseen:
    """Part of a widget that asks: what is counted for it is given up when it goes out of sight, and asked for again.

    The widget has an ``_asking``, and asks when it comes into sight while ``_stale``. Counted on, it would keep waiting
    what the reader went to; to go is how a count is stopped.
    """

    _asking: Asking
    _stale: bool

    def hideEvent(self, event: QHideEvent) -> None:
        """Give up, unless only the whole window went out of sight."""
        super().hideEvent(event)  # type: ignore[misc]
        if self._asking.waits and not event.spontaneous():
            self._asking.forget()
            self._stale = True


@contextmanager
def _off_the_screen(say: Callable[[str], None]) -> Iterator[None]:
    """Let a mistake of ours go on, once it took what was shown before off the screen."""
    try:
        yield
    except Refusal:
        raise
    except Exception:
        say(WRONG)
        raise


def _every(needed: Sequence[Callable[[], Callable[[], Any]]]) -> Callable[[], None]:
    """Return what makes everything needed that may be had."""
    makers: list[Callable[[], Any]] = []
    for maker in needed:
        with suppress(Refusal):
            makers.append(maker())

    def make() -> None:
        for one in makers:
            go_on()
            with suppress(Refusal):
                one()

    return make


def _shown(show: Callable[[Any], Shown], answer: Any) -> Iterator[None]:
    """Begin to show an answer when the first step is asked for, not before."""
    yield from show(answer) or ()


def _in_turn(make: Callable[[], Any]) -> Any:
    with _ONE:
        wait_until_shown()
        # Nobody may want it any more when its turn comes.
        go_on()
        made = make()
        announce()
        return made
