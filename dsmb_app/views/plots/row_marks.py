"""The marks of a plot beside a table, one after the other, and the way that the arrow keys take through them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import Qt

from dsmb_app.model.result import Column, RowKey

Asked = tuple[RowKey, Column]
"""What a click or Enter asks about: a row and a column of the result."""
KEYS = "Arrow keys go from mark to mark, in a row and from row to row, Enter shows the subjects."
_BESIDE = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
_BELOW = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
_ENDS = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}
STEPS = (*_BESIDE, *_BELOW, *_ENDS)


@dataclass(frozen=True)
class RowMark:
    """A mark in the row ``line``: where its middle stands in its panel, what it asks about and what it is.

    ``kind`` is the same in every row: the column, or an arm's grade.
    """

    line: int
    panel: pg.PlotItem
    x: float
    y: float
    asked: Asked
    kind: object


def stepped(marks: Sequence[RowMark], at: int, key: int) -> int:
    """Return the mark that a key leads to from the one at a place, -1 for none; ``marks``: row by row, not empty.

    Up and down lead to the mark of the same kind in the next row that has one, else to the nearest of that row.
    """
    if key in _ENDS:
        return range(len(marks))[_ENDS[Qt.Key(key)]]
    if at < 0:
        return 0
    if key in _BESIDE:
        return (at + _BESIDE[Qt.Key(key)]) % len(marks)
    by, here = _BELOW[Qt.Key(key)], marks[at]
    ahead = [mark.line for mark in marks if (mark.line - here.line) * by > 0]
    if not ahead:
        return at
    line = min(ahead) if by > 0 else max(ahead)
    mine = [place for place, mark in enumerate(marks) if mark.line == line]
    return min(mine, key=lambda place: (marks[place].kind != here.kind, abs(marks[place].x - here.x)))
