"""Unblinding: who asks, in which role, why, and the phrase. All but the phrase go into the audit log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from dsmb_app.model.errors import Refusal
from dsmb_app.views import jobs
from dsmb_app.views.controls import label
from dsmb_app.views.dialogs.form import Form
from dsmb_app.views.dialogs.phrase_or_key import PhraseOrKey

CODES = (
    "Start a closed session",
    "The codes phrase shows the arms as letters.",
    "Codes phrase",
    "Show arms masked",
)
NAMES = (
    "Show arm names",
    "The names phrase shows which arm is which.",
    "Names phrase",
    "Show arm names",
)


class UnblindDialog(Form):
    """Asks until ``unlock(what opens, why=reason, who=name and role)`` goes through or the reader gives up.

    What opens is the phrase, or what ``read_key`` makes of the reader's key file and its passphrase.
    """

    def __init__(
        self,
        words: tuple[str, str, str, str],
        unlock: Callable[..., None],
        *,
        who: tuple[str, str] = ("", ""),
        read_key: Callable[[Path, str], object] | None = None,
        key: Path | None = None,
        parent: QWidget | None = None,
    ) -> None:
        title, explanation, phrase, go = words
        super().__init__(title, explanation, go, parent)
        self._unlock, self._read_key = unlock, read_key
        self.name = self.add_field("Your name")
        self.role = self.add_field("Your role", hint="for example: chair, statistician, member")
        self.reason = self.add_field("Reason", hint="for example: second meeting, closed part")
        self.means = PhraseOrKey(self, phrase, with_key=read_key is not None)
        self.phrase = self.means.field
        self.logged = label(kind="muted", wraps=True)
        self.column.insertWidget(self.column.count() - 1, self.logged)  # before the stretch
        if key is not None:
            self.means.take(key)
        self.name.setText(who[0])
        self.role.setText(who[1])
        self.check()

    def check(self) -> None:
        """Say beforehand what the audit log will hold, besides asking for what is empty."""
        name, role, reason = (field.text().strip() or "…" for field in (self.name, self.role, self.reason))
        self.logged.setText(
            f"Written into the audit log before the phrase is used, and again with the outcome: unblinding by {name}, "
            f"{role}; reason: {reason}; the time, this computer and this snapshot. Never the phrase."
        )
        super().check()

    @property
    def who(self) -> tuple[str, str]:
        """Return name and role, so that they need to be typed only once in a session."""
        return self.name.text().strip(), self.role.text().strip()

    def missing(self) -> str:
        """Return the name of the first field that is empty."""
        empty = [f for f in (self.name, self.role, self.reason, self.phrase) if not f.text().strip()]
        return empty[0].accessibleName() if empty else ""

    def try_to_go(self) -> None:
        """Unlock off the main thread."""
        self.say("")
        phrase, key = self.phrase.text(), self.means.key
        said = {"why": self.reason.text().strip(), "who": ", ".join(self.who)}
        jobs.run(
            "Unlocking",
            lambda _progress: self._unlock(self._read_key(key, phrase) if key else phrase, **said),
            parent=self,
            done=lambda _nothing: self.accept(),
            failed=self._refused,
        )

    def _refused(self, error: Exception) -> None:
        if not isinstance(error, Refusal):
            raise error
        self.say(error.sentence())
        self.phrase.selectAll()
        self.phrase.setFocus()
