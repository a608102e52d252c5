"""The flow of participants: steps from the top down, a column of boxes for each arm, who leaves it set to the right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent

from dsmb_app.model.flow import FlowBox, FlowFigure
from dsmb_app.model.result import Column, RowKey
from dsmb_app.model.words import TOTAL, Stat
from dsmb_app.views.plots.base import pen
from dsmb_app.views.plots.point_plot import PointPlot
from dsmb_app.views.tables import plain_tip
from dsmb_app.views.theme import SPACE, Theme, mark_of

_STEP, _ASIDE, _REASON, _HEAD = 1.5, 1.25, 0.85, 1.2
"""Heights in lines: of a step, of a box beside the flow, of a reason in it, and of the names of the arms."""
_LEAST_LINE, _INDENT = 19, 12
_MAIN, _BESIDE = (0.12, 0.56), (0.62, 0.96)
"""Where boxes begin and end in a column of width 1: those of the flow, and those beside it."""


@dataclass(frozen=True)
class Place:
    """A count: its row in the table F1, its arm, its text, and where it stands; ``depth``: 0 for a box of its own."""

    key: RowKey
    label: str
    arm: str
    text: str
    aside: bool
    depth: int
    column: int
    columns: int
    top: float
    height: float

    @property
    def sides(self) -> tuple[float, float]:
        """Return where it begins and ends from left to right; a step of all subjects stands amid those of the arms."""
        low, high = _BESIDE if self.aside else _MAIN
        last = self.columns - 1
        left = self.column + (last if self.aside else last / 2)
        return left + low, left + high

    @property
    def middle(self) -> tuple[float, float]:
        """Return its middle."""
        return sum(self.sides) / 2, self.top + self.height / 2


def places_of(figure: FlowFigure) -> list[Place]:
    """Return every count of a figure, from the top down and from arm to arm."""
    arms = figure.arms or (TOTAL,)
    found, top = [], _HEAD
    for box, depth, aside in _rows(figure.boxes):
        height = _REASON if depth else _ASIDE if aside else _STEP
        shown = [arm for arm in arms if arm in box.n] or [TOTAL]
        for arm in shown:
            column, columns = (0, len(arms)) if arm == TOTAL else (arms.index(arm), 1)
            text = box.n.get(arm, "")
            found.append(Place(box.key, box.label, arm, text, aside, depth, column, columns, top, height))
        top += height
    return found


def least_height(figure: FlowFigure) -> int:
    """Return the height in pixels in which every count can be read."""
    return round(_end(places_of(figure)) * _LEAST_LINE)


def _rows(boxes: tuple[FlowBox, ...], depth: int = 0, aside: bool = False) -> Iterator[tuple[FlowBox, int, bool]]:
    for box in boxes:
        yield box, depth, aside or box.aside
        yield from _rows(box.reasons, depth + 1, aside or box.aside)


def _indent(place: Place) -> int:
    return _INDENT * (place.depth + place.aside) + SPACE


def _end(places: list[Place]) -> float:
    return max((place.top + place.height for place in places), default=0.0) + 0.3


class FlowPlot(PointPlot):
    """Draws a flow; ``picked`` carries row and column (of table F1) of a count that was asked about.

    ``reached`` carries where a count stands that a key went to.
    """

    picked, reached = Signal(object, object), Signal(QPointF)

    def __init__(self, theme: Theme | None = None) -> None:
        """Draw in a theme, or in the one that the window has."""
        goes = "Arrow keys go from count to count, Enter asks about the subjects."
        super().__init__("Flow of participants", goes=goes, theme=theme)
        self._figure: FlowFigure | None = None
        self.places: list[Place] = []
        self._names = 0
        self.panel.invertY(True)
        self.panel.hideAxis("left")
        self.panel.hideAxis("bottom")

    def forget(self) -> None:
        """Draw nothing and keep nothing."""
        self._figure, self.places = None, []
        super().forget()

    def show_figure(self, figure: FlowFigure) -> None:
        """Draw a figure in place of the one before."""
        self._figure, self.places = figure, places_of(figure)
        self.setMinimumHeight(least_height(figure))
        self._xy = np.array([place.middle for place in self.places], dtype=float).reshape(-1, 2)
        self._redraw()

    show_result = show_figure

    def _redraw(self) -> None:
        if self._figure is None or not self.places:
            return
        self.panel.clear()
        self.setBackground(self.theme.surface)
        self._set_scales()
        self._draw_heads()
        self._name_rows()
        for before, place in zip([None, *self.places], self.places, strict=False):
            self._draw_place(place, first=before is None or before.key != place.key)
        self._draw_lines()
        self._add_ring()

    @property
    def _arms(self) -> tuple[str, ...]:
        return self._figure.arms or (TOTAL,)

    def _set_scales(self) -> None:
        metrics = QFontMetrics(self._small_font())
        longest = max(metrics.horizontalAdvance(p.label) + _indent(p) for p in self.places) + SPACE
        self._names = min(longest, int(self.width() * 0.45))
        each = max((self.width() - self._names) / len(self._arms), 10.0)
        self.panel.setRange(xRange=(-self._names / each, len(self._arms)), yRange=(0, _end(self.places)), padding=0)

    def _draw_heads(self) -> None:
        small = self._small_font()
        room = int((self.width() - self._names) / len(self._arms)) - 3 * SPACE
        for column, arm in enumerate(self._arms):
            name = QFontMetrics(small).elidedText(
                "All subjects" if arm == TOTAL else arm, Qt.TextElideMode.ElideRight, max(room, 20)
            )
            x = column + _MAIN[0]
            if arm != TOTAL:
                mark = mark_of(self.theme, self._figure, arm)
                dot = pg.ScatterPlotItem(
                    [x], [_HEAD / 2], symbol=mark.symbol, size=9, pxMode=True, pen=None, brush=QColor(mark.colour)
                )
                self.panel.addItem(dot, ignoreBounds=True)
                x += self._pixels(SPACE)
            self._add_words(name, x, _HEAD / 2, (0, 0.5), font=small, colour=self.theme.text)

    def _name_rows(self) -> None:
        small, left = self._small_font(), self.panel.vb.viewRange()[0][0]
        for place in {place.key: place for place in self.places}.values():
            indent = _indent(place)
            label = QFontMetrics(small).elidedText(place.label, Qt.TextElideMode.ElideRight, self._names - indent)
            colour = self.theme.muted if place.depth else self.theme.text
            y = place.top + place.height / 2
            self._add_words(label, left + self._pixels(indent), y, (0, 0.5), font=small, colour=colour)

    def _draw_place(self, place: Place, *, first: bool) -> None:
        if first and not place.depth and not place.aside:
            self._stripe(place)
        low, high = place.sides
        if not place.depth:
            box = pg.QtWidgets.QGraphicsRectItem(QRectF(low, place.top + 0.12, high - low, place.height - 0.24))
            arm = place.arm if place.arm != TOTAL else ""
            edge = mark_of(self.theme, self._figure, arm).colour if arm else self.theme.muted
            box.setPen(pen(edge, 1.0 if place.aside else 2.0))
            box.setBrush(QColor(self.theme.surface))
            box.setZValue(-59)
            self.panel.addItem(box, ignoreBounds=True)
        colour = self.theme.muted if place.depth else self.theme.text
        self._add_words(place.text, *place.middle, (0.5, 0.5), font=self._small_font(), colour=colour)

    def _stripe(self, place: Place) -> None:
        low, high = self.panel.vb.viewRange()[0]
        stripe = pg.QtWidgets.QGraphicsRectItem(QRectF(low, place.top, high - low, place.height))
        stripe.setPen(pg.mkPen(None))
        stripe.setBrush(QColor(self.theme.soft))
        stripe.setZValue(-90)
        self.panel.addItem(stripe, ignoreBounds=True)

    def _draw_lines(self) -> None:
        """Join each step with the one below it, and each box beside the flow with the line it leaves."""
        for arm in dict.fromkeys(place.arm for place in self.places):
            steps = [place for place in self.places if place.arm == arm and not place.depth and not place.aside]
            beside = [place for place in self.places if place.arm == arm and not place.depth and place.aside]
            for above, below in pairwise(steps):
                # Where nobody leaves between two steps these are two ends of the same flow, not one after the other.
                if any(above.top < box.top < below.top for box in beside):
                    x = above.middle[0]
                    self._line((x, above.top + above.height - 0.12), (x, below.top + 0.12))
            for place in beside:
                trunk = next((step.middle[0] for step in reversed(steps) if step.top < place.top), None)
                if trunk is not None:
                    self._line((trunk, place.middle[1]), (place.sides[0], place.middle[1]))
        self._fan()

    def _fan(self) -> None:
        """Join the last step of all subjects with the first one of each arm."""
        whole = [p for p in self.places if p.columns > 1 and not p.aside and not p.depth]
        if not whole:
            return
        last = whole[-1]
        under = {}
        for place in self.places:
            if place.columns == 1 and place.top > last.top and not place.depth and not place.aside:
                under.setdefault(place.arm, place)
        if not under:
            return
        start, turn = last.top + last.height - 0.12, min(place.top for place in under.values()) - 0.06
        self._line((last.middle[0], start), (last.middle[0], turn))
        for place in under.values():
            self._line((last.middle[0], turn), (place.middle[0], turn))
            self._line((place.middle[0], turn), (place.middle[0], place.top + 0.12))

    def _line(self, one: tuple[float, float], other: tuple[float, float]) -> None:
        line = pg.PlotCurveItem([one[0], other[0]], [one[1], other[1]], pen=pen(self.theme.muted))
        line.setZValue(-70)
        self.panel.addItem(line, ignoreBounds=True)

    def _pixels(self, count: float) -> float:
        low, high = self.panel.vb.viewRange()[0]
        return count * (high - low) / max(self.width(), 1)

    def _places(self, xy: np.ndarray) -> np.ndarray:
        """Return where points stand in this widget; here the first row is on top."""
        room, (x, y) = self.panel.vb.sceneBoundingRect(), self.panel.vb.viewRange()
        across = room.left() + (xy[:, 0] - x[0]) / (x[1] - x[0]) * room.width()
        down = room.top() + (xy[:, 1] - y[0]) / (y[1] - y[0]) * room.height()
        return np.column_stack([across, down])

    def _near(self, where: QPointF) -> int:
        """Return the count under a place in this widget, else -1."""
        for number, place in enumerate(self.places):
            (left, right), (top, bottom) = place.sides, (place.top, place.top + place.height)
            (x1, y1), (x2, y2) = self._places(np.array([[left, top], [right, bottom]]))
            if x1 <= where.x() < x2 and y1 <= where.y() < y2:
                return number
        return -1

    def tip_of(self, place: int) -> str:
        """Return the row, the arm and the count, as the table prints them."""
        at = self.places[place]
        arm = "All subjects" if at.arm == TOTAL else at.arm
        return plain_tip(f"{arm}\n{' > '.join(at.key)}: {at.text}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from count to count as ever, and tell where the one at hand stands."""
        super().keyPressEvent(event)
        if self.at_hand >= 0:
            self.reached.emit(self.position_of(self.at_hand))

    def _ask(self, place: int) -> None:
        at = self.places[place]
        self.picked.emit(at.key, Column(at.arm, Stat.N))
