"""How wide the texts of a table are, each measured once: a long table has thousands, and is fitted several times."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from PySide6.QtGui import QFont, QFontMetrics

from dsmb_app.views.cells import GAP, LOOSE, TIGHT, Gaps
from dsmb_app.views.header import MOST_TOP_LINES, TOP_LINES, ArmHeader, TermHeader
from dsmb_app.views.layout import Layout


class Widths:
    """The room that a layout's texts need, in pixels, in two ``fonts``: of the columns' headers, and of what is bold.

    A font of before is another one's; whoever keeps this makes it anew then.
    """

    def __init__(self, layout: Layout, fonts: tuple[QFont, QFont], arms: ArmHeader, names: TermHeader) -> None:
        self.layout, self.fonts, self._arms, self._header = layout, fonts, arms, names
        self._columns: dict[int, tuple[int, int, int]] = {}
        self._tops: dict[tuple[int, int], int] = {}

    @cached_property
    def names(self) -> int:
        """Return the room for the longest name of a row; 0 where there is none."""
        return self._header.width_for(self.layout.lines)

    def tail_of(self, column: int) -> int:
        """Return the room for the widest bracket of a column."""
        return self._of(column)[1]

    def columns(self, shown: Iterable[int], gaps: Gaps, lines: int) -> dict[int, int]:
        """Return how wide each column shown has to be, an arm's name going on over so many lines.

        Columns of an arm are widened, each by the same, until its name stands whole above them.
        """
        arms: dict[tuple[str, str], list[int]] = {}
        for column in shown:
            head = self.layout.heads[column]
            arms.setdefault((head.arm, head.arm_ref), []).append(column)
        found: dict[int, int] = {}
        for columns in arms.values():
            for column in columns:
                figures, _, alone = self._of(column)
                before = gaps.first if column == columns[0] else gaps.before
                found[column] = (figures if gaps.reaches else max(figures, alone)) + gaps.after + before
            missing = self._least(columns, gaps, lines) - sum(found[column] for column in columns)
            for column in columns if missing > 0 else ():
                found[column] += -(-missing // len(columns))
        return found

    def fitting(self, shown: Sequence[int], free: int, *, names: tuple[int, int]) -> tuple[Gaps, int]:
        """Return the gaps and the lines of the arms' names with which all columns fit; else the closest ones.

        ``names``: the room for the rows' names beside them, whole and at least, all in pixels.
        """
        whole, least = names
        lines = (TOP_LINES, MOST_TOP_LINES)
        ways = [(LOOSE, 1, whole), *((gaps, many, least) for gaps in (LOOSE, TIGHT) for many in lines)]
        fits = (way[:2] for way in ways if sum(self.columns(shown, *way[:2]).values()) + way[2] <= free)
        return next(fits, (TIGHT, self.closest(shown)[1]))

    def beside(self, shown: Sequence[int], free: int) -> tuple[Gaps, int]:
        """Return the same beside a plot, whose scale has the height of two lines unless that cuts columns off."""
        ways = [(gaps, TOP_LINES) for gaps in (LOOSE, TIGHT)]
        fits = (way for way in ways if sum(self.columns(shown, *way).values()) <= free)
        return next(fits, (TIGHT, self.closest(shown)[1]))

    def closest(self, shown: Sequence[int]) -> tuple[int, int]:
        """Return the least room for some columns together, in pixels, and the lines of the arms' names for that."""
        return min((sum(self.columns(shown, TIGHT, lines).values()), lines) for lines in (TOP_LINES, MOST_TOP_LINES))

    def _least(self, columns: Sequence[int], gaps: Gaps, lines: int) -> int:
        """Return how wide an arm's columns have to be together."""
        first = columns[0]
        if (first, lines) not in self._tops:
            self._tops[first, lines] = self._arms.width_for_top(self.layout.heads[first], lines)
        return max(self._tops[first, lines], self._of(first)[2] + gaps.after + gaps.first)

    def _of(self, column: int) -> tuple[int, int, int]:
        """Return the room for a column's figures, in it that for the widest bracket, and that for what stands alone."""
        if column not in self._columns:
            self._columns[column] = self._measure(column)
        return self._columns[column]

    def _measure(self, column: int) -> tuple[int, int, int]:
        plain, bold = map(QFontMetrics, self.fonts)
        texts = self.layout.texts[column]
        # A heading's figures are bold and stand under the others.
        before = _widest(bold, (head for head, _ in texts.parts))
        tail = _widest(bold, (tail for _, tail in texts.parts if tail))
        figures = max(before + (GAP + tail if tail else 0), _widest(plain, (self.layout.heads[column].sub,)))
        return figures, tail, _widest(plain, texts.alone)


def _widest(metrics: QFontMetrics, texts: Iterable[str]) -> int:
    return max(map(metrics.horizontalAdvance, set(texts)), default=0)
