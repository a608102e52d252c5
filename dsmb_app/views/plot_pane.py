"""A plot tied to the table beside it: same rows, same heights, scrolled together."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dsmb_app.views.layout import Layout, Line
from dsmb_app.views.plots.dot_plot import Contrast, DotPlot
from dsmb_app.views.plots.row_picture import plot_for
from dsmb_app.views.plots.row_plot import RowPlot
from dsmb_app.views.table_view import ResultView
from dsmb_app.views.tables import ShownRows

LEAST_PLOT = 280
"""Of a plot's width, in pixels."""
_NAMES, _PLOT = 27, 40
"""In percent, what the names have at least and a plot has before they get more."""


class PlotPane(QWidget):
    """Holds the plot that suits the table's result so that each of its rows stands beside the table's.

    ``picked`` carries row and column of a mark that was asked about.
    """

    picked = Signal(object, object)

    def __init__(self, view: ResultView, rows: ShownRows) -> None:
        super().__init__()
        self.setObjectName("plot")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._view, self._rows = view, rows
        self._plots: dict[type[RowPlot], RowPlot] = {}
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.setMinimumWidth(220)
        # Only rows that the proxy itself adds or takes away: of a new result the plot is told.
        for signal in (rows.rowsInserted, rows.rowsRemoved):
            signal.connect(self._rows_changed)
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.show_rows)
        self.drawing = self._take(DotPlot)
        view.verticalScrollBar().valueChanged.connect(self._scroll)
        view.viewport().installEventFilter(self)

    def _take(self, kind: type[RowPlot]) -> RowPlot:
        """Return the plot of a kind, made when it is first asked for."""
        if kind not in self._plots:
            made = self._plots[kind] = kind()
            made.picked.connect(self.picked)
            made.reached.connect(self._bring)
            made.viewport().installEventFilter(self)
            self._column.addWidget(made)
        return self._plots[kind]

    def show_contrasts(self, only: Collection[Contrast] | None) -> None:
        """Draw only these contrasts; None for all."""
        dots = self._take(DotPlot)
        dots.show_contrasts(only)

    def show_result(self, layout: Layout) -> None:
        """Draw a result as the table lays it out, in the plot that suits it."""
        self.drawing = self._take(plot_for(layout.table) or DotPlot)
        for plot in self._plots.values():
            plot.setVisible(plot is self.drawing)
        self._later.stop()
        self.drawing.show_result(layout.table, layout, self._shown())
        self.align()

    def _bring(self, line: int) -> None:
        """Scroll the table, and with it the plot, to a row."""
        self._view.scrollTo(self._rows.index(line, 0))

    def _scroll(self, pixels: int) -> None:
        self.drawing.scroll_to(pixels)

    def _rows_changed(self, *_: object) -> None:
        # A search removes many runs of rows, one signal each; they are drawn once.
        self._later.start()

    def show_rows(self) -> None:
        """Draw the rows that the table shows."""
        self._later.stop()
        self.drawing.show_lines(self._shown())
        self.align()

    def _shown(self) -> list[Line]:
        return self._rows.lines()

    def align(self) -> None:
        """Take the table's heights and where it is scrolled to."""
        frame = self._view.frameWidth()
        bar = self._view.horizontalScrollBar()
        self._column.setContentsMargins(1, frame, 1, frame + (bar.height() if bar.isVisible() else 0))
        self.drawing.align(row_height=self._view.row_height, scale_height=self._view.arm_header.height())
        self.drawing.scroll_to(self._view.verticalScrollBar().value())

    def divided(self, width: int, handle: int, *, most_names: int) -> list[int]:
        """Return how wide table and plot are, with names and columns of the table fitted to that; all in pixels."""
        view, names = self._view, width * _NAMES // 100
        room = width - view.verticalScrollBar().sizeHint().width() - handle
        view.bring_closer(room - LEAST_PLOT - names)
        plot = max(width * _PLOT // 100, LEAST_PLOT)
        view.limit_names(max(room - view.arm_header.length() - plot, names), most=most_names)
        plot = max(room - view.full_width, LEAST_PLOT)
        return [width - plot, plot]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the table's size; hand the wheel to the table."""
        if watched is self._view.viewport() and event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self.align()
        if watched is not self._view.viewport() and event.type() is QEvent.Type.Wheel:
            return self._view.verticalScrollBar().event(event)
        return super().eventFilter(watched, event)
