"""A plot with scales of its own on screen: title, legend, plot and notes; the same manners as an exhibit's table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from dsmb_app.views.asking import Asking, GivesUpUnseen
from dsmb_app.views.controls import label, painted_whole, together, tool
from dsmb_app.views.desk import Desk
from dsmb_app.views.dialogs.files import ask_where_to_save
from dsmb_app.views.legend import Legend
from dsmb_app.views.notes import Notes
from dsmb_app.views.plots.drawing import Drawing
from dsmb_app.views.plots.point_plot import PointPlot
from dsmb_app.views.theme import SPACE, Entry


class PlotView(GivesUpUnseen, QWidget):
    """A subclass asks the desk, says what is drawn, and makes the picture; ``result`` is what is shown, or None."""

    def __init__(self, desk: Desk, number: str, plot: PointPlot) -> None:
        super().__init__()
        self._desk, self.number, self._stale = desk, number, True
        self.result: Any = None
        self._asking = Asking(desk)
        self.title, self.subtitle = label(kind="title", wraps=True), label(kind="muted", wraps=True)
        self.refusal, self.nothing = label(kind="muted", wraps=True), label(kind="muted", wraps=True)
        self.plot, self.legend, self.notes = plot, Legend(), Notes()
        self.save = tool("Save picture", "picture", self.save_picture, hint="Save the plot as PNG or SVG")
        self._lay_out()
        desk.results_changed.connect(self.refresh)

    def _lay_out(self) -> None:
        self._frame = QWidget()
        self._frame.setObjectName("plot")
        self._frame.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inner = QVBoxLayout(self._frame)
        inner.setContentsMargins(SPACE // 2, SPACE // 2, SPACE, SPACE // 2)
        inner.addWidget(self.plot)
        self.setMinimumWidth(300)
        self._tools = QHBoxLayout()
        self._tools.addWidget(self.title, 1)
        self._tools.addWidget(self.save, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addLayout(self._tools)
        for part in (self.subtitle, self.refusal, self.legend, self.nothing):
            column.addWidget(part)
        column.addWidget(self._frame, 1)
        column.addWidget(self.notes)
        self.notes.copies_to(self._desk, lambda: self.number)
        # Takes the plot's room where there is none.
        column.addStretch(0)

    def _maker(self) -> Callable[[], Any]:
        """Return what makes the desk's result, in this thread or another. Raises Refusal."""
        raise NotImplementedError

    def _draw(self, result: Any) -> str:
        """Draw a result, with title, subtitle and notes; return why there is nothing to see, "" where there is."""
        raise NotImplementedError

    def _legend(self, result: Any) -> list[Entry]:
        """Return the legend's entries."""
        raise NotImplementedError

    def _picture(self, source: str) -> Drawing:
        """Return the picture of what is shown."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Ask the desk again and show what comes back: the plot, or why it is not shown.

        What is out of sight is forgotten, and asked for when it comes into sight.
        """
        self._stale = not self.isVisible()
        self.result = None
        if self._stale:
            self._asking.forget()
            self.plot.forget()
            return
        self._asking.ask(self._maker, show=painted_whole(self, self._show), say=self._say_why)

    def _say_why(self, why: str) -> None:
        """Say why nothing is shown, and show nothing of before."""
        self.plot.forget()
        self.title.setText(self.number)
        self.refusal.setText(why)
        self._show_parts(False, drawn=False)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed out of sight."""
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def _show(self, result: Any) -> Iterator[None]:
        self.result = result
        self.legend.show_entries(self._legend(result))
        self._show_parts(True, drawn=True)
        yield
        missing = self._draw(result)
        self.nothing.setText(missing)
        if missing:
            # What was drawn before, perhaps at another level, is not kept behind a sentence.
            self.plot.forget()
            self._show_parts(True, drawn=False)
        yield
        self.plot.settle()

    def _tell(self, title: str, subtitle: str, notes: tuple[str, ...]) -> None:
        self.title.setText(title)
        self.subtitle.setText(subtitle)
        self.notes.show_notes(notes)
        # The plot's room comes before the plot, or it would be drawn a second time for that.
        self.layout().activate()

    def _show_parts(self, shown: bool, *, drawn: bool) -> None:
        with together(self):
            self.refusal.setVisible(not shown)
            self.nothing.setVisible(shown and not drawn)
            for part in (self.subtitle, self.notes):
                part.setVisible(shown)
            for part in (self._frame, self.legend, self.save):
                part.setVisible(drawn)

    def save_picture(self) -> None:
        """Ask for a file and save the plot there, with the source in it, once the log has it."""
        path = ask_where_to_save(self, "Save picture", f"{self.number}.png", "Pictures (*.png *.svg)")
        if path:
            self.write_picture(path)

    def write_picture(self, path: Path) -> None:
        """Save the plot as PNG, or as SVG where the name says so."""
        if self.result is not None:
            self._desk.make_copy(f"picture {self.number}", lambda source: self._picture(source).save(path))
