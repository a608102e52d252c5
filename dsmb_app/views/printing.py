"""A page of the window on paper: its picture as a PDF, with the line that tells its source."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter, QPixmap
from PySide6.QtWidgets import QWidget

from dsmb_app.views import wording
from dsmb_app.views.writing import write_whole

_DPI = 150
_MARGIN_MM = 12
_SCALE = 2.0
"""Of the picture against the screen, so that small figures stay sharp on paper."""


def picture_of(widget: QWidget) -> QPixmap:
    """Return a widget as it is shown, at twice the pixels."""
    picture = QPixmap(widget.size() * _SCALE)
    picture.setDevicePixelRatio(_SCALE)
    picture.fill(widget.palette().window().color())
    widget.render(picture, QPoint(0, 0))
    return picture


def page_pdf(widget: QWidget, *, title: str, source: str) -> bytes:
    """Return one A4 page across: title, source (level, trial, cut-off, snapshot id), then the widget's picture."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_DPI)
    writer.setTitle(f"{title} · {source}")
    writer.setCreator(wording.PROGRAM)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageOrientation(QPageLayout.Orientation.Landscape)
    writer.setPageMargins(QMarginsF(*[_MARGIN_MM] * 4), QPageLayout.Unit.Millimeter)
    with QPainter(writer) as painter:
        room = QRectF(0, 0, writer.width(), writer.height())
        font = painter.font()
        font.setPointSizeF(9)
        painter.setFont(font)
        words = painter.boundingRect(room, int(Qt.TextFlag.TextWordWrap), f"{title}\n{source}")
        painter.drawText(words, int(Qt.TextFlag.TextWordWrap), f"{title}\n{source}")
        room.setTop(words.bottom() + _DPI / 12)
        picture = picture_of(widget)
        size = picture.size().scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        painter.drawPixmap(QRect(room.topLeft().toPoint(), size), picture)
    return bytes(buffer.data().data())


def write_page(widget: QWidget, path: Path, *, title: str, source: str) -> None:
    """Write a page as PDF. Raises Refusal when the file cannot be written."""
    write_whole(path, page_pdf(widget, title=title, source=source), what="the page", code="PAGE-WRITE")
