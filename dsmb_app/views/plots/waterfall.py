"""A waterfall: one bar per subject from the largest rise to the largest fall, and below it which arm each one is in."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from dsmb_app.model import figures
from dsmb_app.model.words import TOTAL
from dsmb_app.views.plots.base import pen
from dsmb_app.views.plots.lab_plot import LabPlot, number, pairs
from dsmb_app.views.tables import plain_tip
from dsmb_app.views.theme import Theme

_WIDTH, _LEAST_SHAPES = 0.84, 90
"""Above so many bars there is no room for shapes below them, but for ticks."""


class WaterfallPlot(LabPlot):
    """Draws a figure's bars; the row of marks below tells arms apart without colour."""

    def __init__(self, theme: Theme | None = None) -> None:
        """Draw in a theme, or in the one that the window has."""
        goes = "Arrow keys go from bar to bar, Enter asks about the subject."
        super().__init__("Waterfall", goes=goes, theme=theme, rows=True)

    @property
    def bars(self) -> tuple[figures.SubjectValue, ...]:
        """Return the bars drawn, from the left."""
        return self._figure.bars if isinstance(self._figure, figures.Waterfall) else ()

    def _draw(self, figure: figures.Waterfall) -> None:
        self._xy = pairs((bar.x, bar.y) for bar in self.bars)
        count = len(self.bars)
        margin = max(0.04 * count, 0.8)
        values = [0.0, *(bar.y for bar in self.bars)]
        self._set_scales((-margin, count - 1 + margin / 2), values, words=("", figure.y_label))
        self.panel.getAxis("bottom").setTicks([[]])
        self.panel.getAxis("left").setGrid(50)
        for arm in dict.fromkeys((*figure.arms, *(bar.arm for bar in self.bars))):
            self._draw_bars(arm)
        self._add_line(0.0, angle=0, dashed=False)
        self._draw_arms(figure, -margin * 0.6)

    def _draw_bars(self, arm: str) -> None:
        mine = [bar for bar in self.bars if bar.arm == arm]
        colour = QColor(self._mark(arm).colour)
        self.panel.addItem(
            pg.BarGraphItem(
                x=[b.x for b in mine], y0=0, height=[b.y for b in mine], width=_WIDTH, pen=pg.mkPen(None), brush=colour,
                name=arm,
            ),
            ignoreBounds=True,
        )  # fmt: skip

    def _draw_arms(self, figure: figures.Waterfall, left: float) -> None:
        arms = [arm for arm in figure.arms if arm != TOTAL]
        self._prepare_rows(len(arms) + 1)
        middle = sum(self.panel.vb.viewRange()[0]) / 2
        self._write_below(f"{figure.x_label}: {len(self.bars)}", middle, len(arms), muted=True)
        self._draw_row_marks(left)
        for place, arm in enumerate(arms):
            mark, x = self._mark(arm), [bar.x for bar in self.bars if bar.arm == arm]
            shape, size = (mark.symbol, 7) if len(self.bars) <= _LEAST_SHAPES else ("|", 9)
            outline = pen(mark.colour, 1.2) if shape == "|" else None
            self.below.addItem(
                pg.ScatterPlotItem(
                    x,
                    [place + 0.5] * len(x),
                    symbol=shape,
                    size=size,
                    pxMode=True,
                    pen=outline,
                    brush=QColor(mark.colour),
                ),
                ignoreBounds=True,
            )

    @property
    def heights(self) -> dict[str, dict[float, float]]:
        """Return the bars drawn by arm: place and height."""
        items = [item for item in self.panel.items if isinstance(item, pg.BarGraphItem)]
        return {i.opts["name"]: dict(zip(i.opts["x"], i.opts["height"], strict=True)) for i in items}

    def _near(self, where: QPointF) -> int:
        """Return the bar above or below whose place the pointer is, else -1."""
        inside = self.panel.vb.sceneBoundingRect().contains(where)
        place = round(self.panel.vb.mapSceneToView(where).x()) if inside else -1
        return place if 0 <= place < len(self.bars) else -1

    def tip_of(self, place: int) -> str:
        """Return subject, arm, percent, the two values and the day."""
        bar, unit = self.bars[place], self._figure.y_label and self._figure.test.name
        change = f"{'+' if bar.y > 0 else ''}{bar.y:.1f}%"
        told = f"{unit}: {number(bar.baseline)} at baseline, {number(bar.worst)} on day {number(bar.day)}"
        return plain_tip("\n".join(part for part in (bar.subject, self._arm_words(bar.arm), change, told) if part))

    def _ask(self, place: int) -> None:
        self.picked.emit(self.bars[place].subject)
