"""Counts by row and arm over dictionary-encoded records; the one place that counts subjects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dsmb_app.model.cut import Cut
from dsmb_app.model.days import duration, years

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def by_arm(cut: Cut, rows: Ints, subjects: Ints, n_rows: int) -> Ints:
    """Count pairs (row, subject) by row and column, as ``summed_by_arm`` adds them up."""
    return summed_by_arm(cut, rows, subjects, n_rows, None).astype(np.int64)


def summed_by_arm(cut: Cut, rows: Ints, subjects: Ints, n_rows: int, weights: Floats | None) -> Floats:
    """Add up pairs (row, subject), each as 1 or its weight: shape (n_rows, arms + 1), the last column the total.

    ``rows``, ``subjects`` and ``weights`` are aligned; pairs must already be distinct to count subjects, or one per
    record to count events. A subject of the safety population without an arm counts in the total alone.
    """
    arms = len(cut.arms)
    arm = cut.subjects["ARM"].to_numpy(dtype=np.int64)[subjects]
    known = arm >= 0
    cells, some = rows[known] * arms + arm[known], None if weights is None else weights[known]
    counted = np.bincount(cells, some, minlength=n_rows * arms) if arms else np.zeros(0)
    total = np.bincount(rows, weights, minlength=n_rows)
    return np.column_stack([counted.reshape(n_rows, arms), total]).astype(np.float64)


def first_onset(rows: Ints, subjects: Ints, onset: Floats, n_subjects: int) -> tuple[Ints, Ints, Floats]:
    """Return the distinct (row, subject) pairs with the earliest onset day of each: five headaches are one subject."""
    keys = rows * np.int64(n_subjects) + subjects
    order = np.lexsort((onset, keys))
    ordered = keys[order]
    first = np.ones(len(ordered), dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    pairs = ordered[first]
    return pairs // n_subjects, pairs % n_subjects, onset[order][first]


def time_at_risk(cut: Cut) -> Floats:
    """Return each subject's days in the chosen window, both ends included; 0 outside the safety population."""
    end = cut.subjects["ENDDY"].to_numpy(dtype=float)
    days = duration(np.ones(len(end)), end)
    return np.asarray(np.where(cut.safety & np.isfinite(days), np.maximum(days, 0), 0.0), dtype=float)


def years_by_arm(cut: Cut) -> Floats:
    """Return patient-years of the window by arm, and last in total: shape (arms + 1,)."""
    days = time_at_risk(cut)
    return np.array([float(years(days[cut.in_column(name)].sum())) for name in cut.columns])


def years_to_first(cut: Cut, rows: Ints, subjects: Ints, onset: Floats, n_rows: int) -> Floats:
    """Return patient-years up to the first event by row and arm: shape (n_rows, arms + 1).

    A subject with an event contributes the days from the first dose to its first onset, one without its whole
    window (definitions, section 6). Input as ``first_onset`` gives it.
    """
    days = time_at_risk(cut)
    saved = days[subjects] - duration(np.ones(len(onset)), onset)
    return np.asarray(years_by_arm(cut) - years(summed_by_arm(cut, rows, subjects, n_rows, saved)), dtype=float)


def clustering(
    cut: Cut, rows: Ints, subjects: Ints, n_rows: int, days: Floats | None = None, among: Bools | None = None
) -> tuple[Bools, Floats]:
    """Tell where events come in clusters of subjects, and how far subjects spread: two arrays (n_rows, arms + 1).

    One entry per record and row. Clustered: over 1.5 events a subject, or a variance of events per subject (all N of
    the column, divisor N - 1) over 1.5 times their mean (definitions, section 6); never for one subject or no event,
    nor where subjects do not spread at all. Spread: sum over subjects of (events - rate x years)^2, with the column's
    rate; with the patient-years it gives the robust variance of the rate (Lawless and Nadeau 1995, constant rate).
    ``days``: each subject's days watched for these events, where that is not the whole window; ``among``: who is asked
    about, a mask over ``cut.subjects`` that holds everybody with an event.
    """
    people = np.int64(len(cut.subjects))
    keys, times = np.unique(rows * people + subjects, return_counts=True)
    pair_rows, pair_subjects, each = keys // people, keys % people, times.astype(np.float64)
    own_days = time_at_risk(cut) if days is None else days
    mine = np.asarray(years(own_days), dtype=np.float64)
    members = [cut.in_column(name) if among is None else cut.in_column(name) & among for name in cut.columns]

    def summed(values: Floats) -> Floats:
        return summed_by_arm(cut, pair_rows, pair_subjects, n_rows, values)

    total, squares = summed(each), summed(each**2)
    watched = np.array([float(years(own_days[m].sum())) for m in members])
    years_squared = np.array([float((mine[m] ** 2).sum()) for m in members])
    size = np.array([float(m.sum()) for m in members])
    rate = np.divide(total, watched, out=np.zeros_like(total), where=watched > 0)
    spread = np.maximum(squares - 2 * rate * summed(each * mine[pair_subjects]) + rate**2 * years_squared, 0.0)
    # Multiplied out, so that whole numbers decide and not the rounding of quotients.
    often = 2 * total > 3 * size
    uneven = 2 * (size * squares - total**2) > 3 * (size - 1) * total
    usable = (total > 0) & (size > 1) & (watched > 0) & (spread > 1e-9 * squares)
    return np.asarray((often | uneven) & usable), spread


@dataclass(frozen=True)
class Counts:
    """Subjects, events, and patient-years up to the first event: each of shape (rows, arms + 1).

    ``clustered`` and ``spread``: as ``clustering`` gives them, for the interval of the event rate.
    """

    n: Ints
    events: Ints
    to_first: Floats
    clustered: Bools
    spread: Floats

    def of(self, places: list[int]) -> Counts:
        """Return the counts of some rows, in the order given."""
        return Counts(
            self.n[places], self.events[places], self.to_first[places], self.clustered[places], self.spread[places]
        )


def count_rows(cut: Cut, rows: Ints, subjects: Ints, onset: Floats, n_rows: int) -> Counts:
    """Count records that stand in rows: aligned arrays of row, subject and onset day, one entry per record and row."""
    pair_rows, pair_subjects, first = first_onset(rows, subjects, onset, len(cut.subjects))
    clustered, spread = clustering(cut, rows, subjects, n_rows)
    return Counts(
        n=by_arm(cut, pair_rows, pair_subjects, n_rows),
        events=by_arm(cut, rows, subjects, n_rows),
        to_first=years_to_first(cut, pair_rows, pair_subjects, first, n_rows),
        clustered=clustered,
        spread=spread,
    )
