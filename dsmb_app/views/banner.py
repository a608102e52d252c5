"""One line above the page for what a reader must know now: a sentence, and a way to close it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from dsmb_app.views.controls import label, tool
from dsmb_app.views.theme import SPACE


class Banner(QWidget):
    """Hidden until there is something to say; the last sentence stands until it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setObjectName("banner")
        self._words: QLabel = label(wraps=True)
        self._words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        close = tool("Close this message", "close", self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE * 3 // 2, SPACE // 2, SPACE // 2, SPACE // 2)
        row.addWidget(self._words)
        row.addWidget(close)
        self.hide()

    @property
    def text(self) -> str:
        """Return the sentence."""
        return self._words.text()

    def refuse(self, sentence: str) -> None:
        """Say why a wish was not granted."""
        self._say(sentence, "refusal")

    def tell(self, sentence: str) -> None:
        """Say something that is in order."""
        self._say(sentence, "note")

    def _say(self, sentence: str, kind: str) -> None:
        self._words.setText(sentence)
        self.setAccessibleName(sentence)
        self.setProperty("kind", kind)
        # The style sheet looks at a property only when it is asked to look again.
        for widget in (self, self._words):
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self.show()
