"""First page: the folder with the datasets, and what was found in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QProgressBar, QWidget

from dsmb_app.model.lock_wish import Delivery
from dsmb_app.views import jobs
from dsmb_app.views.controls import label
from dsmb_app.views.dialogs.files import ask_for_folder
from dsmb_app.views.lock_wizard.locker import Errand, Locker
from dsmb_app.views.lock_wizard.step import Step, fill, table_of

_HEADS = ("Dataset", "File", "Form", "Rows", "Subjects")


class DeliveryStep(Step):
    """Reads the folder off the main thread as soon as it is named; the page holds while it cannot be used."""

    title = "Delivery"
    explanation = (
        "The folder with the datasets of one data transfer: SDTM, or ADaM with ADSL. Choose it, or drop it here. "
        "Nothing in it is changed."
    )

    def __init__(self, locker: Locker, errand: Errand) -> None:
        super().__init__()
        self._locker, self._errand = locker, errand
        self._asked = ""
        self._job: jobs.Job | None = None
        self.folder = self.add_field("Delivery &folder", self._choose, what="Choose the delivery folder")
        self.folder.setAcceptDrops(False)  # a folder dropped on it is for the whole page
        self.folder.returnPressed.connect(self._read_again)
        self.folder.editingFinished.connect(self._read)
        self.folder.textChanged.connect(self._typed)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of reading")
        self.doing = label(kind="muted")
        self.summary = label(kind="strong", wraps=True)
        self.files = table_of("Datasets of the delivery", _HEADS, wide=1)
        self.notes = label(kind="muted", wraps=True)
        for part in (self.doing, self.bar, self.summary, self.files, self.notes):
            self.column.addWidget(part)
            part.hide()
        self.column.addStretch(1)

    def first(self) -> QWidget:
        """Begin at the folder."""
        return self.folder

    def holds(self) -> bool:
        """Tell whether a folder was named."""
        return bool(self.folder.text().strip())

    def may_go(self) -> bool:
        """Tell whether the folder named was read and can be used."""
        return self._errand.delivery is not None and self._job is None

    def take(self, folder: Path) -> None:
        """Read a folder that was chosen or dropped."""
        self.folder.setText(str(folder))
        self._read_again()

    def _read_again(self) -> None:
        """Read the folder, though it was refused before: it may have been mended."""
        if not self.may_go() and self._job is None:
            self._asked = ""
        self._read()

    def give_up(self) -> bool:
        """Stop reading."""
        if self._job is None:
            return False
        self._job.cancel()
        self._end()
        self._asked = ""
        return True

    def _choose(self) -> None:
        folder = ask_for_folder(self, "Choose the delivery folder", self.folder.text().strip())
        if folder:
            self.take(folder)

    def _typed(self) -> None:
        if self.folder.text().strip() != self._asked:
            self._forget()

    def _forget(self) -> None:
        self.give_up()
        self._asked, self._errand.delivery = "", None
        for part in (self.summary, self.files, self.notes):
            part.hide()
        self.changed.emit()

    def _read(self) -> None:
        named = self.folder.text().strip()
        if not named or named == self._asked:
            return
        self._forget()
        self.say("")
        self._asked = named
        folder = Path(named)
        self.bar.setRange(0, 0)
        self.doing.setText("Reading the delivery")
        self.bar.show()
        self.doing.show()
        self._job = jobs.start(
            lambda progress: self._locker.look(folder, progress), done=self._found, failed=self._failed
        )
        self._job.stepped.connect(self._show_step)
        self.changed.emit()

    def _show_step(self, file: str, done: int, total: int) -> None:
        self.doing.setText(f"Reading {file}" if file else "Checking")
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def _end(self) -> None:
        self._job = None
        self.bar.hide()
        self.doing.hide()

    def _failed(self, error: Exception) -> None:
        self._end()
        self.changed.emit()
        self.fail(error)

    def _found(self, delivery: Delivery) -> None:
        self._end()
        self._errand.delivery = delivery
        rows = sum(file.rows for file in delivery.files)
        self.summary.setText(f"{len(delivery.files)} datasets, {delivery.subjects:,} subjects, {rows:,} rows")
        fill(self.files, [(f.dataset, f.file, f.form, f.rows, f.subjects) for f in delivery.files])
        self.notes.setText("\n".join(f"Note: {note}" for note in delivery.notes))
        self.summary.show()
        self.files.show()
        self.notes.setVisible(bool(delivery.notes))
        self.changed.emit()

    def leave(self, go_on: Callable[[], None]) -> None:
        """Go on with what was read."""
        self.say("")
        go_on()
