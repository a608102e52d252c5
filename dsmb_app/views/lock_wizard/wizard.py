"""The wizard's frame: which page, back and on, what is lost by leaving."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QMessageBox,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from dsmb_app.model.lock_wish import LockOutcome
from dsmb_app.views.controls import button, label
from dsmb_app.views.flow import FlowLayout
from dsmb_app.views.lock_wizard.delivery import DeliveryStep
from dsmb_app.views.lock_wizard.hand_out import HandOutStep
from dsmb_app.views.lock_wizard.kept_files import KeptFilesStep
from dsmb_app.views.lock_wizard.locker import Errand, Locker
from dsmb_app.views.lock_wizard.report import ReportStep
from dsmb_app.views.lock_wizard.step import Step
from dsmb_app.views.lock_wizard.study_file import StudyStep
from dsmb_app.views.lock_wizard.work import WorkStep
from dsmb_app.views.theme import SPACE

SIZE, LEAST_SIZE = (860, 660), (640, 440)


class LockWizard(QDialog):
    """Six pages; going back keeps what was given. ``open_wanted`` carries the outcome of the lock to open."""

    open_wanted = Signal(object)

    def __init__(self, locker: Locker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Lock a snapshot")
        self.setAcceptDrops(True)
        self.errand = Errand()
        self.delivery = DeliveryStep(locker, self.errand)
        self.study = StudyStep(locker, self.errand)
        self.kept = KeptFilesStep(locker, self.errand)
        self.work = WorkStep(locker, self.errand)
        self.report = ReportStep(locker, self.errand)
        self.hand_out = HandOutStep(locker, self.errand)
        self.steps: tuple[Step, ...] = (
            self.delivery, self.study, self.kept, self.work, self.report, self.hand_out,
        )  # fmt: skip
        self.question: QMessageBox | None = None
        self._lay_out()
        self.work.to_mend.connect(self._mend)
        self.finished.connect(lambda _code: self._forget())
        self._fit()
        self.show_step(0)

    def _lay_out(self) -> None:
        self.path = [label(f"{place}  {step.title}", "small") for place, step in enumerate(self.steps, start=1)]
        self.heading = label(kind="title")
        self.explanation = label(kind="muted", wraps=True)
        self.stack = QStackedWidget()
        for step in self.steps:
            area = QScrollArea()
            area.setWidgetResizable(True)
            area.setFrameShape(QFrame.Shape.NoFrame)
            area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            area.setWidget(step)
            self.stack.addWidget(area)
            step.changed.connect(self._look_again)
            step.refused.connect(self._say)
        self.fault = label(kind="fault", wraps=True)
        self.fault.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.fault.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(*[3 * SPACE] * 4)
        column.setSpacing(SPACE)
        way = QWidget()
        line = FlowLayout(way, gap=2 * SPACE)
        for words in self.path:
            line.addWidget(words)
        for part in (way, self.heading, self.explanation):
            column.addWidget(part)
        column.addWidget(self.stack, 1)
        column.addWidget(self.fault)
        column.addLayout(self._buttons())

    def _buttons(self) -> QHBoxLayout:
        self.leave = button("Cancel", "close", self.reject)
        self.back = button("&Back", "back", self.go_back)
        self.next = button("&Next", "forward", self.go_on, main=True)
        self.leave.setAutoDefault(False)
        self.back.setAutoDefault(False)
        self.next.setDefault(True)
        row = QHBoxLayout()
        row.addWidget(self.leave)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.next)
        return row

    def _fit(self) -> None:
        """Be no larger than the screen, which is small at 200%."""
        room = self.screen().availableGeometry().size()
        self.setMinimumSize(min(LEAST_SIZE[0], room.width()), min(LEAST_SIZE[1], room.height()))
        self.resize(min(SIZE[0], room.width() - 20), min(SIZE[1], room.height() - 40))

    # ------------------------------------------------------------------------------------------------------------------
    # Back and on

    @property
    def place(self) -> int:
        """Return the place of the page shown, from 0."""
        return self.stack.currentIndex()

    @property
    def step(self) -> Step:
        """Return the page shown."""
        return self.steps[self.place]

    def show_step(self, place: int) -> None:
        """Show a page, with what the pages before it have learnt."""
        self.stack.setCurrentIndex(place)
        self._say("")
        step = self.step
        step.enter()
        for number, words in enumerate(self.path):
            words.setProperty("kind", "strong" if number == place else "small")
            words.style().unpolish(words)
            words.style().polish(words)
        self.heading.setText(step.title)
        self.heading.setAccessibleName(f"Step {place + 1} of {len(self.steps)}: {step.title}")
        self.explanation.setText(step.explanation)
        self.explanation.setVisible(bool(step.explanation))
        self.stack.currentWidget().verticalScrollBar().setValue(0)
        self._look_again()
        step.first().setFocus(Qt.FocusReason.TabFocusReason)

    def go_on(self) -> None:
        """Let the page check and keep what it was given, then show the next one."""
        if self.step is self.hand_out:
            self.open_wanted.emit(self.errand.outcome)
            self.accept()
        elif self.step.may_go():
            self.step.leave(self._advance)

    def _advance(self) -> None:
        self.show_step(self.place + 1)

    def go_back(self) -> None:
        """Show the page before."""
        if self.back.isEnabled():
            self.step.give_up()
            self.show_step(self.place - 1)

    def _mend(self, place: int, sentence: str) -> None:
        """Go back to where something can be mended, and say what."""
        self.show_step(place)
        self._say(sentence)

    def _look_again(self) -> None:
        """Let the buttons say what can be done now."""
        step, done = self.step, self.errand.outcome is not None
        self.next.setText(step.go)
        self.next.icon_name = step.go_icon
        self.next.tint()
        self.next.setAccessibleName(step.go.replace("&", ""))
        self.next.setEnabled(step.may_go())
        self.back.setVisible(step not in (self.delivery, self.report))
        self.back.setEnabled(not self.work.at_work)
        self.leave.setText("Stop" if self.work.at_work else "Close" if done else "Cancel")
        self.leave.setAccessibleName(self.leave.text())

    def _say(self, sentence: str) -> None:
        self.fault.setText(sentence)
        self.fault.setAccessibleName(sentence)
        self.fault.setVisible(bool(sentence))

    # ------------------------------------------------------------------------------------------------------------------
    # Dropping, leaving

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Welcome a folder on the first page."""
        if self.step is self.delivery and _folder_of(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Read a folder that was dropped; of a dropped file, the folder that it lies in."""
        folder = _folder_of(event)
        if folder is not None:
            event.acceptProposedAction()
            self.delivery.take(folder)

    def reject(self) -> None:
        """Stop what is at work; else leave, asking only where something would be lost."""
        if self.step.give_up():
            self._look_again()
        elif self.errand.outcome is None and any(step.holds() for step in self.steps):
            self._ask()
        else:
            super().reject()

    def _ask(self) -> None:
        box = QMessageBox(self)
        box.setWindowTitle(self.windowTitle())
        box.setText("Leave without locking?")
        box.setInformativeText("What you gave here is lost. Study files that were saved stay; no snapshot was written.")
        away = box.addButton("&Leave", QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton("&Stay", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # Not super().reject: Qt would find this class's own by its name, and ask for ever.
        away.clicked.connect(lambda: QDialog.reject(self))
        self.question = box
        box.open()

    def _forget(self) -> None:
        for step in self.steps:
            step.give_up()
        self.hand_out.forget()


def _folder_of(event: QDropEvent) -> Path | None:
    """Return the folder that is dragged, or that of the dragged file; None for anything else."""
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    found = [path if path.is_dir() else path.parent for path in paths if path.exists()]
    return found[0] if found else None


def opening_of(outcome: LockOutcome) -> dict[str, str]:
    """Return what opens a snapshot that was just locked, as OpenDialog.use takes it."""
    return {"phrase": outcome.phrases.get("main", ""), "signer": outcome.signer}
