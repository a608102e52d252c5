"""An exhibit on screen: title, table, the plot beside it where there is one, and notes. The same for every exhibit."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from dsmb_app.model.result import ResultTable, RowKey
from dsmb_app.views import copying
from dsmb_app.views.asking import Asking, GivesUpUnseen
from dsmb_app.views.columns_menu import ColumnsMenu
from dsmb_app.views.contrast_box import ContrastBox
from dsmb_app.views.controls import label, painted_whole, together, tool
from dsmb_app.views.desk import Desk
from dsmb_app.views.dialogs.files import ask_where_to_save
from dsmb_app.views.layout import Layout, laid_out
from dsmb_app.views.legend import Legend
from dsmb_app.views.notes import Notes
from dsmb_app.views.nothing import Nothing, no_row
from dsmb_app.views.plot_pane import PlotPane
from dsmb_app.views.plots import row_picture
from dsmb_app.views.plots.dot_plot import contrasts_of
from dsmb_app.views.table_view import ResultView
from dsmb_app.views.tables import ResultModel, Role, ShownRows
from dsmb_app.views.theme import SPACE

NO_EVENTS = ("F1", "T01", "T02", "T03", "T05", "T06", "T07", "T14", "K18M")
"""Exhibits in which no row has a day on which it first came."""
_MOST_NAMES = 380
"""Room for names, in pixels."""
MOST_CONTRASTS = 3
"""More of them than this would hide each other in a row of the plot."""


class ExhibitView(GivesUpUnseen, QWidget):
    """Shows one exhibit of the desk; ``drilled`` carries exhibit, row and column of a cell that was asked about.

    ``whole``: the table stands in full, for a page that scrolls; else it scrolls by itself, with a plot if ``plotted``.
    ``hugs``, set where there is no plot: the table takes no more room than its rows and columns need.
    """

    drilled = Signal(str, object, object)
    laid_out = Signal()
    """The table has other columns or other widths than before."""

    def __init__(self, desk: Desk, number: str, *, plotted: bool = False, whole: bool = False) -> None:
        super().__init__()
        self._desk, self.number, self._whole = desk, number, whole
        self._asking, self._stale, self._divided, self.hugs = Asking(desk), True, False, False
        self.model, self.rows = ResultModel(self), ShownRows(self)
        self.rows.setSourceModel(self.model)
        self.view = ResultView(f"Table {number}")
        self.view.setModel(self.rows)
        self.plot = PlotPane(self.view, self.rows) if plotted else None
        self.view.wraps_names = not plotted
        self.title, self.subtitle = label(kind="title", wraps=True), label(kind="muted", wraps=True)
        self.refusal = label(kind="muted", wraps=True)
        self.nothing = Nothing(self.view)
        self.legend, self.notes = Legend(), Notes(unfolded=whole)
        self.columns, self.contrast = ColumnsMenu(self.view), ContrastBox()
        self._tools = self._make_tools()
        self._lay_out()
        self._connect()

    def _make_tools(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE // 2)
        row.addWidget(self.contrast)
        row.addWidget(self.columns)
        self.when = tool("When?", "when", self.ask_when, hint="When the events of the row at hand came (W)")
        row.addWidget(self.when)
        row.addWidget(tool("Copy table", "copy", self.copy, hint="Copy the table or the selected cells (Ctrl+C)"))
        self.save = tool("Save picture", "picture", self.save_picture, hint="Save the plot as PNG or SVG")
        row.addWidget(self.save)
        self.save.setVisible(self.plot is not None)
        self.contrast.hide()
        return holder

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self._tools, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(top)
        column.addWidget(self.subtitle)
        column.addWidget(self.refusal)
        column.addWidget(self.legend)
        self.legend.setVisible(self.plot is not None)
        self.body: QWidget = self.view
        if self.plot:
            self.body = QSplitter(Qt.Orientation.Horizontal)
            self.body.setChildrenCollapsible(False)
            self.body.addWidget(self.view)
            self.body.addWidget(self.plot)
            self.body.splitterMoved.connect(self._divide)
        column.addWidget(self.body, 1)
        column.addWidget(self.notes)
        # Takes the table's room where there is none.
        column.addStretch(0)

    def _connect(self) -> None:
        self.view.asked.connect(self._ask)
        self.view.copy_wanted.connect(self.copy)
        self.view.when_wanted.connect(self.ask_when)
        self.notes.copies_to(self._desk, lambda: self.number)
        self.view.term_header.folded.connect(self._fold)
        self.view.term_header.tell_folded(self.rows.is_folded)
        self.columns.changed.connect(self._fit)
        self.columns.changed.connect(self.laid_out)
        if self._whole:
            self.view.most_name_width = _MOST_NAMES
            self.view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.view.viewport().installEventFilter(self)
        for bar in (self.view.verticalScrollBar(), self.view.horizontalScrollBar()):
            bar.rangeChanged.connect(lambda *_: self._fit() if self.hugs else None)
        if self.plot:
            self.contrast.currentIndexChanged.connect(lambda _place: self._choose_contrast())
            self.plot.picked.connect(lambda row, column: self.drilled.emit(self.number, row, column))
        self._desk.results_changed.connect(self.refresh)

    def show_exhibit(self, number: str) -> None:
        """Show another exhibit in place of this one."""
        self.number = number
        self.view.setAccessibleName(f"Table {number}")
        self.refresh()

    def refresh(self) -> None:
        """Ask the desk again and show what comes back: the exhibit, or why it is not shown.

        What is out of sight is forgotten, and asked for when it comes into sight: a result of another level is never
        kept, and a filter does not count what nobody looks at.
        """
        self._stale = not self.isVisible()
        if self._stale:
            self._asking.forget()
            self.model.show_result(None)
            return
        show = painted_whole(self, self._show)
        self._asking.ask(lambda: laid_out(self._desk.maker(self.number)), show=show, say=self._say_why)

    def _say_why(self, why: str) -> None:
        """Say why nothing is shown, and show nothing of before: it would stand below the words of another filter."""
        self.model.show_result(None)
        self.title.setText(self.number)
        self.refusal.setText(why)
        self._show_parts(False)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed out of sight."""
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def _show(self, found: tuple[ResultTable, Layout]) -> Iterator[None]:
        table, layout = found
        self.title.setText(f"{table.exhibit}  {table.title}")
        self.subtitle.setText(f"{table.subtitle} · {table.population}")
        self.view.arm_header.result = table
        self.model.show_result(table, layout)
        yield
        plotted = self.plot is not None and row_picture.plot_for(table) is not None
        self.columns.show_result(with_total=not plotted)
        self.when.setVisible(self.number not in NO_EVENTS)
        yield
        if self.plot:
            self._show_plot(suits=plotted)
        yield
        self.notes.show_notes(table.footnotes)
        self._show_parts(True)
        self._say_if_empty()
        self._fit()
        self.laid_out.emit()
        yield
        if plotted:
            self.plot.drawing.settle()

    def ask_when(self) -> None:
        """Ask for the course over time of the row at hand, of the first row where none is."""
        at = self.view.currentIndex()
        line = (at if at.isValid() else self.rows.index(0, 0)).data(Role.LINE)
        if line is not None and self.number not in NO_EVENTS:
            self._desk.when_wanted.emit(self.number, line.row.key, line.label)

    def _show_plot(self, *, suits: bool) -> None:
        self.plot.setVisible(suits)
        self.save.setVisible(suits)
        # Beside a plot every row has the same height.
        self.view.wraps_names = not suits
        if suits:
            self.contrast.offer(contrasts_of(self.model.layout.table), least=MOST_CONTRASTS + 1)
            self.plot.show_contrasts(self.contrast.drawn(MOST_CONTRASTS))
            self.plot.show_result(self.model.layout)
        self.legend.show_entries(self.plot.drawing.legend if suits else [])

    def _choose_contrast(self) -> None:
        self.plot.show_contrasts(self.contrast.drawn(MOST_CONTRASTS))
        self.legend.show_entries(self.plot.drawing.legend)

    def _show_parts(self, shown: bool) -> None:
        with together(self):
            self.refusal.setVisible(not shown)
            self.legend.setVisible(shown and self.plot is not None)
            for part in (self._tools, self.subtitle, self.notes, self.body):
                part.setVisible(shown)

    def search(self, words: str) -> None:
        """Show only the rows whose name holds the words."""
        self.rows.search(words)
        self._say_if_empty(words)

    def narrow(self, below: RowKey) -> None:
        """Show only the rows whose key begins so."""
        self.rows.narrow(below)
        self._say_if_empty()
        self._fit()

    def go_to(self, number: str, row: RowKey) -> bool:
        """Bring a row into sight and choose it; False where it is not there, or another exhibit is shown."""
        place = self.rows.place_of(row) if number == self.number else None
        if place is not None:
            self.view.selectRow(place)
            self.view.scrollTo(self.rows.index(place, 0), QAbstractItemView.ScrollHint.PositionAtCenter)
        return place is not None

    def _say_if_empty(self, words: str = "") -> None:
        empty = self.rows.rowCount() == 0
        self.nothing.say(no_row(words) if empty else "")

    def _fit(self) -> None:
        """Give the table its natural size: in full on a page that scrolls, else before the plot takes the rest."""
        self.columns.fit_total(self.width())
        if self._whole:
            self.view.make_room(self.width(), most_names=_MOST_NAMES)
            self.view.stand_whole(self.width(), more=0 if self.rows.rowCount() else 6 * SPACE)
        elif self.hugs:
            self.view.hug(self.width(), most_names=_MOST_NAMES)
        elif self.plot and self.plot.isHidden():
            self.view.make_room(self.width() - self.view.verticalScrollBar().sizeHint().width(), most_names=_MOST_NAMES)
        elif self.plot and not self._divided:
            self.body.setSizes(self.plot.divided(self.body.width(), self.body.handleWidth(), most_names=_MOST_NAMES))

    def _divide(self) -> None:
        """Leave the border between table and plot where the reader has put it."""
        self._divided = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Divide the new room."""
        super().resizeEvent(event)
        self._fit()

    def _fold(self, row: int) -> None:
        line = self.view.term_header.line(row)
        if line:
            self.rows.fold(line.row.key)

    def _ask(self, index: QModelIndex) -> None:
        slot = index.data(Role.SLOT)
        if slot:
            self.drilled.emit(self.number, slot.row, slot.columns[0])

    def copy(self) -> None:
        """Copy the selected cells, or the whole table, as text with headers and source, once the log has it."""
        copying.copy_table(self._desk, self.number, self.view, f"{self.title.text()} · {self.subtitle.text()}")

    def save_picture(self) -> None:
        """Ask for a file and save the plot there, with the source in it, once the log has it."""
        path = ask_where_to_save(self, "Save picture", f"{self.number}.png", "Pictures (*.png *.svg)")
        if path:
            self.write_picture(path)

    def write_picture(self, path: Path) -> None:
        """Save the plot of the rows shown as PNG, or as SVG where the name says so."""
        layout = self.model.layout
        if layout:
            save = partial(
                row_picture.save, layout.table, path, keys=self.rows.keys(), only=self.contrast.drawn(MOST_CONTRASTS)
            )
            self._desk.make_copy(f"picture {self.number}", lambda source: save(source=source))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the wheel scroll the page, where the table stands in full."""
        if self._whole and event.type() is QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)
