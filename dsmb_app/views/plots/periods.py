"""One measure by cycle or phase: a mark for each arm, its limits where it has some, and what it rests on below."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from dsmb_app.model.result import Column, PeriodFigure, RowKey
from dsmb_app.model.words import TOTAL, Stat
from dsmb_app.views.plots.base import pen
from dsmb_app.views.plots.count_plot import CountPlot, arm_entries
from dsmb_app.views.tables import plain_tip
from dsmb_app.views.theme import Entry, Theme, mark_of

_APART, _CAP, _FLOOR = 0.11, 0.07, 0.04
_MOST = 2.5
"""How many times the largest value the scale reaches for the sake of limits."""
_DOSING = "dosing"
_WORDS = ("Week", "Day")
_SHARES = (Stat.N, Stat.DENOMINATOR)


class Measure(Enum):
    """What is drawn: its name, what it means, its axis, the statistics that hold it, and what stands below it."""

    def __init__(self, words: str, told: str, axis: str, stats: tuple[Stat, ...], below: tuple[Stat, Stat]) -> None:
        self.words, self.told, self.axis, self.stats, self.below = words, told, axis, stats, below

    FIRST = ("First onset", "Of those who began the cycle: whose first event at all began in it",
             "First onset (%)", (Stat.PCT,), _SHARES)  # fmt: skip
    PRESENT = ("Present", "Of those who began the cycle: who had an event begin or go on in it",
               "With an event (%)", (Stat.PCT,), _SHARES)  # fmt: skip
    RATE = ("Rate by phase", "Events per 100 patient-weeks, 95% interval (may leave the scale)",
            "Per 100 patient-weeks",
            (Stat.EAER_WEEK, Stat.EAER_WEEK_LOW, Stat.EAER_WEEK_HIGH), (Stat.EVENTS, Stat.WEEKS))  # fmt: skip

    def heading(self, parts: int = 2) -> str:
        """Return what the first or both of the numbers below are."""
        return "/".join(("Events", "weeks")[:parts] if self is Measure.RATE else ("n", "N")[:parts])

    def rows(self, figure: PeriodFigure) -> list[RowKey]:
        """Return the rows that are drawn, in order."""
        if self is Measure.RATE:
            return list(figure.parts)
        return [(*key, "present") for key in figure.periods] if self is Measure.PRESENT else list(figure.periods)


@dataclass(frozen=True)
class Mark:
    """The value of an arm in a row; ``low`` and ``high``: its limits, NaN for none."""

    row: RowKey
    arm: str
    place: int
    x: float
    value: float
    low: float
    high: float


class PeriodPlot(CountPlot):
    """Draws a measure of a figure; ``picked`` carries row and arm of a mark that was asked about."""

    def __init__(self, measure: Measure, theme: Theme | None = None) -> None:
        """Draw in a theme, or in the one that the window has."""
        goes = "Left and right go along an arm's marks, up and down from arm to arm, Enter asks about the subjects."
        super().__init__(f"{measure.words} by cycle", goes=goes, theme=theme)
        self.measure, self.marks = measure, []

    def forget(self) -> None:
        """Draw nothing and keep nothing."""
        self.marks = []
        super().forget()

    def _draw(self, figure: PeriodFigure) -> None:
        rows = self.measure.rows(figure)
        self.marks = [mark for arm in figure.arms for mark in self._marks_of(figure, rows, arm)]
        self._xy = np.array([(mark.x, mark.value) for mark in self.marks]).reshape(-1, 2)
        self._set_scales(figure, rows)
        for arm in figure.arms:
            self._draw_arm([mark for mark in self.marks if mark.arm == arm], figure, arm)

    def _marks_of(self, figure: PeriodFigure, rows: list[RowKey], arm: str) -> list[Mark]:
        aside = _APART * (figure.arms.index(arm) - (len(figure.arms) - 1) / 2)
        found = []
        for place, row in enumerate(rows):
            cells = [figure.table.cell(row, Column(arm, stat)) for stat in self.measure.stats]
            values = [cell.value if cell and cell.value is not None else math.nan for cell in cells]
            if not math.isnan(values[0]):
                low, high = values[1:] or (math.nan, math.nan)
                found.append(Mark(row, arm, place, place + aside, values[0], low, high))
        return found

    def _set_scales(self, figure: PeriodFigure, rows: list[RowKey]) -> None:
        kinds = {row[0].partition(" ")[0].rstrip("s") for row in rows}
        shared = next((f"{word}s" for word in _WORDS if kinds == {word}), "")
        names = [_short(row, shared=bool(shared)) for row in rows]
        every, below = self._numbers(figure, rows)
        lines = [line for name in names for line in name.split("\n")]
        self._set_places(shared, names, every=self._every(lines, len(rows)))
        self._write_rows(below, every=every)
        high = self._highest()
        self.panel.setYRange(-_FLOOR * high, high * 1.08, padding=0)
        self._set_axis("left", self.measure.axis)
        for place, row in enumerate(rows):
            if row[-1] == _DOSING:
                self._shade(place - 0.5, place + 0.5)

    def _highest(self) -> float:
        """Return the end of the scale; limits of a little time watched may go beyond it, and would flatten the rest."""
        value = max((mark.value for mark in self.marks), default=0.0)
        limits = [mark.high for mark in self.marks if not math.isnan(mark.high)]
        return max(value, min(max(limits, default=0.0), _MOST * value) if value else max(limits, default=0.0), 1.0)

    def _numbers(self, figure: PeriodFigure, rows: list[RowKey]) -> tuple[int, dict[str, list[str]]]:
        """Return at every how many places there are numbers, and these: the first of the two alone in need."""
        # Better some numbers whole than all without what they are of.
        for parts in (2, 1, 2):
            self._heading = self.measure.heading(parts)
            below = {arm: [self._below(figure, row, arm, parts) for row in rows] for arm in figure.arms}
            every = self._every([text for texts in below.values() for text in texts], len(rows))
            if every == 1:
                break
        return every, below

    def _below(self, figure: PeriodFigure, row: RowKey, arm: str, parts: int = 2) -> str:
        cells = [figure.table.cell(row, Column(arm, stat)) for stat in self.measure.below[:parts]]
        texts = [cell.text if cell else "" for cell in cells]
        return "/".join(texts) if all(texts) else ""

    def _draw_arm(self, mine: list[Mark], figure: PeriodFigure, arm: str) -> None:
        look = mark_of(self.theme, figure, arm)
        x, y = [mark.x for mark in mine], [mark.value for mark in mine]
        if self.measure is not Measure.RATE:
            line = pg.PlotCurveItem(x, y, pen=pen(look.colour, 1.6, look.dash), antialias=True)
            self.panel.addItem(line, ignoreBounds=True)
        for mark in mine:
            if not math.isnan(mark.low + mark.high):
                self._draw_limits(mark, look.colour)
        self.panel.addItem(
            pg.ScatterPlotItem(
                x, y, symbol=look.symbol, size=9, pxMode=True, pen=pen(self.theme.surface, 0.8),
                brush=QColor(look.colour), name=arm,
            ),
            ignoreBounds=True,
        )  # fmt: skip

    def _draw_limits(self, mark: Mark, colour: str) -> None:
        x = [mark.x - _CAP / 2, mark.x + _CAP / 2, mark.x, mark.x, mark.x - _CAP / 2, mark.x + _CAP / 2]
        y = [mark.low, mark.low, mark.low, mark.high, mark.high, mark.high]
        self.panel.addItem(pg.PlotCurveItem(x, y, pen=pen(colour, 1.3)), ignoreBounds=True)

    @property
    def drawn(self) -> dict[str, list[float]]:
        """Return the values drawn, by arm."""
        items = [item for item in self.panel.items if isinstance(item, pg.ScatterPlotItem) and item.opts["name"]]
        return {item.opts["name"]: item.getData()[1].tolist() for item in items}

    def _stepped(self, key: int) -> int:
        if self.at_hand < 0 or key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            return super()._stepped(key)
        at = self.marks[self.at_hand]
        here = [i for i, mark in enumerate(self.marks) if mark.place == at.place]
        return here[(here.index(self.at_hand) + (1 if key == Qt.Key.Key_Down else -1)) % len(here)]

    def tip_of(self, place: int) -> str:
        """Return arm, period, value with its limits, and what it rests on, as the table prints them."""
        mark, figure = self.marks[place], self._figure
        texts = [figure.table.cell(mark.row, Column(mark.arm, stat)).text for stat in self.measure.stats]
        limits = f" (95% CI {texts[1]}, {texts[2]})" if texts[1:] else "%"
        rests = self._below(figure, mark.row, mark.arm)
        arm = "All subjects" if mark.arm == TOTAL else mark.arm
        return plain_tip(f"{arm}\n{' > '.join(mark.row)}: {texts[0]}{limits}, {self.measure.heading()} {rests}")

    def _ask(self, place: int) -> None:
        self.picked.emit(self.marks[place].row, self.marks[place].arm)


def _short(row: RowKey, *, shared: bool) -> str:
    """Return a period's name, its phase on a second line; ``shared``: without the first word, which the axis has."""
    name = row[0].partition(" ")[2] if shared else row[0]
    return f"{name}\n{row[1]}" if len(row) > 1 and row[1] != "present" else name


def legend_of(figure: PeriodFigure, theme: Theme) -> list[Entry]:
    """Return the legend's entries: each arm on its line."""
    return arm_entries(figure, theme, on_line=True)
