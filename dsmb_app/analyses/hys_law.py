"""Potential Hy's law: bilirubin after an aminotransferase, with order, gap and ALP. A screen, never a diagnosis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses.lab_values import Labs, Records, aminotransferases, reaches
from dsmb_app.model.days import to_offset

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SCREEN_AT, SCREEN_BILI, SCREEN_ALP, SCREEN_GAP, NEAR_ALP = 3.0, 2.0, 2.0, 30, 7
"""ALT or AST at least 3 x ULN, then bilirubin at least 2 x ULN within 30 days (inclusive); the ALP within 7 days."""


@dataclass(frozen=True)
class HysLaw:
    """Who meets the screen, as masks over ``cut.subjects``; those that meet it within 30 days stand in no other order.

    ``low_alp``: 1 ALP below 2 x ULN, 0 not below, NaN not known, where ``within`` holds.
    """

    within: Bools
    later: Bools
    reversed: Bools
    low_alp: Floats


def gaps(first: Records, second: Records) -> pd.DataFrame:
    """Return every pair of a record of ``first`` and one of ``second`` in the same subject.

    Columns: subject, day_1 and day_2 (days since the first dose), gap (days from the first to the second).
    """
    one = pd.DataFrame({"subject": first.subject, "day_1": to_offset(first.day)}).drop_duplicates()
    two = pd.DataFrame({"subject": second.subject, "day_2": to_offset(second.day)}).drop_duplicates()
    found = one.merge(two, on="subject")
    return found.assign(gap=found["day_2"] - found["day_1"])


def hys_law(labs: Labs) -> HysLaw:
    """Screen all pairs of ALT or AST >= 3 x ULN and bilirubin >= 2 x ULN by the order and the gap of their days.

    Gap 0 to 30: potential Hy's law (same draw counts). Over 30: later. Only below 0: reversed order. Source:
    definitions, section 14.
    """
    enzymes, bili = aminotransferases(labs), labs.of("BILI").known("xuln")
    high_at = enzymes.where(reaches(enzymes.xuln, enzymes.bound, SCREEN_AT))
    high_bili = bili.where(reaches(bili.xuln, bili.bound, SCREEN_BILI))
    pairs = gaps(high_at, high_bili)
    near = pairs[(pairs["gap"] >= 0) & (pairs["gap"] <= SCREEN_GAP)]
    size = len(labs.who(bili))
    within, later, other = (
        _mask(found["subject"].to_numpy(dtype=np.int64), size)
        for found in (near, pairs[pairs["gap"] > SCREEN_GAP], pairs)
    )
    return HysLaw(within, later & ~within, other & ~later & ~within, _alp_at(labs, near, size))


def _mask(subjects: Ints, size: int) -> Bools:
    mask = np.zeros(size, dtype=bool)
    mask[subjects] = True
    return mask


def _alp_at(labs: Labs, near: pd.DataFrame, size: int) -> Floats:
    """Tell whether ALP was below 2 x ULN at each subject's first qualifying bilirubin: the nearest ALP within 7 days,
    of equally near ones the lowest."""
    alp = labs.of("ALP").known("xuln")
    first = near.groupby("subject")["day_2"].min()
    records = pd.DataFrame({"subject": alp.subject, "day": to_offset(alp.day), "x": alp.xuln, "bound": alp.bound})
    found = records[records["subject"].isin(first.index)]
    away = (found["day"] - found["subject"].map(first)).abs()
    found = found.assign(away=away)[away <= NEAR_ALP].sort_values(["subject", "away", "x"]).drop_duplicates("subject")
    x, bound = found["x"].to_numpy(dtype=float), found["bound"].to_numpy(dtype=np.int64)
    sure_high = reaches(x, bound, SCREEN_ALP)
    sure_low = (bound <= 0) & ((x < SCREEN_ALP) | ((bound == -2) & (x <= SCREEN_ALP)))
    low = np.full(size, np.nan)
    low[found["subject"].to_numpy(dtype=np.int64)] = np.where(sure_low, 1.0, np.where(sure_high, 0.0, np.nan))
    return low


def days_above(enzymes: Records, limit: float, size: int) -> Floats:
    """Return by subject the days with ALT or AST above a limit (strictly), NaN for who was never above it.

    Each value holds until the subject's next day with one; the last holds for its own day alone. Of one day the
    higher of the two counts.
    """
    above = np.where(enzymes.bound >= 0, enzymes.xuln, 0.0)
    by_day = pd.DataFrame({"subject": enzymes.subject, "day": to_offset(enzymes.day), "x": above})
    by_day = by_day.groupby(["subject", "day"], sort=True)["x"].max().reset_index()
    subject, day = by_day["subject"].to_numpy(dtype=np.int64), by_day["day"].to_numpy(dtype=float)
    until = np.append(day[1:], np.nan)
    holds = np.where(np.append(subject[1:] == subject[:-1], False), until - day, 1.0) if len(day) else day
    over = by_day["x"].to_numpy(dtype=float) > limit
    total = np.bincount(subject[over], holds[over], minlength=size).astype(float)
    return np.where(total > 0, total, np.nan)


def r_ratio(labs: Labs, limit: float) -> tuple[Bools, Floats]:
    """Return who had ALT above a limit, and R of these at the highest ALT: ALT over ALP of the same day, each in
    multiples of its upper limit; NaN without such an ALP.

    Of equally high ALT the earliest counts, of two ALP the lower.
    """
    alt, alp = labs.of("ALT").known("xuln"), labs.of("ALP").known("xuln")
    alt, alp = alt.where(alt.bound >= 0), alp.where(alp.bound == 0)
    peak = pd.DataFrame({"subject": alt.subject, "day": alt.day, "alt": alt.xuln})
    peak = peak.sort_values(["subject", "alt", "day"], ascending=[True, False, True]).drop_duplicates("subject")
    same = pd.DataFrame({"subject": alp.subject, "day": alp.day, "alp": alp.xuln})
    same = same[same["alp"] > 0].groupby(["subject", "day"])["alp"].min().reset_index()
    found = peak[peak["alt"] > limit].merge(same, on=["subject", "day"], how="left")
    size = len(labs.who(alt))
    members = found["subject"].to_numpy(dtype=np.int64)
    ratio = np.full(size, np.nan)
    ratio[members] = found["alt"].to_numpy(dtype=float) / found["alp"].to_numpy(dtype=float)
    return _mask(members, size), ratio
