"""From counts to cells: the printed word and the number, made together."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses.counting import Counts
from dsmb_app.analyses.intervals import fisher_two_sided, risk_difference
from dsmb_app.analyses.rates import poisson_rate, rate_difference, rate_ratio, robust_rate
from dsmb_app.model import formats
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import Cell, Column, Row, RowKey
from dsmb_app.model.words import Level, Stat

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Cells = dict[tuple[RowKey, Column], Cell]

COUNTS = (Stat.N, Stat.DENOMINATOR, Stat.PCT, Stat.EVENTS)
RATES = (Stat.EAIR, Stat.EAIR_LOW, Stat.EAIR_HIGH, Stat.EAER, Stat.EAER_LOW, Stat.EAER_HIGH)
ROBUST = "robust interval"
"""The note of an event rate's limit that is not the exact Poisson one."""

CONTRASTS = (Stat.RD, Stat.RD_LOW, Stat.RD_HIGH, Stat.P_FISHER)
RATE_CONTRASTS = (
    Stat.RATE_DIFF, Stat.RATE_DIFF_LOW, Stat.RATE_DIFF_HIGH, Stat.RATE_RATIO, Stat.RATE_RATIO_LOW, Stat.RATE_RATIO_HIGH
)  # fmt: skip


def arm_columns(cut: Cut, stats: Iterable[Stat]) -> list[Column]:
    """Return one column per arm (and the total) and statistic."""
    wanted = tuple(stats)
    return [Column(arm, stat) for arm in cut.columns for stat in wanted]


def contrast_columns(cut: Cut) -> list[Column]:
    """Return the columns of every contrast of the cut; none when pooled."""
    return [Column(arm, stat, ref) for arm, ref in cut.contrasts for stat in CONTRASTS]


def count_cells(cut: Cut, rows: list[Row], n: Ints, events: Ints | None, sizes: Ints | None = None) -> Cells:
    """Return n, N, pct (and events) of each row and column.

    ``n``, ``events`` and ``sizes`` (the denominators; the arms' sizes where not given): shape (rows, arms + 1).
    """
    cells: Cells = {}
    totals = np.broadcast_to(cut.sizes, n.shape) if sizes is None else sizes
    for j, arm in enumerate(cut.columns):
        cells |= count_column(cut, rows, arm, n[:, j], totals[:, j], None if events is None else events[:, j])
    return cells


def count_column(cut: Cut, rows: list[Row], arm: str, n: Ints, sizes: Ints, events: Ints | None = None) -> Cells:
    """Return n, N, pct (and events) of each row in one column."""
    cells: Cells = {}
    small = cut.study.open.small_cells if cut.level is Level.POOLED else 0
    for i, row in enumerate(rows):
        k, size = int(n[i]), int(sizes[i])
        cells[row.key, Column(arm, Stat.N)] = _count(k, small)
        cells[row.key, Column(arm, Stat.DENOMINATOR)] = Cell(formats.count(size), float(size))
        cells[row.key, Column(arm, Stat.PCT)] = _percent(k, size, small)
        if events is not None:
            hidden = 0 < k < small
            cells[row.key, Column(arm, Stat.EVENTS)] = _count(int(events[i]), small, hidden=hidden)
    return cells


def _count(value: int, small: int, *, hidden: bool = False) -> Cell:
    if 0 < value < small or hidden:
        return Cell(f"<{small}" if value < small else "", None, "suppressed: small count")
    return Cell(formats.count(value), float(value))


def _percent(k: int, size: int, small: int) -> Cell:
    if size == 0:
        return Cell(formats.NOT_EVALUABLE, None, "no subjects")
    if 0 < k < small:
        return Cell("", None, "suppressed: small count")
    return Cell(formats.percent(100 * k / size), 100 * k / size)


def contrast_cells(cut: Cut, rows: list[Row], n: Ints, sizes: Ints | None = None) -> Cells:
    """Return risk difference (percentage points) with its interval, and Fisher's p, of each row and contrast.

    ``n`` and ``sizes`` as for ``count_cells``.
    """
    cells: Cells = {}
    totals = np.broadcast_to(cut.sizes, n.shape) if sizes is None else sizes
    for arm, ref in cut.contrasts:
        i, j = cut.arms.index(arm), cut.arms.index(ref)
        counts = (n[:, i], totals[:, i], n[:, j], totals[:, j])
        difference = risk_difference(*counts, method=cut.choices.interval.value)
        p = fisher_two_sided(*counts)
        parts = (difference.estimate, difference.low, difference.high)
        for place, row in enumerate(rows):
            for stat, values in zip(CONTRASTS[:3], parts, strict=True):
                cells[row.key, Column(arm, stat, ref)] = _points(float(values[place]))
            nobody = n[place, i] == 0 and n[place, j] == 0
            cells[row.key, Column(arm, Stat.P_FISHER, ref)] = _p(float(p[place]), nobody=bool(nobody))
    return cells


def largest_difference(cut: Cut, n: Ints) -> Floats:
    """Return each row's largest risk difference over the contrasts (its size alone below level named), 0 for none.

    ``n``: subjects, shape (rows, arms + 1). One quotient of whole numbers each, so that equal differences tie.
    """
    best = np.full(len(n), -np.inf)
    for arm, ref in cut.contrasts:
        i, j = cut.arms.index(arm), cut.arms.index(ref)
        first, second = int(cut.sizes[i]), int(cut.sizes[j])
        if first and second:
            difference = (n[:, i] * second - n[:, j] * first) / (first * second)
            best = np.maximum(best, difference if cut.level is Level.NAMED else np.abs(difference))
    return np.where(np.isfinite(best), best, 0.0)


def _points(share: float) -> Cell:
    if not np.isfinite(share):
        return Cell(formats.NOT_EVALUABLE, None, "an arm has no subjects")
    return Cell(formats.half_up(100 * share, 1), 100 * share)


def _p(value: float, *, nobody: bool) -> Cell:
    if not np.isfinite(value):
        return Cell("", None, "an arm has no subjects")
    if nobody:
        return Cell("", None, "0 v 0")
    return Cell(formats.p_value(value), value)


def rate_cells(cut: Cut, rows: list[Row], counts: Counts, whole: Floats) -> Cells:
    """Return EAIR and EAER per 100 patient-years with exact Poisson intervals, EAER with robust ones where events
    cluster in subjects.

    ``counts``: aligned with ``rows``; ``whole``: patient-years of the window, shape (arms + 1,).
    """
    small = cut.study.open.small_cells if cut.level is Level.POOLED else 0
    hidden = (counts.n > 0) & (counts.n < small)
    years = np.broadcast_to(whole, counts.n.shape)
    first, exact = poisson_rate(counts.n, counts.to_first), poisson_rate(counts.events, years)
    robust = robust_rate(counts.events, years, counts.spread)
    limits = [np.where(counts.clustered, *pair) for pair in zip(robust[1:], exact[1:], strict=True)]
    cells: Cells = {}
    for stat, values in zip(RATES, (*first, exact.estimate, *limits), strict=True):
        for j, arm in enumerate(cut.columns):
            for i, row in enumerate(rows):
                note = ROBUST if stat in RATES[4:] and counts.clustered[i, j] else ""
                cells[row.key, Column(arm, stat)] = _rate(float(values[i, j]), note, hidden=bool(hidden[i, j]))
    return cells


def _rate(value: float, note: str, *, hidden: bool) -> Cell:
    if hidden:
        return Cell("", None, "suppressed: small count")
    if not np.isfinite(value):
        return Cell(formats.NOT_EVALUABLE, None, "no patient-years")
    return Cell(formats.half_up(value, 1), value, note)


def with_rate_contrasts(cut: Cut, columns: Iterable[Column]) -> tuple[Column, ...]:
    """Return a table's columns with those of rate differences and ratios after each contrast's own."""
    known = tuple(columns)
    arms = [column for column in known if not column.is_contrast]
    return (*arms, *(Column(a, stat, ref) for a, ref in cut.contrasts for stat in (*CONTRASTS, *RATE_CONTRASTS)))


def rate_contrast_cells(cut: Cut, rows: list[Row], counts: Counts) -> Cells:
    """Return difference and ratio of the incidence rates (EAIR) of each row and contrast, with their limits.

    ``counts``: aligned with ``rows``. Of first events, one a subject, because the limits take events as independent.
    """
    cells: Cells = {}
    for arm, ref in cut.contrasts:
        i, j = cut.arms.index(arm), cut.arms.index(ref)
        pair = (counts.n[:, i], counts.to_first[:, i], counts.n[:, j], counts.to_first[:, j])
        difference, ratio = rate_difference(*pair), rate_ratio(*pair)
        for place, row in enumerate(rows):
            timeless = counts.to_first[place, i] <= 0 or counts.to_first[place, j] <= 0
            neither = counts.n[place, i] == 0 and counts.n[place, j] == 0
            note = "no patient-years" if timeless else "0 v 0" if neither else "no event in the second arm"
            for stat, values in zip(RATE_CONTRASTS, (*difference, *ratio), strict=True):
                digits = 1 if stat in RATE_CONTRASTS[:3] else 2
                cells[row.key, Column(arm, stat, ref)] = _evaluated(float(values[place]), digits, note)
    return cells


def _evaluated(value: float, digits: int, note: str) -> Cell:
    if not np.isfinite(value):
        return Cell(formats.NOT_EVALUABLE, None, note)
    return Cell(formats.half_up(value, digits), value)
