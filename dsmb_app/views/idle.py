"""Nobody there: how long since the last key or move of the mouse, the warning, and the moment to lock."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from dsmb_app.views.controls import button, label
from dsmb_app.views.theme import SPACE

MINUTES, MOST_MINUTES = 10, 480
WARNING = 60
"""Seconds before the end at which a countdown begins."""

_SIGNS = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TabletPress,
        QEvent.Type.TabletMove,
    }
)


def _clocks() -> tuple[float, float]:
    # The first cannot be set back but may stand still while a laptop sleeps; the second goes on.
    return time.monotonic(), time.time()


class IdleWatch(QObject):
    """Watches keyboard and mouse of the whole program. ``left`` carries the seconds left, each second of the last
    minute; ``back`` says that the reader is there again; ``idle`` that nobody was, for ``seconds``."""

    left = Signal(int)
    back = Signal()
    idle = Signal()

    def __init__(
        self, seconds: float, parent: QObject | None = None, *, clocks: Callable[[], tuple[float, ...]] = _clocks
    ) -> None:
        super().__init__(parent)
        self._seconds, self._clocks = seconds, clocks
        self._warning = min(WARNING, seconds / 2)
        self._seen = clocks()
        self._pointer = None
        self._warned = False
        self._timer = QTimer(self, interval=round(min(1000, 100 * seconds)))
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Watch from now on."""
        self.notice()
        if not self._timer.isActive():
            QApplication.instance().installEventFilter(self)
            self._timer.start()

    def stop(self) -> None:
        """Watch no more."""
        self._timer.stop()
        QApplication.instance().removeEventFilter(self)
        self.notice()

    def notice(self) -> None:
        """Take it that the reader is there."""
        self._seen = self._clocks()
        if self._warned:
            self._warned = False
            self.back.emit()

    def look(self) -> None:
        """See how long nobody was there, and say so when it is time."""
        passed = max(now - then for now, then in zip(self._clocks(), self._seen, strict=True))
        left = self._seconds - passed
        if left <= 0:
            self.stop()
            self.idle.emit()
        elif left <= self._warning:
            self._warned = True
            self.left.emit(max(round(left), 1))

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Notice a sign of the reader; let everything pass."""
        kind = event.type()
        if kind in _SIGNS or (kind == QEvent.Type.MouseMove and self._moved(event)):
            self.notice()
        return False

    def _moved(self, event: QEvent) -> bool:
        # A window that opens under a resting mouse gets a move too; only another place on the screen is a sign.
        place = event.globalPosition().toPoint()
        moved = self._pointer is not None and place != self._pointer
        self._pointer = place
        return moved


class LockWarning(QDialog):
    """Counts the last seconds down, over whatever else is open; any key or move of the mouse takes it away."""

    def __init__(self, closed: bool, go_on: Callable[[], None], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Tool | Qt.WindowType.WindowStaysOnTopHint)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self._words = "This closed session ends in {} s" if closed else "This session locks itself in {} s"
        self.setWindowTitle("Nobody there?")
        self.count = label(kind="title")
        self.go_on = button("Go on", "check", go_on, main=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[3 * SPACE] * 4)
        column.setSpacing(SPACE)
        column.addWidget(self.count)
        column.addWidget(label("Press a key or move the mouse to go on.", "muted"))
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.go_on)
        column.addLayout(row)

    def show_left(self, seconds: int) -> None:
        """Say how many seconds are left."""
        self.count.setText(self._words.format(seconds))
        self.setAccessibleName(self.count.text())
        self.show()
