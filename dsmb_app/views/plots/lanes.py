"""A stack of panels on one axis of days, in which bars and points can be pointed at and clicked."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QGraphicsTextItem, QToolTip

from dsmb_app.views.plots.base import Canvas, pen
from dsmb_app.views.plots.profile_lanes import Target
from dsmb_app.views.tables import plain_tip
from dsmb_app.views.theme import Theme, current_theme

LEFT, NEAR, GAP = 158, 7, 8
"""Room of the scales, how near a pointer must come, and the room between panels, in pixels."""
_RING = 9
_KEYS = (
    "Left and Right go from mark to mark in the order of days, Up and Down from lane to lane, Enter shows the record."
)
_BESIDE = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
_BELOW = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


class Lanes(Canvas):
    """A stack of panels on linked axes; ``asked`` carries table and row of what was clicked.

    ``reached`` carries where in this widget the keys have gone.
    """

    asked = Signal(str, int)
    reached = Signal(QPointF)
    reset = Signal()

    def __init__(self, name: str, *, wheel_zooms: bool) -> None:
        super().__init__()
        self.name(name, _KEYS)
        self.at_hand: Target | None = None
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.panels: list[tuple[pg.PlotItem, list[Target]]] = []
        self._titles: list[QGraphicsTextItem] = []
        self._wheel_zooms, self._pressed = wheel_zooms, QPointF()
        self.ci.layout.setVerticalSpacing(GAP)

    def add_lane(self, height: int, title: str, theme: Theme, font: QFont) -> pg.PlotItem:
        """Add a panel below the others, as high as told, with its name in the room of its scale."""
        panel = self.addPlot(row=len(self.panels), col=0, enableMenu=False)
        panel.hideButtons()
        panel.setMouseEnabled(x=True, y=False)
        panel.vb.setDefaultPadding(0)
        panel.hideAxis("bottom")
        panel.setFixedHeight(height)
        axis = panel.getAxis("left")
        axis.enableAutoSIPrefix(False)
        axis.setWidth(LEFT)
        axis.setPen(pg.mkPen(theme.line))
        axis.setTextPen(pg.mkPen(theme.muted))
        axis.setStyle(tickLength=-3, tickFont=font, hideOverlappingLabels=False, maxTickLevel=0)
        if title:
            words = QGraphicsTextItem(title)
            words.setFont(font)
            words.setDefaultTextColor(QColor(theme.text))
            words.setParentItem(panel)
            words.setZValue(1000)
            words.setPos(0, 0)
            self._titles.append(words)
        self.panels.append((panel, []))
        return panel

    def aim(self, targets: list[Target]) -> None:
        """Say what can be pointed at in the last panel."""
        self.panels[-1][1].extend(targets)

    def forget(self) -> None:
        """Draw nothing and keep nothing."""
        self.ci.clear()
        self.panels, self._titles, self.at_hand = [], [], None
        self.tell("")

    def spot(self, target: Target) -> QPointF:
        """Return where a target's middle stands in this widget, as far as it is in sight."""
        panel = next(panel for panel, targets in self.panels if target in targets)
        (low, high), _ = panel.vb.viewRange()
        day = (max(target.first, low) + min(target.last, high)) / 2
        return QPointF(self.mapFromScene(panel.vb.mapViewToScene(QPointF(day, target.y))))

    def target_at(self, where: QPointF) -> Target | None:
        """Return what stands at a place in this widget, the nearest where several do."""
        scene = self.mapToScene(where.toPoint())
        for panel, targets in self.panels:
            if panel.vb.sceneBoundingRect().contains(scene):
                at = panel.vb.mapSceneToView(scene)
                wide, high = panel.vb.viewPixelSize()
                return _nearest(targets, at, wide, high)
        return None

    @property
    def _lanes(self) -> list[list[Target]]:
        """Return what can be pointed at, lane by lane in the order of days."""
        return [sorted(targets, key=lambda t: (t.first, t.y)) for _, targets in self.panels if targets]

    def _stepped(self, key: int) -> Target | None:
        """Return what a key leads to, None where there is nothing."""
        lanes, here = self._lanes, self.at_hand
        every = [target for lane in lanes for target in lane]
        # Two may be equal: a visit delivered twice.
        at = next((place for place, target in enumerate(every) if target is here), -1)
        if here is None or at < 0:
            return every[0] if every else None
        if key in _BESIDE:
            return every[(at + _BESIDE[Qt.Key(key)]) % len(every)]
        mine = next(place for place, lane in enumerate(lanes) if any(target is here for target in lane))
        lane = lanes[min(max(mine + _BELOW[Qt.Key(key)], 0), len(lanes) - 1)]
        return here if here in lane else min(lane, key=lambda target: abs(target.first - here.first))

    def _ring_at(self, target: Target | None) -> None:
        self.at_hand = target
        self.tell(plain_tip(target.tip) if target else "")
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a ring around what the keys have reached."""
        super().paintEvent(event)
        if self.at_hand is not None and self.hasFocus():
            with QPainter(self.viewport()) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(pen(current_theme().accent, 2.0))
                painter.drawEllipse(self.spot(self.at_hand), _RING, _RING)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show by a ring where the keys are."""
        super().focusInEvent(event)
        if event.reason() is not Qt.FocusReason.MouseFocusReason and self.at_hand is None:
            self._ring_at(self._stepped(Qt.Key.Key_Right))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from mark to mark by arrow keys, ask by Enter."""
        here = self.at_hand
        if event.key() in (*_BESIDE, *_BELOW):
            self._ring_at(self._stepped(event.key()))
            if self.at_hand is not None:
                self.reached.emit(self.spot(self.at_hand))
                where = self.mapToGlobal(self.spot(self.at_hand).toPoint())
                QToolTip.showText(where, plain_tip(self.at_hand.tip), self)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and here is not None:
            if here.table:
                self.asked.emit(here.table, here.row)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a click or a drag begins."""
        self._pressed = event.position()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ask about what was clicked, unless the mouse was drawn along."""
        super().mouseReleaseEvent(event)
        still = (event.position() - self._pressed).manhattanLength() < NEAR
        target = self.target_at(event.position()) if still and event.button() is Qt.MouseButton.LeftButton else None
        if target is not None and target.table:
            self.asked.emit(target.table, target.row)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole time again."""
        super().mouseDoubleClickEvent(event)
        self.reset.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what is under the pointer."""
        super().mouseMoveEvent(event)
        target = self.target_at(event.position()) if not event.buttons() else None
        QToolTip.showText(event.globalPosition().toPoint(), plain_tip(target.tip) if target else "", self)
        hand = target is not None and bool(target.table)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom in time; where the lanes scroll, only with Ctrl."""
        if self._wheel_zooms or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
        else:
            event.ignore()


def _nearest(targets: list[Target], at: QPointF, wide: float, high: float) -> Target | None:
    def away(target: Target) -> float:
        beside = max(target.first - 0.5 - at.x(), at.x() - target.last - 0.5, 0.0) / wide
        return max(beside, abs(target.y - at.y()) / high)

    best = min(targets, key=away, default=None)
    return best if best is not None and away(best) <= NEAR + 2 else None
