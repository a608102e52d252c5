"""A scatter plot on log scales with named quadrants: one point per subject, arms by colour and shape."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip

from dsmb_app.model.result import Point, Scatter
from dsmb_app.model.words import TOTAL
from dsmb_app.views.plots.base import Canvas, pen
from dsmb_app.views.tables import plain_tip
from dsmb_app.views.theme import Mark, Theme, current_theme, mark_of

_NEAR, _SIZE = 10, 10
_TICKS = tuple(step * 10.0**power for power in range(-2, 5) for step in (1, 2, 5))
_LEAST_TOP = (50.0, 20.0)
"""So far the scales reach at least, that the outer quadrants have room for their names also where nobody is there."""
_MARGIN = 0.06
_STEPS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}


class EDish(Canvas):
    """Draws a figure's points; ``picked`` carries the subject of one that was asked about, by click or Enter."""

    picked = Signal(str)
    # Here, because Qt calls changeEvent while the widget is still being made.
    _figure: Scatter | None = None

    def __init__(self, theme: Theme | None = None) -> None:
        """Draw in a theme, or in the one that the window has."""
        super().__init__()
        self._own_theme = theme
        self.setAccessibleName("Scatter plot")
        self.setAccessibleDescription("Arrow keys go from point to point, Enter asks about the subject.")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.at_hand = -1
        self._xy = np.empty((0, 2))
        self.panel: pg.PlotItem = self.addPlot(row=0, col=0, enableMenu=False)
        self.panel.hideButtons()
        self.panel.setMouseEnabled(x=False, y=False)
        self.panel.vb.setDefaultPadding(0)
        self._ring = pg.ScatterPlotItem(size=_SIZE + 9, pxMode=True, brush=None)
        self._ring.setZValue(100)

    @property
    def theme(self) -> Theme:
        """Return the theme drawn in."""
        return self._own_theme or current_theme()

    @property
    def points(self) -> tuple[Point, ...]:
        """Return the points drawn, from left to right, which is how the arrow keys go."""
        return tuple(sorted(self._figure.points, key=lambda p: (p.x, p.y))) if self._figure else ()

    @property
    def drawn(self) -> dict[tuple[str, bool], list[tuple[float, float]]]:
        """Return what stands in the plot, in the figure's own units, by arm and whether it is marked."""
        found = {}
        for item in self.panel.items:
            if isinstance(item, pg.ScatterPlotItem) and item is not self._ring:
                x, y = item.getData()
                found[item.opts["name"]] = [(10.0**a, 10.0**b) for a, b in zip(x, y, strict=True)]
        return found

    def forget(self) -> None:
        """Draw nothing and keep nothing."""
        self._figure, self._xy = None, np.empty((0, 2))
        self.panel.clear()
        self.at_hand = -1

    def show_figure(self, figure: Scatter) -> None:
        """Draw a figure in place of the one before."""
        self._figure, self.at_hand = figure, -1
        self._xy = np.log10([(p.x, p.y) for p in self.points]) if figure.points else np.empty((0, 2))
        self.panel.clear()
        self._set_scales(figure)
        self._draw_quadrants(figure)
        for arm in dict.fromkeys((*figure.arms, *(p.arm for p in figure.points))):
            for marked in (False, True):
                self._draw_points(figure, arm, marked=marked)
        self.panel.addItem(self._ring, ignoreBounds=True)
        self.point_at(-1)

    def _draw_points(self, figure: Scatter, arm: str, *, marked: bool) -> None:
        mine = [i for i, p in enumerate(self.points) if (p.arm, p.marked) == (arm, marked)]
        mark = mark_in(figure, self.theme, arm)
        outline = pen(mark.colour, 1.6) if marked else pen(self.theme.surface, 0.8)
        dots = pg.ScatterPlotItem(
            self._xy[mine, 0], self._xy[mine, 1], symbol=mark.symbol, size=_SIZE, pxMode=True, name=(arm, marked),
            pen=outline, brush=None if marked else QColor(mark.colour),
        )  # fmt: skip
        self.panel.addItem(dots, ignoreBounds=True)

    def _set_scales(self, figure: Scatter) -> None:
        theme, font = self.theme, QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.9)
        self.setBackground(theme.surface)
        highest = np.vstack([self._xy, np.log10(_LEAST_TOP)]).max(axis=0) + _MARGIN
        low = math.log10(figure.floor or 0.1)
        self.panel.setRange(xRange=(low - _MARGIN, highest[0]), yRange=(low - _MARGIN, highest[1]), padding=0)
        for side, words, line in (("bottom", figure.x_label, figure.x_line), ("left", figure.y_label, figure.y_line)):
            axis = self.panel.getAxis(side)
            axis.setTicks([[(math.log10(tick), _tick(tick, figure.floor)) for tick in sorted({*_TICKS, line})]])
            axis.setPen(pg.mkPen(theme.line))
            axis.setTextPen(pg.mkPen(theme.muted))
            axis.setStyle(tickLength=-4, tickFont=font, tickTextOffset=5, hideOverlappingLabels=False)
            axis.setLabel(words, color=theme.muted, **{"font-size": f"{font.pointSizeF()}pt"})

    def _draw_quadrants(self, figure: Scatter) -> None:
        theme = self.theme
        for value, angle in ((figure.x_line, 90), (figure.y_line, 0)):
            line = pg.InfiniteLine(math.log10(value), angle=angle, pen=pen(theme.muted, 1.0, Qt.PenStyle.DashLine))
            line.setZValue(-50)
            self.panel.addItem(line, ignoreBounds=True)
        (left, right), (bottom, top) = self.panel.vb.viewRange()
        corners = ((left, top, 0, 0), (right, top, 1, 0), (left, bottom, 0, 1), (right, bottom, 1, 1))
        for name, (x, y, *anchor) in zip(figure.quadrants, corners, strict=True):
            words = pg.TextItem(name, color=theme.muted, anchor=anchor)
            words.setFont(self.font())
            words.setPos(x, y)
            words.setZValue(-40)
            self.panel.addItem(words, ignoreBounds=True)

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._figure:
            self.show_figure(self._figure)

    def point_at(self, place: int) -> None:
        """Ring a point, by its place in ``points``; -1 for none."""
        self.at_hand = place
        self._ring.setPen(pen(self.theme.accent, 2.0))
        self._ring.setData(*(self._xy[[place]].T if place >= 0 else ([], [])))

    def position_of(self, place: int) -> QPointF:
        """Return where a point stands in this widget."""
        return QPointF(*self._places()[place])

    def _places(self) -> np.ndarray:
        room, (x, y) = self.panel.vb.sceneBoundingRect(), self.panel.vb.viewRange()
        across = room.left() + (self._xy[:, 0] - x[0]) / (x[1] - x[0]) * room.width()
        down = room.bottom() - (self._xy[:, 1] - y[0]) / (y[1] - y[0]) * room.height()
        return np.column_stack([across, down])

    def _near(self, where: QPointF) -> int:
        """Return the point nearest to a place in this widget and near enough to be meant, else -1."""
        if not len(self._xy):
            return -1
        away = np.hypot(*(self._places() - (where.x(), where.y())).T)
        nearest = int(away.argmin())
        return nearest if away[nearest] <= _NEAR else -1

    def tip_of(self, place: int) -> str:
        """Return what is said of a point: its subject, where the level names subjects, and its arm."""
        point, marked = self.points[place], self._figure.marked_label if self._figure else ""
        words = (point.subject, point.arm if point.arm != TOTAL else "", marked if point.marked else "")
        return plain_tip("\n".join(part for part in words if part))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say whose point is under the pointer."""
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
            self.picked.emit(self.points[place].subject)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from point to point by arrow keys, ask by Enter."""
        if event.key() in _STEPS and len(self._xy):
            place = (self.at_hand + _STEPS[event.key()]) % len(self._xy) if self.at_hand >= 0 else 0
            self.point_at(place)
            QToolTip.showText(self.mapToGlobal(self.position_of(place).toPoint()), self.tip_of(place), self)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.at_hand >= 0:
            self.picked.emit(self.points[self.at_hand].subject)
        else:
            super().keyPressEvent(event)


def mark_in(figure: Scatter, theme: Theme, arm: str) -> Mark:
    """Return an arm's mark, the same as in every table and plot."""
    return mark_of(theme, tuple(name for name in figure.arms if name != TOTAL), arm)


def legend_of(figure: Scatter, theme: Theme) -> list[tuple[str, Mark]]:
    """Return the legend's entries: the arms, and what an open symbol means."""
    found = [("All subjects" if arm == TOTAL else arm, mark_in(figure, theme, arm)) for arm in figure.arms]
    return [*found, (f"open: {figure.marked_label}", Mark(theme.muted, "o", Qt.PenStyle.SolidLine, hollow=True))]


def _tick(value: float, floor: float) -> str:
    return f"≤{value:g}" if value == floor else f"{value:g}"
