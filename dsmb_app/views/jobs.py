"""Long work off the main thread, with steps to show and a way to give up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, QThreadPool, QTimer, Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QProgressBar, QVBoxLayout, QWidget

from dsmb_app.model.stopping import Stopped, stoppable
from dsmb_app.views.theme import SPACE

Progress = Callable[[str, int, int], None]
"""Called by the work with the step's name, the steps done and how many there are (0: not known)."""


@dataclass(frozen=True)
class Stepped:
    """Work that begins with steps which only the main thread may do, by name; ``rest`` may be done in any thread.

    A job does one step a turn of the event loop, so that the window lives and Cancel is heard in between. Called, it
    does everything at once.
    """

    first: Sequence[tuple[str, Callable[[], object]]]
    rest: Callable[[Progress], Any]

    def __call__(self, progress: Progress) -> Any:
        """Do every step and the rest; return what the rest returns."""
        for place, (name, do) in enumerate(self.first):
            progress(name, place, len(self.first))
            do()
        return self.rest(progress)


class BrokenOff(Exception):  # noqa: N818 - it says what happened
    """The work ended by something that is no error of the usual kind; its name is the message."""


_TURN = 10
"""Milliseconds between two steps, in which the window paints and hears the reader."""

# A job lives until its last signal has arrived, whoever else lets go of it before.
_AT_WORK: set[Job] = set()
# Also one that was given up, until its work has ended: Qt's part of it must go in the thread that made it.
_RUNNING: list[Job] = []
# Its threads stay. To start one waits until the new one has had its turn, which is long while others count.
_THREADS = QThreadPool()
_THREADS.setMaxThreadCount(16)
_THREADS.setExpiryTimeout(-1)


class Job(QObject):
    """One piece of work in another thread. Signals arrive in the main thread; after a cancel none does.

    ``settled``: it can be given up no more. Whatever ends the work is told, or a dialog would wait for ever.
    ``ended`` is set when the other thread has let go of it.
    """

    stepped = Signal(str, int, int)
    settled = Signal()
    done = Signal(object)
    failed = Signal(object)
    _sent = Signal(object, object)

    def __init__(self, work: Callable[[Progress], Any]) -> None:
        super().__init__()
        self._first = list(work.first) if isinstance(work, Stepped) else []
        self._work = work.rest if isinstance(work, Stepped) else work
        self._cancelled = threading.Event()
        self._settled, self._guard = False, threading.Lock()
        # Through a slot of this object, so that what the thread sends is looked at in the main thread.
        self._sent.connect(self._deliver)
        self.ended = threading.Event()

    def start(self) -> None:
        """Begin."""
        _AT_WORK.add(self)
        self._announce(0)

    def _announce(self, place: int) -> None:
        """Tell the name of a step, which is done when that has been painted; after the last one the rest begins."""
        if place < len(self._first):
            self._send(self.stepped, self._first[place][0], place, len(self._first))
            QTimer.singleShot(_TURN, self, lambda: self._do(place))
            return
        _RUNNING[:] = [job for job in _RUNNING if not job.ended.is_set()]
        _RUNNING.append(self)
        _THREADS.start(partial(_do, [self], self.ended))

    def cancel(self) -> None:
        """Give up: the work stops at its next step, unless it is past giving up, and its result is dropped."""
        self._cancelled.set()
        _AT_WORK.discard(self)

    def give_up(self) -> bool:
        """Cancel; return False, having done nothing, when it is too late: then the work ends as if nobody had asked."""
        with self._guard:
            if not self._settled:
                self.cancel()
            return self._cancelled.is_set()

    def _settle(self) -> bool:
        with self._guard:
            if self._given_up():
                return False
            self._settled = True
        self._send(self.settled)
        return True

    def _given_up(self) -> bool:
        return self._cancelled.is_set() and not self._settled

    def _do(self, place: int) -> None:
        """Do a step in the main thread, unless the reader has given up."""
        if self._cancelled.is_set():
            return
        try:
            self._first[place][1]()
        except Exception as error:  # noqa: BLE001 - handed over like one of the rest
            self._send(self.failed, error)
        else:
            self._announce(place + 1)

    def run(self) -> None:
        """Do the work, in the thread that this is called in."""
        try:
            with stoppable(self._given_up, self._settle):
                result = self._work(self._step)
        except Stopped:
            return
        except Exception as error:  # noqa: BLE001 - handed to the main thread, which tells the reader
            self._send(self.failed, error)
        except BaseException as error:  # noqa: BLE001 - so do a library's panic, and what would end a process
            self._send(self.failed, BrokenOff(type(error).__name__).with_traceback(error.__traceback__))
        else:
            self._send(self.done, result)

    def _step(self, name: str, done: int, total: int) -> None:
        if self._given_up():
            raise Stopped
        self._send(self.stepped, name, done, total)

    def _send(self, signal: Any, *values: Any) -> None:
        self._sent.emit(signal, values)

    @Slot(object, object)
    def _deliver(self, signal: Any, values: tuple[Any, ...]) -> None:
        # Here, not where it is sent: a cancel may come while it is on its way, and an answer of before, perhaps of
        # another level, would be shown.
        if not self._cancelled.is_set():
            signal.emit(*values)


def _do(held: list[Job], ended: threading.Event) -> None:
    """Run a job and let go of it before anybody is told so."""
    try:
        held.pop().run()
    finally:
        ended.set()


def start(work: Callable[[Progress], Any], *, done: Callable[[Any], None], failed: Callable[[Exception], None]) -> Job:
    """Do work and show nothing of it; then call ``done`` or ``failed``, or neither after a cancel."""
    job = Job(work)
    job.done.connect(done)
    job.failed.connect(failed)
    for end in (job.done, job.failed):
        end.connect(lambda _outcome: _AT_WORK.discard(job))
    job.start()
    return job


def at_work() -> bool:
    """Tell whether some job has not ended yet."""
    return bool(_AT_WORK)


def give_up_all() -> None:
    """Cancel every job; what is at work comes to no end that anybody sees."""
    for job in list(_AT_WORK):
        job.cancel()


def end(seconds: float) -> bool:
    """Give everything up and wait so long for the work to end; tell whether all has.

    A thread that is still at work when the interpreter goes is torn out of the library that it is in, which ends the
    whole process with a fault. The work writes whole files or nothing, so it may be cut off then.
    """
    give_up_all()
    return _THREADS.waitForDone(round(1000 * seconds))


class Waiting(QDialog):
    """What is being done, which step of it, and Cancel."""

    def __init__(self, title: str, job: Job, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setMinimumWidth(380)
        self._job = job
        self._step = QLabel(title)
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(SPACE)
        for part in (self._step, self.bar, self.buttons):
            column.addWidget(part)
        job.stepped.connect(self._show)
        # What can no longer be taken back is not offered to be.
        job.settled.connect(lambda: self.buttons.setEnabled(False))
        job.done.connect(self.accept)
        job.failed.connect(self.accept)

    def reject(self) -> None:
        """Give the work up; where it is too late for that, wait for its end."""
        if self._job.give_up():
            super().reject()

    @property
    def step(self) -> str:
        """Return the step that is shown."""
        return self._step.text()

    def _show(self, name: str, done: int, total: int) -> None:
        self._step.setText(name)
        self.bar.setRange(0, total)
        self.bar.setValue(done)


def run(
    title: str,
    work: Callable[[Progress], Any],
    *,
    parent: QWidget | None,
    done: Callable[[Any], None],
    failed: Callable[[Exception], None],
) -> Job:
    """Do work behind a dialog that shows its steps; then call ``done`` or ``failed``, or neither after a cancel."""
    job = Job(work)
    waiting = Waiting(title, job, parent)
    waiting.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    job.done.connect(done)
    job.failed.connect(failed)
    for end in (job.done, job.failed):
        end.connect(lambda _outcome: _AT_WORK.discard(job))
    waiting.open()
    job.start()
    return job
