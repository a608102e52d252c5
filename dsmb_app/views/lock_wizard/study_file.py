"""Second page: the study file, chosen or drafted; what is only guessed in it is said and must be settled."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QTextCursor
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QListWidget, QPlainTextEdit, QWidget

from dsmb_app.model.errors import Refusal
from dsmb_app.model.lock_wish import Guess, guesses, settled
from dsmb_app.model.study import study_of
from dsmb_app.views import jobs
from dsmb_app.views.controls import button, label
from dsmb_app.views.dialogs.files import ask_for_file
from dsmb_app.views.lock_wizard.locker import Errand, Locker
from dsmb_app.views.lock_wizard.step import Step, copies_here

_LINE = re.compile(r"\(at line (\d+),")
_SETTLE = "Settle every guess first: read each line of the list, correct it in the text, then tick the box."


class StudyStep(Step):
    """Holds the text of the study file; going on checks it, and saves it where it was changed."""

    title = "Study file"
    explanation = (
        "It says what the trial is called, where its data end, which arms there are and what an open session may show. "
        "Choose the one of this trial, or have one drafted from the delivery and correct it here."
    )

    def __init__(self, locker: Locker, errand: Errand) -> None:
        super().__init__()
        self._locker, self._errand = locker, errand
        self._loaded: Path | None = None  # whose text stands here: it may be saved without asking
        self._on_disk, self._delivery, self._replaces = "", None, None
        self._job: jobs.Job | None = None
        self.file = self.add_field("Study &file", self._choose, what="Choose a study file")
        self.file.editingFinished.connect(self._named)
        self.draft = button("&Draft one from the delivery", "check", self.make_draft)
        self.draft.setAutoDefault(False)
        row = QHBoxLayout()
        row.addWidget(self.draft)
        row.addStretch(1)
        self.column.addLayout(row)
        self._add_guesses()
        self.text = QPlainTextEdit()
        self.text.setAccessibleName("Text of the study file")
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(190)
        self.text.textChanged.connect(self._edited)
        words = label("&Text of the study file; what you change is saved when you go on", "small")
        words.setBuddy(self.text)
        self.column.addWidget(words)
        self.column.addWidget(self.text, 1)
        self._edited()

    def _add_guesses(self) -> None:
        self.asked = label(wraps=True, kind="strong")
        self.asked.setText("Guessed, and yours to decide. Enter on a line goes to it in the text.")
        self.guesses = QListWidget()
        self.guesses.setObjectName("rows")
        self.guesses.setAccessibleName("Guesses in the study file")
        copies_here(self.guesses)
        self.guesses.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.guesses.itemActivated.connect(lambda _item: self._go_to(self._found[self.guesses.currentRow()].line))
        self.settled = QCheckBox("I have settled &every guess of this list (their CHECK marks are then taken out)")
        self.settled.setAccessibleName("I have settled every guess of this list")
        self.settled.toggled.connect(lambda _on: self.changed.emit())
        self._found: tuple[Guess, ...] = ()
        for part in (self.asked, self.guesses, self.settled):
            self.column.addWidget(part)

    def first(self) -> QWidget:
        """Begin at the file, or where there is something to settle, at the list."""
        return self.guesses if self._found else self.file

    def enter(self) -> None:
        """Propose the study file of the delivery, if another delivery was read since."""
        folder = self._errand.delivery.folder
        if self._delivery == folder:
            return
        self._delivery = folder
        if not self.text.toPlainText():
            self.file.setText(str(folder / "study.toml"))
            if (folder / "study.toml").is_file():
                self._load(folder / "study.toml")

    def may_go(self) -> bool:
        """Tell whether there is a text and a file to keep it in."""
        return bool(self.text.toPlainText().strip() and self.file.text().strip()) and self._job is None

    def holds(self) -> bool:
        """Tell whether the text was changed and not saved."""
        return self.text.toPlainText() != self._on_disk

    def give_up(self) -> bool:
        """Stop drafting."""
        if self._job is None:
            return False
        self._job.cancel()
        self._drafting(None)
        return True

    def _path(self) -> Path:
        return Path(self.file.text().strip())

    def _choose(self) -> None:
        file = ask_for_file(self, "Choose a study file", self.file.text().strip(), "Study files (*.toml)")
        if file:
            self.file.setText(str(file))
            self._load(file)

    def _named(self) -> None:
        path = self._path()
        if path != self._loaded and path.is_file() and not self.holds():
            self._load(path)
        self.changed.emit()

    def _load(self, path: Path) -> None:
        self.say("")
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", "") or "it is no UTF-8 text"
            self.fail(Refusal("STUDY-UNREADABLE", f"It cannot be read ({why}).", "Give a study file.", file=path.name))
            return
        self._show(text)
        self._loaded, self._on_disk = path, self.text.toPlainText()
        self.changed.emit()

    def _show(self, text: str) -> None:
        self.settled.setChecked(False)
        self.text.setPlainText(text)

    def make_draft(self) -> None:
        """Draft a study file off the main thread, under a name that no file has yet."""
        self.say("")
        folder = self._errand.delivery.folder
        job = jobs.start(lambda _progress: self._locker.draft(folder), done=self._drafted, failed=self._not_drafted)
        self._drafting(job)

    def _drafting(self, job: jobs.Job | None) -> None:
        self._job = job
        self.draft.setEnabled(job is None)
        self.draft.setText("Reading the delivery…" if job else "&Draft one from the delivery")
        self.changed.emit()

    def _drafted(self, text: str) -> None:
        self._drafting(None)
        folder = self._errand.delivery.folder
        names = ("study.toml", *(f"study-draft{number or ''}.toml" for number in range(100)))
        self.file.setText(str(next(folder / name for name in names if not (folder / name).exists())))
        self._loaded, self._on_disk = None, ""
        self._show(text)
        self.first().setFocus()

    def _not_drafted(self, error: Exception) -> None:
        self._drafting(None)
        self.fail(error)

    def _edited(self) -> None:
        self._found = guesses(self.text.toPlainText())
        row = self.guesses.currentRow()
        self.guesses.clear()
        self.guesses.addItems([f"{found.key} = {found.value}   {found.why}" for found in self._found])
        for place, found in enumerate(self._found):
            self.guesses.item(place).setToolTip(f"{found.key}: {found.why}")
        self.guesses.setCurrentRow(max(0, min(row, len(self._found) - 1)))
        self.guesses.setFixedHeight(min(max(len(self._found), 1), 5) * 25 + 6)
        for part in (self.asked, self.guesses, self.settled):
            part.setVisible(bool(self._found))
        self._replaces = None
        self.changed.emit()

    def _go_to(self, line: int) -> None:
        cursor = QTextCursor(self.text.document().findBlockByNumber(line - 1))
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        self.text.setTextCursor(cursor)
        self.text.setFocus()

    def leave(self, go_on: Callable[[], None]) -> None:
        """Check the text and save it where it was changed."""
        self.say("")
        path, text = self._path(), self.text.toPlainText()
        try:
            study = study_of(text, path.name).study
            if self._found and not self.settled.isChecked():
                self.say(_SETTLE)
                return
            self._save(path, settled(text))
        except Refusal as refusal:
            self.fail(refusal)
            if at := _LINE.search(refusal.what):
                self._go_to(int(at[1]))
            return
        if self._loaded == path:
            self._errand.study, self._errand.proposed = path, f"{study.id}_meeting{study.meeting}"
            go_on()

    def _save(self, path: Path, text: str) -> None:
        if path == self._loaded and text == self._on_disk:
            return
        if path != self._loaded and path.exists() and self._replaces != path:
            self._replaces = path
            self.say(f"There is a file of this name already: {path.name}. Press Next again to replace it.")
            return
        self._locker.save_study(path, text)
        if text != self.text.toPlainText():
            self.text.setPlainText(text)
        self._loaded, self._on_disk = path, text
