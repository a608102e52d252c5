"""Laboratory records as arrays by test: who was measured, baseline, worst value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.model.cut import Cut

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def rounded(values: npt.ArrayLike) -> Floats:
    """Round to 15 significant digits, so that 3.0 x ULN computed by a division compares equal to 3.0."""
    numbers = np.asarray(values, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        digits = 14 - np.floor(np.log10(np.abs(numbers)))
    scale = np.power(10.0, np.where(np.isfinite(digits), np.clip(digits, -300, 300), 0))
    return np.asarray(np.where(np.isfinite(numbers), np.rint(numbers * scale) / scale, numbers))


@dataclass(frozen=True)
class Records:
    """Records of one test, aligned arrays; ``subject`` is the row in ``cut.subjects``, ``day`` the study day."""

    subject: Ints
    day: Floats
    value: Floats


def post_baseline(cut: Cut, test: str, column: str = "XULN") -> Records:
    """Return the post-baseline records of a test in the window that have a number in ``column``."""
    return _records(cut, (cut.lb["POST"] & (cut.lb["LBTESTCD"] == test)).to_numpy(), column)


def baseline(cut: Cut, test: str, column: str = "XULN") -> Records:
    """Return the baseline records of a test that have a number in ``column``, at most one per subject and specimen."""
    return _records(cut, ((cut.lb["BASEFL"] == "Y") & (cut.lb["LBTESTCD"] == test)).to_numpy(), column)


def _records(cut: Cut, mask: Bools, column: str) -> Records:
    rows = cut.lb[mask & cut.lb[column].notna().to_numpy()]
    return Records(
        rows["SUBJECT"].to_numpy(dtype=np.int64), rows["LBDY_LO"].to_numpy(dtype=float), rounded(rows[column])
    )


def has(cut: Cut, records: Records) -> Bools:
    """Return who has at least one record, as a mask over ``cut.subjects``."""
    mask = np.zeros(len(cut.subjects), dtype=bool)
    mask[records.subject] = True
    return mask


def exceeds(cut: Cut, records: Records, limit: float) -> Bools:
    """Return who has a record above a limit (strictly), as a mask over ``cut.subjects``."""
    mask = np.zeros(len(cut.subjects), dtype=bool)
    mask[records.subject[records.value > limit]] = True
    return mask


def highest(cut: Cut, records: Records) -> Floats:
    """Return the highest value by subject; NaN for who has none."""
    worst = np.full(len(cut.subjects), np.nan)
    np.fmax.at(worst, records.subject, records.value)
    return worst


def tests_present(cut: Cut) -> frozenset[str]:
    """Return the test codes of the data set."""
    return frozenset(str(code) for code in cut.lb["LBTESTCD"].unique()) if len(cut.lb) else frozenset()


def pairs(first: Records, second: Records) -> pd.DataFrame:
    """Return every pair of a record of ``first`` and one of ``second`` in the same subject.

    Columns: subject, day_1, value_1, day_2, value_2.
    """
    one = pd.DataFrame({"subject": first.subject, "day_1": first.day, "value_1": first.value})
    two = pd.DataFrame({"subject": second.subject, "day_2": second.day, "value_2": second.value})
    return one.merge(two, on="subject")
