"""What plots of counts over days or cycles share: places along one axis, and rows of numbers below it, one an arm."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics

from dsmb_app.model.words import TOTAL
from dsmb_app.views.plots.point_plot import PointPlot
from dsmb_app.views.plots.words import Words, write, written_in
from dsmb_app.views.theme import SPACE, Entry, Theme, WithArms, mark_of

_NAMES, _LEAST_AXIS, _GAP, _LEFT, _ROOM = 130, 46, 6, 26, 0.6
"""Widths in pixels: of names at most, of the axis at least, between two texts, before the first place; and the room at
both ends, in places."""
BESIDE = 8
"""Between a row's name and the middle of its mark, in pixels."""
LEAST_PLOT = 150
"""The height in pixels below which a plot cannot be read, without the rows below it."""


class CountPlot(PointPlot):
    """A subclass draws its figure at the places 0, 1, ...; texts that would overlap are left out evenly."""

    picked = Signal(object, object)

    def __init__(self, name: str, *, goes: str, theme: Theme | None = None) -> None:
        super().__init__(name, goes=goes, theme=theme)
        self._figure: WithArms | None = None
        self._axis_words = ""
        self._axis_name: Words | None = None
        self.below: pg.PlotItem = self.addPlot(row=1, col=0, enableMenu=False)
        self.below.hideButtons()
        self.below.setMouseEnabled(x=False, y=False)
        self.below.vb.setDefaultPadding(0)
        self.below.hideAxis("bottom")
        self.below.invertY(True)
        self.below.setXLink(self.panel)
        # Half of the topmost number of the scale stands above the panel.
        self.panel.layout.setContentsMargins(0, 6, 0, 0)

    def forget(self) -> None:
        """Draw nothing and keep nothing."""
        self._figure = None
        self.below.clear()
        super().forget()

    def show_figure(self, figure: WithArms) -> None:
        """Draw a figure in place of the one before."""
        self._figure = figure
        self.panel.clear()
        self.below.clear()
        self.setBackground(self.theme.surface)
        self._draw(figure)
        self._add_ring()

    def _draw(self, figure: WithArms) -> None:
        """Set ``_xy`` and draw."""
        raise NotImplementedError

    def _redraw(self) -> None:
        if self._figure is not None:
            self.show_figure(self._figure)

    @property
    def _outgrown(self) -> bool:
        """Tell whether other texts fit than those drawn: the height of the rows below follows from what is drawn."""
        return self._drawn_size is not None and self._drawn_size.width() != self.width()

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(self._small_font())

    def _names_width(self) -> int:
        """Return the width of the scale at the left: of the names of the rows below."""
        most = min(_NAMES, max(self.width() // 3, _LEAST_AXIS))
        texts = [self._heading, *(_name(arm) for arm in self._figure.arms)]
        return max(min(max(map(self._metrics().horizontalAdvance, texts)), most) + BESIDE + 2, _LEAST_AXIS)

    _heading, _right = "", 12
    """What the numbers below the axis are, and how much room is taken at the right."""

    def _every(self, texts: Sequence[str], count: int) -> int:
        """Return which of ``count`` places have a text so that none overlaps the next: every first, second, ..."""
        room = max(self.width() - self._names_width() - self._right, 60) / (count - 1 + 2 * _ROOM)
        widest = max(map(self._metrics().horizontalAdvance, texts), default=0)
        return max(int(-(-(widest + _GAP) // room)), 1)

    def _set_places(self, words: str, texts: Sequence[str], *, every: int) -> None:
        """Name the places along the axis; what they are stands beside the heading of the rows, which saves a line."""
        self._axis_words = words
        ticks = [(float(place), text) for place, text in enumerate(texts) if place % every == 0]
        self._set_axis("bottom", "", ticks)
        self.panel.getAxis("bottom").setHeight(self._axis_height(texts))
        width = max(self.width() - self._names_width() - self._right, 60)
        each = width / (len(texts) - 1 + 2 * _ROOM)
        left, right = max(_ROOM, _LEFT / each), _ROOM
        half = self._half_of_last(ticks, len(texts))
        if half > _ROOM * each:
            # Half of a long last name stands beyond its place.
            right = half * (len(texts) - 1 + left) / max(width - half, half)
        self.panel.setXRange(-left, len(texts) - 1 + right, padding=0)

    def _half_of_last(self, ticks: Sequence[tuple[float, str]], places: int) -> float:
        """Return half the width of the name at the last place, in pixels; 0 where it has none."""
        if not ticks or ticks[-1][0] != places - 1:
            return 0.0
        return max(map(self._metrics().horizontalAdvance, ticks[-1][1].split("\n"))) / 2

    def _axis_height(self, texts: Sequence[str]) -> int:
        lines = max((text.count("\n") for text in texts), default=0) + 1
        return lines * self._metrics().lineSpacing() + SPACE

    def _write_rows(self, numbers: dict[str, list[str]], *, every: int) -> None:
        """Write a row of numbers for each arm below the axis, at every so many places."""
        metrics, axis = self._metrics(), self.below.getAxis("left")
        width = self._names_width()
        names = [self._heading, *(_name(arm) for arm in numbers)]
        shown = [metrics.elidedText(name, Qt.TextElideMode.ElideRight, width - BESIDE) for name in names]
        axis.setTicks([[(place + 0.5, name) for place, name in enumerate(shown)]])
        axis.setPen(pg.mkPen(None))
        axis.setTickPen(pg.mkPen(self.theme.surface))
        axis.setTextPen(pg.mkPen(self.theme.muted))
        axis.setStyle(
            tickLength=0, tickTextOffset=BESIDE, tickFont=self._small_font(), hideOverlappingLabels=False
        )  # fmt: skip
        # Both panels begin at the same place only where their scales are equally wide.
        for side in (axis, self.panel.getAxis("left")):
            side.setWidth(width)
        self.below.setFixedHeight(len(names) * (metrics.height() + 1) + SPACE // 2)
        self.setMinimumHeight(LEAST_PLOT + len(names) * metrics.height())
        self.below.setYRange(0, len(names), padding=0)
        mark_rows(self.below, self.theme, self._figure)
        for row, texts in enumerate(numbers.values(), start=1):
            for place, text in enumerate(texts):
                if place % every == 0:
                    self._write(text, place, row + 0.5)
        middle = sum(self.panel.vb.viewRange()[0]) / 2
        self._axis_name = self._write(self._axis_words, middle, 0.5, colour=self.theme.muted)

    def _write(self, text: str, x: float, y: float, *, colour: str = "") -> Words:
        return write(self.below, text, (x, y), (0.5, 0.5), font=self._small_font(), colour=colour or self.theme.text)

    def _shade(self, first: float, last: float) -> None:
        """Shade the places of dosing."""
        ground = pg.LinearRegionItem((first, last), movable=False, brush=QColor(self.theme.soft), pen=pg.mkPen(None))
        ground.setZValue(-100)
        self.panel.addItem(ground, ignoreBounds=True)

    @property
    def printed(self) -> list[str]:
        """Return the numbers printed below the axis, row by row."""
        return [words.text() for words in written_in(self.below) if words is not self._axis_name]


def mark_rows(below: pg.PlotItem, theme: Theme, figure: WithArms) -> None:
    """Draw each arm's mark before its row of numbers, which begin below the heading."""
    for row, arm in enumerate(figure.arms, start=1):
        if arm != TOTAL:
            mark, left = mark_of(theme, figure, arm), below.vb.viewRange()[0][0]
            sample = pg.ScatterPlotItem(
                [left], [row + 0.5], symbol=mark.symbol, size=8, pxMode=True, pen=None, brush=QColor(mark.colour)
            )
            # Stands on the border of the numbers' room: half of it would be cut off there.
            below.getAxis("left").setZValue(-1000)
            below.vb.setFlag(below.vb.GraphicsItemFlag.ItemClipsChildrenToShape, False)
            below.addItem(sample, ignoreBounds=True)


def _name(arm: str) -> str:
    return "All subjects" if arm == TOTAL else arm


def arm_entries(figure: WithArms, theme: Theme, *, on_line: bool) -> list[Entry]:
    """Return the legend's entries: each arm by its mark."""
    return [(_name(arm), mark_of(theme, figure, arm), on_line) for arm in figure.arms]
