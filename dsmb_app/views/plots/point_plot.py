"""What plots of points share: a frame of two scales, the point at hand with its ring, mouse and keys."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QToolTip

from dsmb_app.views.plots.base import Canvas, pen
from dsmb_app.views.plots.words import MARGIN, Words, write
from dsmb_app.views.theme import Theme, current_theme

NEAR = 10
_RING = 19
_ENDS = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}
_STEPS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}

Ticks = Sequence[tuple[float, str]]


class PointPlot(Canvas):
    """A subclass draws, keeps its points in ``_xy`` (the panel's own units), names one and asks about one."""

    def __init__(self, name: str, *, goes: str, theme: Theme | None = None) -> None:
        """Draw in a theme, or in the one that the window has; ``goes``: what the keys do, for a screen reader."""
        super().__init__()
        self._own_theme = theme
        self.name(name, goes)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.at_hand = -1
        self._xy = np.empty((0, 2))
        self._drawn_size: QSize | None = None
        # Not at once: a layout that comes to rest changes it several times.
        self._refit = QTimer(self, interval=0, singleShot=True)
        self._refit.timeout.connect(self._fit)
        self._dressed = QTimer(self, interval=0, singleShot=True)
        self._dressed.timeout.connect(self._redraw_if_any)
        self.panel: pg.PlotItem = self.addPlot(row=0, col=0, enableMenu=False)
        self.panel.hideButtons()
        self.panel.setMouseEnabled(x=False, y=False)
        self.panel.vb.setDefaultPadding(0)
        self._ring = pg.ScatterPlotItem(size=_RING, pxMode=True, brush=None)
        self._ring.setZValue(100)

    @property
    def theme(self) -> Theme:
        """Return the theme drawn in."""
        return self._own_theme or current_theme()

    def tip_of(self, place: int) -> str:
        """Return what is said of a point."""
        raise NotImplementedError

    def _ask(self, place: int) -> None:
        """Ask about a point."""
        raise NotImplementedError

    def _redraw(self) -> None:
        """Draw again what is shown, in another theme."""
        raise NotImplementedError

    def forget(self) -> None:
        """Draw nothing and keep nothing."""
        self._xy, self._drawn_size = np.empty((0, 2)), None
        self.panel.clear()
        self.at_hand = -1

    def _small_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.9)
        return font

    def _set_axis(self, side: str, words: str, ticks: Ticks | None = None) -> None:
        theme, font = self.theme, self._small_font()
        axis = self.panel.getAxis(side)
        axis.setTicks([list(ticks)] if ticks is not None else None)
        axis.setPen(pg.mkPen(theme.line))
        axis.setTextPen(pg.mkPen(theme.muted))
        # Outward: inside they would cut through bars, and stand before a word like a minus.
        axis.setStyle(tickLength=4, tickFont=font, tickTextOffset=2, hideOverlappingLabels=False, maxTickLevel=0)
        axis.setLabel(words, color=theme.muted, **{"font-size": f"{font.pointSizeF()}pt"})

    def _add_line(self, value: float, *, angle: int, dashed: bool = True) -> None:
        style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
        line = pg.InfiniteLine(value, angle=angle, pen=pen(self.theme.muted, 1.0, style))
        line.setZValue(-50)
        self.panel.addItem(line, ignoreBounds=True)

    def _add_words(
        self,
        text: str,
        x: float,
        y: float,
        anchor: tuple[float, float],
        *,
        font: QFont | None = None,
        colour: str = "",
        margin: float = MARGIN,
    ) -> Words:
        colour, font = colour or self.theme.muted, font or self.font()
        words = write(self.panel, text, (x, y), anchor, font=font, colour=colour, margin=margin)
        words.setZValue(-40)
        return words

    def room_of(self, words: Words) -> QRectF:
        """Return where words of the panel stand in this widget, in pixels."""
        return words.room_at(QPointF(*self._places(np.array([(words.pos().x(), words.pos().y())]))[0]))

    def _add_ring(self) -> None:
        """Add the ring of the point at hand, the last thing drawn."""
        self._drawn_size = self.size()
        self.panel.addItem(self._ring, ignoreBounds=True)
        self.point_at(-1)

    @property
    def _outgrown(self) -> bool:
        """Tell whether what is drawn was drawn for another room."""
        return self._drawn_size is not None and self._drawn_size != self.size()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Draw for the new room when it has come to rest."""
        super().resizeEvent(event)
        # Called by the plotting library too, while the plot is still being made.
        if hasattr(self, "_refit") and self._outgrown:
            self._refit.start()

    def _fit(self) -> None:
        if self._outgrown and not self.closed:
            at_hand = self.at_hand
            self._redraw()
            self.point_at(at_hand)

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of theme."""
        super().changeEvent(event)
        # Qt calls this while the widget is still being made.
        if event.type() is QEvent.Type.PaletteChange and len(getattr(self, "_xy", ())):
            # Not at once: Qt is going through the items of the scene, which are taken away. And once: it tells of one
            # change of theme many times.
            self._dressed.start()

    def _redraw_if_any(self) -> None:
        # What was shown may have been forgotten since.
        if len(self._xy) and not self.closed:
            self._redraw()

    def point_at(self, place: int) -> None:
        """Ring a point, by its place; -1 for none."""
        self.at_hand = place
        self.tell(self.tip_of(place) if place >= 0 and self.hasFocus() else "")
        self._ring.setPen(pen(self.theme.accent, 2.0))
        self._ring.setData(*(self._xy[[place]].T if place >= 0 else ([], [])))

    def position_of(self, place: int) -> QPointF:
        """Return where a point stands in this widget."""
        return QPointF(*self._places(self._xy)[place])

    def _places(self, xy: np.ndarray) -> np.ndarray:
        """Return where points of the panel stand in this widget, in pixels."""
        room, (x, y) = self.panel.vb.sceneBoundingRect(), self.panel.vb.viewRange()
        across = room.left() + (xy[:, 0] - x[0]) / (x[1] - x[0]) * room.width()
        down = room.bottom() - (xy[:, 1] - y[0]) / (y[1] - y[0]) * room.height()
        return np.column_stack([across, down])

    def _near(self, where: QPointF) -> int:
        """Return the point nearest to a place in this widget and near enough to be meant, else -1."""
        if not len(self._xy):
            return -1
        away = np.hypot(*(self._places(self._xy) - (where.x(), where.y())).T)
        nearest = int(away.argmin())
        return nearest if away[nearest] <= NEAR else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what the point under the pointer is."""
        place = self._near(event.position())
        self.point_at(place)
        QToolTip.showText(event.globalPosition().toPoint(), self.tip_of(place) if place >= 0 else "", self)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if place >= 0 else Qt.CursorShape.ArrowCursor)

    def leaveEvent(self, event: QEvent) -> None:
        """Let the point go."""
        super().leaveEvent(event)
        self.point_at(-1)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show by a ring where the keys are."""
        super().focusInEvent(event)
        if self.at_hand < 0 and len(self._xy) and event.reason() is not Qt.FocusReason.MouseFocusReason:
            self.point_at(0)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let the point go."""
        super().focusOutEvent(event)
        self.point_at(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask about the point under the pointer."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        place = self._near(event.position())
        if place >= 0 and event.button() is Qt.MouseButton.LeftButton:
            self._ask(place)

    def _stepped(self, key: int) -> int:
        """Return the point that an arrow key leads to."""
        return (self.at_hand + _STEPS[key]) % len(self._xy) if self.at_hand >= 0 else 0

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from point to point by arrow keys, to the first and the last by Home and End, ask by Enter."""
        key = event.key()
        if key in (*_STEPS, *_ENDS) and len(self._xy):
            place = self._stepped(key) if key in _STEPS else range(len(self._xy))[_ENDS[Qt.Key(key)]]
            self.point_at(place)
            QToolTip.showText(self.mapToGlobal(self.position_of(place).toPoint()), self.tip_of(place), self)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.at_hand >= 0:
            self._ask(self.at_hand)
        else:
            super().keyPressEvent(event)
