"""A plot that stands alone, as a file or as bytes: title, legend and source around it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication

from dsmb_app.views import marks
from dsmb_app.views.theme import LIGHT, SPACE, Entry
from dsmb_app.views.writing import write_whole

MARGIN = 2 * SPACE
SCALE = 2
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Drawing:
    """What every drawing shares; a subclass says its ``size`` in pixels at 100% and paints itself."""

    def __init__(self, *, title: str, source: str, width: int) -> None:
        self.title, self.source, self.width = title, source, width
        self.font = QApplication.font()
        self.bold = QFont(self.font)
        self.bold.setBold(True)
        self.small = QFont(self.font)
        self.small.setPointSizeF(self.font.pointSizeF() * 0.9)
        self.line_height = QFontMetrics(self.font).height() + 4

    @property
    def size(self) -> QSize:
        """Return the size in pixels at 100%."""
        raise NotImplementedError

    def paint(self, painter: QPainter) -> None:
        """Draw everything."""
        raise NotImplementedError

    def ground(self, painter: QPainter) -> None:
        """Paint the ground."""
        painter.fillRect(QRect(QPoint(0, 0), self.size), QColor(LIGHT.surface))

    def write(self, painter: QPainter, y: int, text: str, font: QFont, colour: str) -> int:
        """Write a line, cut with dots where there is no room; return where the next one begins."""
        painter.setFont(font)
        painter.setPen(QColor(colour))
        room = self.width - 2 * MARGIN
        cut = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(MARGIN, y, room, self.line_height), LEFT, cut)
        return y + self.line_height

    def legend_lines(self, entries: Sequence[Entry]) -> list[list[tuple[Entry, int]]]:
        """Return a legend's entries, each with its width, broken to the drawing's width."""
        lines: list[list[tuple[Entry, int]]] = []
        used = 0
        for entry in entries:
            width = QFontMetrics(self.small).horizontalAdvance(entry[0]) + (30 if entry[2] else 18) + 2 * SPACE
            if not lines or used + width > self.width - 2 * MARGIN:
                lines.append([])
                used = 0
            lines[-1].append((entry, width))
            used += width
        return lines

    def paint_legend(self, painter: QPainter, y: int, entries: Sequence[Entry]) -> int:
        """Draw a legend; return where the next line begins."""
        painter.setFont(self.small)
        for line in self.legend_lines(entries):
            x = MARGIN
            for (words, mark, on_line), width in line:
                sample = QRectF(x, y, 26 if on_line else 14, self.line_height)
                (marks.draw_interval(painter, mark, sample) if on_line else marks.draw(painter, mark, sample.center()))
                painter.setPen(QColor(LIGHT.text))
                painter.drawText(QRect(round(sample.right()) + 4, y, width, self.line_height), LEFT, words)
                x += width
            y += self.line_height
        return y

    def png(self) -> bytes:
        """Return a PNG, light, at 200%."""
        image = QImage(self.size * SCALE, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(SCALE)
        with QPainter(image) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint(painter)
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")
        return bytes(buffer.data().data())

    def svg(self) -> bytes:
        """Return an SVG."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setSize(self.size)
        generator.setViewBox(QRect(QPoint(0, 0), self.size))
        generator.setTitle(self.title)
        generator.setDescription(self.source)
        with QPainter(generator) as painter:
            self.paint(painter)
        return bytes(buffer.data().data())

    def save(self, path: Path) -> None:
        """Write a PNG, or an SVG where the name ends so. Raises Refusal when the file cannot be written."""
        data = self.svg() if path.suffix.lower() == ".svg" else self.png()
        write_whole(path, data, what="the picture", code="PICTURE-WRITE")
