"""Labels beside points of a plot: as many as find room without covering each other or a symbol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics

_GAP, _WIDEST = 3, 190


@dataclass(frozen=True)
class Wanted:
    """A text for a symbol with its middle and half its width, in pixels."""

    text: str
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Placed:
    """A text, cut with dots where it is long, and its room in pixels."""

    text: str
    room: QRectF


def place(
    wanted: Sequence[Wanted], symbols: Sequence[QRectF], inside: QRectF, font: QFont, *, most: int
) -> list[Placed]:
    """Return up to ``most`` of the labels, those wanted first; one without free room is left out.

    ``symbols``: the room of everything that labels must not cover; ``inside``: where they may stand.
    """
    metrics = QFontMetrics(font)
    found: list[Placed] = []
    for one in wanted:
        text = metrics.elidedText(one.text, Qt.TextElideMode.ElideRight, _WIDEST)
        taken = [*symbols, *(placed.room for placed in found)]
        free = (
            room
            for room in _rooms(one, metrics.horizontalAdvance(text) + 2, metrics.height())
            if inside.contains(room) and not any(room.intersects(other) for other in taken)
        )
        room = next(free, None)
        if room is not None:
            found.append(Placed(text, room))
        if len(found) == most:
            break
    return found


def _rooms(one: Wanted, wide: float, high: float) -> Iterator[QRectF]:
    """Return where a label may stand: beside its symbol, then above and below."""
    off = one.radius + _GAP
    yield QRectF(one.x + off, one.y - high / 2, wide, high)
    yield QRectF(one.x - off - wide, one.y - high / 2, wide, high)
    for left in (one.x - wide / 2, one.x, one.x - wide):
        yield QRectF(left, one.y - off - high, wide, high)
        yield QRectF(left, one.y + off, wide, high)
