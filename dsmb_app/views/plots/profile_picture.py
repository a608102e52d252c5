"""One patient's profile as a file: who it is, the lanes in full, notes and source; nothing is left to scroll."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QApplication

from dsmb_app.model.profile import PatientProfile
from dsmb_app.views.ending import dispose
from dsmb_app.views.plots.drawing import MARGIN, Drawing
from dsmb_app.views.plots.patient_profile import PatientProfilePlot
from dsmb_app.views.theme import LIGHT, SPACE, Entry

WIDTH = 1000
_WRAPPED = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


class ProfilePicture(Drawing):
    """A profile as it is shown, ``unfolded`` with a row for every medication; drawn once, then it is gone."""

    def __init__(self, profile: PatientProfile, legend: Sequence[Entry], *, unfolded: bool, source: str) -> None:
        title = " · ".join(part for part in (profile.subject, profile.arm) if part)
        super().__init__(title=title, source=source, width=WIDTH)
        self._legend = legend
        self._facts = " · ".join(f"{name}: {text}" for name, text in profile.facts.items())
        self._notes = "\n".join(profile.footnotes)
        self._plot = PatientProfilePlot(LIGHT)
        self._plot.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        self._plot.unfolded = unfolded
        self._plot.show_result(profile)
        self._parts = (self._plot.head, self._plot.body)
        bar = self._plot.area.verticalScrollBar().sizeHint().width()
        self._plot.resize(WIDTH - 2 * MARGIN + bar, sum(part.minimumHeight() for part in self._parts))
        self._plot.show()
        QApplication.processEvents()

    def _height(self, text: str) -> int:
        room = QRect(0, 0, self.width - 2 * MARGIN, 10_000)
        return QFontMetrics(self.small).boundingRect(room, int(_WRAPPED), text).height() if text else 0

    @property
    def size(self) -> QSize:
        """Return the size in pixels at 100%."""
        lines = self.line_height * (2 + len(self.legend_lines(self._legend)))
        words = self._height(self._facts) + self._height(self._notes)
        return QSize(self.width, 2 * MARGIN + lines + words + 2 * SPACE + sum(part.height() for part in self._parts))

    def paint(self, painter: QPainter) -> None:
        """Draw everything."""
        self.ground(painter)
        y = self.write(painter, MARGIN, self.title, self.bold, LIGHT.text)
        y = self._write_all(painter, y, self._facts)
        y = self.paint_legend(painter, y, self._legend) + SPACE
        for part in self._parts:
            part.render(painter, QRectF(MARGIN, y, part.width(), part.height()), part.rect())
            y += part.height()
        y = self._write_all(painter, y + SPACE, self._notes)
        self.write(painter, y, self.source, self.small, LIGHT.muted)

    def _write_all(self, painter: QPainter, y: int, text: str) -> int:
        painter.setFont(self.small)
        painter.setPen(QColor(LIGHT.muted))
        high = self._height(text)
        painter.drawText(QRect(MARGIN, y, self.width - 2 * MARGIN, high), int(_WRAPPED), text)
        return y + high

    def save(self, path: Path) -> None:
        """Write a PNG, or an SVG where the name ends so. Raises Refusal when the file cannot be written."""
        try:
            super().save(path)
        finally:
            dispose(self._plot)
