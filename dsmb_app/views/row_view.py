"""What the views of a figure about one row of an exhibit share: the row, and no more words than the page needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent

from dsmb_app.model.result import RowKey
from dsmb_app.model.words import ANY
from dsmb_app.views.desk import Desk
from dsmb_app.views.plot_view import PlotView
from dsmb_app.views.plots.point_plot import PointPlot


class RowView(PlotView):
    """A subclass draws; ``drilled`` carries exhibit, row and column that a mark was asked about.

    ``subjects_wanted`` carries a question in words and the subjects that answer it. ``compact``: beside the table of
    the row, whose own words say where the numbers are from.
    """

    drilled, subjects_wanted = Signal(str, object, object), Signal(str, object)

    def __init__(self, desk: Desk, number: str, of: str, plot: PointPlot, *, compact: bool = False) -> None:
        super().__init__(desk, number, plot)
        self.of, self.row, self._compact = of, (ANY,), compact
        if compact:
            self.title.setProperty("kind", "large")
            # Two stand side by side where the window is narrow.
            self.setMinimumWidth(260)

    def show_row(self, of: str, row: RowKey) -> None:
        """Show the figure about another row."""
        self.of, self.row = of, row
        self.refresh()

    def _maker(self) -> Callable[[], Any]:
        return self._desk.figure_maker(self.number, self.row, self.of)

    def _say(self, result: Any, more: str = "") -> None:
        """Show title and notes, and the line below the title: what is counted, in a compact view ``more`` alone."""
        whole = " · ".join(part for part in (result.subtitle, result.population, more) if part)
        self._tell(f"{result.exhibit}  {result.title}", more if self._compact else whole, result.footnotes)

    def _show_parts(self, shown: bool, *, drawn: bool) -> None:
        super()._show_parts(shown, drawn=drawn)
        self.subtitle.setVisible(shown and bool(self.subtitle.text()))
        if self._compact:
            # The table above names the marks, and each stands before its row of numbers.
            self.legend.hide()
            self._keep_height()

    def _show(self, result: Any) -> Iterator[None]:
        yield from super()._show(result)
        if self._compact:
            # Only what is drawn tells how many rows of numbers stand below it; its frame asks for their room later.
            self._frame.layout().activate()
            self._keep_height()

    def _keep_height(self) -> None:
        """Ask for the height in which everything stands whole at this width, wrapped words too."""
        inner = self.layout()
        wrapped = inner.minimumHeightForWidth(max(self.width(), self.minimumWidth()))
        # No wrapped words, no height for a width.
        self.setMinimumHeight(max(wrapped, inner.minimumSize().height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap the words anew."""
        super().resizeEvent(event)
        if self._compact and event.oldSize().width() != event.size().width():
            self._keep_height()
