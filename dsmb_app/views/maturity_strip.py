"""The maturity strip below the band: how much the numbers rest on, with a warning in words, sign and colour."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from dsmb_app.model.maturity import APART, LEAST, Maturity
from dsmb_app.views.asking import Asking
from dsmb_app.views.controls import label
from dsmb_app.views.desk import Desk
from dsmb_app.views.theme import SPACE

WARNING = "\u26a0 CHECK"
"""Stands before everything else while a share calls for care; the strip then changes its colour too."""


Parts = Sequence[tuple[str, str]]
"""Words one after the other, each with its warning, "" for none."""


class MaturityStrip(QWidget):
    """One line over every page; a page may ask for the panels that it is about.

    Where the line has no room it says the same in fewer words, on as many lines as these need: nothing is cut off.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("maturity")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk, self._about = desk, ()
        self._whole = self._brief = ""
        self.sign = QLabel(WARNING)
        self.sign.setProperty("kind", "strong")
        self.words = label(wraps=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * SPACE, SPACE // 3, 2 * SPACE, SPACE // 3)
        row.setSpacing(SPACE)
        row.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        self._asking = Asking(desk)
        desk.results_changed.connect(self.refresh)
        self.refresh()

    @property
    def warns(self) -> bool:
        """Tell whether a share that is shown calls for care."""
        return bool(self.property("warns"))

    def show_for(self, about: tuple[str, ...]) -> None:
        """Show the shares of these panels, all where a page is about none."""
        if about != self._about:
            self._about = about
            self.refresh()

    def refresh(self) -> None:
        """Say what is shown now."""
        self._asking.ask(lambda: self._desk.maturity, show=self._show, say=lambda why: self._say([(why, "")]))

    def _show(self, maturity: Maturity) -> None:
        self._say(maturity.parts(self._about), maturity.brief(self._about))

    def _say(self, parts: Parts, brief: Parts | None = None) -> None:
        # What calls for care comes first.
        parts = sorted(parts, key=lambda part: not part[1])
        warned = any(why for _, why in parts)
        self._whole, self._brief = _joined(parts, "  ·  "), _joined(brief or parts, " · ")
        self.words.setToolTip(
            f"{html.escape(self._whole)}\nCHECK: a share below {LEAST:g}%, or arms over {APART:g} points apart. "
            "Who is behind it: Data quality (T07)."
        )
        self.setAccessibleName(f"{WARNING}: {self._whole}" if warned else self._whole)
        self.sign.setVisible(warned)
        self.setProperty("warns", warned)
        for widget in (self, self.sign, self.words):
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self._choose_words()

    def _choose_words(self) -> None:
        """Say as much as has room on one line."""
        sides = self.layout().contentsMargins()
        room = self.width() - sides.left() - sides.right()
        if self.property("warns"):
            room -= self.sign.sizeHint().width() + self.layout().spacing()
        wide = self.words.fontMetrics().horizontalAdvance
        self.words.setText(self._whole if wide(self._whole) <= room else _in_lines(self._brief, room, wide))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the words for the new room."""
        super().resizeEvent(event)
        self._choose_words()


def _joined(parts: Parts, between: str) -> str:
    return between.join(words for words, _ in parts)


def _in_lines(words: str, room: int, wide: Callable[[str], int]) -> str:
    """Return the words in lines that end between parts or shares: none tears a number off what it is about."""
    lines: list[str] = []
    for piece in words.replace(" · ", " ·\n").replace("), ", "),\n").split("\n"):
        longer = f"{lines[-1]} {piece}" if lines else piece
        if lines and wide(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(piece)
    return "\n".join(lines)
