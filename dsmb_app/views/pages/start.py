"""The first page: open a snapshot, or try the demonstration; how a statistician makes one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from dsmb_app.views import wording
from dsmb_app.views.banner import Banner
from dsmb_app.views.controls import button, label
from dsmb_app.views.theme import SPACE

_LOCK = "Checks a delivery, seals it, and gives you the phrases for the board."


class StartPage(QWidget):
    """What was asked for: a snapshot to choose, the demonstration, or the statistician's wizard."""

    open_wanted = Signal()
    demo_wanted = Signal()
    lock_wanted = Signal()

    def __init__(self, *, with_demo: bool, with_lock: bool = False) -> None:
        super().__init__()
        self.setObjectName("start")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.banner = Banner()
        self.open = button("Open a snapshot…", "open", self.open_wanted.emit, main=True)
        self.demo = button("Try the demo study", "demo", self.demo_wanted.emit)
        self.demo.setVisible(with_demo)
        self.lock = button("Lock a snapshot (statistician)…", "lock", self.lock_wanted.emit)
        self.lock.setVisible(with_lock)
        self._lay_out(with_demo=with_demo, with_lock=with_lock)

    def _lay_out(self, *, with_demo: bool, with_lock: bool) -> None:
        card = QWidget()
        card.setObjectName("card")
        card.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        card.setFixedWidth(560)
        column = QVBoxLayout(card)
        column.setContentsMargins(*[5 * SPACE] * 4)
        column.setSpacing(SPACE)
        column.addWidget(label(wording.PROGRAM, "display"))
        column.addWidget(
            label(
                "A trial's safety data, as locked and signed by its statistician. Nothing leaves this computer.",
                wraps=True,
            )
        )
        column.addSpacing(2 * SPACE)
        column.addWidget(self.open)
        column.addWidget(label("Choose a .dsmb file, or drop one anywhere on this window.", "muted", wraps=True))
        column.addSpacing(SPACE)
        if with_demo:
            column.addWidget(self.demo)
            column.addWidget(label("Synthetic data of an invented trial, locked afresh on this computer.", "muted"))
        if with_lock:
            column.addSpacing(SPACE)
            column.addWidget(self.lock)
            column.addWidget(label(_LOCK, "muted", wraps=True))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        outer.addWidget(self.banner)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(card)
        middle.addStretch(1)
        outer.addStretch(2)
        outer.addLayout(middle)
        outer.addStretch(3)
