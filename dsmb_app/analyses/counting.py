"""Counts by row and arm over dictionary-encoded records; the one place that counts subjects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dsmb_app.model.cut import Cut
from dsmb_app.model.days import duration, years

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def by_arm(cut: Cut, rows: Ints, subjects: Ints, n_rows: int) -> Ints:
    """Count pairs (row, subject) by row and column: shape (n_rows, arms + 1), the last column the total.

    ``rows`` and ``subjects`` are aligned; pairs must already be distinct to count subjects, or one per record to
    count events. A subject of the safety population without an arm counts in the total alone.
    """
    arms = len(cut.arms)
    arm = cut.subjects["ARM"].to_numpy(dtype=np.int64)[subjects]
    known = arm >= 0
    counted = np.bincount(rows[known] * arms + arm[known], minlength=n_rows * arms) if arms else np.zeros(0, np.int64)
    total = np.bincount(rows, minlength=n_rows)
    return np.column_stack([counted.reshape(n_rows, arms), total]).astype(np.int64)


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
    arms = len(cut.arms)
    arm = cut.subjects["ARM"].to_numpy(dtype=np.int64)[subjects]
    known = arm >= 0
    cells = rows[known] * arms + arm[known]
    by_cell = np.bincount(cells, weights=saved[known], minlength=n_rows * arms) if arms else np.zeros(0)
    total = np.bincount(rows, weights=saved, minlength=n_rows)
    return np.asarray(years_by_arm(cut) - years(np.column_stack([by_cell.reshape(n_rows, arms), total])), dtype=float)


@dataclass(frozen=True)
class Counts:
    """Subjects, events, and patient-years up to the first event: each of shape (rows, arms + 1)."""

    n: Ints
    events: Ints
    to_first: Floats

    def of(self, places: list[int]) -> Counts:
        """Return the counts of some rows, in the order given."""
        return Counts(self.n[places], self.events[places], self.to_first[places])


def count_rows(cut: Cut, rows: Ints, subjects: Ints, onset: Floats, n_rows: int) -> Counts:
    """Count records that stand in rows: aligned arrays of row, subject and onset day, one entry per record and row."""
    pair_rows, pair_subjects, first = first_onset(rows, subjects, onset, len(cut.subjects))
    return Counts(
        n=by_arm(cut, pair_rows, pair_subjects, n_rows),
        events=by_arm(cut, rows, subjects, n_rows),
        to_first=years_to_first(cut, pair_rows, pair_subjects, first, n_rows),
    )
