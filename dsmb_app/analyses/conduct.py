"""Tables of the conduct of the trial: each line counts subjects, or summarises a quantity measured in each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import cells
from dsmb_app.analyses.spread import EXTREMES, SPREAD, summary
from dsmb_app.model.cut import Cut
from dsmb_app.model.filters import flagged, flags
from dsmb_app.model.result import Column, ResultTable, Row, RowKey
from dsmb_app.model.words import Level

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]

NOT_STATED = "not stated"


@dataclass(frozen=True)
class Line:
    """A row and who stands on it, a mask over ``cut.subjects``.

    ``of``: out of whom, None for the whole population; ``values``: by subject, for a row that summarises a quantity
    (NaN: not measured) instead of counting; ``total_alone``: screening, of which no arm is known.
    """

    row: Row
    members: Bools
    of: Bools | None = None
    values: Floats | None = None
    total_alone: bool = False

    def labelled(self, label: str, depth: int) -> Line:
        """Return the same line, printed otherwise."""
        return replace(self, row=Row(self.row.key, label, depth))


def counted(key: RowKey, members: Bools, of: Bools | None = None, *, total_alone: bool = False) -> Line:
    """Return a line that counts subjects, printed with its last level, indented below the others."""
    return Line(Row(key, key[-1], len(key) - 1), members, of, total_alone=total_alone)


def summarised(key: RowKey, values: Floats) -> Line:
    """Return a line that summarises a quantity."""
    return Line(Row(key, key[-1], len(key) - 1), np.isfinite(values), values=values)


def behind(lines: Sequence[Line], key: RowKey) -> Bools:
    """Return who stands on a row, over all columns."""
    return next(line.members for line in lines if line.row.key == key)


def by_text(key: RowKey, texts: Texts, among: Bools, *, frequent: bool = False) -> list[Line]:
    """Return a line for each text that somebody among them has, blank last as not stated.

    Alphabetical, or by frequency over all arms together: no arm decides which rows there are, or their order.
    """
    found, counts = np.unique(texts[among].astype(str), return_counts=True)
    order = sorted(range(len(found)), key=lambda i: (found[i] == "", -counts[i] if frequent else 0, found[i]))
    words = [str(found[place]) for place in order]
    return [counted((*key, word or NOT_STATED), among & (texts == word)) for word in words]


def by_flag(cut: Cut, key: RowKey, among: Bools) -> list[Line]:
    """Return a line for each population flag of the delivery, alphabetical."""
    found = [counted((*key, name), among & flagged(cut.subjects, name)) for name in flags(cut.subjects)]
    return [line.labelled(f"Flag {line.row.label}", len(key) - 1) for line in found]


def small(cut: Cut) -> int:
    """Return below which number subjects are not counted in print at the level; 0 for none."""
    return cut.study.open.small_cells if cut.level is Level.POOLED else 0


@dataclass(frozen=True)
class Among:
    """Whom a table is about: its name and size, ``whole`` (what percentages are of) and who belongs to a column.

    Without ``arms`` there is the total alone.
    """

    name: str
    whole: Bools
    column: Callable[[Cut, str], Bools] = Cut.in_column
    arms: bool = True

    def columns(self, cut: Cut) -> tuple[str, ...]:
        """Return the arms and the total, or the total."""
        return cut.columns if self.arms else cut.columns[-1:]


def table(
    cut: Cut,
    lines: Sequence[Line],
    *,
    exhibit: str,
    title: str,
    subtitle: str,
    among: Among,
    footnotes: Iterable[str],
) -> ResultTable:
    """Count and summarise the lines by column. A pooled table has no minimum or maximum: an extreme is one patient."""
    names = among.columns(cut)
    inside = {name: among.column(cut, name) for name in names}
    spread = SPREAD if cut.level is Level.POOLED else (*SPREAD, *EXTREMES)
    body: cells.Cells = {}
    for name, members in inside.items():
        body |= _counts(cut, lines, name, members, among.whole)
        for line in lines:
            if line.values is not None:
                values = line.values[members & line.members]
                body |= summary(line.row.key, name, values, spread, small(cut))
    summed = any(line.values is not None for line in lines)
    stats = (*cells.COUNTS[:3], *spread) if summed else cells.COUNTS[:3]
    return ResultTable(
        exhibit=exhibit,
        title=title,
        subtitle=subtitle,
        level=cut.level,
        population=among.name,
        arms=cut.arms if among.arms else (),
        arm_sizes={name: int((members & among.whole).sum()) for name, members in inside.items()},
        rows=tuple(line.row for line in lines),
        columns=tuple(Column(name, stat) for name in names for stat in stats),
        cells=body,
        footnotes=tuple(footnotes),
    )


def _counts(cut: Cut, lines: Sequence[Line], name: str, members: Bools, whole: Bools) -> cells.Cells:
    """Return the cells of the counting lines in one column."""
    counting = [one for one in lines if one.values is None and (name == cut.columns[-1] or not one.total_alone)]
    n = [int((one.members & members).sum()) for one in counting]
    of = [int((members & (whole if one.of is None else one.of)).sum()) for one in counting]
    rows = [one.row for one in counting]
    return cells.count_column(cut, rows, name, np.array(n, dtype=np.int64), np.array(of, dtype=np.int64))
