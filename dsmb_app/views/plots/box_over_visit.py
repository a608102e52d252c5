"""Boxes over visits by arm: quartiles, whiskers to the 10th and 90th percentile, who lies beyond, and n below."""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import itemgetter
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
    """What stands at a spot: a box, or one subject beyond its whiskers with its value there."""

    box: Box
    subject: str = ""
    value: float = math.nan
    beyond: bool = False


class Spots(NamedTuple):
    """A box, who lies beyond its whiskers from the lowest up, and where it and each of these stand (n x 2).

    There may be thousands beyond: what is said of one is put together when it is asked for.
    """

    box: Box
    beyond: list[tuple[str, float]]
    xy: np.ndarray

    def place(self, at: int) -> Place:
        """Return what stands at a spot; the first is the box."""
        return Place(self.box, *self.beyond[at - 1], True) if at else Place(self.box)

    def places(self) -> list[Place]:
        """Return what stands at each."""
        return [self.place(at) for at in range(len(self.xy))]


class BoxPlot(LabPlot):
    """Draws a figure's boxes; ``box_picked`` carries one that was asked about, ``picked`` a subject."""

    box_picked = Signal(object)

    def __init__(self, theme: Theme | None = None) -> None:
        """Draw in a theme, or in the one that the window has."""
        goes = "Arrow keys go from box to box and to the subjects beyond, Enter asks about the subjects."
        super().__init__("Box plot over visits", goes=goes, theme=theme, rows=True)
        self._spots: list[Spots] = []

    def forget(self) -> None:
        """Draw nothing and keep nothing."""
        self._spots = []
        super().forget()

    @property
    def places(self) -> list[Place]:
        """Return what stands at each spot that the keys reach, in their order."""
        return [place for spots in self._spots for place in spots.places()]

    def _place(self, at: int) -> Place:
        for spots in self._spots:
            if at < len(spots.xy):
                return spots.place(at)
            at -= len(spots.xy)
        raise IndexError(at)

    def _draw(self, figure: BoxFigure) -> None:
        shown = [box for box in figure.boxes if math.isfinite(box.median)]
        self._spots = [self._spots_of(box) for box in shown]
        self._xy = np.concatenate([spots.xy for spots in self._spots]) if shown else pairs(())
        values = [v for box in shown for v in (box.p10, box.p90)] + self._xy[:, 1].tolist()
        self._set_scales((-_LEFT, len(figure.visits) - 0.45), values, words=("", figure.y_label))
        self.panel.getAxis("left").setGrid(40)
        self._name_visits(figure.visits)
        self._draw_lines()
        for arm in figure.arms:
            of_arm = [spots for spots in self._spots if spots.box.arm == arm]
            if of_arm:
                self._draw_arm(of_arm, self._mark(arm))
        self._draw_counts(figure)

    def _name_visits(self, visits: Sequence[str]) -> None:
        """Write the names below the axis, on two lines where the names of all do not fit beside each other."""
        metrics, axis = QFontMetrics(self._small_font()), self.panel.getAxis("bottom")
        widest = max(map(metrics.horizontalAdvance, visits), default=0)
        fits = widest + SPACE <= (self.width() - AXIS) / (len(visits) + 1)
        names = list(visits) if fits else [name.replace(" ", "\n", 1) for name in visits]
        axis.setTicks([list(enumerate(names))])
        lines = max((name.count("\n") + 1 for name in names), default=1)
        axis.setHeight(lines * metrics.height() + SPACE)

    def _middle(self, box: Box) -> float:
        arms = self._figure.arms
        return box.visit + (arms.index(box.arm) - (len(arms) - 1) / 2) * _TAKEN / len(arms)

    def _half(self) -> float:
        return min(_TAKEN / len(self._figure.arms), 0.5) * _BOX / 2

    def _spots_of(self, box: Box) -> Spots:
        beyond = sorted(box.outside, key=itemgetter(1))
        xy = np.full((1 + len(beyond), 2), self._middle(box))
        xy[:, 1] = [box.median, *(value for _, value in beyond)]
        return Spots(box, beyond, xy)

    def _draw_arm(self, of_arm: list[Spots], mark: Mark) -> None:
        boxes = [spots.box for spots in of_arm]
        x, half, arm = np.array([spots.xy[0, 0] for spots in of_arm]), self._half(), boxes[0].arm
        self.panel.addItem(
            pg.BarGraphItem(
                x=x, y0=[b.q1 for b in boxes], y1=[b.q3 for b in boxes], width=2 * half, pen=pen(mark.colour, 1.3),
                brush=faint(mark.colour, 70), name=arm,
            ),
            ignoreBounds=True,
        )  # fmt: skip
        self._segments([(at, end, at, edge) for at, b in zip(x, boxes, strict=True)
                        for edge, end in ((b.q1, b.p10), (b.q3, b.p90))], mark, 1.3, mark.dash)  # fmt: skip
        self._segments([(at - half, b.median, at + half, b.median) for at, b in zip(x, boxes, strict=True)], mark, 2.4)
        beyond = np.concatenate([spots.xy[1:] for spots in of_arm])
        self._dots(beyond[:, 0], beyond[:, 1], mark, size=5, name=("beyond", mark.symbol), alpha=170)
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
        at = self._place(place)
        box, where = at.box, f"{self._figure.visits[at.box.visit]}"
        arm = self._arm_words(box.arm)
        if at.beyond:
            return plain_tip("\n".join(part for part in (at.subject, arm, f"{where}: {number(at.value)}") if part))
        told = f"median {number(box.median)}, quartiles {number(box.q1)} to {number(box.q3)}"
        range_ = f"10th to 90th percentile {number(box.p10)} to {number(box.p90)}"
        return plain_tip("\n".join(part for part in (f"{where}, n={box.n_text}", arm, told, range_) if part))

    def _ask(self, place: int) -> None:
        at = self._place(place)
        if at.beyond:
            self.picked.emit(at.subject)
        else:
            self.box_picked.emit(at.box)
