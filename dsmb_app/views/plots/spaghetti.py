"""Values over study days: a thin line per subject, by arm the median and the band of the 10th to 90th percentile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from dsmb_app.model.figures import Band, CourseFigure
from dsmb_app.model.words import Level
from dsmb_app.views.plots.base import pen
from dsmb_app.views.plots.lab_plot import LabPlot, faint, number, pairs
from dsmb_app.views.tables import plain_tip
from dsmb_app.views.theme import Theme

_DENSE, _THIN, _FAINTEST = 7000.0, 110, 28
"""Lines are the fainter the more there are: their opacity (of 255) is the first over their number, within limits."""
_SHADE, _BAND_ALONE, _MARGIN = 26, 60, 0.03


@dataclass(frozen=True)
class Spot:
    """One value of one subject, or of an arm's median (``course`` -1)."""

    course: int
    subject: str
    arm: str
    day: float
    value: float
    told: str = ""


class SpaghettiPlot(LabPlot):
    """Draws a figure's courses and bands; the course at hand stands out."""

    def __init__(self, theme: Theme | None = None) -> None:
        """Draw in a theme, or in the one that the window has."""
        goes = "Left and right go along a subject's values, up and down to another subject, Enter asks about it."
        super().__init__("Values over study days", goes=goes, theme=theme)
        self.spots: list[Spot] = []
        self._course = pg.PlotCurveItem()
        self._course.setZValue(90)

    def forget(self) -> None:
        """Draw nothing and keep nothing."""
        self.spots = []
        self._course.setData([], [])
        super().forget()

    def _draw(self, figure: CourseFigure) -> None:
        self.spots = _spots(figure)
        self._xy = pairs((spot.day, spot.value) for spot in self.spots)
        days = self._xy[:, 0] if len(self._xy) else np.array([0.0, 1.0])
        room = _MARGIN * ((days.max() - days.min()) or 1.0)
        values = [*self._xy[:, 1], *(v for band in figure.bands for v in (*band.low, *band.high))]
        self._set_scales((days.min() - room, days.max() + room), values, words=(figure.x_label, figure.y_label))
        self._draw_lines()
        for arm in dict.fromkeys(course.arm for course in figure.courses):
            self._draw_courses(figure, arm)
        for band in figure.bands:
            self._draw_band(band, shade=_SHADE if figure.courses else _BAND_ALONE)
        self._course.setData([], [])
        self.panel.addItem(self._course, ignoreBounds=True)

    def _draw_courses(self, figure: CourseFigure, arm: str) -> None:
        x, y = [], []
        for course in figure.courses:
            if course.arm == arm:
                x += [*course.days, np.nan]
                y += [*course.values, np.nan]
        line = pen(self._mark(arm).colour, 1.0)
        opacity = min(max(_DENSE / max(len(figure.courses), 1), _FAINTEST), _THIN)
        line.setColor(faint(self._mark(arm).colour, round(opacity)))
        lines = pg.PlotCurveItem(np.array(x, float), np.array(y, float), connect="finite", pen=line, name=arm)
        lines.setZValue(-10)
        self.panel.addItem(lines, ignoreBounds=True)

    def _draw_band(self, band: Band, *, shade: int) -> None:
        mark = self._mark(band.arm)
        edges = [pg.PlotCurveItem(np.array(band.days), np.array(values), pen=None) for values in (band.low, band.high)]
        filled = pg.FillBetweenItem(*edges, brush=faint(mark.colour, shade))
        filled.setZValue(-60)
        days, middle = np.array(band.days), np.array(band.median)
        halo = pg.PlotCurveItem(days, middle, pen=pen(self.theme.surface, 5.0))
        median = pg.PlotCurveItem(days, middle, pen=pen(mark.colour, 2.6, mark.dash), name=("median", band.arm))
        for item in (*edges, filled, halo, median):
            self.panel.addItem(item, ignoreBounds=True)
        self._dots(band.days, band.median, mark, size=9, name=("median", band.arm))

    @property
    def lines(self) -> dict[object, list[tuple[float, float]]]:
        """Return the corners of the lines drawn, by arm, medians by ("median", arm)."""
        items = [item for item in self.panel.items if isinstance(item, pg.PlotCurveItem) and item.name()]
        return {i.name(): list(zip(*(values.tolist() for values in i.getData()), strict=True)) for i in items}

    def point_at(self, place: int) -> None:
        """Ring a value, and let its subject's course stand out."""
        super().point_at(place)
        course = self.spots[place].course if 0 <= place < len(self.spots) else -1
        mine = [i for i, spot in enumerate(self.spots) if spot.course == course] if course >= 0 else []
        self._course.setPen(pen(self.theme.text, 2.0))
        self._course.setData(self._xy[mine, 0], self._xy[mine, 1])

    def _stepped(self, key: int) -> int:
        if self.at_hand < 0 or key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            return super()._stepped(key)
        courses = list(dict.fromkeys((spot.course, spot.arm) for spot in self.spots))
        at = self.spots[self.at_hand]
        step = 1 if key == Qt.Key.Key_Down else -1
        other = courses[(courses.index((at.course, at.arm)) + step) % len(courses)]
        mine = [i for i, spot in enumerate(self.spots) if (spot.course, spot.arm) == other]
        return min(mine, key=lambda i: abs(self.spots[i].day - at.day))

    def tip_of(self, place: int) -> str:
        """Return subject, arm, day and value; of a median its band."""
        spot = self.spots[place]
        told = spot.told or f"day {number(spot.day)}: {number(spot.value)}"
        return plain_tip("\n".join(part for part in (spot.subject, self._arm_words(spot.arm), told) if part))

    def _ask(self, place: int) -> None:
        # A median of a closed session is nobody; in an open one the desk says that nobody may be shown.
        if self.spots[place].subject or self._figure.level is Level.POOLED:
            self.picked.emit(self.spots[place].subject)


def _spots(figure: CourseFigure) -> list[Spot]:
    """Return what can be asked about: every value of every subject, or where no subjects are drawn the medians."""
    if figure.courses:
        return [
            Spot(i, c.subject, c.arm, day, value)
            for i, c in enumerate(figure.courses)
            for day, value in zip(c.days, c.values, strict=True)
        ]
    return [
        Spot(
            -1,
            "",
            b.arm,
            day,
            median,
            f"day {number(day)}, n={n}: median {number(median)} ({number(low)} to {number(high)})",
        )
        for b in figure.bands
        for day, low, median, high, n in zip(b.days, b.low, b.median, b.high, b.n, strict=True)
    ]
