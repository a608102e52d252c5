"""Migration between quadrants: by arm a matrix of baseline quadrant (down) by worst quadrant (across)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainterPath, QWheelEvent

from dsmb_app.model.result import Column, ResultTable, RowKey
from dsmb_app.model.words import TOTAL, Stat
from dsmb_app.views.plots.base import pen
from dsmb_app.views.plots.point_plot import PointPlot
from dsmb_app.views.tables import plain_tip
from dsmb_app.views.theme import SPACE, Theme, mark_of

_BEFORE, _AFTER = "baseline ", "worst "
_SIGNS = {"Hyperbilirubinaemia": 0, "Potential Hy's law": 1, "Normal range": 2, "Temple's corollary": 3}
"""Where a quadrant lies: upper left, upper right, lower left, lower right."""
_DEEPEST, _TWO_LINES, _LEAST_ROW, _HIGHEST_ROW, _SIGN = 0.6, 33, 21, 44, 15
_BETWEEN, _COUNT, _END = 1.15, 0.75, 0.15
"""Heights of an arm's head and of what follows the last arm, and the width of the column of N, in rows and columns of a
matrix."""


@dataclass(frozen=True)
class Move:
    """A cell: the arm, its row in the table, and where it stands; ``share`` of its row from 0 to 1."""

    arm: str
    key: RowKey
    text: str
    percent: str
    of: str
    share: float
    n: float | None
    column: int
    down: float


def moves_of(table: ResultTable) -> list[Move]:
    """Return every cell of the matrices: arm after arm, row after row."""
    keys = [row.key for row in table.rows if row.key[-1].startswith(_AFTER)]
    before = list(dict.fromkeys(key[-2] for key in keys))
    after = list(dict.fromkeys(key[-1] for key in keys))
    found = []
    for place, arm in enumerate(table.arms or (TOTAL,)):
        top = place * (_BETWEEN + len(before)) + _BETWEEN
        for key in keys:
            n, pct, of = (table.cell(key, Column(arm, stat)) for stat in (Stat.N, Stat.PCT, Stat.DENOMINATOR))
            if n is None or pct is None or of is None:
                continue
            has_percent = pct.value is not None and bool(n.value)
            found.append(Move(
                arm, key, n.text, f"{pct.text}%" if has_percent else "", of.text, (pct.value or 0.0) / 100, n.value,
                after.index(key[-1]), top + before.index(key[-2]),
            ))  # fmt: skip
    return found


def _rows_of(moves: list[Move]) -> float:
    return max((move.down for move in moves), default=0.0) + 1 + _END


def least_height(table: ResultTable) -> int:
    """Return the height in pixels in which every cell of the matrices can be read."""
    return round(_rows_of(moves_of(table)) * _LEAST_ROW)


class MigrationPlot(PointPlot):
    """Draws an exhibit of moves; ``picked`` carries row and column of a cell that was asked about."""

    picked = Signal(object, object)
    reached = Signal(QPointF)
    """Carries where the cell stands that the keys have gone to."""

    def __init__(self, theme: Theme | None = None) -> None:
        """Draw in a theme, or in the one that the window has."""
        goes = "Arrow keys go from cell to cell, Enter asks about the subjects."
        super().__init__("Migration between quadrants", goes=goes, theme=theme)
        self._table: ResultTable | None = None
        self.moves: list[Move] = []
        self.panel.invertY(True)
        self.panel.hideAxis("left")
        self.panel.hideAxis("bottom")

    def forget(self) -> None:
        """Draw nothing and keep nothing."""
        self._table, self.moves = None, []
        super().forget()

    def show_table(self, table: ResultTable) -> None:
        """Draw a table in place of the one before."""
        self._table, self.moves = table, moves_of(table)
        # Where there are many arms the view around the plot scrolls.
        self.setMinimumHeight(least_height(table))
        self._xy = np.array([(move.column + 0.5, move.down + 0.5) for move in self.moves]).reshape(-1, 2)
        self._redraw()

    @property
    def _rows(self) -> float:
        """Return the height of all matrices in rows."""
        return _rows_of(self.moves)

    @property
    def _names(self) -> list[str]:
        return list(dict.fromkeys(move.key[-2].removeprefix(_BEFORE) for move in self.moves))

    def _redraw(self) -> None:
        if self._table is None or not self.moves:
            return
        self.panel.clear()
        self.setBackground(self.theme.surface)
        row_height = self._set_scales()
        for move in self.moves:
            self._draw_cell(move, row_height)
        for move in self.moves:
            if move.column == 0:
                self._name_row(move)
        self._draw_heads(self._table)
        self._add_ring()

    def _set_scales(self) -> float:
        """Give the names the room they need and the cells the rest; return the height of a row in pixels."""
        metrics = QFontMetrics(self._small_font())
        arms = [metrics.horizontalAdvance(words) + _SIGN for words in self._arm_words().values()]
        names = max(*map(metrics.horizontalAdvance, self._names), *arms) + _SIGN + 3 * SPACE
        columns = 4 + _COUNT
        cell = max((self.width() - names) / columns, 10.0)
        high = max(self._rows, self.height() / _HIGHEST_ROW)
        self.panel.setRange(xRange=(-names / cell, columns), yRange=(0, high), padding=0)
        return self.height() / high

    def _draw_cell(self, move: Move, row_height: float) -> None:
        ground = _blend(self.theme.surface, self.theme.accent, move.share * _DEEPEST)
        same = move.key[-2].removeprefix(_BEFORE) == move.key[-1].removeprefix(_AFTER)
        cell = pg.QtWidgets.QGraphicsRectItem(QRectF(move.column + 0.02, move.down + 0.04, 0.96, 0.92))
        cell.setBrush(ground)
        cell.setPen(pen(self.theme.muted if same else self.theme.soft, 1.4 if same else 1.0))
        cell.setZValue(-59 if same else -60)
        self.panel.addItem(cell, ignoreBounds=True)
        two = bool(move.percent) and row_height >= _TWO_LINES
        colour = self.theme.text if move.n != 0 else self.theme.muted
        x, y = move.column + 0.5, move.down + 0.5
        self._add_words(move.text, x, y, (0.5, 0.8 if two else 0.5), colour=colour)
        if two:
            self._add_words(move.percent, x, y, (0.5, 0.18), font=self._small_font(), colour=colour)

    def _name_row(self, move: Move) -> None:
        name, small = move.key[-2].removeprefix(_BEFORE), self._small_font()
        y, text = move.down + 0.5, self.theme.text
        self._add_words(name, -self._pixels(_SIGN + SPACE), y, (1, 0.5), font=small, colour=text)
        self._draw_sign(name, -self._pixels((_SIGN + SPACE) / 2), y)
        self._add_words(move.of, 4 + _COUNT / 2, y, (0.5, 0.5), font=small)

    def _draw_heads(self, table: ResultTable) -> None:
        small, left = self._small_font(), self.panel.vb.viewRange()[0][0]
        columns = dict.fromkeys(move.key[-1].removeprefix(_AFTER) for move in self.moves)
        tops = {move.arm: move.down for move in reversed(self.moves)}
        for arm, words in self._arm_words().items():
            mark, y = mark_of(self.theme, table, arm), tops[arm] - _BETWEEN * 0.42
            dot = pg.ScatterPlotItem(
                [left + self._pixels(SPACE)], [y], symbol=mark.symbol, size=9, pxMode=True,
                pen=pen(self.theme.surface, 0.8), brush=QColor(mark.colour),
            )  # fmt: skip
            self.panel.addItem(dot, ignoreBounds=True)
            self._add_words(words, left + self._pixels(2 * SPACE), y, (0, 0.5), font=small, colour=self.theme.text)
            # Over each matrix: the first one's heads are out of sight where the last one is read.
            for column, name in enumerate(columns):
                self._draw_sign(name, column + 0.5, y)
            self._add_words("N", 4 + _COUNT / 2, y, (0.5, 0.5), font=small)

    def _arm_words(self) -> dict[str, str]:
        sizes, arms = self._table.arm_sizes, self._table.arms or (TOTAL,)
        return {arm: f"{'All subjects' if arm == TOTAL else arm} (N={sizes[arm]})" for arm in arms}

    def _draw_sign(self, name: str, x: float, y: float) -> None:
        """Draw the four quadrants with one filled: where a name lies in the eDISH plot."""
        if name not in _SIGNS:
            return
        for path, colour in ((_grid(), self.theme.muted), (_quarter(_SIGNS[name]), self.theme.text)):
            brush = None if colour == self.theme.muted else QColor(colour)
            sign = pg.ScatterPlotItem([x], [y], symbol=path, size=_SIGN, pxMode=True, pen=pen(colour, 1.0), brush=brush)
            self.panel.addItem(sign, ignoreBounds=True)

    def _pixels(self, count: float) -> float:
        """Return a width of some pixels in columns."""
        low, high = self.panel.vb.viewRange()[0]
        return count * (high - low) / max(self.width(), 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Say where the keys have gone, that it is brought into sight."""
        super().keyPressEvent(event)
        if self.at_hand >= 0:
            self.reached.emit(self.position_of(self.at_hand))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the view around the plot scroll."""
        event.ignore()

    def _places(self, xy: np.ndarray) -> np.ndarray:
        """Return where points stand in this widget; here the first row is on top."""
        room, (x, y) = self.panel.vb.sceneBoundingRect(), self.panel.vb.viewRange()
        across = room.left() + (xy[:, 0] - x[0]) / (x[1] - x[0]) * room.width()
        down = room.top() + (xy[:, 1] - y[0]) / (y[1] - y[0]) * room.height()
        return np.column_stack([across, down])

    def _near(self, where: QPointF) -> int:
        """Return the cell under a place in this widget, else -1."""
        corners = np.column_stack([self._xy - 0.5, self._xy + 0.5]).reshape(-1, 2, 2)
        for place, ends in enumerate(corners):
            first, last = self._places(ends)
            if first[0] <= where.x() < last[0] and first[1] <= where.y() < last[1]:
                return place
        return -1

    def _stepped(self, key: int) -> int:
        if self.at_hand < 0 or key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            return super()._stepped(key)
        return (self.at_hand + (4 if key == Qt.Key.Key_Down else -4)) % len(self.moves)

    def tip_of(self, place: int) -> str:
        """Return arm, both quadrants, and how many of how many."""
        move = self.moves[place]
        arm = "All subjects" if move.arm == TOTAL else move.arm
        count = f"{move.text} of {move.of}" if move.text else "suppressed: small count"
        share = f" ({move.percent})" if move.percent else ""
        return plain_tip(f"{arm}\n{move.key[-2]}\n{move.key[-1]}\n{count}{share}")

    def _ask(self, place: int) -> None:
        move = self.moves[place]
        self.picked.emit(move.key, Column(move.arm, Stat.N))


def _grid() -> QPainterPath:
    path = QPainterPath()
    path.addRect(-0.5, -0.5, 1, 1)
    path.moveTo(-0.5, 0)
    path.lineTo(0.5, 0)
    path.moveTo(0, -0.5)
    path.lineTo(0, 0.5)
    return path


def _quarter(place: int) -> QPainterPath:
    path = QPainterPath()
    path.addRect(-0.5 + 0.5 * (place % 2), -0.5 + 0.5 * (place // 2), 0.5, 0.5)
    return path


def _blend(ground: str, colour: str, part: float) -> QColor:
    one, two = QColor(ground), QColor(colour)
    mixed = [a + (b - a) * part for a, b in zip(one.getRgbF()[:3], two.getRgbF()[:3], strict=True)]
    return QColor.fromRgbF(*mixed)
