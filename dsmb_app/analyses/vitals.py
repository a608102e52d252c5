"""Vital signs and questionnaires by subject: values in one unit, what is post-baseline, and the baseline of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.model.cut import Cut
from dsmb_app.model.days import to_offset
from dsmb_app.model.words import Window

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TEMP, SYSBP, PULSE, WEIGHT, HEIGHT, BMI = "TEMP", "SYSBP", "PULSE", "WEIGHT", "HEIGHT", "BMI"
_CODES = {"HR": PULSE}
"""Test codes that stand for another one."""
_UNITS: dict[str, dict[str, tuple[float, float]]] = {
    TEMP: {"C": (1.0, 0.0), "F": (5 / 9, -160 / 9)},
    SYSBP: {"MMHG": (1.0, 0.0)},
    PULSE: {"BEATS/MIN": (1.0, 0.0), "BPM": (1.0, 0.0), "/MIN": (1.0, 0.0)},
    WEIGHT: {"KG": (1.0, 0.0), "LB": (0.45359237, 0.0), "G": (0.001, 0.0)},
    HEIGHT: {"CM": (1.0, 0.0), "IN": (2.54, 0.0), "M": (100.0, 0.0)},
    BMI: {"KG/M2": (1.0, 0.0), "KG/M^2": (1.0, 0.0)},
}
"""By test, the units that are read (upper case): factor and offset to C, mmHg, beats a minute, kg, cm and kg/m2."""


@dataclass(frozen=True)
class Values:
    """Measured values, one entry a record: ``subject`` (row of ``cut.subjects``), ``test``, ``value``, ``visit``.

    ``row``: which record of the dataset it is. ``post``: after the first dose, in the window; ``base``: the subject's
    baseline of the test; ``by_flag``: that the source flags it. ``unread``: how many values were left out for a unit
    that is not known.
    """

    row: Ints
    subject: Ints
    test: npt.NDArray[np.object_]
    value: Floats
    visit: npt.NDArray[np.object_]
    order: Floats
    post: Bools
    base: Bools
    by_flag: Bools
    unread: int = 0

    def of(self, test: str) -> Bools:
        """Return which records are of a test."""
        return np.asarray(self.test == test, dtype=bool)

    def baseline(self, test: str, size: int) -> Floats:
        """Return each subject's baseline value of a test, NaN for none."""
        found, here = np.full(size, np.nan), self.of(test) & self.base
        found[self.subject[here]] = self.value[here]
        return found


def vital_signs(cut: Cut) -> Values:
    """Return the vital signs of the delivery; none where it has no VS."""
    vs = cut.others["vs"]
    if "VSTESTCD" not in vs:
        return _values(cut, pd.DataFrame(columns=["TEST", "VALUE"]), "VS", 0)
    code = vs["VSTESTCD"].str.strip().str.upper()
    test, unit = code.replace(_CODES), vs["VSSTRESU"].str.strip().str.upper()
    value, known = vs["VSSTRESN"].to_numpy(dtype=float), np.isfinite(vs["VSSTRESN"].to_numpy(dtype=float))
    unread = 0
    for name, units in _UNITS.items():
        here = (test == name).to_numpy(dtype=bool)
        factor, offset = (unit.map({u: pair[i] for u, pair in units.items()}).to_numpy(dtype=float) for i in (0, 1))
        # To ten decimals: 100.4 F is 38 C, which the product of binary fractions misses by a hair.
        value = np.where(here, np.round(value * factor + offset, 10), value)
        unread += int((here & known & np.isnan(value)).sum())
    return _values(cut, vs.assign(TEST=test, VALUE=value), "VS", unread)


def questionnaires(cut: Cut) -> tuple[Values, dict[str, str]]:
    """Return the total scores of the delivery's questionnaires, and their names by test code."""
    qs = cut.others["qs"]
    if "QSTESTCD" not in qs:
        return _values(cut, pd.DataFrame(columns=["TEST", "VALUE"]), "QS", 0), {}
    words = qs["QSTESTCD"] + " " + qs["QSTEST"]
    total = qs[words.str.contains(r"(?i)\btotal", regex=True).to_numpy(dtype=bool)]
    names = dict(zip(total["QSTESTCD"], total["QSTEST"].where(total["QSTEST"] != "", total["QSTESTCD"]), strict=True))
    made = total.assign(TEST=total["QSTESTCD"], VALUE=total["QSSTRESN"].to_numpy(dtype=float))
    return _values(cut, made, "QS", 0), dict(sorted(names.items()))


def _values(cut: Cut, frame: pd.DataFrame, domain: str, unread: int) -> Values:
    """Return the records that have a value, up to the cut-off.

    Baseline as of laboratory tests: the record that the source flags (--LOBXFL, where nobody has it --BLFL), else the
    last value before the first dose; of several the latest. Post-baseline: a later day, or that day at a later time.
    """
    known = frame["VALUE"].to_numpy(dtype=float)
    keep = np.isfinite(known) & ((frame["CUTFL"] != "Y").to_numpy(dtype=bool) if "CUTFL" in frame else True)
    rows = frame[keep].reset_index(drop=True)
    if not len(rows):
        return _nothing(unread)
    subject = rows["SUBJECT"].to_numpy(dtype=np.int64)
    day, after = rows[f"{domain}DY_LO"].to_numpy(dtype=float), (rows[f"{domain}DY_T"] == "after").to_numpy(dtype=bool)
    later = (day > 1) | ((day == 1) & after)
    names = [name for name in (f"{domain}LOBXFL", f"{domain}BLFL") if name in rows and (rows[name] == "Y").any()]
    flagged = (rows[names[0]] == "Y").to_numpy(dtype=bool) if names else np.zeros(len(rows), dtype=bool)
    return Values(
        row=np.flatnonzero(keep),
        subject=subject,
        test=rows["TEST"].to_numpy(dtype=object),
        value=rows["VALUE"].to_numpy(dtype=float),
        visit=rows["VISIT"].to_numpy(dtype=object),
        order=rows["VISITNUM"].to_numpy(dtype=float),
        post=later & _in_window(cut, subject, day),
        base=_baselines(rows, domain, flagged, usable=flagged | (~later & (day <= 1))),
        by_flag=flagged,
        unread=unread,
    )


def _nothing(unread: int) -> Values:
    no_text, no_value, no_mask = np.zeros(0, dtype=object), np.zeros(0), np.zeros(0, dtype=bool)
    nobody = np.zeros(0, dtype=np.int64)
    return Values(nobody, nobody, no_text, no_value, no_text, no_value, no_mask, no_mask, no_mask, unread)


def _in_window(cut: Cut, subject: Ints, day: Floats) -> Bools:
    inside = cut.safety[subject]
    if cut.choices.window is Window.ON_TREATMENT:
        last = to_offset(cut.subjects["TRTEDY"].to_numpy(dtype=float))[subject]
        inside = inside & ~(to_offset(day) > last + cut.choices.days)
    return np.asarray(inside, dtype=bool)


def _baselines(rows: pd.DataFrame, domain: str, flagged: Bools, *, usable: Bools) -> Bools:
    """Pick one record per subject and test: a flagged one before any other, then the latest."""
    ranked = rows.assign(FLAGGED=flagged, PLACE=np.arange(len(rows)))[usable]
    by = ["SUBJECT", "TEST", "FLAGGED", f"{domain}DY_LO", "VISITNUM", f"{domain}SEQ", "VALUE"]
    last = ranked.sort_values(by, na_position="first").groupby(["SUBJECT", "TEST"])["PLACE"].last()
    found = np.zeros(len(rows), dtype=bool)
    found[last.to_numpy(dtype=np.int64)] = True
    return found
