"""A scatter of subjects: the worst value against the baseline, with the line of no change; or against its day."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg

from dsmb_app.model.figures import PointFigure, SubjectValue
from dsmb_app.views.plots.base import pen
from dsmb_app.views.plots.lab_plot import LabPlot, legend_of, number, pairs
from dsmb_app.views.tables import plain_tip
from dsmb_app.views.theme import Theme

__all__ = ["ShiftScatter", "legend_of"]

_SIZE, _ROOM = 9, 0.05


class ShiftScatter(LabPlot):
    """Draws a figure's points; a scale of days is linear, scales of values are logarithmic where the figure says so."""

    def __init__(self, theme: Theme | None = None, *, name: str = "Scatter plot of baseline and worst value") -> None:
        """Draw in a theme, or in the one that the window has."""
        goes = "Arrow keys go from point to point, Enter asks about the subject."
        super().__init__(name, goes=goes, theme=theme)

    @property
    def points(self) -> tuple[SubjectValue, ...]:
        """Return the points drawn, from left to right, which is how the arrow keys go."""
        return tuple(sorted(self._figure.points, key=lambda p: (p.x, p.y))) if self._figure else ()

    def _scaled(self, value: float) -> float:
        if not self._figure.log:
            return value
        return math.log10(value) if value > 0 else -math.inf

    def _draw(self, figure: PointFigure) -> None:
        self._xy = pairs((self._scaled(p.x) if figure.identity else p.x, self._scaled(p.y)) for p in self.points)
        x = self._across(figure)
        self._set_scales(x, self._xy[:, 1], words=(figure.x_label, figure.y_label))
        if figure.identity:
            self._draw_identity(figure)
        self._draw_lines()
        for arm in dict.fromkeys((*figure.arms, *(p.arm for p in figure.points))):
            mine = [i for i, p in enumerate(self.points) if p.arm == arm]
            # Almost hollow: one shape must not hide another that stands on the same spot.
            self._dots(
                self._xy[mine, 0], self._xy[mine, 1], self._mark(arm), size=_SIZE, name=arm, alpha=80, outlined=True
            )

    def _across(self, figure: PointFigure) -> tuple[float, float]:
        values = self._xy[:, 0] if len(self._xy) else np.array([0.0, 1.0])
        near = [v for v in self._line_values() if values.min() <= v <= values.max()] if figure.identity else []
        low, high = min(values.min(), *near, values.min()), max(values.max(), *near, values.max())
        room = _ROOM * ((high - low) or abs(high) or 1.0)
        return low - room, high + room

    def _draw_identity(self, figure: PointFigure) -> None:
        (left, right), (bottom, top) = self.panel.vb.viewRange()
        low, high = max(left, bottom), min(right, top)
        line = pg.PlotCurveItem([low, high], [low, high], pen=pen(self.theme.muted, 1.2), name="identity")
        line.setZValue(-50)
        self.panel.addItem(line, ignoreBounds=True)
        for value in self._line_values():
            if left <= value <= right:
                self._add_line(value, angle=90)
        if figure.log:
            for side, ends in (("bottom", (left, right)), ("left", (bottom, top))):
                words = figure.x_label if side == "bottom" else figure.y_label
                self._set_axis(side, words, self._log_ticks(*ends))

    def tip_of(self, place: int) -> str:
        """Return subject, arm, both values and the day."""
        point, name = self.points[place], self._figure.test.name
        base = f"{number(point.baseline)} at baseline, " if math.isfinite(point.baseline) else "no baseline, "
        told = f"{name}: {base}{number(point.worst)} on day {number(point.day)}"
        return plain_tip("\n".join(part for part in (point.subject, self._arm_words(point.arm), told) if part))

    def _ask(self, place: int) -> None:
        self.picked.emit(self.points[place].subject)
