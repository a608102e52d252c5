"""Many pictures of pages side by side in one, to be looked over by eye."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

_ACROSS = 4
_CELL = QSize(480, 320)
_CAPTION = 18
_GAP = 6


def write_contact_sheet(pictures: Sequence[Path], path: Path) -> Path:
    """Write the pictures, each with its file's name above it, four in a row, into one PNG; return its path."""
    down = -(-len(pictures) // _ACROSS)
    step = QSize(_CELL.width() + _GAP, _CELL.height() + _CAPTION + _GAP)
    sheet = QImage(_ACROSS * step.width() + _GAP, down * step.height() + _GAP, QImage.Format.Format_RGB32)
    sheet.fill(QColor("white"))
    with QPainter(sheet) as painter:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for place, picture in enumerate(pictures):
            left = _GAP + place % _ACROSS * step.width()
            top = _GAP + place // _ACROSS * step.height()
            painter.drawText(QRect(left, top, _CELL.width(), _CAPTION), Qt.AlignmentFlag.AlignVCenter, picture.stem)
            image = QImage(str(picture))
            image.setDevicePixelRatio(1)
            size = image.size().scaled(_CELL, Qt.AspectRatioMode.KeepAspectRatio)
            small = image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
            painter.drawImage(left, top + _CAPTION, small)
    sheet.save(str(path), "PNG")
    return path
