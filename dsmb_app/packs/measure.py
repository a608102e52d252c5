"""How wide and how high a text will be printed, so that no column cuts it off."""

from __future__ import annotations

import math
import textwrap
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

POINTS_PER_LINE = 13.0
"""Height of one line of the body font (10 pt)."""
PAGE_WIDE, PAGE_HIGH = 1046.0, 495.0
"""A page of A4 in landscape between margins of 0.4 inch across (pixels) and 0.6 inch down (points, some to spare)."""

# Widths of the body font (Arial) in digits, whose own width is 556 of 1000 units; a class takes its widest member.
_WIDTHS = {
    "ijl'|": 0.48,
    " .,;:!/\\tfI[]`": 0.52,
    'r()-"{}*': 0.72,
    "sckzxyvJ": 0.91,
    "ABEKPSVXYFTZ&": 1.21,
    "CDHNRUw": 1.31,
    "+<=>~^": 1.06,
    "GOQmM": 1.51,
    "W%@": 1.85,
}
_ORDINARY, _OTHER_SCRIPT, _FULL_WIDTH = 1.0, 1.3, 1.9
_BOLD = 1.08
# A column's digit is 7 whole pixels where the font's is 7.4.
_ROUNDED = 7.4 / 7


def width(text: str, *, bold: bool = False, size: float = 10.0) -> float:
    """Return the width of the longest line of a text, in digits as columns count them (never less than it takes)."""
    return _widest(text) * _ROUNDED * (_BOLD if bold else 1.0) * size / 10.0


@lru_cache(maxsize=1 << 16)  # a pack says the same few thousand texts ten times over
def _widest(text: str) -> float:
    return max((sum(map(_CHARACTERS.__getitem__, line)) for line in text.splitlines()), default=0.0)


def lines(text: str, room: float, *, bold: bool = False, size: float = 10.0) -> int:
    """Return how many lines a text needs in a cell that is ``room`` digits wide, broken between words."""
    return sum(_broken(line, room, bold, size) for line in text.splitlines() or [""])


def pixels(columns: float) -> float:
    """Return the width on a screen of 96 dots per inch of a column that is ``columns`` digits wide."""
    return 7 * columns + 5


def pages(titles: float, body: Sequence[float], scale: float) -> tuple[int, float]:
    """Return how many pages rows of these heights (points) take at a scale, and how full the last one is (0 to 1).

    ``titles``: the height of what stands above them on each page.
    """
    room = max(PAGE_HIGH / scale - titles, 1.0)
    count, used = 1, 0.0
    for height in body:
        if used and used + height > room:
            count, used = count + 1, 0.0
        used += height
    return count, used / room


def _broken(line: str, room: float, bold: bool, size: float) -> int:
    needed = width(line, bold=bold, size=size)
    if needed <= room:
        return 1
    # Words are broken at the average width of this line's characters, which makes ragged lines count.
    per_line = max(int(room * len(line) / needed), 1)
    return max(len(textwrap.wrap(line, per_line)), math.ceil(needed / room))


class _Characters(dict[str, float]):
    """The width of each character, looked up once."""

    def __missing__(self, one: str) -> float:
        if one.isascii():
            wide = _ORDINARY
        else:
            wide = _FULL_WIDTH if unicodedata.east_asian_width(one) in "WF" else _OTHER_SCRIPT
        self[one] = wide
        return wide


_CHARACTERS = _Characters({one: wide for some, wide in _WIDTHS.items() for one in some})
