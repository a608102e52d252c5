"""Keeping what a page last looked like for the moment in which it is counted anew, so that nothing flickers."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QObject, QTimer
from PySide6.QtWidgets import QScrollArea, QScrollBar, QWidget

from dsmb_app.views import jobs
from dsmb_app.views.turns import turns

HELD_MS, PLACE_MS, _LOOK_MS = 300, 3000, 10
"""So long at most: then it is painted as it is, with what is shown already and the words that the rest is counted.

And so long a page may take to be whole again and still be brought to where the reader had scrolled it.
"""


class Held(QObject):
    """Holds a widget's picture until everything is counted and shown, or for a moment.

    Only its picture: what it showed is gone at once, and answers no click and no copy. Never over a change of level,
    whose numbers must leave the screen with the words that name it.
    """

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget, self._since = widget, QElapsedTimer()
        self._timer = QTimer(self, interval=_LOOK_MS, singleShot=True)
        self._timer.timeout.connect(self._look)
        self._places: list[tuple[QScrollBar, int]] = []

    def hold(self) -> None:
        """Begin, before anything changes."""
        self._since.start()
        if not self._timer.isActive():
            areas = [area for area in self._widget.findChildren(QScrollArea) if area.isVisible()]
            self._places = [(area.verticalScrollBar(), area.verticalScrollBar().value()) for area in areas]
        self._widget.setUpdatesEnabled(False)
        self._timer.start()

    def release(self) -> None:
        """Paint what there is now, where it stood."""
        self._timer.stop()
        if self._places:
            # Or the page would not know yet how long it is.
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        for bar, value in self._places:
            # A page whose parts go and come again has moved to its top; elsewhere the reader has moved it.
            if bar.value() == 0:
                bar.setValue(value)
        self._places = []
        self._widget.setUpdatesEnabled(True)

    def _look(self) -> None:
        waits = jobs.at_work() or turns().busy
        if waits and self._since.elapsed() < PLACE_MS:
            self._widget.setUpdatesEnabled(self._since.elapsed() >= HELD_MS)
            self._timer.start()
        else:
            self.release()
