"""What subjects bring to the trial: duration of disease, characteristics, history, and drugs on the first day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses import medication
from dsmb_app.analyses.conduct import Line, counted, summarised
from dsmb_app.model import formats
from dsmb_app.model.cut import Cut
from dsmb_app.model.days import DAYS_PER_YEAR, to_offset

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

PRIMARY = "PRIMARY DIAGNOSIS"
DURATION = "Duration of disease (months)"
DRUGS, HISTORY = "Background medication", "Medical history"
_MONTHS = {"MONTH": 1.0, "MONTHS": 1.0, "YEAR": 12.0, "YEARS": 12.0}
_UNCODED = ("", "UNCODED")
NOT_CODED = "No Coding Available"


def months_of_disease(cut: Cut) -> tuple[Floats, Bools]:
    """Return each subject's months from the onset of the primary diagnosis to the first visit (without an onset those
    delivered as DURDIS), and whose onset is not known to the day.

    Onset: the earliest MHSTDTC of MHCAT PRIMARY DIAGNOSIS; a partial one is the middle of its possible days up to the
    first visit. First visit: that of the lowest VISITNUM in SV, without it the first dose. Months of 30.4375 days, both
    days included, to one decimal.
    """
    months, partial = _months_delivered(cut), np.zeros(len(cut.subjects), dtype=bool)
    mh = cut.others["mh"]
    if "MHCAT" not in mh:
        return months, partial
    mine = mh[(mh["MHCAT"].str.strip().str.upper() == PRIMARY).to_numpy(dtype=bool) & mh["MHSTDY_LO"].notna()]
    visit = first_visit(cut)
    rows = mine.sort_values(["SUBJECT", "MHSTDY_LO", "MHSTDY_HI"]).drop_duplicates("SUBJECT")
    place = rows["SUBJECT"].to_numpy(dtype=np.int64)
    low = to_offset(rows["MHSTDY_LO"].to_numpy(dtype=float))
    high = np.fmin(to_offset(rows["MHSTDY_HI"].to_numpy(dtype=float)), visit[place])
    onset = np.where(high > low, np.floor((low + high) / 2), low)
    days = visit[place] - onset + 1
    exact = days / (DAYS_PER_YEAR / 12)
    months[place] = formats.rounded(np.where(exact > 0, exact, np.nan), 1)
    partial[place] = (rows["MHSTDY_P"] != "D").to_numpy(dtype=bool)
    return months, partial


def _months_delivered(cut: Cut) -> Floats:
    found, sc = np.full(len(cut.subjects), np.nan), cut.others["sc"]
    if "SCTESTCD" in sc:
        rows = sc[(sc["SCTESTCD"] == "DURDIS").to_numpy(dtype=bool)]
        months = rows["SCSTRESN"] * _unit(rows).map(_MONTHS).astype(float)
        found[rows["SUBJECT"].to_numpy(dtype=np.int64)] = formats.rounded(months.to_numpy(dtype=np.float64), 1)
    return found


def _unit(sc: pd.DataFrame) -> pd.Series:
    return sc["SCSTRESU"].str.strip().str.upper()


def first_visit(cut: Cut) -> Floats:
    """Return the day of the visit with the lowest VISITNUM of each subject, where SV has none that of the first dose;
    counted from 0 on the day of the first dose."""
    found, sv = np.zeros(len(cut.subjects)), cut.others["sv"]
    if "SVSTDY_LO" in sv:
        dated = sv[sv["SVSTDY_LO"].notna()].sort_values(["SUBJECT", "VISITNUM", "SVSTDY_LO"])
        first = dated.drop_duplicates("SUBJECT")
        found[first["SUBJECT"].to_numpy(dtype=np.int64)] = to_offset(first["SVSTDY_LO"].to_numpy(dtype=float))
    return found


def characteristics(cut: Cut) -> dict[str, Floats]:
    """Return the numeric characteristics of SC but the duration of disease, by name and unit, by subject."""
    sc = cut.others["sc"]
    if "SCTESTCD" not in sc:
        return {}
    is_duration = ((sc["SCTESTCD"] == "DURDIS") & _unit(sc).isin(_MONTHS)).to_numpy(dtype=bool)
    rows = sc[sc["SCSTRESN"].notna() & ~is_duration].sort_values(["SUBJECT", "SCTESTCD", "SCSEQ"])
    found: dict[str, Floats] = {}
    for code, of_test in rows.groupby("SCTESTCD"):
        name = next((text for text in sorted(of_test["SCTEST"]) if text), str(code))
        units = sorted({unit for unit in of_test["SCSTRESU"] if unit})
        values = np.full(len(cut.subjects), np.nan)
        values[of_test["SUBJECT"].to_numpy(dtype=np.int64)] = of_test["SCSTRESN"].to_numpy(dtype=float)
        # In two units the numbers cannot be summarised together.
        if len(units) < 2:
            found[f"{name} ({units[0]})" if units else name] = values
    return found


def characteristic_lines(cut: Cut) -> list[Line]:
    """Return a line for each numeric characteristic."""
    return [
        summarised(("Characteristic", name), np.where(cut.safety, values, np.nan)).labelled(name, 0)
        for name, values in characteristics(cut).items()
    ]


def drug_lines(cut: Cut) -> list[Line]:
    """Return who took anything on the day of the first dose: steroids, immunosuppressants, and by class (CMCLAS)."""
    if not medication.is_delivered(cut):
        return []
    cm = cut.cm[medication.on_first_day(cut.cm)[0] & (cut.cm["CUTFL"] != "Y").to_numpy(dtype=bool)]
    found = [counted((DRUGS,), _having(cut, cm["SUBJECT"]))]
    for kind in (medication.STEROID, medication.IMMUNOSUPPRESSANT):
        of_kind = cm["SUBJECT"][medication.is_kind(cm, kind)]
        found.append(counted((DRUGS, kind.capitalize()), _having(cut, of_kind)))
    return found + _by_group(cut, (DRUGS, "Class"), cm["SUBJECT"], cm["CMCLAS"])


def drugs_without_end(cut: Cut) -> int:
    """Return how many records count as background of treated subjects although nothing says whether they ended."""
    if not medication.is_delivered(cut):
        return 0
    mine = cut.safety[cut.cm["SUBJECT"].to_numpy(dtype=np.int64)] & (cut.cm["CUTFL"] != "Y").to_numpy(dtype=bool)
    return int((medication.on_first_day(cut.cm)[1] & mine).sum())


def history_lines(cut: Cut) -> list[Line]:
    """Return who has any history besides the primary diagnosis, and by body system (MHBODSYS)."""
    mh = cut.others["mh"]
    if "MHBODSYS" not in mh:
        return []
    other = mh[(mh["MHCAT"].str.strip().str.upper() != PRIMARY).to_numpy(dtype=bool)]
    found = [counted((HISTORY,), _having(cut, other["SUBJECT"]))]
    return found + _by_group(cut, (HISTORY,), other["SUBJECT"], other["MHBODSYS"])


def _having(cut: Cut, subjects: object) -> Bools:
    found = np.zeros(len(cut.subjects), dtype=bool)
    found[np.asarray(subjects, dtype=np.int64)] = True
    return np.asarray(found & cut.safety, dtype=bool)


def _by_group(cut: Cut, key: tuple[str, ...], subjects: object, groups: object) -> list[Line]:
    """Return a line for each group of records, by subjects over all arms, ties alphabetical, not coded ones last."""
    who, of = np.asarray(subjects, dtype=np.int64), np.asarray(groups, dtype=object)
    found = {str(name): _having(cut, who[of == name]) for name in set(of) if name not in _UNCODED}
    order = sorted(found, key=lambda name: (-int(found[name].sum()), name))
    shown = [counted((*key, name), found[name]).labelled(name, 1) for name in order if found[name].any()]
    bare = _having(cut, who[np.isin(of, _UNCODED)])
    return [*shown, *([counted((*key, NOT_CODED), bare).labelled(NOT_CODED, 1)] if bare.any() else [])]
