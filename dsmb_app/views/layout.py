"""How a result is laid out in print: which statistics share a column, where each cell stands. No Qt, no counting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from dsmb_app.model import formats
from dsmb_app.model.result import Cell, Column, ResultTable, Row, RowKey
from dsmb_app.model.words import Stat
from dsmb_app.views.groups import GROUPS, Group, alone, is_of_few, is_of_one_row

_SUMMARIES = {Stat.MEAN, Stat.MEDIAN}
_DRAWN = {Stat.PCT, Stat.RD, Stat.RD_LOW, Stat.RD_HIGH}
"""What the plot beside a long table draws."""


@dataclass(frozen=True)
class Head:
    """A printed column: ``top`` names arm or contrast, ``size`` its N as printed, ``sub`` what stands below."""

    arm: str
    arm_ref: str
    size: str
    group: Group | None = None

    @property
    def top(self) -> str:
        """Return the arm, or the contrast as first minus second."""
        return f"{self.arm} − {self.arm_ref}" if self.arm_ref else self.arm

    @property
    def title(self) -> str:
        """Return the upper header: the arm with its N."""
        return f"{self.top} (N={self.size})" if self.size else self.top

    @property
    def sub(self) -> str:
        """Return the lower header, empty where rows say what is printed."""
        return self.group.header if self.group else ""

    @property
    def words(self) -> str:
        """Return the header on one line."""
        return f"{self.title}: {self.sub}" if self.sub else self.title


@dataclass(frozen=True)
class Line:
    """A printed row: of which row of the result, and what of it (None: what the column says).

    ``heading``: an outermost row among indented ones; ``folds``: rows below it have keys that begin with its own.
    """

    row: Row
    label: str
    depth: int
    group: Group | None = None
    heading: bool = False
    folds: bool = False


@dataclass(frozen=True)
class Slot:
    """A printed cell: the addresses it joins, the first one being what a click asks about."""

    row: RowKey
    columns: tuple[Column, ...]
    text: str
    note: str
    value: float | None

    @property
    def parts(self) -> tuple[str, str]:
        """Return what stands before and from the bracket on, each of which is aligned by itself."""
        head, bracket, tail = self.text.partition(" (")
        return head, f"({tail}" if bracket else ""


def stands_alone(line: Line, head: Head) -> bool:
    """Tell whether a line prints something else than the column it stands in, so that its figures align with none."""
    return line.group is not None and head.group is not None


@dataclass(frozen=True)
class Texts:
    """The different texts of a printed column: those in two parts that align, and those that stand alone."""

    parts: frozenset[tuple[str, str]]
    alone: frozenset[str]


class Layout:
    """A result laid out: ``lines`` down, ``heads`` across; a cell is put together when it is first asked for."""

    def __init__(self, table: ResultTable, lines: Sequence[Line], heads: Sequence[Head]) -> None:
        self.table, self.lines, self.heads = table, tuple(lines), tuple(heads)
        places = {(head.arm, head.arm_ref): place for place, head in reversed(list(enumerate(self.heads)))}
        self._leading = [places[head.arm, head.arm_ref] for head in self.heads]
        self._slots: dict[tuple[int, int], Slot | None] = {}
        self._values: dict[Column, dict[RowKey, float]] = {}

    def slot(self, line: int, head: int) -> Slot | None:
        """Return the cell at a place, or None where nothing was ever defined."""
        place = line, head
        if place not in self._slots:
            # A line that says itself what is printed stands below the arm's first column.
            printed = self.lines[line].group is None or head == self._leading[head]
            self._slots[place] = self._made(self.lines[line], self.heads[head]) if printed else None
        return self._slots[place]

    def columns_of_arms(self, shown: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Return, by column, the first and last one of its arm among those shown."""
        arms: dict[int, list[int]] = {}
        for column in shown:
            arms.setdefault(self._leading[column], []).append(column)
        return {column: (columns[0], columns[-1]) for columns in arms.values() for column in columns}

    @property
    def slots(self) -> dict[tuple[int, int], Slot]:
        """Return every cell by its place, line by line."""
        places = ((line, head) for line in range(len(self.lines)) for head in range(len(self.heads)))
        return {place: slot for place in places if (slot := self.slot(*place))}

    def values(self, column: Column) -> dict[RowKey, float]:
        """Return the values of a column by row, without cells that have none; looked up once."""
        if column not in self._values:
            cells = ((row.key, self.table.cell(row.key, column)) for row in self.table.rows)
            self._values[column] = {key: cell.value for key, cell in cells if cell and cell.value is not None}
        return self._values[column]

    @cached_property
    def texts(self) -> tuple[Texts, ...]:
        """Return what each column holds, which tells how wide it has to be."""
        return tuple(self._texts_of(place, head) for place, head in enumerate(self.heads))

    def _texts_of(self, place: int, head: Head) -> Texts:
        slots = [(line, slot) for row, line in enumerate(self.lines) if (slot := self.slot(row, place))]
        return Texts(
            frozenset(slot.parts for line, slot in slots if not stands_alone(line, head)),
            frozenset(slot.text for line, slot in slots if stands_alone(line, head)),
        )

    def _made(self, line: Line, head: Head) -> Slot | None:
        group = line.group or head.group
        return _slot(self.table, line.row, _columns(head, group), group) if group else None


def lay_out(table: ResultTable) -> Layout:
    """Lay a result out: statistics side by side, or below each other where they summarise a distribution."""
    groups = _groups_by_arm(table)
    if is_summary(table):
        return _tall(table, groups)
    return _wide(table, groups)


def laid_out(make: Callable[[], ResultTable]) -> Callable[[], tuple[ResultTable, Layout]]:
    """Return what makes a result and lays it out, so that both may happen in another thread.

    Its cells are put together there too: for some twenty thousand of them the window would not answer for a second.
    """

    def both() -> tuple[ResultTable, Layout]:
        table = make()
        layout = lay_out(table)
        _ = layout.texts
        for column in table.columns:
            if column.stat in _DRAWN:
                layout.values(column)
        return table, layout

    return both


def is_summary(table: ResultTable) -> bool:
    """Tell whether a result summarises distributions, so that its statistics stand below each other.

    A table of counts with a few such rows among them (a nadir) is not turned for their sake.
    """
    columns = [column for column in table.columns if column.stat in _SUMMARIES]
    rows = [row for row in table.rows if any(table.cell(row.key, column) for column in columns)]
    return bool(columns) and 2 * len(rows) >= len(table.rows)


def _groups_by_arm(table: ResultTable) -> dict[tuple[str, str], list[Group]]:
    """Return the groups of each arm and contrast, in the order of the table's own columns."""
    stats: dict[tuple[str, str], list[Stat]] = {}
    for column in table.columns:
        stats.setdefault((column.arm, column.arm_ref), []).append(column.stat)
    hidden = set() if _denominators_differ(table) else {Stat.DENOMINATOR}
    return {place: _groups_of([stat for stat in found if stat not in hidden]) for place, found in stats.items()}


def _denominators_differ(table: ResultTable) -> bool:
    """Tell whether some row has another N than the header says; where none has, the header is enough."""
    counted = [column for column in table.columns if column.stat is Stat.DENOMINATOR]
    cells = ((column, table.cell(row.key, column)) for row in table.rows for column in counted)
    return any(cell is not None and cell.text != _size(table, column.arm) for column, cell in cells)


def _groups_of(stats: list[Stat]) -> list[Group]:
    left, found = list(stats), []
    while left:
        group = next(
            (g for g in GROUPS if g.stats[0] == left[0] and set(g.stats) <= set(left)),
            Group(left[0].value, (left[0],), alone, left[0].value),
        )
        found.append(group)
        left = [stat for stat in left if stat not in group.stats]
    return found


def _wide(table: ResultTable, groups: dict[tuple[str, str], list[Group]]) -> Layout:
    below = {g.stats: g for found in groups.values() for g in found if is_of_few(g) or is_of_one_row(table, g)}
    heads = [
        _head(table, place, group) for place, found in groups.items() for group in found if group.stats not in below
    ]
    indented = any(row.depth for row in table.rows)
    outer = {row.key[:-1] for row in table.rows}
    columns = [column for column in table.columns if any(column.stat in stats for stats in below)]
    lines: list[Line] = []
    for row in table.rows:
        own = _met(table, row, columns, below.values())
        if len(own) == 1 and not is_of_few(own[0]):
            lines.append(Line(row, _with_statistic(row.label, own[0].header), row.depth, own[0]))
            continue
        heading = indented and row.depth == 0
        lines.append(Line(row, row.label, row.depth, heading=heading, folds=row.key in outer))
        lines += [Line(row, group.header, row.depth + 1, group) for group in own]
    return Layout(table, lines, heads)


def _met(table: ResultTable, row: Row, columns: Iterable[Column], groups: Iterable[Group]) -> list[Group]:
    """Return those of some groups, whose columns these are, that a row has cells of."""
    stats = {column.stat for column in columns if table.cell(row.key, column)}
    return [group for group in groups if stats & set(group.stats)]


def _tall(table: ResultTable, groups: dict[tuple[str, str], list[Group]]) -> Layout:
    heads = [_head(table, place, None) for place in groups]
    stats = list(dict.fromkeys(stat for found in groups.values() for g in found for stat in g.stats))
    lines: list[Line] = []
    for row in table.rows:
        # A row of means has no percentages: its subjects are printed as n alone.
        own = _groups_of([stat for stat in stats if any(table.cell(row.key, Column(p[0], stat, p[1])) for p in groups)])
        if len(own) == 1:
            lines.append(Line(row, _with_statistic(row.label, own[0].header), row.depth, own[0]))
        else:
            lines.append(Line(row, row.label, row.depth, heading=True))
            lines += [Line(row, group.header, row.depth + 1, group) for group in own]
    return Layout(table, lines, heads)


def _with_statistic(label: str, statistic: str) -> str:
    return label if statistic.casefold() in label.casefold() else f"{label}, {statistic}"


def _head(table: ResultTable, place: tuple[str, str], group: Group | None) -> Head:
    arm, ref = place
    return Head(arm, ref, "" if ref else _size(table, arm), group)


def _size(table: ResultTable, arm: str) -> str:
    return formats.count(table.arm_sizes[arm]) if arm in table.arm_sizes else ""


@cache
def _columns(head: Head, group: Group) -> tuple[Column, ...]:
    return tuple(Column(head.arm, stat, head.arm_ref) for stat in group.stats)


def _slot(table: ResultTable, row: Row, columns: tuple[Column, ...], group: Group) -> Slot | None:
    cells = [table.cell(row.key, column) for column in columns]
    if cells[0] is None:
        return None
    text = group.join(*(cell.text if cell else "" for cell in cells))
    return Slot(row.key, columns, text, _note(cells), cells[0].value)


def _note(cells: Iterable[Cell | None]) -> str:
    return "; ".join(dict.fromkeys(cell.note for cell in cells if cell and cell.note))
