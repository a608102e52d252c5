"""What a reader sees of a ResultTable: printed texts joined the way reports do, nothing counted and nothing rounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dsmb_app.model import formats
from dsmb_app.model.result import Column, ResultTable, Row
from dsmb_app.model.words import Stat

Group = tuple[str, str]
"""An arm and, for a contrast, the arm it is compared with (else "")."""


class Section(StrEnum):
    """Which statistics share a sheet when all of them together are too wide for one page."""

    COUNTS = "counts"
    RATES = "rates"


@dataclass(frozen=True)
class Kind:
    """A printed statistic, made of one or several of a table's: ``n (%)`` of n and pct."""

    header: str
    stats: tuple[Stat, ...]
    section: Section
    join: Callable[[Sequence[str]], str]


def _first(texts: Sequence[str]) -> str:
    return texts[0]


def _n_pct(texts: Sequence[str]) -> str:
    return formats.n_pct(texts[0], texts[1])


def _n_of(texts: Sequence[str]) -> str:
    n, size, pct = texts
    return f"{n}/{size}{formats.n_pct(n, pct).removeprefix(n)}" if size else formats.n_pct(n, pct)


def _interval(texts: Sequence[str]) -> str:
    return formats.interval(texts[0], texts[1], texts[2])


def _in_brackets(texts: Sequence[str]) -> str:
    return f"{texts[0]} ({texts[1]})"


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(texts)


_N_PCT = Kind("n (%)", (Stat.N, Stat.PCT), Section.COUNTS, _n_pct)
_N_ALONE = Kind("n", (Stat.N,), Section.COUNTS, _first)
_N_OF = Kind("n/N (%)", (Stat.N, Stat.DENOMINATOR, Stat.PCT), Section.COUNTS, _n_of)
_DENOMINATOR = Kind("N", (Stat.DENOMINATOR,), Section.COUNTS, _first)
_SPREAD = (
    Kind("Mean (SD)", (Stat.MEAN, Stat.SD), Section.COUNTS, _in_brackets),
    Kind("Median (Q1, Q3)", (Stat.MEDIAN, Stat.Q1, Stat.Q3), Section.COUNTS, _interval),
    Kind("Minimum, maximum", (Stat.MIN, Stat.MAX), Section.COUNTS, _listed),
)
KINDS = (
    _N_PCT,
    _DENOMINATOR,
    Kind("Events", (Stat.EVENTS,), Section.COUNTS, _first),
    Kind("Patient-years", (Stat.PY,), Section.COUNTS, _first),
    *_SPREAD,
    Kind("RD (95% CI)", (Stat.RD, Stat.RD_LOW, Stat.RD_HIGH), Section.COUNTS, _interval),
    Kind("p", (Stat.P_FISHER,), Section.COUNTS, _first),
    Kind("z", (Stat.Z,), Section.COUNTS, _first),
    Kind("EAIR (95% CI)", (Stat.EAIR, Stat.EAIR_LOW, Stat.EAIR_HIGH), Section.RATES, _interval),
    Kind("EAER (95% CI)", (Stat.EAER, Stat.EAER_LOW, Stat.EAER_HIGH), Section.RATES, _interval),
    Kind(
        "Rate difference (95% CI)",
        (Stat.RATE_DIFF, Stat.RATE_DIFF_LOW, Stat.RATE_DIFF_HIGH),
        Section.RATES,
        _interval,
    ),
    Kind("Rate ratio (95% CI)", (Stat.RATE_RATIO, Stat.RATE_RATIO_LOW, Stat.RATE_RATIO_HIGH), Section.RATES, _interval),
    Kind("Patient-weeks", (Stat.WEEKS,), Section.RATES, _first),
    Kind(
        "Events/100 weeks (95% CI)",
        (Stat.EAER_WEEK, Stat.EAER_WEEK_LOW, Stat.EAER_WEEK_HIGH),
        Section.RATES,
        _interval,
    ),
    Kind("Days since dose", (Stat.DOSE_LAG,), Section.RATES, _first),
)
"""Every statistic of the closed list stands in exactly one kind."""

SECTION_OF = {stat: kind.section for kind in KINDS for stat in kind.stats}

STAT_NAMES = {
    Stat.N: "n", Stat.DENOMINATOR: "N", Stat.PCT: "%", Stat.EVENTS: "events", Stat.PY: "patient-years",
    Stat.EAIR: "EAIR", Stat.EAIR_LOW: "EAIR low", Stat.EAIR_HIGH: "EAIR high",
    Stat.EAER: "EAER", Stat.EAER_LOW: "EAER low", Stat.EAER_HIGH: "EAER high",
    Stat.RD: "RD", Stat.RD_LOW: "RD low", Stat.RD_HIGH: "RD high", Stat.P_FISHER: "p", Stat.Z: "z",
    Stat.RATE_DIFF: "rate diff", Stat.RATE_DIFF_LOW: "rate diff low", Stat.RATE_DIFF_HIGH: "rate diff high",
    Stat.RATE_RATIO: "rate ratio", Stat.RATE_RATIO_LOW: "rate ratio low", Stat.RATE_RATIO_HIGH: "rate ratio high",
    Stat.MEAN: "mean", Stat.SD: "SD", Stat.MEDIAN: "median", Stat.MIN: "min", Stat.MAX: "max",
    Stat.Q1: "Q1", Stat.Q3: "Q3",
    Stat.WEEKS: "patient-weeks", Stat.EAER_WEEK: "per 100 weeks", Stat.EAER_WEEK_LOW: "per 100 weeks low",
    Stat.EAER_WEEK_HIGH: "per 100 weeks high", Stat.DOSE_LAG: "days since dose",
}  # fmt: skip
"""Headers of the number columns."""


@dataclass(frozen=True)
class PrintedColumn:
    """A printed column: one kind of one group; without a kind the line says which (see ``is_summary``)."""

    group: Group
    kind: Kind | None
    section: Section


@dataclass(frozen=True)
class PrintedLine:
    """A printed line of a row, with its own ``kind`` where columns have none; first and last of the row's lines."""

    row: Row
    kind: Kind | None = None
    first: bool = True
    last: bool = True


def groups(table: ResultTable) -> list[Group]:
    """Return the arms and contrasts in the table's own order."""
    return list(dict.fromkeys((column.arm, column.arm_ref) for column in table.columns))


def group_header(table: ResultTable, group: Group) -> str:
    """Return ``Arm (N=29)``, or ``A minus B`` for a contrast."""
    arm, ref = group
    if ref:
        return f"{arm} minus {ref}"
    return f"{arm} (N={formats.count(table.arm_sizes[arm])})" if arm in table.arm_sizes else arm


def is_summary(table: ResultTable) -> bool:
    """Tell whether rows differ in what they have: some counts, others a mean or patient-years alone.

    Statistics of arms then stand below each other, one a line, only those that a row has; contrasts keep columns.
    """
    own = {Stat.PY, *(stat for kind in _SPREAD for stat in kind.stats)}
    columns = [column for column in table.columns if column.stat in own]
    return any(table.cell(row.key, column) for row in table.rows for column in columns)


def printed_columns(table: ResultTable, *, own_n: bool = False) -> list[PrintedColumn]:
    """Return the columns that are printed, from left to right; N if ``own_n`` or if a row has one of its own."""
    present, kinds, found = set(table.columns), _kinds(table, own_n=own_n), []
    by_line = is_summary(table)
    for group in groups(table):
        if by_line and not group[1]:
            found.append(PrintedColumn(group, None, Section.COUNTS))
            continue
        for kind in kinds:
            if any(Column(group[0], stat, group[1]) in present for stat in kind.stats):
                found.append(PrintedColumn(group, kind, kind.section))
    return found


def printed_lines(table: ResultTable, *, own_n: bool = False) -> list[PrintedLine]:
    """Return the lines that are printed: one a row, in a summary one a row and statistic; ``own_n`` as for columns."""
    if not is_summary(table):
        return [PrintedLine(row) for row in table.rows]
    with_n, lines = own_n or not _ordinary(table), []
    arms = [group for group in groups(table) if not group[1]]
    for row in table.rows:
        stats = {stat for stat in Stat for arm, _ in arms if table.cell(row.key, Column(arm, stat)) is not None}
        own: list[Kind | None] = [*_line_kinds(stats, with_n=with_n)]
        for place, kind in enumerate(own or [None]):
            lines.append(PrintedLine(row, kind, first=place == 0, last=place >= len(own) - 1))
    return lines


def printed_text(table: ResultTable, line: PrintedLine, column: PrintedColumn) -> str:
    """Return the text where a line and a column meet; blank where the table defines nothing."""
    kind = column.kind or line.kind
    if kind is None or (column.kind and not line.first):
        return ""
    cells = [table.cell(line.row.key, Column(column.group[0], stat, column.group[1])) for stat in kind.stats]
    texts = [cell.text if cell else "" for cell in cells]
    # Not evaluable or suppressed as a whole: one word, not three of them in brackets.
    if not any(texts[1:]) or (len(set(texts)) == 1 and all(cell and cell.value is None for cell in cells)):
        return texts[0]
    return kind.join(texts)


def line_header(line: PrintedLine) -> str:
    """Return the statistic that a summary's line shows."""
    return line.kind.header if line.kind else ""


def is_blank(table: ResultTable, row: Row, columns: Iterable[Column]) -> bool:
    """Tell whether a row that has cells has none in these columns."""
    here = any(table.cell(row.key, column) is not None for column in columns)
    return not here and any(table.cell(row.key, column) is not None for column in table.columns)


def _line_kinds(stats: set[Stat], *, with_n: bool) -> list[Kind]:
    """Return what a row with these statistics shows line by line: a count with its share (and N), then the others."""
    if Stat.PCT in stats:
        whole = with_n and Stat.DENOMINATOR in stats
        return [_N_OF if whole else _N_PCT, *_others(stats - {Stat.DENOMINATOR})]
    return [*([_N_ALONE] if Stat.N in stats else []), *_others(stats if with_n else stats - {Stat.DENOMINATOR})]


def _others(stats: set[Stat]) -> list[Kind]:
    return [kind for kind in KINDS[1:] if not stats.isdisjoint(kind.stats)]


def _kinds(table: ResultTable, *, own_n: bool = False) -> list[Kind]:
    ordinary = not own_n and _ordinary(table)
    has_pct = any(column.stat is Stat.PCT for column in table.columns)
    first = _N_PCT if has_pct else _N_ALONE
    return [first, *(kind for kind in KINDS[1:] if kind is not _DENOMINATOR or not ordinary)]


def _ordinary(table: ResultTable) -> bool:
    """Tell whether every N is the one in the arm's header."""
    return all(
        cell.text == formats.count(table.arm_sizes[column.arm])
        for _, column, cell in table.walk()
        if column.stat is Stat.DENOMINATOR and column.arm in table.arm_sizes
    )
