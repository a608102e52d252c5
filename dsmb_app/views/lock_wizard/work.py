"""Fourth page: what will be locked, then the lock itself, step by step."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QProgressBar, QWidget

from dsmb_app.model.errors import Refusal
from dsmb_app.model.lock_wish import LockOutcome, LockWish
from dsmb_app.views import jobs
from dsmb_app.views.controls import label
from dsmb_app.views.lock_wizard.locker import Errand, Locker
from dsmb_app.views.lock_wizard.step import Step
from dsmb_app.views.lock_wizard.turning_back import TurningBack

_OF_STUDY = ("STUDY-", "ARM-", "LEAK-", "BASKET-", "EMERGENT-", "COLUMN-NEVER-OPEN", "TOO-MANY-ARMS")
_OF_FILES = ("TRIAL-", "SECRETS-", "WRITE-", "LOCK-", "SNAPSHOT-", "PHRASE-")
DELIVERY, STUDY, FILES = range(3)


def page_to_mend(refusal: Refusal, wish: LockWish) -> int:
    """Return the page on which what was refused can be mended."""
    if refusal.file == wish.study.name or refusal.code.startswith(_OF_STUDY):
        return STUDY
    if refusal.file in (wish.trial.name, wish.secrets.name, wish.out.name) or refusal.code.startswith(_OF_FILES):
        return FILES
    return DELIVERY


class WorkStep(Step):
    """Locks off the main thread. ``to_mend`` carries the page to go back to, and the sentence to say there."""

    to_mend = Signal(int, str)

    title = "Lock"
    explanation = "The delivery is read again, checked, sealed and written. Until it is written, you can stop it."
    go, go_icon = "&Lock", "lock"

    def __init__(self, locker: Locker, errand: Errand) -> None:
        super().__init__()
        self._locker, self._errand = locker, errand
        self._job: jobs.Job | None = None
        self._turning_back: TurningBack | None = None
        self.what = label(wraps=True)
        self.column.addWidget(self.what)
        self.steps: list[QLabel] = [label() for _ in locker.steps]
        for words in self.steps:
            self.column.addWidget(words)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the lock")
        self.doing = label(kind="muted", wraps=True)
        self.column.addWidget(self.bar)
        self.column.addWidget(self.doing)
        self.column.addStretch(1)
        self._at(-1)

    def first(self) -> QWidget:
        """Begin at the button that locks."""
        return self.window().next

    def enter(self) -> None:
        """Say what will be locked, and where it goes."""
        wish, delivery = self._errand.wish, self._errand.delivery
        lines = {
            "Delivery": f"{wish.source}, {len(delivery.files)} datasets, {delivery.subjects:,} subjects",
            "Study file": wish.study,
            "Trial file": wish.trial,
            "Secrets file": wish.secrets,
            "Snapshot": wish.out,
        }
        self.what.setText("\n".join(f"{name}: {value}" for name, value in lines.items()))
        self.doing.setText("")
        self._at(-1)

    def may_go(self) -> bool:
        """Tell whether no lock is running."""
        return self._job is None

    @property
    def at_work(self) -> bool:
        """Tell whether a lock is running."""
        return self._job is not None

    def leave(self, go_on: Callable[[], None]) -> None:
        """Lock; go on when the snapshot is written."""
        self.say("")
        wish, turning_back = self._errand.wish, TurningBack(self._locker.steps[-1])
        self._turning_back, self._go_on = turning_back, go_on

        def work(progress: jobs.Progress) -> LockOutcome:
            def step(name: str, done: int, total: int) -> None:
                progress(name, done, total)
                turning_back.pass_step(name)

            return self._locker.lock(wish, step)

        self._at(0)
        self._job = jobs.start(work, done=self._locked, failed=self._refused)
        self._job.stepped.connect(self._show_step)
        self.changed.emit()

    def give_up(self) -> bool:
        """Stop the lock, which then leaves nothing; where it is too late, say so and let it end."""
        if self._job is None:
            return False
        if self._turning_back.give_up():
            self._job.cancel()
            self._end()
            self.doing.setText("Stopped. Nothing was written.")
        else:
            self.doing.setText("Too late to stop: the files are being written.")
        return True

    def _at(self, place: int) -> None:
        """Mark the steps done and the one that runs."""
        for number, (words, name) in enumerate(zip(self.steps, self._locker.steps, strict=True)):
            mark, state = ("✓", "done") if number < place else ("▸", "running") if number == place else ("·", "to do")
            words.setText(f"{mark}  {name}")
            words.setAccessibleName(f"{name}: {state}")
        self.bar.setVisible(place >= 0)
        self.bar.setRange(0, len(self.steps))
        self.bar.setValue(max(place, 0))

    def _show_step(self, _name: str, done: int, _total: int) -> None:
        if self._job is not None:
            self._at(done)

    def _end(self) -> None:
        self._job = None
        self._at(-1)
        self.changed.emit()

    def _locked(self, outcome: LockOutcome) -> None:
        self._errand.outcome = outcome
        self._end()
        self._go_on()

    def _refused(self, error: Exception) -> None:
        self._end()
        if not isinstance(error, Refusal):
            raise error
        self.to_mend.emit(page_to_mend(error, self._errand.wish), error.sentence())
