"""One field for what opens a part: its phrase, or the passphrase of the reader's own key file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from dsmb_app.views.controls import button
from dsmb_app.views.dialogs.files import ask_for_key
from dsmb_app.views.dialogs.form import Form

USE_KEY = "Use my key file…"


class PhraseOrKey:
    """Adds the field to a form, and where key files can be read a button that changes what is asked for."""

    def __init__(self, form: Form, phrase: str, *, with_key: bool) -> None:
        self._form, self._phrase = form, phrase
        self.key: Path | None = None
        self.field: QLineEdit = form.add_field(phrase, secret=True)
        self.change = button(USE_KEY, "open", self._change, hint="Instead of a phrase, where it was locked for you")
        self.change.setAutoDefault(False)
        form.fields.addWidget(self.change, alignment=Qt.AlignmentFlag.AlignLeft)
        self.change.setVisible(with_key)

    def take(self, key: Path | None) -> None:
        """Ask for the passphrase of a key file; None: ask for the phrase again."""
        self.key = key
        self.field.clear()
        self._form.rename_field(self.field, f"Passphrase of {key.name}" if key else self._phrase)
        self.change.setText(f"Use the {self._phrase.lower()}" if key else USE_KEY)
        self._form.check()
        self.field.setFocus()

    def _change(self) -> None:
        self.take(None if self.key else ask_for_key(self._form))
