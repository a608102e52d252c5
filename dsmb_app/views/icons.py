"""Icons: the program's own line drawings, tinted to the theme and drawn sharp at any scale."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from dsmb_app.model.resource_files import resource

_INK = "#000"
_SCALES = (1, 2, 3)


def icon(name: str, colour: str, *, disabled: str = "", size: int = 20) -> QIcon:
    """Return an icon of ``resources/icons`` in a colour (#rrggbb), ``size`` pixels at 100%, sharp to 300%.

    ``disabled``: its colour where it cannot be used, "" for the same.
    """
    found = QIcon()
    # Left to itself Qt pales both, beside words that it does not pale.
    colours = {QIcon.Mode.Normal: colour, QIcon.Mode.Selected: colour, QIcon.Mode.Disabled: disabled or colour}
    for scale in _SCALES:
        for mode, one in colours.items():
            found.addPixmap(pixmap(name, one, size=size, scale=scale), mode)
    return found


def pixmap(name: str, colour: str, *, size: int = 20, scale: float = 1) -> QPixmap:
    """Return one drawing of an icon; it is drawn once as long as Qt's cache holds it."""
    key = f"dsmb {name} {colour} {size} {scale}"
    picture = QPixmap()
    if not QPixmapCache.find(key, picture):
        picture = _drawn(name, colour, size, scale)
        QPixmapCache.insert(key, picture)
    return picture


def _drawn(name: str, colour: str, size: int, scale: float) -> QPixmap:
    picture = QPixmap(round(size * scale), round(size * scale))
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        renderer = QSvgRenderer(QByteArray(_drawing(name).replace(_INK, colour).encode("utf-8")))
        renderer.render(painter, QRectF(0, 0, picture.width(), picture.height()))
    picture.setDevicePixelRatio(scale)
    return picture


@cache
def _drawing(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text(encoding="utf-8")
