"""Last page: the phrases, one at a time and on request, and who gets which."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from dsmb_app.model.errors import Refusal
from dsmb_app.views.clipboard import Clipboard
from dsmb_app.views.controls import button, label
from dsmb_app.views.dialogs.files import ask_where_to_save
from dsmb_app.views.lock_wizard.locker import Errand, Locker
from dsmb_app.views.lock_wizard.step import Step
from dsmb_app.views.theme import SPACE

SECONDS = 60
"""How long a phrase is shown, and how long it stays on the clipboard."""

_CARDS = (
    ("main", "o&pening phrase", "To every member, by another way than the file. It opens the pooled, blinded data."),
    (
        "codes",
        "&codes phrase",
        "To those who sit in the closed session, before it begins. It shows the arms as A, B, …",
    ),
    (
        "names",
        "&names phrase",
        "To those whom the charter lets unblind, when the board asks. It says which arm is which.",
    ),
)


class PhraseCard(QWidget):
    """One phrase: hidden until asked for, and hidden again after a minute."""

    def __init__(self, part: str, name: str, who: str, acts: dict[str, Callable[[PhraseCard], None]]) -> None:
        super().__init__()
        self.part, self._name = part, name
        self.plain = name.replace("&", "")
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.field = QLineEdit()
        self.field.setReadOnly(True)
        self.field.setPlaceholderText("hidden")
        self.field.setAccessibleName(self.plain.capitalize())
        self.show_it = button(f"Show {name}", "names", lambda: acts["show"](self))
        self.copy = button("Copy", "copy", lambda: acts["copy"](self))
        self.save = button("Save to a file…", "export", lambda: acts["save"](self))
        self.copy.setAccessibleName(f"Copy the {self.plain}")
        self.save.setAccessibleName(f"Save the {self.plain} to a file")
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        column.addWidget(label(self.plain.capitalize(), "strong"))
        column.addWidget(label(who, "muted", wraps=True))
        column.addWidget(self.field)
        row = QHBoxLayout()
        for act in (self.show_it, self.copy, self.save):
            act.setAutoDefault(False)
            row.addWidget(act)
        row.addStretch(1)
        column.addLayout(row)

    def reveal(self, phrase: str) -> None:
        """Show the phrase, '' to hide it."""
        self.field.setText(phrase)
        self.field.setCursorPosition(0)
        self.show_it.setText(f"{'Hide' if phrase else 'Show'} {self._name}")


class HandOutStep(Step):
    """Shows at most one phrase at a time; nothing of it goes into a log, a title or the clipboard's history."""

    title = "Hand out"
    go, go_icon = "&Open this snapshot", "open"

    def __init__(self, locker: Locker, errand: Errand) -> None:
        super().__init__()
        self._locker, self._errand = locker, errand
        self._clipboard = Clipboard(self, seconds=SECONDS)
        self._timer = QTimer(self, singleShot=True, interval=1000 * SECONDS)
        self._timer.timeout.connect(self.hide_all)
        self.warning = label(kind="strong", wraps=True)
        self.letter = label(wraps=True)
        self.letter.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.told = label(kind="muted", wraps=True)
        self.column.addWidget(self.warning)
        acts = {"show": self._toggle, "copy": self._copy, "save": self._save}
        self.cards = {part: PhraseCard(part, name, who, acts) for part, name, who in _CARDS}
        for card in self.cards.values():
            self.column.addWidget(card)
        self.column.addWidget(self.told)
        self.column.addWidget(self.letter)
        self.column.addStretch(1)

    def first(self) -> QWidget:
        """Begin at the first phrase."""
        return self.cards["main"].show_it

    def enter(self) -> None:
        """Say where the phrases are kept, and what goes into the letter to the board."""
        outcome = self._errand.outcome
        self.warning.setText(
            f"The program does not keep these phrases. They are in {outcome.secrets.name} alone: lose that file, and "
            "nobody opens the snapshot without the phrases that you handed out."
        )
        self.letter.setText(
            f"To every member also {outcome.file.name}, by any way, and in a letter: snapshot {outcome.snap_id}, "
            f"signer {outcome.signer}."
        )
        for part, card in self.cards.items():
            card.setEnabled(part in outcome.phrases)

    def hide_all(self) -> None:
        """Show no phrase."""
        for card in self.cards.values():
            card.reveal("")

    def forget(self) -> None:
        """Show no phrase, and take back one that still stands on the clipboard."""
        self.hide_all()
        self._clipboard.clear()

    def _phrase(self, card: PhraseCard) -> str:
        return self._errand.outcome.phrases[card.part]

    def _toggle(self, card: PhraseCard) -> None:
        shown = bool(card.field.text())
        self.hide_all()
        if not shown:
            card.reveal(self._phrase(card))
            self._timer.start()

    def _copy(self, card: PhraseCard) -> None:
        try:
            self._clipboard.put_secret(self._phrase(card))
        except Refusal as refusal:
            self.fail(refusal)
        else:
            self.told.setText(f"The {card.plain} is on the clipboard for {SECONDS} seconds.")

    def _save(self, card: PhraseCard) -> None:
        outcome = self._errand.outcome
        proposed = str(outcome.secrets.with_name(f"{outcome.file.stem}-{card.part}-phrase.txt"))
        path = ask_where_to_save(self, f"Save the {card.plain}", proposed, "Text (*.txt)")
        if path is None:
            return
        # On the first line, where --phrase PART=FILE looks for it.
        words = (
            f"{self._phrase(card)}\n\n{card.plain.capitalize()} of snapshot {outcome.snap_id}. Not with the snapshot.\n"
        )
        try:
            self._locker.save_secret(path, words)
        except Refusal as refusal:
            self.fail(refusal)
        else:
            self.told.setText(f"The {card.plain} was saved, readable by anybody who gets the file: {path.name}")
