"""Data quality of adverse events: where they contradict each other, DS or DM, or leave out what a table needs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses.ae_flags import (
    actions_recorded,
    criteria_delivered,
    grade,
    has_grounds,
    is_fatal_outcome,
    is_stop,
    seriousness_conflict,
)
from dsmb_app.analyses.ae_lines import with_records
from dsmb_app.analyses.deaths import deaths
from dsmb_app.analyses.discontinuation import by_disposition
from dsmb_app.analyses.findings import Behind, Finding, repeated
from dsmb_app.model.cut import Cut
from dsmb_app.model.events import grading_used, intensity, is_serious
from dsmb_app.model.result import Row

Bools = npt.NDArray[np.bool_]

EMERGENT = "Treatment-emergent"


def findings(cut: Cut) -> list[Finding]:
    """Return a row for each kind of disagreement or gap; what the delivery has no column for is not asked."""
    parts = (_seriousness, _deaths, _grades, _stopped, _dates, _gaps, _again, _emergent)
    return [finding for part in parts for finding in part(cut)]


def timely(cut: Cut) -> Bools:
    """Return the records of treated subjects that do not begin after the cut-off."""
    return _treated(cut) & (cut.ae["CUTFL"] != "Y").to_numpy(dtype=bool)


def _row(*key: str, label: str = "") -> Row:
    return Row(key, label or ": ".join(key))


def _line(records: Bools, *key: str, label: str = "") -> Finding:
    return Finding(_row(*key, label=label), Behind("ae", np.asarray(records, dtype=bool)))


def _of_subjects(cut: Cut, subjects: Bools, *key: str) -> Finding:
    """Return a row of subjects; behind it stand all their adverse events up to the cut-off."""
    shown = timely(cut) & subjects[cut.ae["SUBJECT"].to_numpy()]
    return Finding(_row(*key), Behind("ae", shown), subjects)


def _treated(cut: Cut) -> Bools:
    return np.asarray(cut.safety[cut.ae["SUBJECT"].to_numpy()], dtype=bool)


def _seriousness(cut: Cut) -> list[Finding]:
    mine, serious, grounds = timely(cut), is_serious(cut.ae), has_grounds(cut.ae)
    said = "AESER is not Y although a criterion or a fatal outcome says so"
    found = [_line(mine & grounds & ~serious, "Seriousness", said)]
    if criteria_delivered(cut.ae):
        found.append(_line(mine & serious & ~grounds, "Seriousness", "AESER = Y without any criterion"))
    return found


def _deaths(cut: Cut) -> list[Finding]:
    found = deaths(cut)
    alone = found.records & found.ae_alone[cut.ae["SUBJECT"].to_numpy()]
    return [
        _line(alone, "Death", "AE fatal, no death in DS or DM"),
        _of_subjects(cut, found.no_event, "Death", "DS or DM death, no fatal AE"),
        _of_subjects(cut, found.ds_or_dm, "Death", "in one of DS and DM alone"),
    ]


def _grades(cut: Cut) -> list[Finding]:
    if grading_used(cut.ae, cut.study.ae.grading) != "AETOXGR":
        return []
    mine, worst, fatal = timely(cut), grade(cut.ae) == 5, is_fatal_outcome(cut.ae)
    return [
        _line(mine & worst & ~fatal, "Grade 5 and outcome not fatal"),
        _line(mine & fatal & ~worst, "Outcome fatal and grade not 5"),
    ]


def _stopped(cut: Cut) -> list[Finding]:
    if not actions_recorded(cut.ae):
        return []
    stops, by_ds = timely(cut) & is_stop(cut.ae), by_disposition(cut)
    otherwise = (cut.subjects["EOSREAS"] != "").to_numpy(dtype=bool) & ~by_ds
    no_event = by_ds & ~with_records(cut, stops)
    return [
        _of_subjects(cut, no_event, "Stopped", "DS says adverse event, no AE with DRUG WITHDRAWN"),
        _line(stops & otherwise[cut.ae["SUBJECT"].to_numpy()], "Stopped", "AE with DRUG WITHDRAWN, DS says otherwise"),
    ]


def _dates(cut: Cut) -> list[Finding]:
    mine, precision = timely(cut), cut.ae["AESTDY_P"].to_numpy(dtype=object)
    start, end = (cut.ae[column].to_numpy(dtype=float) for column in ("AESTDY_LO", "AEENDY_HI"))
    known = {"month only": "M", "year only": "Y", "no date": ""}
    late = _treated(cut) & (cut.ae["CUTFL"] == "Y").to_numpy(dtype=bool)
    return [
        *(_line(mine & (precision == code), "Start", name) for name, code in known.items()),
        _line(late, "Start after the data cut-off"),
        _line(mine & (end < start), "End before start"),
    ]


def _gaps(cut: Cut) -> list[Finding]:
    mine, uncoded = timely(cut), (cut.ae["AEDECOD"] == "").to_numpy(dtype=bool)
    graded = grading_used(cut.ae, cut.study.ae.grading) == "AETOXGR"
    unknown = np.isnan(intensity(cut.ae, cut.study.ae.grading))
    return [
        _line(mine & uncoded, "Uncoded term"),
        _line(mine & unknown, "No grade", label="No grade" if graded else "No severity"),
    ]


def _again(cut: Cut) -> list[Finding]:
    """Every record but the first of the same subject, term (reported, else preferred) and start, wherever known."""
    term = cut.ae["AETERM"].where(cut.ae["AETERM"] != "", cut.ae["AEDECOD"]).str.strip().str.casefold()
    known = (term != "").to_numpy(dtype=bool) & cut.ae["AESTDY_LO"].notna().to_numpy(dtype=bool)
    keys = [cut.ae["SUBJECT"], term, cut.ae["AESTDY_LO"], cut.ae["AESTDY_HI"]]
    again = repeated(timely(cut) & known, keys, cut.ae["RECORD"])
    return [_line(again, "Duplicate", "same subject, term and start")]


def _emergent(cut: Cut) -> list[Finding]:
    """Return what the footnotes of tables of emergent events count, with the same numbers."""
    emergent = cut.ae["EMERGENT"].to_numpy(dtype=bool)
    precision = cut.ae["AESTDY_P"].to_numpy(dtype=object)
    blank = (cut.ae["AEREL"] == "").to_numpy(dtype=bool)
    found = {
        "AESER and criteria disagree": seriousness_conflict(cut.ae),
        "AEREL blank": blank,
        "start known to month or year": np.isin(precision, ("M", "Y")),
        "no start date": precision == "",
        "began before the first dose and worsened": cut.ae["WORSENED"].to_numpy(dtype=bool),
    }
    return [_line(emergent & mask, EMERGENT, name) for name, mask in found.items()]
