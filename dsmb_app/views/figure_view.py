"""A figure on screen: title, legend, plot and notes; the same manners as an exhibit's table."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from dsmb_app.model.errors import Refusal
from dsmb_app.model.result import Scatter
from dsmb_app.views.controls import label, tool
from dsmb_app.views.desk import Desk
from dsmb_app.views.dialogs.files import ask_where_to_save
from dsmb_app.views.legend import Legend
from dsmb_app.views.notes import Notes
from dsmb_app.views.plots.edish import EDish, legend_of
from dsmb_app.views.plots.scatter_picture import ScatterPicture
from dsmb_app.views.theme import SPACE, current_theme


class FigureView(QWidget):
    """Shows one figure of the desk; ``labs_wanted`` carries a point's subject and the tests that explain it."""

    labs_wanted = Signal(str, object)

    def __init__(self, desk: Desk, number: str) -> None:
        super().__init__()
        self._desk, self.number, self._stale = desk, number, True
        self.figure: Scatter | None = None
        self.title, self.subtitle = label(kind="title", wraps=True), label(kind="muted", wraps=True)
        self.refusal, self.nothing = label(kind="muted", wraps=True), label(kind="muted", wraps=True)
        self.plot, self.legend, self.notes = EDish(), Legend(), Notes()
        self.save = tool("Save picture", "picture", self.save_picture, hint="Save the plot as PNG or SVG")
        self._lay_out()
        self.plot.picked.connect(self._ask)
        desk.results_changed.connect(self.refresh)

    def _lay_out(self) -> None:
        self._frame = QWidget()
        self._frame.setObjectName("plot")
        self._frame.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inner = QVBoxLayout(self._frame)
        inner.setContentsMargins(SPACE // 2, SPACE // 2, SPACE, SPACE // 2)
        inner.addWidget(self.plot)
        self.setMinimumWidth(300)
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.save, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addLayout(top)
        for part in (self.subtitle, self.refusal, self.legend, self.nothing):
            column.addWidget(part)
        column.addWidget(self._frame, 1)
        column.addWidget(self.notes)
        # Takes the plot's room where there is none.
        column.addStretch(0)

    def refresh(self) -> None:
        """Ask the desk again and show what comes back: the figure, or why it is not shown.

        What is out of sight is forgotten, and asked for when it comes into sight.
        """
        self._stale = not self.isVisible()
        self.figure = None
        if self._stale:
            self.plot.forget()
            return
        try:
            self._show(self._desk.figure(self.number))
        except Refusal as refusal:
            self.title.setText(self.number)
            self.refusal.setText(refusal.sentence())
            self._show_parts(False, drawn=False)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed out of sight."""
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def _show(self, figure: Scatter) -> None:
        self.figure = figure
        self.title.setText(f"{figure.exhibit}  {figure.title}")
        self.subtitle.setText(f"{figure.subtitle} · {figure.population}")
        self.legend.show_marks(legend_of(figure, current_theme()))
        self.plot.show_figure(figure)
        self.notes.show_notes(figure.footnotes)
        self.nothing.setText("There is nothing to draw: nobody has a value on both axes.")
        self._show_parts(True, drawn=bool(figure.points))

    def _show_parts(self, shown: bool, *, drawn: bool) -> None:
        for part in (self.subtitle, self.notes):
            part.setVisible(shown)
        for part in (self._frame, self.legend, self.save):
            part.setVisible(drawn)
        self.refusal.setVisible(not shown)
        self.nothing.setVisible(shown and not drawn)

    def _ask(self, usubjid: str) -> None:
        if self.figure:
            self.labs_wanted.emit(usubjid, self.figure.tests)

    def save_picture(self) -> None:
        """Ask for a file and save the plot there, with the source in it, once the log has it."""
        path = ask_where_to_save(self, "Save picture", f"{self.number}.png", "Pictures (*.png *.svg)")
        if path:
            self.write_picture(path)

    def write_picture(self, path: Path) -> None:
        """Save the plot as PNG, or as SVG where the name says so."""
        if self.figure:
            picture = ScatterPicture(self.figure, source=self._desk.source_line)
            self._desk.make_copy(f"picture {self.number}", lambda: picture.save(path))
