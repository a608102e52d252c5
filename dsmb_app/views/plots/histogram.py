"""Onsets by day of the cycle: a lane of bars for each arm, days of dosing shaded, and the days watched below."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor

from dsmb_app.model.result import Histogram
from dsmb_app.model.words import TOTAL
from dsmb_app.views.plots.base import pen
from dsmb_app.views.plots.count_plot import BESIDE, CountPlot, arm_entries
from dsmb_app.views.tables import plain_tip
from dsmb_app.views.theme import SPACE, Entry, Mark, Theme, mark_of

_WIDTH, _LANE = 0.82, 1.22
"""Of a bar, in days; and a lane's height, in heights of the highest bar."""


@dataclass(frozen=True)
class Bar:
    """The events of an arm in a bin, by its place from 0; ``base``: where its lane begins."""

    arm: str
    place: int
    count: int
    watched: int
    base: float


class HistogramPlot(CountPlot):
    """Draws a figure's bars; ``picked`` carries arm and place of one that was asked about."""

    _heading, _right = "Watched", 44

    def __init__(self, theme: Theme | None = None) -> None:
        """Draw in a theme, or in the one that the window has."""
        goes = "Left and right go from bar to bar, up and down from arm to arm, Enter asks about the subjects."
        super().__init__("Histogram of onset days", goes=goes, theme=theme)
        self.bars: list[Bar] = []
        self._lane = 1.0

    def forget(self) -> None:
        """Draw nothing and keep nothing."""
        self.bars = []
        super().forget()

    def _draw(self, figure: Histogram) -> None:
        highest = max((max(counts, default=0) for counts in figure.counts.values()), default=0) or 1
        self._lane = highest * _LANE
        bases = {arm: self._lane * place for place, arm in enumerate(reversed(figure.arms))}
        self.bars = [
            Bar(arm, place, count, figure.watched[arm][place], bases[arm])
            for arm in figure.arms
            for place, count in enumerate(figure.counts[arm])
            if count
        ]
        self._xy = np.array([(bar.place, bar.base + bar.count) for bar in self.bars], dtype=float).reshape(-1, 2)
        if figure.shaded:
            self._shade(-0.5, figure.shaded - 0.5)
        self._set_scales(figure, bases, highest)
        if figure.shaded:
            self._add_words("dosing", -0.4, self.panel.vb.viewRange()[1][1], (0, 0), font=self._small_font())
        for arm, base in bases.items():
            self._draw_lane([bar for bar in self.bars if bar.arm == arm], base, mark_of(self.theme, figure, arm))

    def _set_scales(self, figure: Histogram, bases: dict[str, float], highest: int) -> None:
        numbers = [str(number) for number in figure.bins]
        watched = {arm: [str(days) for days in figure.watched[arm]] for arm in figure.arms}
        every = self._every([text for texts in watched.values() for text in texts], len(numbers))
        self._set_places(figure.x_label, numbers, every=every)
        self._write_rows(watched, every=every)
        top = self._lane * len(bases)
        self.panel.setYRange(0, top + (self._room_for_word(top, highest) if figure.shaded else 0), padding=0)
        lone = figure.arms == (TOTAL,)
        # In lanes the 0 of each would stand in the highest number of the one below.
        told = (0, highest) if lone else (highest,)
        counts = [(base + n, str(n)) for base in bases.values() for n in told]
        self.panel.showAxis("right", show=not lone)
        self._set_axis("left" if lone else "right", figure.y_label, counts)
        if not lone:
            room = self._names_width() - BESIDE
            middle = [(base + self._lane / 2, self._cut(arm, room)) for arm, base in bases.items()]
            self._set_axis("left", "", middle)
            self.panel.getAxis("left").setStyle(tickLength=0, tickTextOffset=BESIDE)

    def _cut(self, name: str, width: int) -> str:
        return self._metrics().elidedText(name, Qt.TextElideMode.ElideRight, width)

    def _room_for_word(self, top: float, highest: int) -> float:
        """Return how much must be added to the scale that a word stands above the highest bar."""
        needed = self._metrics().height() + SPACE
        each = top / max(self.panel.vb.height() - needed, 2 * needed)
        return max(needed * each - (self._lane - highest), 0.0)

    def _draw_lane(self, bars: list[Bar], base: float, mark: Mark) -> None:
        ground = pg.InfiniteLine(base, angle=0, pen=pen(self.theme.line, 1.0))
        self.panel.addItem(ground, ignoreBounds=True)
        heights = [bar.count for bar in bars]
        self.panel.addItem(
            pg.BarGraphItem(
                x=[bar.place for bar in bars],
                y0=base,
                height=heights,
                width=_WIDTH,
                pen=pg.mkPen(None),
                brush=QColor(mark.colour),
                name=bars[0].arm if bars else None,
            ),
            ignoreBounds=True,
        )

    @property
    def heights(self) -> dict[str, dict[int, int]]:
        """Return the bars drawn by arm: place from 0 and height."""
        items = [item for item in self.panel.items if isinstance(item, pg.BarGraphItem) and item.opts["name"]]
        return {i.opts["name"]: dict(zip(i.opts["x"], i.opts["height"], strict=True)) for i in items}

    def _near(self, where: QPointF) -> int:
        """Return the bar of the day and the lane that the pointer is on, else -1."""
        if not self.panel.vb.sceneBoundingRect().contains(where):
            return -1
        at = self.panel.vb.mapSceneToView(where)
        fits = (i for i, bar in enumerate(self.bars) if bar.place == round(at.x()) and self._in_lane(bar, at.y()))
        return next(fits, -1)

    def _in_lane(self, bar: Bar, y: float) -> bool:
        return bar.base <= y < bar.base + self._lane

    def _stepped(self, key: int) -> int:
        if self.at_hand < 0 or key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            return super()._stepped(key)
        at, arms = self.bars[self.at_hand], list(dict.fromkeys(bar.arm for bar in self.bars))
        other = arms[(arms.index(at.arm) + (1 if key == Qt.Key.Key_Down else -1)) % len(arms)]
        mine = [i for i, bar in enumerate(self.bars) if bar.arm == other]
        return min(mine, key=lambda i: abs(self.bars[i].place - at.place))

    def tip_of(self, place: int) -> str:
        """Return arm, day, events and days watched of a bar."""
        bar, figure = self.bars[place], self._figure
        arm = "All subjects" if bar.arm == TOTAL else bar.arm
        events = "1 event" if bar.count == 1 else f"{bar.count} events"
        told = f"{figure.x_label} {figure.bins[bar.place]}: {events}, {bar.watched} subject-days watched"
        return plain_tip(f"{arm}\n{told}")

    def _ask(self, place: int) -> None:
        self.picked.emit(self.bars[place].arm, self.bars[place].place)


def legend_of(figure: Histogram, theme: Theme) -> list[Entry]:
    """Return the legend's entries: each arm by its mark."""
    return arm_entries(figure, theme, on_line=False)
