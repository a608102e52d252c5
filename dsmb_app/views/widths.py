"""How wide the texts of a table are, each measured once: a long table has thousands, and is fitted several times."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from PySide6.QtGui import QFont, QFontMetrics

from dsmb_app.views.cells import GAP
from dsmb_app.views.header import TermHeader
from dsmb_app.views.layout import Layout


class Widths:
    """The room that a layout's texts need, in pixels, in two ``fonts``: of the columns' headers, and of what is bold.

    A font of before is another one's; whoever keeps this makes it anew then.
    """

    def __init__(self, layout: Layout, fonts: tuple[QFont, QFont], names: TermHeader) -> None:
        self.layout, self.fonts, self._header = layout, fonts, names
        self._columns: dict[int, tuple[int, int]] = {}

    @cached_property
    def names(self) -> int:
        """Return the room for the longest name of a row; 0 where there is none."""
        return self._header.width_for(self.layout.lines)

    def of_column(self, column: int) -> tuple[int, int]:
        """Return the room for the widest text of a column, and in it that for the widest bracket."""
        if column not in self._columns:
            self._columns[column] = self._measure(column)
        return self._columns[column]

    def _measure(self, column: int) -> tuple[int, int]:
        plain, bold = map(QFontMetrics, self.fonts)
        texts = self.layout.texts[column]
        # A heading's figures are bold and stand under the others.
        before = _widest(bold, (head for head, _ in texts.parts))
        tail = _widest(bold, (tail for _, tail in texts.parts if tail))
        alone = _widest(plain, (self.layout.heads[column].sub, *texts.alone))
        return max(before + (GAP + tail if tail else 0), alone), tail


def _widest(metrics: QFontMetrics, texts: Iterable[str]) -> int:
    return max(map(metrics.horizontalAdvance, set(texts)), default=0)
