"""Boxes over visits by arm: quartiles, whiskers to the 10th and 90th percentile, who lies beyond, and n below."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics

from dsmb_app.model.figures import Box, BoxFigure
from dsmb_app.model.words import TOTAL
from dsmb_app.views.plots.base import pen
from dsmb_app.views.plots.lab_plot import AXIS, LabPlot, faint, number, pairs
from dsmb_app.views.tables import plain_tip
from dsmb_app.views.theme import SPACE, Mark, Theme

_TAKEN, _BOX, _LEFT = 0.8, 0.78, 0.85


class Place(NamedTuple):
    """What stands at a spot: a box, or one subject beyond its whiskers (``value``)."""

    box: Box
    x: float
    y: float
    subject: str = ""
    beyond: bool = False


class BoxPlot(LabPlot):
    """Draws a figure's boxes; ``box_picked`` carries one that was asked about, ``picked`` a subject."""

    box_picked = Signal(object)

    def __init__(self, theme: Theme | None = None) -> None:
        """Draw in a theme, or in the one that the window has."""
        goes = "Arrow keys go from box to box and to the subjects beyond, Enter asks about the subjects."
        super().__init__("Box plot over visits", goes=goes, theme=theme, rows=True)
        self.places: list[Place] = []

    def forget(self) -> None:
        """Draw nothing and keep nothing."""
        self.places = []
        super().forget()

    def _draw(self, figure: BoxFigure) -> None:
        shown = [box for box in figure.boxes if math.isfinite(box.median)]
        self.places = [place for box in shown for place in self._places_of(box)]
        self._xy = pairs((place.x, place.y) for place in self.places)
        values = [v for box in shown for v in (box.p10, box.p90)] + self._xy[:, 1].tolist()
        self._set_scales((-_LEFT, len(figure.visits) - 0.45), values, words=("", figure.y_label))
        self.panel.getAxis("bottom").setTicks([[(i, self._short(name)) for i, name in enumerate(figure.visits)]])
        self.panel.getAxis("left").setGrid(40)
        lines = max((self._short(name).count("\n") + 1 for name in figure.visits), default=1)
        self.panel.getAxis("bottom").setHeight(lines * QFontMetrics(self._small_font()).height() + SPACE)
        self._draw_lines()
        for arm in figure.arms:
            self._draw_arm([box for box in shown if box.arm == arm], self._mark(arm))
        self._draw_counts(figure)

    def _short(self, name: str) -> str:
        """Return the name of a visit, on two lines where the names of all do not fit beside each other."""
        visits = self._figure.visits if self._figure else ()
        widest = max(map(QFontMetrics(self._small_font()).horizontalAdvance, visits), default=0)
        room = (self.width() - AXIS) / (len(visits) + 1)
        return name.replace(" ", "\n", 1) if widest + SPACE > room else name

    def _middle(self, box: Box) -> float:
        arms = self._figure.arms
        return box.visit + (arms.index(box.arm) - (len(arms) - 1) / 2) * _TAKEN / len(arms)

    def _half(self) -> float:
        return min(_TAKEN / len(self._figure.arms), 0.5) * _BOX / 2

    def _places_of(self, box: Box) -> list[Place]:
        x = self._middle(box)
        beyond = [Place(box, x, value, subject, True) for subject, value in sorted(box.outside, key=lambda o: o[1])]
        return [Place(box, x, box.median), *beyond]

    def _draw_arm(self, boxes: list[Box], mark: Mark) -> None:
        x, half = np.array([self._middle(box) for box in boxes]), self._half()
        self.panel.addItem(
            pg.BarGraphItem(
                x=x, y0=[b.q1 for b in boxes], y1=[b.q3 for b in boxes], width=2 * half, pen=pen(mark.colour, 1.3),
                brush=faint(mark.colour, 70), name=boxes[0].arm if boxes else "",
            ),
            ignoreBounds=True,
        )  # fmt: skip
        self._segments([(at, end, at, edge) for at, b in zip(x, boxes, strict=True)
                        for edge, end in ((b.q1, b.p10), (b.q3, b.p90))], mark, 1.3, mark.dash)  # fmt: skip
        self._segments([(at - half, b.median, at + half, b.median) for at, b in zip(x, boxes, strict=True)], mark, 2.4)
        arm = boxes[0].arm if boxes else ""
        beyond = [p for p in self.places if p.beyond and p.box.arm == arm]
        self._dots([p.x for p in beyond], [p.y for p in beyond], mark, size=5, name=("beyond", mark.symbol), alpha=170)
        self._dots(x, [b.median for b in boxes], mark, size=8, name=arm)

    def _segments(
        self, ends: list[tuple[float, float, float, float]], mark: Mark, width: float, dash: Qt.PenStyle | None = None
    ) -> None:
        flat = np.array(ends, dtype=float).reshape(-1, 2)
        lines = pg.PlotCurveItem(flat[:, 0], flat[:, 1], connect="pairs", pen=pen(mark.colour, width, dash))
        self.panel.addItem(lines, ignoreBounds=True)

    def _draw_counts(self, figure: BoxFigure) -> None:
        self._prepare_rows(len(figure.arms))
        left = -_LEFT * 0.8
        self._draw_row_marks(left)
        if figure.arms == (TOTAL,):
            self._write_below("n", left, 0, muted=True)
        for box in figure.boxes:
            self._write_below(box.n_text, box.visit, figure.arms.index(box.arm))

    def tip_of(self, place: int) -> str:
        """Return visit, arm and numbers of a box; of a subject its value."""
        at = self.places[place]
        box, where = at.box, f"{self._figure.visits[at.box.visit]}"
        arm = self._arm_words(box.arm)
        if at.beyond:
            return plain_tip("\n".join(part for part in (at.subject, arm, f"{where}: {number(at.y)}") if part))
        told = f"median {number(box.median)}, quartiles {number(box.q1)} to {number(box.q3)}"
        range_ = f"10th to 90th percentile {number(box.p10)} to {number(box.p90)}"
        return plain_tip("\n".join(part for part in (f"{where}, n={box.n_text}", arm, told, range_) if part))

    def _ask(self, place: int) -> None:
        at = self.places[place]
        if at.beyond:
            self.picked.emit(at.subject)
        else:
            self.box_picked.emit(at.box)
