"""Small controls that are made the same way everywhere: named for a screen reader, tinted to the theme."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)
from shiboken6 import isValid

from dsmb_app.model.words import Order
from dsmb_app.views.flow import row_of
from dsmb_app.views.icons import icon
from dsmb_app.views.theme import current_theme


class _Tinted:
    """Draws a button's icon in the colour of its text, in either theme."""

    icon_name = ""
    on_accent = False
    _tinted = ("", "", "")

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of theme."""
        super().changeEvent(event)  # type: ignore[misc]
        if event.type() is QEvent.Type.PaletteChange:
            self.tint()

    def tint(self) -> None:
        """Draw the icon anew where it or its colour is another one: Qt tells of a palette far more often."""
        theme = current_theme()
        wanted = (self.icon_name, theme.on_accent if self.on_accent else theme.text, theme.muted)
        if wanted != self._tinted:
            self._tinted = wanted
            self.setIcon(icon(wanted[0], wanted[1], disabled=wanted[2]))


class Button(_Tinted, QPushButton):
    """A button with an icon and words."""


class Tool(_Tinted, QToolButton):
    """A small button with an icon alone or with words."""


def button(text: str, icon_name: str, pressed: Callable[[], object], *, hint: str = "", main: bool = False) -> Button:
    """Return a button; ``main`` marks the one that a reader most likely wants."""
    made = Button(text)
    made.on_accent = main
    made.setProperty("main", main)
    return _finish(made, icon_name, text.rstrip("…").replace("&", ""), hint, pressed)


def tool(name: str, icon_name: str, pressed: Callable[[], object], *, hint: str = "", text: bool = False) -> Tool:
    """Return a small button, whose name stands in its tooltip unless ``text`` shows it."""
    made = Tool()
    if text:
        made.setText(name)
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return _finish(made, icon_name, name, hint or name, pressed)


def _finish(made: QAbstractButton, icon_name: str, name: str, hint: str, pressed: Callable[[], object]):
    made.icon_name = icon_name
    made.setAccessibleName(name)
    made.setToolTip(hint)
    made.setIconSize(QSize(18, 18))
    made.clicked.connect(lambda _checked=False: pressed())
    made.tint()
    return made


def label(text: str = "", kind: str = "", *, wraps: bool = False) -> QLabel:
    """Return plain text; ``kind`` is what the style sheet calls it: display, title, large, muted, small."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("kind", kind)
    made.setWordWrap(wraps)
    return made


class ElidedLabel(QLabel):
    """Plain text on one line that gives way: cut with dots where there is no room, whole in its tooltip."""

    def __init__(self, kind: str = "") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("kind", kind)

    def setText(self, text: str) -> None:
        """Show a text."""
        super().setText(text)
        self.setToolTip(html.escape(text))

    def minimumSizeHint(self) -> QSize:
        """Return room for a few letters."""
        return QSize(self.fontMetrics().horizontalAdvance("mmmm…"), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw as much as fits."""
        with QPainter(self) as painter:
            cut = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, cut)


def named(widget: QWidget, name: str, *, hint: str = "") -> QWidget:
    """Give a control the name that a screen reader says."""
    widget.setAccessibleName(name)
    widget.setToolTip(hint)
    return widget


def say(told: QLabel, words: str) -> None:
    """Let a label say words, and take no room where there are none."""
    told.setText(words)
    told.setVisible(bool(words))


def search_box(name: str, more: str = "", *, width: int = 190) -> QLineEdit:
    """Return a field for words to search; it keeps its width. ``more``: what else it does."""
    box = QLineEdit()
    box.setPlaceholderText(name)
    box.setClearButtonEnabled(True)
    box.setFixedWidth(width)
    named(box, name, hint=f"Show only rows that hold these words (Ctrl+F){more}")
    return box


def focused(box: QLineEdit) -> bool:
    """Put the cursor into a search, ready to be typed over; return True, for a page that says whether it has one."""
    box.setFocus()
    box.selectAll()
    return True


def choice_box(name: str, values: Mapping[Enum, str], hint: str) -> QComboBox:
    """Return a box that offers values in words."""
    box: QComboBox = named(QComboBox(), name, hint=hint)
    for value, words in values.items():
        box.addItem(words, value)
    return box


ORDERS = {Order.FREQUENCY: "By frequency, pooled", Order.MEDDRA: "MedDRA order", Order.ALPHABETICAL: "Alphabetical"}
_BY_ARM = {Order.DIFFERENCE: "By difference of arms"}


def offer_orders(box: QComboBox, chosen: Order, *, closed: bool) -> None:
    """List the orders of rows that the level may have, and show the one in force."""
    wanted = {**ORDERS, **(_BY_ARM if closed else {})}
    if box.count() != len(wanted):
        box.clear()
        for value, words in wanted.items():
            box.addItem(words, value)
    box.setCurrentIndex(box.findData(chosen))


def share_box(name: str, hint: str) -> QDoubleSpinBox:
    """Return a box for a percentage from 0 to 100."""
    box: QDoubleSpinBox = named(QDoubleSpinBox(), name, hint=hint)
    box.setRange(0, 100)
    box.setDecimals(1)
    box.setSuffix(" %")
    box.setAlignment(Qt.AlignmentFlag.AlignRight)
    # Ten per cent is one wish, not a wish for one and then for ten.
    box.setKeyboardTracking(False)
    return box


def captioned(words: str, control: QWidget) -> QWidget:
    """Return a control with a caption before it."""
    before = label(words, "muted")
    before.setBuddy(control)
    return row_of(before, control)


@contextmanager
def together(widget: QWidget) -> Iterator[None]:
    """Show and hide parts of a widget with one change of its layout: with each part all below would move and draw."""
    layout = widget.layout()
    layout.setEnabled(False)
    try:
        yield
    finally:
        layout.setEnabled(True)
        layout.activate()


def painted_whole(widget: QWidget, show: Callable[..., Iterator[None]]) -> Callable[..., Iterator[None]]:
    """Return steps that fill a widget, which is painted once, when it is whole, and that in a turn of its own."""

    def steps(*given: Any) -> Iterator[None]:
        widget.setUpdatesEnabled(False)
        try:
            yield from show(*given)
            yield
        finally:
            # A newer question, or the end of the window, may have come in between.
            if isValid(widget):
                widget.setUpdatesEnabled(True)

    return steps
