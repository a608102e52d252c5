"""Which statistics are printed together in one column, under which header, and how they are joined. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from dsmb_app.model import formats
from dsmb_app.model.result import ResultTable
from dsmb_app.model.words import Stat

_OF_FEW = {Stat.MEAN, Stat.SD, Stat.MEDIAN, Stat.Q1, Stat.Q3, Stat.MIN, Stat.MAX}
"""What summarises the few rows of a table of counts that are distributions stands below such a row, not in columns
that the other rows would leave blank."""


def alone(text: str) -> str:
    """Print one statistic as it is."""
    return text


def _in_brackets(text: str, more: str) -> str:
    return f"{text} ({more})" if more else text


def _limits(estimate: str, low: str, high: str) -> str:
    # Where nothing could be estimated, saying so once is enough.
    return estimate if estimate == low == high else formats.interval(estimate, low, high)


def _from_to(low: str, high: str) -> str:
    return low if low == high == formats.NOT_EVALUABLE else f"{low}, {high}"


@dataclass(frozen=True)
class Group:
    """Statistics printed together under one header; ``more`` marks what is shown on request only."""

    header: str
    stats: tuple[Stat, ...]
    join: Callable[..., str]
    hint: str
    more: bool = False


GROUPS = (
    Group("n (%)", (Stat.N, Stat.PCT), formats.n_pct, "subjects, and percent of N"),
    Group("n", (Stat.N,), alone, "subjects"),
    Group("%", (Stat.PCT,), alone, "percent of N"),
    Group("N", (Stat.DENOMINATOR,), alone, "subjects who could be counted in this row"),
    Group("Events", (Stat.EVENTS,), alone, "records"),
    Group("Patient-years", (Stat.PY,), alone, "years watched, all subjects together"),
    Group(
        "EAIR (95% CI)", (Stat.EAIR, Stat.EAIR_LOW, Stat.EAIR_HIGH), _limits,
        "subjects with a first event per 100 patient-years", more=True,
    ),
    Group(
        "EAER (95% CI)", (Stat.EAER, Stat.EAER_LOW, Stat.EAER_HIGH), _limits, "events per 100 patient-years", more=True
    ),
    Group(
        "RD (95% CI)", (Stat.RD, Stat.RD_LOW, Stat.RD_HIGH), _limits, "risk difference, percentage points"
    ),
    Group(
        "Rate diff. (95% CI)", (Stat.RATE_DIFF, Stat.RATE_DIFF_LOW, Stat.RATE_DIFF_HIGH), _limits,
        "rate difference per 100 patient-years",
    ),
    Group(
        "Rate ratio (95% CI)", (Stat.RATE_RATIO, Stat.RATE_RATIO_LOW, Stat.RATE_RATIO_HIGH), _limits, "rate ratio"
    ),
    Group("Patient-weeks", (Stat.WEEKS,), alone, "weeks watched, all subjects together"),
    Group(
        "Events/100 weeks (95% CI)", (Stat.EAER_WEEK, Stat.EAER_WEEK_LOW, Stat.EAER_WEEK_HIGH), _limits,
        "events per 100 patient-weeks",
    ),
    Group("Days since dose", (Stat.DOSE_LAG,), alone, "median days from the latest dose to the onset"),
    Group("p", (Stat.P_FISHER,), alone, "Fisher's exact test, two-sided, nominal"),
    Group("z", (Stat.Z,), alone, "Miettinen-Nurminen score at no difference"),
    Group("Mean (SD)", (Stat.MEAN, Stat.SD), _in_brackets, "mean and standard deviation"),
    Group("Median", (Stat.MEDIAN,), alone, "median"),
    Group("Q1, Q3", (Stat.Q1, Stat.Q3), _from_to, "quartiles", more=True),
    Group("Min, max", (Stat.MIN, Stat.MAX), _from_to, "smallest and largest", more=True),
)  # fmt: skip


def is_of_few(group: Group) -> bool:
    """Tell whether a group summarises the few rows of a table of counts that are distributions."""
    return set(group.stats) <= _OF_FEW


def is_of_one_row(table: ResultTable, group: Group) -> bool:
    """Tell whether one row alone has cells of a group, and no others: in a column it would push aside what matters."""
    own = {column for column in table.columns if column.stat in group.stats}
    rows = (row for row in table.rows if any(table.cell(row.key, column) for column in own))
    only = list(islice(rows, 2))
    others = [column for column in table.columns if column not in own]
    return (
        len(only) == 1
        and len(table.rows) > 1
        and bool(others)
        and not any(table.cell(only[0].key, column) for column in others)
    )
