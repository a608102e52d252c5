"""Fifth page: what was locked, what would tell the arms, what had to be counted or noted."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from dsmb_app.model.errors import Refusal
from dsmb_app.model.lock_wish import LockOutcome
from dsmb_app.views.controls import button, label
from dsmb_app.views.dialogs.files import ask_where_to_save
from dsmb_app.views.lock_wizard.locker import Errand, Locker
from dsmb_app.views.lock_wizard.step import Step, fill, table_of

_WHAT_TO_DO = (
    "These columns differ between arms. An effect of the treatment is a leak of this kind and cannot be taken out; "
    "anything else can: correct the delivery, or take the column out of it, and lock again. BLOCK stands here only "
    "where your study file accepts it with a reason."
)


class ReportStep(Step):
    """The same report as the command prints, in tables; the whole of it can be read and saved."""

    title = "Report of the lock"
    explanation = "Read it before you hand anything out. It is closed data: the board does not need it."

    def __init__(self, locker: Locker, errand: Errand) -> None:
        super().__init__()
        self._locker, self._errand = locker, errand
        self.about = QVBoxLayout()
        self.column.addLayout(self.about)
        self.snap_id = self._fact("Snapshot &id")
        self.sha256 = self._fact("SHA-&256")
        self.signer = self._fact("Signer's &fingerprint")
        self.searched = label(kind="strong", wraps=True)
        self.leaks = table_of("What tells the arms", ("Verdict", "Column", "Pattern", "p", "Accepted because"), wide=4)
        self.to_do = label(_WHAT_TO_DO, "muted", wraps=True)
        self.counted = label("Rules that had to be used, and how often", "strong")
        self.counts = table_of("Rules that had to be used", ("Times", "Rule"), wide=1)
        self.noted = label("Notes on the delivery", "strong")
        self.notes = label(wraps=True)
        self.notes.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words = label("The &whole report, with where each column went", "small")
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName("The whole report")
        self.text.setMinimumHeight(150)
        words.setBuddy(self.text)
        parts = (
            self.searched,
            self.leaks,
            self.to_do,
            self.counted,
            self.counts,
            self.noted,
            self.notes,
            words,
            self.text,
        )
        for part in parts:
            self.column.addWidget(part)
        self.save = button("&Save the report…", "export", self._save)
        self.save.setAutoDefault(False)
        self.column.addWidget(self.save, alignment=Qt.AlignmentFlag.AlignLeft)

    def _fact(self, name: str) -> QLineEdit:
        field = QLineEdit()
        field.setReadOnly(True)
        field.setAccessibleName(name.replace("&", ""))
        words = label(name, "small")
        words.setBuddy(field)
        self.about.addWidget(words)
        self.about.addWidget(field)
        return field

    def first(self) -> QWidget:
        """Begin at the button that goes on."""
        return self.window().next

    def enter(self) -> None:
        """Show the report."""
        outcome = self._errand.outcome
        for field, value in (
            (self.snap_id, outcome.snap_id),
            (self.sha256, outcome.sha256),
            (self.signer, outcome.signer),
        ):
            field.setText(value)
            field.setCursorPosition(0)
        self.searched.setText(searched(outcome))
        rows = [(leak.verdict, leak.column, leak.feature, leak.p, leak.reason) for leak in outcome.leaks]
        _show((self.leaks, self.to_do), rows)
        fill(self.leaks, rows)
        fill(self.counts, [(times, rule) for rule, times in outcome.counts.items()])
        _show((self.counted, self.counts), outcome.counts)
        self.notes.setText("\n".join(f"• {note}" for note in outcome.notes))
        _show((self.noted, self.notes), outcome.notes)
        self.text.setPlainText(outcome.text)

    def _save(self) -> None:
        outcome = self._errand.outcome
        proposed = str(outcome.secrets.with_name(f"{outcome.file.stem}-report.txt"))
        path: Path | None = ask_where_to_save(self, "Save the report", proposed, "Text (*.txt)")
        if path is None:
            return
        try:
            self._locker.save_secret(path, f"{outcome.text}\n")
        except Refusal as refusal:
            self.fail(refusal)


def searched(outcome: LockOutcome) -> str:
    """Return in words what was searched for leaks, and how much was found."""
    tables, columns, rows = outcome.searched
    blocks = sum(leak.verdict == "BLOCK" for leak in outcome.leaks)
    said = {0: "nothing was found that tells the arms", 1: "one pattern was found that tells the arms"}
    found = said.get(len(outcome.leaks), f"{len(outcome.leaks)} patterns were found that tell the arms")
    accepted = f", {blocks} of them accepted by your study file" if blocks else ""
    return (
        f"Snapshot number {outcome.seq}. Its open part, {tables} tables with {columns} columns and {rows:,} rows, was "
        f"searched: {found}{accepted}."
    )


def _show(parts: Iterable[QWidget], for_these: object) -> None:
    for part in parts:
        part.setVisible(bool(for_these))
