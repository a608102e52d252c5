"""Third page: the trial file, the secrets file and the snapshot; what a lock would do with each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QLineEdit, QWidget

from dsmb_app.model.errors import Refusal
from dsmb_app.model.lock_wish import LockWish
from dsmb_app.views.controls import label
from dsmb_app.views.dialogs.files import SNAPSHOTS, ask_for_old_or_new
from dsmb_app.views.lock_wizard.locker import Errand, Locker
from dsmb_app.views.lock_wizard.step import Step

_JSON = "JSON files (*.json)"


class KeptFilesStep(Step):
    """Proposes the files beside the delivery folder, never in it: a delivery may go to others."""

    title = "Files to keep"
    explanation = (
        "Use the same trial file and the same secrets file at every meeting of a trial. Both stay with you: together "
        "with the snapshot they unblind the trial."
    )

    def __init__(self, locker: Locker, errand: Errand) -> None:
        super().__init__()
        self._locker, self._errand = locker, errand
        self._replaces: Path | None = None
        self._told = False
        self._proposed: dict[QLineEdit, str] = {}
        self.trial, self.trial_words = self._add("&Trial file", "Choose the trial file, or name a new one", _JSON)
        self.secrets, self.secrets_words = self._add(
            "&Secrets file", "Choose the secrets file, or name a new one", _JSON
        )
        self.out, self.out_words = self._add("Snapshot to &write", "Name the snapshot", SNAPSHOTS)
        self.out_words.setText("Encrypted and signed; this is what the board receives.")
        self.warning = label(kind="muted", wraps=True)
        self.column.addWidget(self.warning)
        self.column.addStretch(1)

    def _add(self, name: str, what: str, kinds: str) -> tuple[QLineEdit, QWidget]:
        field = self.add_field(name, lambda: self._choose(field, what, kinds), what=what)
        words = label(kind="muted", wraps=True)
        self.column.addWidget(words)
        field.textChanged.connect(lambda _text: self._typed())
        field.editingFinished.connect(self._named)
        return field, words

    def first(self) -> QWidget:
        """Begin at the trial file."""
        return self.trial

    def holds(self) -> bool:
        """Tell whether a name was given."""
        return any(field.text() != proposed for field, proposed in self._proposed.items())

    def may_go(self) -> bool:
        """Tell whether all three have names."""
        return all(field.text().strip() for field in (self.trial, self.secrets, self.out))

    def enter(self) -> None:
        """Propose names for what the reader has not named."""
        beside = self._errand.delivery.folder.resolve().parent
        names = {self.trial: "trial.json", self.secrets: "secrets.json", self.out: f"{self._errand.proposed}.dsmb"}
        for field, name in names.items():
            if field.text() == self._proposed.get(field, ""):
                field.setText(str(beside / name))
                self._proposed[field] = field.text()
        self._tell()

    def _choose(self, field: QLineEdit, what: str, kinds: str) -> None:
        file = ask_for_old_or_new(self, what, field.text().strip(), kinds)
        if file:
            field.setText(str(file))
            self._tell()

    def _typed(self) -> None:
        self._replaces, self._told = None, False
        self.trial_words.setText("")
        self.secrets_words.setText("")
        self.warning.setText("")
        self.changed.emit()

    def _wish(self) -> LockWish:
        trial, secrets, out = (Path(field.text().strip()) for field in (self.trial, self.secrets, self.out))
        out = out if out.suffix.lower() == ".dsmb" else out.with_name(f"{out.name}.dsmb")
        return LockWish(self._errand.delivery.folder, self._errand.study, trial, secrets, out)

    def _named(self) -> None:
        # Not again when the focus only leaves the field: what was refused is still to be read.
        if not self._told:
            self._tell()

    def _tell(self) -> bool:
        """Say what a lock would do with the files; return whether it could."""
        if not self.may_go():
            return False
        self._told = True
        try:
            kept = self._locker.ahead(self._wish())
        except Refusal as refusal:
            self.fail(refusal)
            return False
        self.say("")
        self.trial_words.setText(kept.trial)
        self.secrets_words.setText(kept.secrets)
        self.warning.setText(kept.warning)
        return True

    def leave(self, go_on: Callable[[], None]) -> None:
        """Keep the names, once a file that would be replaced was told."""
        if not self._tell():
            return
        wish = self._wish()
        if wish.out.exists() and self._replaces != wish.out:
            self._replaces = wish.out
            self.say(f"There is a file of this name already: {wish.out.name}. Press Next again to replace it.")
            return
        self._errand.wish = wish
        go_on()
