"""A scatter plot on log scales with named quadrants: one point per subject, arms by colour and shape."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import product

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QRubberBand

from dsmb_app.model.result import Point, Scatter
from dsmb_app.model.words import TOTAL
from dsmb_app.views.plots.base import pen
from dsmb_app.views.plots.point_plot import PointPlot
from dsmb_app.views.plots.words import MARGIN
from dsmb_app.views.tables import plain_tip
from dsmb_app.views.theme import SPACE, Mark, Theme, mark_of

_SIZE, _CHOSEN, _SAME = 10, 17, 2.5
_TICKS = tuple(step * 10.0**power for power in range(-2, 5) for step in (1, 2, 5))
_DECADES = tuple(10.0**power for power in range(-2, 5))
_LEAST_TOP = (50.0, 20.0)
"""So far the scales reach at least, that the outer quadrants have room for their names also where nobody is there."""
_LEAST_TOP_OF_PANEL = (20.0, 20.0)
_MARGIN = 0.06
_GAP, _LEAST_HEIGHT = 0.28, 160
"""Between panels side by side, in decades; and the height in pixels below which names no longer fit above them."""
_CLOSE = 0.13
"""Decades from a line's own tick within which no other has room."""
_LEAST_DRAG = 5
_SMALLER = 5
_MANY, _SEEN_THROUGH = 100, 150
"""Above so many points they let each other through."""


class EDish(PointPlot):
    """Draws a figure's points; ``picked`` carries the subject of one that was asked about, by click or Enter.

    ``chosen`` carries the subjects that are chosen together: by a frame drawn with the mouse, with Ctrl and a click,
    with Space, or because they lie on one spot that was clicked.
    """

    picked = Signal(str)
    chosen = Signal(object)

    def __init__(self, theme: Theme | None = None) -> None:
        """Draw in a theme, or in the one that the window has."""
        goes = "Arrow keys go from point to point, Enter asks about the subject, Space chooses several."
        super().__init__("Scatter plot", goes=goes, theme=theme)
        self._figure: Scatter | None = None
        self._points: tuple[Point, ...] = ()
        self._low, self._high, self._gap = np.zeros(2), np.ones(2), np.full(2, _GAP)
        self._together: set[int] = set()
        self._chosen_rings = pg.ScatterPlotItem(size=_CHOSEN, pxMode=True, brush=None)
        self._band, self._from = QRubberBand(QRubberBand.Shape.Rectangle, self.viewport()), QPoint()

    @property
    def points(self) -> tuple[Point, ...]:
        """Return the points drawn, from left to right, which is how the arrow keys go; panel by panel."""
        return self._points

    @property
    def drawn(self) -> dict[tuple[str, bool], list[tuple[float, float]]]:
        """Return what stands in the plot, in the figure's own units, by arm and whether it is marked."""
        found: dict[tuple[str, bool], list[tuple[float, float]]] = {}
        for item in self.panel.items:
            if isinstance(item, pg.ScatterPlotItem) and item not in (self._ring, self._chosen_rings):
                inner = np.column_stack(item.getData()) - self._corner(item.data["data"])
                found[item.opts["name"]] = [(10.0**a, 10.0**b) for a, b in inner]
        return found

    @property
    def together(self) -> tuple[str, ...]:
        """Return the subjects that are chosen together."""
        return tuple(self.points[place].subject for place in sorted(self._together))

    def forget(self) -> None:
        """Draw nothing and keep nothing."""
        self._figure, self._points, self._together = None, (), set()
        super().forget()

    def show_figure(self, figure: Scatter) -> None:
        """Draw a figure in place of the one before; who was chosen stays so where the new one has them."""
        kept = {*self.together} - {""}
        self._figure, self._points = figure, _in_order(figure)
        self._together = {place for place, point in enumerate(self.points) if point.subject in kept}
        self._redraw()

    def _redraw(self) -> None:
        figure = self._figure
        if figure is None:
            return
        self.panel.clear()
        points = self.points
        logs = np.log10([(p.x, p.y) for p in points]).reshape(-1, 2)
        self._low = np.full(2, math.log10(figure.floor or 0.1) - _MARGIN)
        least = _LEAST_TOP_OF_PANEL if figure.panelled else _LEAST_TOP
        self._high = np.vstack([logs, np.log10(least)]).max(axis=0) + _MARGIN
        self._gap = np.array([_GAP, self._room_for_names()])
        self._xy = logs + self._corner([p.quadrant for p in points])
        self._set_scales(figure)
        self._draw_quadrants(figure)
        alike: dict[tuple[str, bool], list[int]] = {
            (arm, marked): [] for arm in figure.arms for marked in (False, True)
        }
        for place, point in enumerate(points):
            alike.setdefault((point.arm, point.marked), []).append(place)
        for (arm, marked), places in alike.items():
            self._draw_points(places, figure, arm, marked=marked)
        self.panel.addItem(self._chosen_rings, ignoreBounds=True)
        self._add_ring()
        self._show_together()

    def _corner(self, quadrants: Iterable[int]) -> np.ndarray:
        """Return what is added to a point's logarithms: nothing, or where the panel of its quadrant begins."""
        places = np.asarray(list(quadrants), dtype=int)
        if self._figure is None or not self._figure.panelled:
            return np.zeros((len(places), 2))
        step = self._high - self._low + self._gap
        return np.column_stack([places % 2, places < 2]) * step

    def _room_for_names(self) -> float:
        """Return the room above each of two panels for a name and who is there, in decades."""
        line = QFontMetrics(self.font()).height() + 2 * MARGIN
        share = 2 * line / max(self.panel.vb.height(), _LEAST_HEIGHT)
        return share * 2 * float(self._high[1] - self._low[1]) / (1 - 2 * share)

    def _panels(self) -> Iterator[tuple[int, np.ndarray]]:
        """Yield each panel: the quadrant it begins with and its lower left corner; one for a plot without panels."""
        for quadrant in range(4) if self._figure and self._figure.panelled else (0,):
            yield quadrant, self._corner([quadrant])[0] + self._low

    def _draw_points(self, places: list[int], figure: Scatter, arm: str, *, marked: bool) -> None:
        mark = mark_in(figure, self.theme, arm)
        outline = pen(mark.colour, 1.6) if marked else pen(self.theme.surface, 0.8)
        fill = QColor(mark.colour)
        fill.setAlpha(_SEEN_THROUGH if len(self.points) > _MANY else 255)
        dots = pg.ScatterPlotItem(
            self._xy[places, 0], self._xy[places, 1], symbol=mark.symbol, size=_SIZE, pxMode=True, name=(arm, marked),
            pen=outline, brush=None if marked else fill, data=[self.points[place].quadrant for place in places],
        )  # fmt: skip
        self.panel.addItem(dots, ignoreBounds=True)

    def _set_scales(self, figure: Scatter) -> None:
        self.setBackground(self.theme.surface)
        high = self._corner([1])[0] + self._high + (0, self._gap[1] if figure.panelled else 0)
        self.panel.setRange(xRange=(self._low[0], high[0]), yRange=(self._low[1], high[1]), padding=0)
        for axis, side, words, line in (
            (0, "bottom", figure.x_label, figure.x_line),
            (1, "left", figure.y_label, figure.y_line),
        ):
            wanted = _DECADES if figure.panelled else [*(t for t in _TICKS if not _is_close(t, line)), line]
            corners = dict.fromkeys(float(self._corner([quadrant])[0][axis]) for quadrant in (2, 1))
            top = self._high[axis]
            ticks = [
                (math.log10(tick) + corner, _tick(tick, figure.floor))
                for corner, tick in product(corners, wanted)
                if self._low[axis] <= math.log10(tick) <= top
            ]
            self._set_axis(side, words, ticks)

    def _draw_quadrants(self, figure: Scatter) -> None:
        size = self._high - self._low
        at = np.log10([figure.x_line, figure.y_line]) - self._low
        for _, (left, bottom) in self._panels():
            right, top = left + size[0], bottom + size[1]
            for x, y in (((left + at[0],) * 2, (bottom, top)), ((left, right), (bottom + at[1],) * 2)):
                line = pg.PlotCurveItem(list(x), list(y), pen=pen(self.theme.muted, 1.0, Qt.PenStyle.DashLine))
                line.setZValue(-50)
                self.panel.addItem(line, ignoreBounds=True)
            if figure.panelled:
                frame = pg.QtWidgets.QGraphicsRectItem(left, bottom, *size)
                frame.setPen(pen(self.theme.line, 1.0))
                frame.setZValue(-60)
                self.panel.addItem(frame, ignoreBounds=True)
        self._name_quadrants(figure, size)

    def _name_quadrants(self, figure: Scatter, size: np.ndarray) -> None:
        """Write each quadrant's name into its outer corner, or above its panel, and below the name who is there."""
        font = self._fitting_font(figure)
        for place, (name, count) in enumerate(zip(figure.quadrants, figure.counts or ("",) * 4, strict=True)):
            across, down = (0, 0) if figure.panelled else (place % 2, int(place > 1))
            above = down or figure.panelled
            left, bottom = self._corner([place])[0] + self._low
            x, y = left + across * size[0], bottom + (1 - down) * size[1]
            self._add_words(name, x, y, (across, 1.9 if above else 0), font=font)
            self._add_words(count, x, y, (across, 1 if above else -0.9), font=font)

    def _fitting_font(self, figure: Scatter) -> QFont:
        """Return the font in which the names of two quadrants stand side by side: a smaller one in a narrow plot."""
        font = QFont(self.font())
        room = self.panel.vb.width() - 2 * SPACE
        for _ in range(_SMALLER):
            widths = [QFontMetrics(font).horizontalAdvance(name) for name in figure.quadrants]
            if max(widths[0] + widths[1], widths[2] + widths[3]) <= room:
                break
            font.setPointSizeF(font.pointSizeF() * 0.94)
        return font

    def _ask(self, place: int) -> None:
        away = np.hypot(*(self._places(self._xy) - self._places(self._xy)[place]).T)
        same = np.flatnonzero(away <= _SAME)
        if len(same) > 1:
            self._choose({int(one) for one in same})
        else:
            self.picked.emit(self.points[place].subject)

    def let_go(self) -> None:
        """Choose nobody, without a word."""
        self._together = set()
        self._show_together()

    def _choose(self, places: set[int]) -> None:
        """Choose points together, and say so."""
        self._together = places
        self._show_together()
        self.chosen.emit(self.together)

    def _show_together(self) -> None:
        self._chosen_rings.setPen(pen(self.theme.text, 1.4))
        self._chosen_rings.setData(*(self._xy[sorted(self._together)].T if self._together else ([], [])))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask about the point under the pointer; with Ctrl choose it too; beside the points begin a frame."""
        place, where = self._near(event.position()), event.position().toPoint()
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        if place < 0:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._from = where
            self._band.setGeometry(QRect(where, QSize()))
            self._band.show()
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._choose(self._together ^ {place})
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw the frame, or say what the point under the pointer is."""
        if self._band.isVisible():
            self._band.setGeometry(QRect(self._from, event.position().toPoint()).normalized())
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose what lies in the frame; a click beside the points chooses nobody."""
        if not self._band.isVisible():
            return
        self._band.hide()
        frame = QRect(self._from, event.position().toPoint()).normalized()
        inside: set[int] = set()
        if max(frame.width(), frame.height()) >= _LEAST_DRAG and len(self._xy):
            room = QRectF(frame)
            inside = {i for i, (x, y) in enumerate(self._places(self._xy)) if room.contains(x, y)}
        if inside or self._together:
            keep = self._together if event.modifiers() & Qt.KeyboardModifier.ControlModifier else set()
            self._choose(inside | keep)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the point at hand with others, or let it go, by Space."""
        if event.key() == Qt.Key.Key_Space and self.at_hand >= 0:
            self._choose(self._together ^ {self.at_hand})
        else:
            super().keyPressEvent(event)

    def tip_of(self, place: int) -> str:
        """Return what is said of a point: its subject, where the level names subjects, and its arm."""
        point, marked = self.points[place], self._figure.marked_label if self._figure else ""
        words = (point.subject, point.arm if point.arm != TOTAL else "", marked if point.marked else "")
        return plain_tip("\n".join(part for part in words if part))


def _in_order(figure: Scatter) -> tuple[Point, ...]:
    """Return a figure's points from left to right, panel by panel."""
    return tuple(sorted(figure.points, key=lambda p: (p.quadrant if figure.panelled else 0, p.x, p.y)))


def mark_in(figure: Scatter, theme: Theme, arm: str) -> Mark:
    """Return an arm's mark, the same as in every table and plot."""
    return mark_of(theme, figure, arm)


def legend_of(figure: Scatter, theme: Theme) -> list[tuple[str, Mark]]:
    """Return the legend's entries: the arms, and what an open symbol means."""
    found = [("All subjects" if arm == TOTAL else arm, mark_in(figure, theme, arm)) for arm in figure.arms]
    return [*found, (f"open: {figure.marked_label}", Mark(theme.muted, "o", Qt.PenStyle.SolidLine, hollow=True))]


def _is_close(value: float, line: float) -> bool:
    return abs(math.log10(value) - math.log10(line)) < _CLOSE


def _tick(value: float, floor: float) -> str:
    return f"≤{value:g}" if value == floor else f"{value:g}"
