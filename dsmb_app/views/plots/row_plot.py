"""What plots beside a table share: the rows that the table shows, each at the table's height, scrolled with it."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QFont, QFontMetrics, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip

from dsmb_app.model.result import ResultTable, RowKey
from dsmb_app.views.layout import Layout, Line, lay_out
from dsmb_app.views.plots.base import Canvas, colour_axis, pen
from dsmb_app.views.plots.row_marks import KEYS, STEPS, Asked, RowMark, stepped
from dsmb_app.views.plots.rows import RowBands
from dsmb_app.views.tables import plain_tip
from dsmb_app.views.theme import Entry, Theme, current_theme

_RING = 17


class RowPlot(Canvas):
    """A plot whose unit of height is a table row. A subclass sets its scales, draws its lines and finds its marks.

    ``picked`` carries row and column of a mark that was asked about, ``pointed`` the row under the pointer, ``reached``
    the row to which the keys have gone.
    """

    picked = Signal(object, object)
    pointed = Signal(int)
    reached = Signal(int)
    # Here, because Qt calls changeEvent while the widget is still being made.
    _table: ResultTable | None = None

    def __init__(self, name: str, *, panels: int, theme: Theme | None = None) -> None:
        """Draw in a theme, or in the one that the window has."""
        super().__init__()
        self._own_theme = theme
        self.name(name, KEYS)
        self.setMouseTracking(True)
        self._lines: tuple[Line, ...] = ()
        self._places: dict[RowKey, int] = {}
        self._row_height, self._scrolled = 24, 0
        self._seen: tuple[float, float] | None = None
        self.panels = [self.add_panel(place) for place in range(panels)]
        for panel in self.panels[1:]:
            panel.setYLink(self.panels[0])
        self._bands = {panel: RowBands(self.theme) for panel in self.panels}
        for panel, bands in self._bands.items():
            panel.addItem(bands, ignoreBounds=True)
        self._drawn: list[tuple[pg.PlotItem, pg.GraphicsObject]] = []
        self._marks: list[RowMark] | None = None
        self.at_hand: RowMark | None = None
        self._ring = pg.ScatterPlotItem(size=_RING, pxMode=True, brush=None)
        self._ring.setZValue(100)
        self.panels[0].vb.sigResized.connect(self._place)
        self._dressed = QTimer(self, interval=0, singleShot=True)
        self._dressed.timeout.connect(self._redraw)

    @property
    def theme(self) -> Theme:
        """Return the theme drawn in."""
        return self._own_theme or current_theme()

    @property
    def lines(self) -> tuple[Line, ...]:
        """Return the rows drawn, from the top."""
        return self._lines

    @property
    def legend(self) -> list[Entry]:
        """Return the legend's entries."""
        return self.legend_for(self._table, self.theme) if self._table else []

    @staticmethod
    def legend_for(table: ResultTable, theme: Theme) -> list[Entry]:
        """Return the legend's entries of a result."""
        raise NotImplementedError

    @staticmethod
    def suits(table: ResultTable) -> bool:
        """Tell whether a result can be drawn so."""
        raise NotImplementedError

    def show_result(
        self, table: ResultTable, layout: Layout | None = None, lines: Sequence[Line] | None = None
    ) -> None:
        """Draw a result, all of its rows or some; ``layout`` where it is laid out already."""
        self._table = table
        self._layout = layout or lay_out(table)
        self._places = {line.row.key: place for place, line in reversed(list(enumerate(self._layout.lines)))}
        self._prepare()
        self.show_lines(self._layout.lines if lines is None else lines)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Draw these rows of the result, from the top."""
        self._lines, self._marks = tuple(lines), None
        self._ring_at(None)
        for panel, item in self._drawn:
            panel.removeItem(item)
        self._drawn = []
        for bands in self._bands.values():
            bands.show_lines(self._lines)
        self._draw()
        self.dress()
        self._place()

    def _prepare(self) -> None:
        """Fit the scales to every row of the result, so that a search does not move them."""
        raise NotImplementedError

    def _draw(self) -> None:
        """Draw the lines at hand."""
        raise NotImplementedError

    def _near(self, where: QPointF) -> Asked | None:
        """Return what a click at a place of this widget asks about."""
        raise NotImplementedError

    def _find_marks(self) -> list[RowMark]:
        """Return what can be asked about, row by row and in a row from the left."""
        raise NotImplementedError

    def _scale_words(self) -> list[str]:
        """Return the words over the panels."""
        raise NotImplementedError

    def _tip(self, line: int, where: QPointF) -> str:
        """Return a row's name and its printed cells."""
        key = self._lines[line].row.key
        place = self._places[key]
        cells = [(head, self._layout.slot(place, j)) for j, head in enumerate(self._layout.heads)]
        told = [f"{head.top}, {head.sub}: {slot.text or slot.note}" for head, slot in cells if slot]
        return plain_tip("\n".join([self._layout.lines[place].label, *told]))

    def _add(self, panel: pg.PlotItem, item: pg.GraphicsObject) -> None:
        panel.addItem(item, ignoreBounds=True)
        self._drawn.append((panel, item))

    def dress(self) -> None:
        """Take the theme's colours."""
        theme, font = self.theme, QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.9)
        self.setBackground(theme.surface)
        for panel, words in zip(self.panels, self._scale_words(), strict=True):
            colour_axis(panel, theme, font, words)
        for bands in self._bands.values():
            bands.theme = theme
            bands.update()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._table:
            # Not at once: Qt is going through the items of the scene, which are taken away. And once: it tells of one
            # change of theme many times.
            self._dressed.start()

    def _redraw(self) -> None:
        if self._table:
            self.show_lines(self._lines)

    def align(self, *, row_height: int, scale_height: int) -> None:
        """Take a table's row height, and the height of its header for the scales."""
        self._row_height = row_height
        for panel in self.panels:
            panel.getAxis("top").setHeight(scale_height)
        self._place()

    def scroll_to(self, pixels: int) -> None:
        """Show what lies so many pixels below the top of the first row."""
        self._scrolled = pixels
        self._place()

    def _place(self, *_: object) -> None:
        height = self.panels[0].vb.height()
        top = self._scrolled / self._row_height
        seen = top, top + height / self._row_height
        # A layout that comes to rest places it some twenty times.
        if height > 0 and seen != self._seen:
            self._seen = seen
            self.panels[0].vb.setYRange(*seen, padding=0)

    def point_at(self, line: int) -> None:
        """Mark the row at hand."""
        for bands in self._bands.values():
            bands.point_at(line)

    def _height_at(self, y: float) -> float:
        """Return how many rows from the top of the first a height of this widget lies."""
        view = self.panels[0].vb
        return (y - view.mapRectToScene(view.boundingRect()).top() + self._scrolled) / self._row_height

    def _line_at(self, y: float) -> int:
        line = int(self._height_at(y) // 1)
        return line if 0 <= line < len(self._lines) else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what stands in the row under the pointer."""
        line = self._line_at(event.position().y())
        self.point_at(line)
        self.pointed.emit(line)
        tip = self._tip(line, event.position()) if line >= 0 else ""
        QToolTip.showText(event.globalPosition().toPoint(), tip, self)
        near = self._near(event.position())
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if near else Qt.CursorShape.ArrowCursor)

    def leaveEvent(self, event: QEvent) -> None:
        """Let the row go."""
        super().leaveEvent(event)
        self.point_at(-1)
        self.pointed.emit(-1)

    @property
    def marks(self) -> list[RowMark]:
        """Return what can be asked about, row by row; found when first asked for."""
        if self._marks is None:
            self._marks = self._find_marks()
        return self._marks

    def spot(self, mark: RowMark) -> QPointF:
        """Return where a mark stands in this widget."""
        return mark.panel.vb.mapViewToScene(QPointF(mark.x, mark.y))

    def _ring_at(self, mark: RowMark | None) -> None:
        """Ring a mark, tell what it is, and let go of the one before."""
        if self.at_hand is not None:
            self.at_hand.panel.removeItem(self._ring)
        self.at_hand = mark
        if mark is not None:
            self._ring.setPen(pen(self.theme.accent, 2.0))
            self._ring.setData([mark.x], [mark.y])
            mark.panel.addItem(self._ring, ignoreBounds=True)
        self.tell(self.words_of(mark) if mark is not None else "")

    def _go_to(self, mark: RowMark) -> None:
        # In sight first: where it stands then is where its words belong.
        self.reached.emit(mark.line)
        self._ring_at(mark)
        self.point_at(mark.line)
        QToolTip.showText(self.mapToGlobal(self.spot(mark).toPoint()), self.words_of(mark), self)

    def words_of(self, mark: RowMark) -> str:
        """Return what is said of a mark: its row, its column and the printed cell."""
        place, (_, column) = self._places[self._lines[mark.line].row.key], mark.asked
        slots = [(head, self._layout.slot(place, j)) for j, head in enumerate(self._layout.heads)]
        told = [f"{head.top}, {head.sub}: {slot.text or slot.note}" for head, slot in slots
                if slot and column in slot.columns]  # fmt: skip
        return plain_tip("\n".join([self._layout.lines[place].label, *told]))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show by a ring where the keys are: at the first mark in sight."""
        super().focusInEvent(event)
        if event.reason() is not Qt.FocusReason.MouseFocusReason and self.marks:
            first = int(self._scrolled // self._row_height)
            self._ring_at(next((mark for mark in self.marks if mark.line >= first), self.marks[0]))
            self.point_at(self.at_hand.line)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let the mark go."""
        super().focusOutEvent(event)
        self._ring_at(None)
        self.point_at(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from mark to mark by arrow keys, ask by Enter."""
        if event.key() in STEPS and self.marks:
            at = self.marks.index(self.at_hand) if self.at_hand in self.marks else -1
            self._go_to(self.marks[stepped(self.marks, at, event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.at_hand is not None:
            self.picked.emit(*self.at_hand.asked)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask about the mark under the pointer."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        asked = self._near(event.position())
        if asked and event.button() is Qt.MouseButton.LeftButton:
            self.picked.emit(*asked)


def scale_height(font: QFont) -> int:
    """Return the least height of the scales: ticks and words."""
    return 2 * QFontMetrics(font).height() + 18
