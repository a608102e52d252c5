"""One subject's liver tests over study days on a log scale, with dosing days and liver events below."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics

from dsmb_app.model.time_course import Course, EventBar, Reading, TimeCourse
from dsmb_app.views.plots.base import pen
from dsmb_app.views.plots.point_plot import PointPlot
from dsmb_app.views.plots.words import write, written_in
from dsmb_app.views.tables import plain_tip
from dsmb_app.views.theme import SPACE, Entry, Mark, Theme

_TICKS = (0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500)
_SIZE, _MARGIN, _LANE, _MOST_LANES = 8, 0.03, 26, 5
_LEAST_TOP = 4.0
_COLOURS = {"light": ("#332288", "#1d8a7c", "#8a7a1a", "#a3264f"), "dark": ("#a99cff", "#57d3c2", "#e0cf63", "#ff8fb0")}
_MARKS = (
    ("t", Qt.PenStyle.SolidLine),
    ("p", Qt.PenStyle.DashLine),
    ("d", Qt.PenStyle.DashDotLine),
    ("h", Qt.PenStyle.DotLine),
)
"""Tests have colours and shapes of their own: an arm's would say that the line is that arm's."""
_NAMES = {"ALT": "ALT", "AST": "AST", "ALP": "ALP", "BILI": "Bilirubin"}


class TimeCoursePlot(PointPlot):
    """Draws a subject's course; ``picked`` is emitted when one of its results was asked about."""

    picked = Signal()

    def __init__(self, theme: Theme | None = None) -> None:
        """Draw in a theme, or in the one that the window has."""
        goes = "Left and right go from result to result, Enter opens the patient."
        super().__init__("Liver tests over time", goes=goes, theme=theme)
        self._figure: TimeCourse | None = None
        self.readings: list[tuple[str, Reading]] = []
        self.below: pg.PlotItem = self.addPlot(row=1, col=0, enableMenu=False)
        self.below.hideButtons()
        self.below.setMouseEnabled(x=False, y=False)
        self.below.vb.setDefaultPadding(0)
        self.below.invertY(True)
        self.below.setXLink(self.panel)
        self.panel.hideAxis("bottom")

    @property
    def drawn(self) -> dict[str, list[tuple[float, float]]]:
        """Return the results drawn, by test: study day and multiple."""
        items = [i for i in self.panel.items if isinstance(i, pg.PlotDataItem)]
        return {i.name(): [(float(x), 10.0 ** float(y)) for x, y in zip(i.xData, i.yData, strict=True)] for i in items}

    @property
    def printed(self) -> list[str]:
        """Return the words beside the bars of events."""
        return [words.text() for words in written_in(self.below)]

    @property
    def dose_days(self) -> list[tuple[float, float]]:
        """Return the first and last day of every dosing mark."""
        found = [i.getData()[0].tolist() for i in self.below.items if getattr(i, "is_dose", False)]
        return [(days[0], days[-1]) for days in found]

    def forget(self) -> None:
        """Draw nothing and keep nothing."""
        self._figure, self.readings = None, []
        self.below.clear()
        super().forget()

    def show_figure(self, figure: TimeCourse) -> None:
        """Draw a subject in place of the one before."""
        self._figure = figure
        self._redraw()

    def _redraw(self) -> None:
        figure = self._figure
        if figure is None:
            return
        pairs = [(course.test, reading) for course in figure.courses for reading in course.readings]
        self.readings = sorted(pairs, key=lambda pair: (pair[1].day, pair[0]))
        self._xy = np.array([(r.day, math.log10(r.multiple)) for _, r in self.readings]).reshape(-1, 2)
        self.panel.clear()
        self.below.clear()
        self._set_scales(figure)
        for course in figure.courses:
            self._draw_course(course, mark_of_test(course.test, self.theme))
        self._draw_below(figure)
        self._add_ring()

    def _set_scales(self, figure: TimeCourse) -> None:
        self.setBackground(self.theme.surface)
        highest = max([_LEAST_TOP, *(r.multiple for _, r in self.readings)])
        lowest = min([0.5, *(r.multiple for _, r in self.readings)])
        span = max(figure.last_day - figure.first_day, 1.0)
        days = (figure.first_day - _MARGIN * span, figure.last_day + _MARGIN * span)
        self.panel.setRange(xRange=days, yRange=(math.log10(lowest) - 0.08, math.log10(highest) + 0.08), padding=0)
        ticks = [(math.log10(t), f"≤{t:g}" if t == figure.floor else f"{t:g}") for t in _TICKS if t <= highest]
        # Or the library would write "(x0.001)" behind the words.
        for axis in (self.panel.getAxis("left"), self.below.getAxis("bottom")):
            axis.enableAutoSIPrefix(False)
        self._set_axis("left", figure.y_label, ticks)
        for line in figure.lines:
            self._add_line(math.log10(line), angle=0, dashed=line != 1)

    def _draw_course(self, course: Course, mark: Mark) -> None:
        x = [reading.day for reading in course.readings]
        y = [math.log10(reading.multiple) for reading in course.readings]
        bounds = [bool(reading.bound) for reading in course.readings]
        outlines = [pen(mark.colour, 1.4) if bound else pen(self.theme.surface, 0.8) for bound in bounds]
        fills = [QColor(self.theme.surface if bound else mark.colour) for bound in bounds]
        self.panel.addItem(pg.PlotDataItem(
            x, y, pen=pen(mark.colour, 1.6, mark.dash), symbol=mark.symbol, symbolSize=_SIZE, name=course.test,
            symbolPen=outlines, symbolBrush=fills,
        ), ignoreBounds=True)  # fmt: skip

    def _draw_below(self, figure: TimeCourse) -> None:
        lanes = max(1, min(len(figure.events), _MOST_LANES))
        axis, font = self.below.getAxis("left"), self._small_font()
        axis.setTicks([[(0.5, "Doses"), (1 + lanes / 2, "Liver AEs")]])
        axis.setPen(pg.mkPen(None))
        axis.setTickPen(pg.mkPen(self.theme.surface))
        axis.setTextPen(pg.mkPen(self.theme.muted))
        axis.setStyle(tickLength=0, tickFont=font, hideOverlappingLabels=False)
        for side in (axis, self.panel.getAxis("left")):
            side.setWidth(QFontMetrics(font).horizontalAdvance("Liver AEs") + 2 * SPACE)
        self.below.setYRange(0, 1 + lanes, padding=0)
        self.below.setFixedHeight((1 + lanes) * _LANE + 2 * QFontMetrics(font).height() + 2 * SPACE)
        self._colour_days(figure)
        for first, last in figure.doses:
            self._draw_dose(first, last)
        for place, event in enumerate(figure.events):
            self._draw_event(event, 1 + place * lanes / len(figure.events), len(figure.events) <= lanes)
        for words, y, wanted in (("none", 1.5, not figure.events), ("not shown", 0.5, not figure.doses)):
            if wanted:
                self._write_below(words, figure.first_day, y)

    def _colour_days(self, figure: TimeCourse) -> None:
        axis, font = self.below.getAxis("bottom"), self._small_font()
        axis.setPen(pg.mkPen(self.theme.line))
        axis.setTextPen(pg.mkPen(self.theme.muted))
        axis.setStyle(tickLength=-4, tickFont=font, tickTextOffset=5, maxTickLevel=0)
        axis.setLabel(figure.x_label, color=self.theme.muted, **{"font-size": f"{font.pointSizeF()}pt"})

    def _draw_dose(self, first: float, last: float) -> None:
        tick = first == last
        x, y = ([first, first], [0.22, 0.78]) if tick else ([first, last], [0.5, 0.5])
        item = pg.PlotCurveItem(x, y, pen=pen(self.theme.accent, 1.6 if tick else 5.0))
        item.is_dose = True
        self.below.addItem(item, ignoreBounds=True)

    def _draw_event(self, event: EventBar, top: float, worded: bool) -> None:
        bar = pg.PlotCurveItem([event.start, event.end], [top + 0.8] * 2, pen=pen(self.theme.text, 4.0))
        self.below.addItem(bar, ignoreBounds=True)
        if event.open_end or event.start == event.end:
            self.below.addItem(pg.ScatterPlotItem(
                [event.end], [top + 0.8], symbol="t2" if event.open_end else "s", size=9 if event.open_end else 6,
                pxMode=True, pen=pen(self.theme.text), brush=QColor(self.theme.text),
            ), ignoreBounds=True)  # fmt: skip
        if worded:
            words = ", ".join(part for part in (event.term, event.words) if part)
            self._write_below(words, event.start, top + 0.38)

    def _write_below(self, text: str, day: float, y: float) -> None:
        """Write from a day on, sooner where the words would not end within the plot, cut where they are too long."""
        metrics, (first, last) = QFontMetrics(self._small_font()), self.below.vb.viewRange()[0]
        room = max(self.width() - self.below.getAxis("left").width() - 2 * SPACE, 1.0)
        cut = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room))
        latest = last - (metrics.horizontalAdvance(cut) + 2 * SPACE) / room * (last - first)
        at = max(min(day, latest), first), y
        write(self.below, cut, at, (0, 0.5), font=self._small_font(), colour=self.theme.muted)

    def tip_of(self, place: int) -> str:
        """Return test, day and result."""
        test, reading = self.readings[place]
        marked = "\nbaseline" if reading.baseline else ""
        return plain_tip(f"{_NAMES.get(test, test)}, day {reading.day:g}\n{reading.words}{marked}")

    def _ask(self, place: int) -> None:
        self.picked.emit()


def mark_of_test(test: str, theme: Theme) -> Mark:
    """Return a test's mark."""
    place = list(_NAMES).index(test)
    symbol, dash = _MARKS[place]
    return Mark(_COLOURS[theme.name][place], symbol, dash)


def legend_of(figure: TimeCourse, theme: Theme) -> list[Entry]:
    """Return the legend's entries: each test on its line."""
    return [(_NAMES.get(c.test, c.test), mark_of_test(c.test, theme), True) for c in figure.courses]
