"""The volcano: risk difference of every term against its p-value, one symbol a term, sized by the pooled count."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QMenu

from dsmb_app.model.result import Column, ResultTable, RowKey
from dsmb_app.model.words import ANY, TOTAL, Stat
from dsmb_app.views.plots import labels
from dsmb_app.views.plots.base import pen
from dsmb_app.views.plots.dot_plot import Contrast
from dsmb_app.views.plots.point_plot import PointPlot
from dsmb_app.views.plots.words import Words
from dsmb_app.views.tables import plain_tip
from dsmb_app.views.theme import Entry, Mark, Theme, mark_of

NOMINAL = 0.05
NOTES = (
    "One symbol a term; its size grows with the subjects who had it in all arms. Terms that nobody of a pair had stand "
    "at 0 with p = 1.",
    "p: Fisher's exact test, two-sided, nominal: no adjustment for the number of terms or of looks. With many terms "
    "some lie above the line by chance alone.",
)
"""What a reader must know of the plot, beside the table's own notes."""
_SMALLEST, _LARGEST, _OPAQUE = 6.0, 20.0, 150
_P_TICKS = (1.0, 0.5, 0.2, 0.1, NOMINAL, 0.01, 0.001, 1e-4, 1e-6, 1e-8, 1e-12)
_LEAST_X, _LEAST_Y = 5.0, 1.5
"""So far the scales reach at least, that the line at p = 0.05 is in sight also where nothing comes near it."""
_MOST_LABELS, _MOST_TOLD = 8, 12


@dataclass(frozen=True)
class TermPoint:
    """A term: its row, difference in points, -log10 p (0 where nobody had it) and subjects with it in all arms."""

    key: RowKey
    x: float
    y: float
    n: float


def points_of(table: ResultTable, contrast: Contrast) -> list[TermPoint]:
    """Return a point for every innermost row but "any", from left to right; none where an arm has no subjects."""
    outer = {row.key[:place] for row in table.rows for place in range(1, len(row.key))}
    found = []
    for row in table.rows:
        difference, p, n = (
            table.cell(row.key, column)
            for column in (Column(contrast[0], Stat.RD, contrast[1]), Column(contrast[0], Stat.P_FISHER, contrast[1]),
                           Column(TOTAL, Stat.N))
        )  # fmt: skip
        if row.key in outer or row.key == (ANY,) or difference is None or difference.value is None:
            continue
        # No p-value is printed for 0 v 0: no difference at all, as with p = 1.
        y = -math.log10(p.value) if p is not None and p.value is not None else 0.0
        found.append(TermPoint(row.key, difference.value, abs(y), n.value or 0.0 if n else 0.0))
    return sorted(found, key=lambda point: (point.x, point.y, point.key))


class Volcano(PointPlot):
    """Draws one contrast of a result; ``picked`` carries row and column of a term that was asked about."""

    picked = Signal(object, object)

    def __init__(self, theme: Theme | None = None) -> None:
        """Draw in a theme, or in the one that the window has."""
        goes = "Arrow keys go from term to term, Enter asks about the subjects behind it."
        super().__init__("Volcano plot", goes=goes, theme=theme)
        self._table: ResultTable | None = None
        self._contrast: Contrast = ("", "")
        self.points: list[TermPoint] = []
        self._words: list[Words] = []
        self._guides: list[Words] = []
        self.menu = QMenu(self)
        self.panel.vb.sigResized.connect(self._place_labels)

    def forget(self) -> None:
        """Draw nothing and keep nothing."""
        self._table, self.points, self._words = None, [], []
        self.menu.clear()
        super().forget()

    def show_contrast(self, table: ResultTable, contrast: Contrast) -> None:
        """Draw one contrast of a result in place of what was drawn before."""
        self._table, self._contrast = table, contrast
        self.points, self._words = points_of(table, contrast), []
        self._xy = np.array([(p.x, p.y) for p in self.points]).reshape(-1, 2)
        self.panel.clear()
        self._set_scales()
        self._draw_guides()
        for side in (-1, 0, 1):
            self._draw_side(side)
        self._add_ring()
        self._place_labels()

    def _redraw(self) -> None:
        if self._table is not None:
            self.show_contrast(self._table, self._contrast)

    def _set_scales(self) -> None:
        self.setBackground(self.theme.surface)
        wide = max([_LEAST_X, *(abs(p.x) for p in self.points)]) * 1.12
        high = max([_LEAST_Y, *(p.y for p in self.points)]) * 1.12
        self.panel.setRange(xRange=(-wide, wide), yRange=(-0.08 * high, high), padding=0)
        arm, ref = self._contrast
        self._set_axis("bottom", f"Risk difference, {arm} − {ref} (percentage points)")
        shown = [p for p in _P_TICKS if -math.log10(p) <= high and (p not in (0.5, 0.2) or high < 3)]
        self._set_axis("left", "p, Fisher, nominal (log scale)", [(-math.log10(p), f"{p:g}") for p in shown])

    def _draw_guides(self) -> None:
        self._add_line(0, angle=90, dashed=False)
        level = -math.log10(NOMINAL)
        self._add_line(level, angle=0)
        (left, right), (_, top) = self.panel.vb.viewRange()
        arm, ref = self._contrast
        small = self._small_font()
        self._guides = [
            self._add_words(f"p = {NOMINAL:g}, nominal", right, level, (1, 1), font=small),
            self._add_words(f"← more in {ref}", left, top, (0, 0), font=small),
            self._add_words(f"more in {arm} →", right, top, (1, 0), font=small),
        ]

    def _draw_side(self, side: int) -> None:
        mine = sorted((p for p in self.points if np.sign(p.x) == side), key=lambda p: -p.n)
        mark = side_mark(self._table, self._contrast, side, self.theme)
        fill = QColor(mark.colour)
        # Symbols that lie on each other darken.
        fill.setAlpha(_OPAQUE)
        self.panel.addItem(pg.ScatterPlotItem(
            [p.x for p in mine], [p.y for p in mine], size=[self._size(p) for p in mine], symbol=mark.symbol,
            pxMode=True, pen=pen(mark.colour, 1.0), brush=fill, name=side,
        ), ignoreBounds=True)  # fmt: skip

    def _size(self, point: TermPoint) -> float:
        most = max((p.n for p in self.points), default=1.0) or 1.0
        return _SMALLEST + (_LARGEST - _SMALLEST) * math.sqrt(point.n / most)

    @property
    def drawn(self) -> list[tuple[float, float]]:
        """Return where symbols stand, in the panel's own units."""
        items = [i for i in self.panel.items if isinstance(i, pg.ScatterPlotItem) and i is not self._ring]
        return [xy for item in items for xy in zip(*(values.tolist() for values in item.getData()), strict=True)]

    @property
    def labelled(self) -> list[str]:
        """Return the labels drawn beside symbols."""
        return [words.text() for words in self._words]

    def _together(self, place: int) -> list[TermPoint]:
        """Return the terms that stand at the same spot as one of them."""
        at = self.points[place]
        return [p for p in self.points if (p.x, p.y) == (at.x, at.y)]

    def _place_labels(self, *_: object) -> None:
        for words in self._words:
            self.panel.removeItem(words)
        self._words = []
        if not self.points or self.panel.vb.width() <= 0:
            return
        places, wide, high = self._places(self._xy), *(abs(self._xy).max(axis=0) + 1e-9)
        order = np.argsort([-math.hypot(p.x / wide, p.y / high) for p in self.points], kind="stable")
        spots = dict.fromkeys((self.points[i].x, self.points[i].y) for i in order if self.points[i].y > 0)
        chosen = [next(i for i in order if (self.points[i].x, self.points[i].y) == spot) for spot in spots]
        wanted = [
            labels.Wanted(self._label(i), places[i][0], places[i][1], self._size(self.points[i]) / 2)
            for i in chosen[: 3 * _MOST_LABELS]
        ]
        room = self.panel.vb.sceneBoundingRect()
        for placed in labels.place(wanted, self._taken(places), room, self._small_font(), most=_MOST_LABELS):
            at = self.panel.vb.mapSceneToView(placed.room.topLeft())
            words = self._add_words(
                placed.text, at.x(), at.y(), (0, 0), font=self._small_font(), colour=self.theme.text, margin=0
            )
            self._words.append(words)

    def _taken(self, places: np.ndarray) -> list[QRectF]:
        """Return what labels must not cover: symbols, lines and their words."""
        room = self.panel.vb.sceneBoundingRect()
        zero, level = self._places(np.array([(0.0, -math.log10(NOMINAL))]))[0]
        lines = [QRectF(zero - 1, room.top(), 2, room.height()), QRectF(room.left(), level - 1, room.width(), 2)]
        sizes = [(x, y, self._size(p)) for (x, y), p in zip(places, self.points, strict=True)]
        words = [self.room_of(item) for item in self._guides]
        return [*lines, *words, *(QRectF(x - s / 2, y - s / 2, s, s) for x, y, s in sizes)]

    def _label(self, place: int) -> str:
        together = self._together(place)
        return together[0].key[-1] + (f" +{len(together) - 1}" if len(together) > 1 else "")

    def tip_of(self, place: int) -> str:
        """Return the names of the terms at a point with what the table says of them."""
        together, (arm, ref) = self._together(place), self._contrast
        lines = [" > ".join(p.key) + f" (n={p.n:g})" for p in together[:_MOST_TOLD]]
        if len(together) > _MOST_TOLD:
            lines.append(f"and {len(together) - _MOST_TOLD} more")
        columns = [Column(arm, stat, ref) for stat in (Stat.RD, Stat.RD_LOW, Stat.RD_HIGH, Stat.P_FISHER)]
        cells = [self._table.cell(together[0].key, column) for column in columns] if self._table else []
        rd, low, high, p = (cell.text if cell else "" for cell in cells)
        return plain_tip("\n".join([*lines, f"{arm} − {ref}: {rd} ({low}, {high}), p {p or 'none, 0 v 0'}"]))

    def _ask(self, place: int) -> None:
        together = self._together(place)
        if len(together) == 1:
            self._pick(together[0])
            return
        # Terms that lie on each other are told apart by name.
        self.menu.clear()
        for point in together:
            self.menu.addAction(" > ".join(point.key).replace("&", "&&"), lambda point=point: self._pick(point))
        self.menu.popup(self.mapToGlobal(self.position_of(place).toPoint() + QPoint(8, 8)))

    def _pick(self, point: TermPoint) -> None:
        arm, ref = self._contrast
        self.picked.emit(point.key, Column(arm, Stat.RD, ref))


def side_mark(table: ResultTable | None, contrast: Contrast, side: int, theme: Theme) -> Mark:
    """Return the mark of terms that one arm has more of (1: the first, -1: the second), or neither (0)."""
    if side == 0 or table is None:
        return Mark(theme.muted, "o", Qt.PenStyle.SolidLine)
    return mark_of(theme, table, contrast[0 if side > 0 else 1])


def legend_of(table: ResultTable, contrast: Contrast, theme: Theme) -> list[Entry]:
    """Return the legend's entries."""
    words = {1: f"more in {contrast[0]}", -1: f"more in {contrast[1]}", 0: "equal; size: subjects in all arms"}
    return [(text, side_mark(table, contrast, side, theme), False) for side, text in words.items()]
