"""Laboratory records at lock: value, limits, multiple of the upper limit, baseline and post-baseline.

Rules: definitions, sections 10 and 11 and decision 11. Done before sealing, because the fallback for missing limits
needs the laboratory's name, which is sealed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.model.resource_files import resource
from dsmb_app.model.specimen import other_specimen
from dsmb_app.model.study import LabSection
from dsmb_app.snapshot.source import Dataset, number, text
from dsmb_app.store.study_days import Count

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]
Bools = npt.NDArray[np.bool_]
_BOUNDED = r"^\s*([<>]=?)\s*(\d*\.?\d+)\s*$"
_NUMBER = r"^\s*([-+]?\d*\.?\d+(?:[eE][-+]?\d+)?)\s*$"
_PLAIN = r"^\s*[<>]?=?\s*([-+]?\d*\.?\d+(?:[eE][-+]?\d+)?)\s*$"


def lab_columns(
    lb: Dataset,
    days: pd.DataFrame,
    minutes: Floats,
    section: LabSection,
    count: Count,
    ablfl: pd.Series | None = None,
) -> pd.DataFrame:
    """Return the derived columns of LB, aligned with its rows.

    ``VALUE`` in the standard unit, ``BOUND`` "<", "<=", ">" or ">=" where the result is only bounded; ``LLN``, ``ULN``
    and ``LIMRULE`` (how they were found); ``XULN``; ``GRVALUE``, ``GRLLN``, ``GRULN`` in the unit of absolute limits
    (NaN where the unit is not known); ``POSTFL``; ``SPECIMEN`` where it is not blood; ``BASEFL`` and ``BASERULE``.
    ``days``: LBDY_* of the rows; ``minutes``: minute of the day of LBDTC (NaN unknown). ``ablfl``: baseline flag of
    ADLB for the rows ("Y", ""), None for none.
    """
    value, bound = _values(lb)
    specimen = _specimen(lb, count)
    low, high, rule = _limits(lb, days, section, count, specimen, np.isfinite(value))
    graded = _in_grading_unit(lb, value, low, high, count)
    post = _after_first_dose(days)
    columns = pd.DataFrame(
        {
            "VALUE": value,
            "BOUND": bound,
            "LLN": low,
            "ULN": high,
            "LIMRULE": rule,
            "XULN": np.divide(value, high, out=np.full(len(value), np.nan), where=high > 0),
            **graded,
            "POSTFL": np.where(post, "Y", "").astype(object),
            "SPECIMEN": specimen.to_numpy(dtype=object),
        },
        index=lb.frame.index,
    )
    flagged, flag = _flagged(lb, ablfl, count)
    tests = text(lb, "USUBJID") + "\t" + text(lb, "LBTESTCD") + "\t" + specimen
    order = [_optional_number(lb, "LBSEQ"), _optional_number(lb, "VISITNUM"), minutes, days["LBDY_LO"].to_numpy(float)]
    baseline, base_rule = _baseline(tests, order, value, post, flagged, flag)
    count("laboratory results that are bounds (<x, >x)", int((bound != "").sum()))
    _count_results(lb, value, days, flagged, count)
    count(
        "laboratory baselines without the source's flag (last value before the first dose used)",
        int((base_rule == "last pre-dose").sum()),
    )
    return columns.assign(BASEFL=np.where(baseline, "Y", "").astype(object), BASERULE=base_rule)


def _optional(lb: Dataset, column: str) -> pd.Series:
    return text(lb, column).str.strip() if column in lb.frame else pd.Series("", lb.frame.index, dtype="str")


def _optional_number(lb: Dataset, column: str) -> Floats:
    if column not in lb.frame:
        return np.full(len(lb.frame), np.nan)
    return np.asarray(number(lb, column), dtype=float)


def _values(lb: Dataset) -> tuple[Floats, Texts]:
    """Return LBSTRESN, or where it is missing the number or the bound that LBSTRESC is, with the bound's side.

    A result collected as a bound (LBORRES) stays one where its standard result is the bare number.
    """
    value = _optional_number(lb, "LBSTRESN")
    parts = _extracted(_optional(lb, "LBSTRESC"), _BOUNDED)
    side = parts[0].astype(object).fillna("").to_numpy(dtype=object)
    collected = _extracted(_optional(lb, "LBORRES"), _BOUNDED)[0].astype(object).fillna("").to_numpy(dtype=object)
    value = np.where(np.isnan(value), parts[1].astype(float).to_numpy(), value)
    value = np.where(np.isnan(value), _as_number(_optional(lb, "LBSTRESC"), _NUMBER), value)
    return value, np.where(np.isnan(value), "", np.where(side != "", side, collected)).astype(object)


def _count_results(lb: Dataset, value: Floats, days: pd.DataFrame, flagged: Bools, count: Count) -> None:
    """Count the results that a rule had to read, place in time, or leave out."""
    known = np.isfinite(value)
    bare = np.isnan(_optional_number(lb, "LBSTRESN")) & np.isfinite(_as_number(_optional(lb, "LBSTRESC"), _NUMBER))
    count("laboratory results read from LBSTRESC, as LBSTRESN is missing", int(bare.sum()))
    count("laboratory results that are no numbers, in tests that have numbers", _not_numbers(lb, value))
    bare = np.isfinite(_as_number(_optional(lb, "LBORRES"), _NUMBER)) & (_optional(lb, "LBSTRESC") == "").to_numpy()
    count("laboratory results without a standard one (LBSTRESN, LBSTRESC), in no table", int((bare & ~known).sum()))
    day = days["LBDY_LO"].to_numpy(dtype=float)
    undated = (_optional(lb, "LBDTC") == "").to_numpy()  # a dated one without a day is of a subject without a day 1
    count("laboratory results without a date, in no table", int((known & np.isnan(day) & undated).sum()))
    first = known & ~flagged & (day == 1) & (days["LBDY_T"] == "").to_numpy()
    count("laboratory results of the day of the first dose without times, taken as before it", int(first.sum()))
    name = _optional(lb, "LBNAM")[known]
    if (name != "").any():
        largest = name[name != ""].value_counts().index[0]
        count("laboratory results of other laboratories than the largest (LBNAM)", int((name != largest).sum()))


def _not_numbers(lb: Dataset, value: Floats) -> int:
    """Count the results that are given in words alone, of tests of which others are numbers."""
    test, known = text(lb, "LBTESTCD"), np.isfinite(value)
    given = (_optional(lb, "LBORRES") != "") | (_optional(lb, "LBSTRESC") != "")
    done = _optional(lb, "LBSTAT").str.upper() != "NOT DONE"
    return int((given & done & test.isin(test[known].unique())).to_numpy()[~known].sum())


def _specimen(lb: Dataset, count: Count) -> pd.Series:
    """Return the specimen of each record where it is not blood, else "".

    Where LBSPEC is blank, LBCAT or LBSCAT tells urine, but only of a code that stands in another category too: a test
    of urine alone needs no second name.
    """
    stated = _optional(lb, "LBSPEC")
    urine = (_optional(lb, "LBCAT") + " " + _optional(lb, "LBSCAT")).str.upper().str.contains("URIN", regex=False)
    tests = text(lb, "LBTESTCD")
    by_category = (stated == "") & urine & tests.isin(set(tests[~urine]))
    count("laboratory results of urine by their category, LBSPEC being blank", int(by_category.sum()))
    named = stated.map({name: other_specimen(name) for name in stated.unique()})
    return named.where(~by_category, "URINE")


def _limits(
    lb: Dataset, days: pd.DataFrame, section: LabSection, count: Count, specimen: pd.Series, measured: Bools
) -> tuple[Floats, Floats, Texts]:
    """Return limits of the record, else the latest of the same subject, laboratory and test, else the study's.

    A lower limit that the record has itself stays, where it is below the upper one that was found.
    """
    low, high = _own_limits(lb, count)
    rule = np.where(np.isfinite(high), "record", "").astype(object)
    frame = pd.DataFrame(
        {
            "subject": text(lb, "USUBJID"),
            "test": text(lb, "LBTESTCD"),
            "specimen": specimen,
            "laboratory": _optional(lb, "LBNAM"),
            "unit": _optional(lb, "LBSTRESU"),
            "day": days["LBDY_LO"],
            "low": low,
            "high": high,
        }
    )
    same = ["subject", "test", "specimen", "laboratory", "unit"]
    known = frame[frame["high"].notna()].sort_values("day", kind="stable", na_position="first")
    latest = known.groupby(same).tail(1).set_index(same)
    wanted = pd.MultiIndex.from_frame(frame[same])
    for name, lows, highs in (
        ("same subject, laboratory and test", latest["low"].reindex(wanted), latest["high"].reindex(wanted)),
        ("study default", *_defaults(lb, section)),
    ):
        fill = (rule == "") & np.isfinite(highs.to_numpy(dtype=float)) & measured
        low = np.where(fill & ~(low < highs.to_numpy(dtype=float)), lows.to_numpy(dtype=float), low)
        high = np.where(fill, highs.to_numpy(dtype=float), high)
        rule = np.where(fill, name, rule)
        count(f"laboratory records without an upper limit, taken from: {name}", int(fill.sum()))
    return low, high, rule


def _own_limits(lb: Dataset, count: Count) -> tuple[Floats, Floats]:
    """Return the limits of the records; a pair that makes no sense is none: an upper one not above 0, or not above the
    lower one."""
    low, high = _optional_number(lb, "LBSTNRLO"), _optional_number(lb, "LBSTNRHI")
    absurd = (high <= 0) | (low >= high)
    count("laboratory records whose limits make no sense (upper not above 0 or the lower), not used", int(absurd.sum()))
    return np.where(absurd, np.nan, low), np.where(absurd, np.nan, high)


def _defaults(lb: Dataset, section: LabSection) -> tuple[pd.Series, pd.Series]:
    """Return the study file's limits where test and unit are those it names."""
    test, unit = text(lb, "LBTESTCD"), _optional(lb, "LBSTRESU")
    low = pd.Series(np.nan, lb.frame.index)
    high = pd.Series(np.nan, lb.frame.index)
    for code, (lower, upper, of_unit) in section.uln_defaults.items():
        here = (test == code) & (unit == of_unit)
        low, high = low.mask(here, lower), high.mask(here, upper)
    return low, high


@cache
def _unit_tables() -> tuple[tuple[frozenset[str], dict[str, float]], ...]:
    tables = tomllib.loads(resource("labs", "units.toml").read_text(encoding="utf-8"))
    return tuple(
        (frozenset(entry["tests"]), {_unit(name): float(factor) for name, factor in entry["factors"].items()})
        for entry in tables.values()
    )


def _unit(name: str) -> str:
    return "".join(name.split()).casefold()


def _in_grading_unit(lb: Dataset, value: Floats, low: Floats, high: Floats, count: Count) -> dict[str, Floats]:
    """Return value and limits in the unit of absolute limits: from the original result where it, its limits and its
    unit are all known, else from the standard one."""
    test = text(lb, "LBTESTCD")
    out = {name: np.full(len(value), np.nan) for name in ("GRVALUE", "GRLLN", "GRULN")}
    original = [_as_number(_optional(lb, column)) for column in ("LBORRES", "LBORNRLO", "LBORNRHI")]
    sensible = (original[1] < original[2]) & (original[2] > 0)
    for tests, factors in _unit_tables():
        here = test.isin(tests).to_numpy()
        of_original = _factors(_optional(lb, "LBORRESU"), factors)
        of_standard = _factors(_optional(lb, "LBSTRESU"), factors)
        use_original = here & np.isfinite(of_original) & np.isfinite(original[0]) & sensible
        for name, from_original, from_standard in zip(out, original, (value, low, high), strict=True):
            converted = np.where(use_original, from_original * of_original, from_standard * of_standard)
            out[name] = np.where(here, converted, out[name])
        unknown = here & np.isfinite(value) & ~use_original & np.isnan(of_standard)
        count("laboratory results in a unit that is not known, not graded", int(unknown.sum()))
    return out


def _factors(units: pd.Series, factors: Mapping[str, float]) -> Floats:
    """Return the factor of each row's unit, NaN for one that is not known."""
    of_unit = {unit: factors.get(_unit(unit), np.nan) for unit in units.unique()}
    return np.asarray(units.map(of_unit), dtype=float)


def _as_number(texts: pd.Series, pattern: str = _PLAIN) -> Floats:
    return np.asarray(_extracted(texts, pattern)[0].astype(float), dtype=float)


def _extracted(texts: pd.Series, pattern: str) -> pd.DataFrame:
    """Return what ``Series.str.extract`` does, with rows numbered from 0; each distinct text is read once."""
    codes, distinct = pd.factorize(texts.to_numpy(dtype=object), use_na_sentinel=False)
    signs = {"≤": "<=", "≥": ">="}
    return (
        pd.Series(distinct, dtype="str")
        .replace(signs, regex=True)
        .str.extract(pattern)
        .take(codes)
        .reset_index(drop=True)
    )


def _after_first_dose(days: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which records are post-baseline: a later day, or the day of the first dose at a known later time."""
    day = days["LBDY_LO"].to_numpy(dtype=float)
    later = (days["LBDY_T"] == "after").to_numpy()
    return np.asarray((day > 1) | ((day == 1) & later), dtype=bool)


def _flagged(lb: Dataset, ablfl: pd.Series | None, count: Count) -> tuple[Bools, Texts]:
    """Return which records the source flags as baseline, and by which flag: the highest that the data set offers.

    ABLFL of ADLB, for the tests that have it there; else LBLOBXFL, else LBBLFL.
    """
    own = [c for c in ("LBLOBXFL", "LBBLFL") if (_optional(lb, c).str.upper() == "Y").any()]
    by_own = (_optional(lb, own[0]).str.upper() == "Y").to_numpy() if own else np.zeros(len(lb.frame), dtype=bool)
    name = np.full(len(lb.frame), own[0] if own else "", dtype=object)
    if ablfl is None:
        return by_own, name
    yes, test = (ablfl == "Y").to_numpy(), text(lb, "LBTESTCD")
    offered = test.isin(test[yes].unique()).to_numpy()
    count("laboratory baselines by ADLB.ABLFL", int(yes.sum()))
    if own:
        count(f"laboratory baselines by ADLB.ABLFL that {own[0]} does not flag", int((yes & ~by_own).sum()))
        count(f"laboratory records that {own[0]} flags and ADLB.ABLFL does not", int((by_own & offered & ~yes).sum()))
    return np.where(offered, yes, by_own), np.where(offered, "ABLFL", name).astype(object)


def _baseline(
    key: pd.Series, by: Sequence[Floats], value: Floats, post: Bools, flagged: Bools, flag: Texts
) -> tuple[Bools, Texts]:
    """Pick one baseline record per subject, test and specimen (``key``): the flagged one, else the last value before
    the first dose; of several, the latest.

    ``by``: what orders the records, the least important first, the study day last; the row of the file comes after all.
    """
    before = ~post & (by[-1] <= 1)
    usable = np.isfinite(value) & (flagged | before)
    order = np.lexsort((np.arange(len(value)), *(np.nan_to_num(one, nan=-1e9) for one in by), flagged))
    order = order[usable[order]]
    last = order[~key.iloc[order].duplicated(keep="last").to_numpy()]
    chosen = np.zeros(len(value), dtype=bool)
    chosen[last] = True
    rule = np.where(chosen, np.where(flagged, flag, "last pre-dose"), "").astype(object)
    return chosen, rule
