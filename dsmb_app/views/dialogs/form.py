"""What the program's dialogs share: a heading, fields with labels above them, a sentence when something is wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from dsmb_app.views.controls import button, label, tool
from dsmb_app.views.theme import SPACE

_WIDTH = 460


class Form(QDialog):
    """A dialog that stays open until what was given is right, or the reader gives up."""

    def __init__(self, title: str, explanation: str, go: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(*[3 * SPACE] * 4)
        self.column.setSpacing(SPACE)
        self.column.addWidget(label(title, "title"))
        self.column.addWidget(label(explanation, "muted", wraps=True))
        self.fields = QVBoxLayout()
        self.fields.setSpacing(SPACE // 2)
        self.column.addLayout(self.fields)
        self.fault = label(kind="fault", wraps=True)
        self.fault.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.fault.hide()
        self.column.addWidget(self.fault)
        self.go = button(go, "check", self.try_to_go, main=True)
        self.go.setDefault(True)
        self.column.addLayout(self._buttons())

    def _buttons(self) -> QHBoxLayout:
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        box.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(box)
        row.addWidget(self.go)
        return row

    def add_field(self, name: str, *, hint: str = "", secret: bool = False, beside: QWidget | None = None) -> QLineEdit:
        """Add a line to fill in, with its name above it; a secret one shows dots until the reader asks to see it."""
        field = QLineEdit()
        field.setAccessibleName(name)
        field.setPlaceholderText(hint)
        words = label(name, "small")
        words.setBuddy(field)
        self.fields.addSpacing(SPACE // 2)
        self.fields.addWidget(words)
        row = QHBoxLayout()
        row.addWidget(field, 1)
        if secret:
            field.setEchoMode(QLineEdit.EchoMode.Password)
            beside = tool(f"Show {name.lower()}", "names", lambda: _toggle(field))
        if beside is not None:
            row.addWidget(beside)
        self.fields.addLayout(row)
        field.textChanged.connect(lambda _text: self.check())
        return field

    def rename_field(self, field: QLineEdit, name: str) -> None:
        """Give a field another name, above it and for screen readers."""
        field.setAccessibleName(name)
        for words in self.findChildren(QLabel):
            if words.buddy() is field:
                words.setText(name)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin at the first field that is empty."""
        super().showEvent(event)
        empty = [field for field in self.findChildren(QLineEdit) if not field.text() and not field.isReadOnly()]
        if empty:
            empty[0].setFocus()

    def check(self) -> None:
        """Let the reader go on only when everything that is needed is there."""
        self.go.setEnabled(not self.missing())

    def missing(self) -> str:
        """Return what is still needed, '' when nothing is."""
        raise NotImplementedError

    def try_to_go(self) -> None:
        """Do what the dialog is for; accept, or say what is wrong."""
        raise NotImplementedError

    def say(self, sentence: str) -> None:
        """Say what is wrong."""
        self.fault.setText(sentence)
        self.fault.setVisible(bool(sentence))
        self.adjustSize()


def _toggle(field: QLineEdit) -> None:
    hidden = field.echoMode() is QLineEdit.EchoMode.Password
    field.setEchoMode(QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password)
