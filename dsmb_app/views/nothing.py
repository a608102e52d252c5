"""A sentence in a table that has no rows: why there are none."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QLabel, QTableView

from dsmb_app.views.theme import SPACE

_MARGIN = 2 * SPACE


def no_row(words: str, why: str = "There is nothing to list.") -> str:
    """Return why there is no row: none holds the words searched for; without a search ``why``."""
    return f"No row matches “{words}”." if words else why


class Nothing(QLabel):
    """Stands below the header over the whole width of its table, on as many lines as the words need."""

    def __init__(self, view: QTableView) -> None:
        super().__init__(view)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("kind", "muted")
        self.setWordWrap(True)
        self.hide()
        view.installEventFilter(self)

    def say(self, words: str) -> None:
        """Say words, "" nothing."""
        self.setText(words)
        self.setVisible(bool(words))
        self._place()

    def _place(self) -> None:
        view = self.parentWidget()
        if isinstance(view, QTableView) and not self.isHidden():
            width = max(view.width() - 2 * _MARGIN, 1)
            top = view.horizontalHeader().sizeHint().height() + _MARGIN
            self.setGeometry(_MARGIN, top, width, self.heightForWidth(width))
            self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the table."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._place()
        return super().eventFilter(watched, event)
