"""Stacked bars of worst grade beside their table: percent of subjects by arm, the worst grade first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from dsmb_app.model.result import Column, ResultTable, RowKey
from dsmb_app.model.words import TOTAL, Stat
from dsmb_app.views.layout import is_summary
from dsmb_app.views.plots.base import pen, told_not_thrown
from dsmb_app.views.plots.row_marks import Asked, RowMark
from dsmb_app.views.plots.row_plot import RowPlot
from dsmb_app.views.tables import plain_tip
from dsmb_app.views.theme import Entry, Mark, Theme, mark_of

GRADES = ("Grade 5", "Grade 4", "Grade 3", "Grade 2", "Grade 1", "Grade missing")
SEVERITIES = ("Severe", "Moderate", "Mild", "Severity missing")
"""The last level of the rows that are stacked, worst first; the last of them has no grade."""
_SHADES = {GRADES: (4, 3, 2, 1, 0), SEVERITIES: (4, 2, 0)}
_TAKEN = 0.84
"""How much of a row's height its bars take, the gaps between them included."""
_THICK, _THIN = 0.8, 5
"""Share of its room that a bar takes, and from how many pixels on it has an outline."""
_LEFT = 0.05
"""Room for the arms' marks before the bars, as a share of the scale."""


@dataclass(frozen=True)
class Segment:
    """One arm's share of one grade, in percent, and where it stands; ``key``: of the row that it draws."""

    key: RowKey
    arm: str
    line: int
    start: float
    share: float
    y: float
    thick: float

    @property
    def room(self) -> QRectF:
        """Return its place in the plot's own units."""
        return QRectF(self.start, self.y - self.thick / 2, self.share, self.thick)


class GradeBars(RowPlot):
    """Draws on the row of a term all of its grades side by side, and on a grade's own row that part alone."""

    def __init__(self, theme: Theme | None = None) -> None:
        """Draw in a theme, or in the one that the window has."""
        super().__init__("Stacked bars of worst grade", panels=1, theme=theme)
        self.segments: list[Segment] = []

    @staticmethod
    def suits(table: ResultTable) -> bool:
        """Tell whether a result has rows of worst grade, each below the row of the term whose bar it is a part of."""
        keys = {row.key for row in table.rows}
        return any(is_grade(key) and key[:-1] in keys for key in keys) and not is_summary(table)

    @property
    def arms(self) -> tuple[str, ...]:
        """Return whose bars stand in a row, from the top."""
        return (self._table.arms or (TOTAL,)) if self._table else ()

    @property
    def words(self) -> tuple[str, ...]:
        """Return the grades or severities of the result at hand, worst first."""
        return words_of(self._table) if self._table else GRADES

    @staticmethod
    def legend_for(table: ResultTable, theme: Theme) -> list[Entry]:
        """Return the legend's entries: the arms, then every grade that occurs, worst first."""
        words, there = words_of(table), {row.key[-1] for row in table.rows if is_grade(row.key)}
        arms: list[Entry] = [(arm, mark_of(theme, table, arm), False) for arm in table.arms]
        fills = [(word, _fill(theme, words, place)) for place, word in enumerate(words) if word in there]
        return arms + [
            (word, Mark(fill or theme.muted, "s", Qt.PenStyle.SolidLine, hollow=not fill), False)
            for word, fill in fills
        ]

    def _parts(self, base: RowKey, arm: str) -> list[tuple[RowKey, float, float]]:
        """Return key, start and share of each grade of a term, worst first; a suppressed share has no length."""
        found, start = [], 0.0
        values = self._layout.values(Column(arm, Stat.PCT))
        for word in self.words:
            share = values.get((*base, word), 0.0)
            found.append(((*base, word), start, share))
            start += share
        return found

    def _prepare(self) -> None:
        bases = [line.row.key for line in self._layout.lines if not is_grade(line.row.key)]
        ends = [sum(part[2] for part in self._parts(base, arm)) for base in bases for arm in self.arms]
        high = max([1.0, *ends])
        self.panels[0].setXRange(-_LEFT * high, high * 1.02, padding=0)

    def _draw(self) -> None:
        bars = [(place, j) for place in range(len(self._lines)) for j in range(len(self.arms))]
        self.segments = [segment for place, j in bars for segment in self._bar(place, j)]
        colours = {word: _fill(self.theme, self.words, place) for place, word in enumerate(self.words)}
        self._add(self.panels[0], _Bars([(s.room, colours[s.key[-1]]) for s in self.segments if s.share], self.theme))
        axis = pg.InfiniteLine(0, angle=90, pen=pen(self.theme.muted, 1.0))
        axis.setZValue(-50)
        self._add(self.panels[0], axis)
        if self._table is not None and self._table.arms:
            for j, arm in enumerate(self.arms):
                self._draw_marks(j, mark_of(self.theme, self._table, arm))

    def _middle(self, place: int, j: int) -> float:
        return place + 0.5 + (j - (len(self.arms) - 1) / 2) * _TAKEN / len(self.arms)

    def _bar(self, place: int, j: int) -> list[Segment]:
        key, arm = self._lines[place].row.key, self.arms[j]
        base = key[:-1] if is_grade(key) else key
        thick = min(_TAKEN / len(self.arms), 0.6) * _THICK
        return [
            Segment(part, arm, place, start, share, self._middle(place, j), thick)
            for part, start, share in self._parts(base, arm)
            if part == key or base == key
        ]

    def _draw_marks(self, j: int, mark: Mark) -> None:
        low = self.panels[0].vb.viewRange()[0][0]
        rows = [place for place, line in enumerate(self._lines) if not is_grade(line.row.key)]
        size = max(min(self._row_height * _TAKEN / len(self.arms), 8.0), 4.0)
        self._add(self.panels[0], pg.ScatterPlotItem(
            [low / 2] * len(rows), [self._middle(place, j) for place in rows], symbol=mark.symbol, size=size,
            pxMode=True, pen=pen(self.theme.surface, 0.5), brush=QColor(mark.colour),
        ))  # fmt: skip

    def _scale_words(self) -> list[str]:
        return ["Subjects by worst grade (%)" if self.words is GRADES else "Subjects by worst severity (%)"]

    def _segment_at(self, where: QPointF) -> Segment | None:
        line, view = self._line_at(where.y()), self.panels[0].vb
        at = view.mapSceneToView(where)
        mine = [s for s in self.segments if s.line == line and s.start <= at.x() < s.start + s.share]
        # A thin bar is hard to hit: the arm nearest in height is meant.
        return min(mine, key=lambda s: abs(s.y - at.y()), default=None)

    def _near(self, where: QPointF) -> Asked | None:
        """Return what the segment at a place of this widget asks about."""
        found = self._segment_at(where)
        return (found.key, Column(found.arm, Stat.N)) if found else None

    def _find_marks(self) -> list[RowMark]:
        shown = sorted((s for s in self.segments if s.share), key=lambda s: (s.line, self.arms.index(s.arm), s.start))
        return [self._mark(segment) for segment in shown]

    def _mark(self, s: Segment) -> RowMark:
        middle = s.room.center()
        asked = s.key, Column(s.arm, Stat.N)
        return RowMark(s.line, self.panels[0], middle.x(), middle.y(), asked, (s.arm, s.key[-1]))

    def _tip(self, line: int, where: QPointF) -> str:
        found = self._segment_at(where)
        return self._told(found.key, found.arm) if found else super()._tip(line, where)

    def words_of(self, mark: RowMark) -> str:
        """Return what is said of a part: its term and grade, its arm and the printed cells."""
        key, column = mark.asked
        return self._told(key, column.arm)

    def _told(self, key: RowKey, arm: str) -> str:
        cells = [self._table.cell(key, Column(arm, stat)) if self._table else None for stat in (Stat.N, Stat.PCT)]
        n, share = (cell.text if cell else "" for cell in cells)
        return plain_tip(f"{' > '.join(key)}\n{arm}: {n} ({share}%)")

    def position_of(self, segment: Segment) -> QPointF:
        """Return where the middle of a segment stands in this widget."""
        return self.panels[0].vb.mapViewToScene(segment.room.center())


class _Bars(pg.GraphicsObject):
    """Rectangles in the plot's own units, each with its filling; hatched where the grade is missing."""

    def __init__(self, bars: Sequence[tuple[QRectF, str]], theme: Theme) -> None:
        super().__init__()
        self._bars, self._theme = bars, theme
        self._bounds = QRectF()
        for room, _ in bars:
            self._bounds = self._bounds.united(room)

    def boundingRect(self) -> QRectF:
        """Return the room of all bars."""
        return self._bounds

    @told_not_thrown
    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw the bars that are in sight."""
        view = self.getViewBox()
        seen = view.viewRect() if view else self._bounds
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        thin = bool(self._bars) and self._bars[0][0].height() * painter.worldTransform().m22() < _THIN
        for room, colour in self._bars:
            if room.intersects(seen):
                # Missing grades are grey with an outline: no shade of the others says how bad they were.
                edge = self._theme.surface if colour else self._theme.muted
                painter.setPen(Qt.PenStyle.NoPen if thin else pen(edge, 1.0))
                painter.setBrush(QColor(colour or self._theme.line))
                painter.drawRect(room)


def is_grade(key: RowKey) -> bool:
    """Tell whether a row is one grade of the row above it."""
    return len(key) > 1 and key[-1] in {*GRADES, *SEVERITIES}


def words_of(table: ResultTable) -> tuple[str, ...]:
    """Return the grades that a result's rows tell apart, or the severities."""
    return SEVERITIES if any(is_grade(row.key) and row.key[-1] in SEVERITIES for row in table.rows) else GRADES


def _fill(theme: Theme, words: tuple[str, ...], place: int) -> str:
    """Return the shade of a grade, "" for the missing one."""
    shades = _SHADES[words]
    return theme.grades[shades[place]] if place < len(shades) else ""
