"""Who stands behind a number: subjects and records as a reader may see them at the level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses.findings import Behind, records_of
from dsmb_app.analyses.lab_values import Labs
from dsmb_app.model import formats
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import Listing

Bools = npt.NDArray[np.bool_]

SUBJECT_COLUMNS = {
    "SITEID": "Site", "AGE": "Age", "SEX": "Sex", "RACE": "Race", "TRTEDY": "Last dose day",
    "ENDDY": "Last day watched", "EOSREAS": "End of study",
}  # fmt: skip
_RECORD_COLUMNS = {
    "AESEQ": "Sequence", "AEBODSYS": "System organ class", "AEDECOD": "Preferred term", "AETERM": "Reported term",
    "ONSETDY": "Onset day",
    "AESTDY_P": "Start known to", "AEENDY_LO": "End day", "AETOXGR": "Grade", "AESEV": "Severity", "AESER": "Serious",
    "AEREL": "Related", "AEACN": "Action taken", "AEOUT": "Outcome",
}  # fmt: skip
_LAB_COLUMNS = {
    "LBTESTCD": "Test", "VISIT": "Visit", "LBDY_LO": "Day", "LBORRES": "Result", "LBORRESU": "Unit",
    "LBSTRESC": "Standard result", "LBSTRESU": "Standard unit", "ULN": "ULN", "XULN": "x ULN", "BASEFL": "Baseline",
}  # fmt: skip
_DOSE_COLUMNS = {"EXSTDY": "First day", "EXENDY": "Last day"}
_DRUG_COLUMNS = {
    "CMTRT": "Reported name", "CMDECOD": "Standardised name", "CMCLAS": "Class", "CMINDC": "Indication",
    "CMDOSE": "Dose", "CMDOSU": "Unit", "CMDOSFRQ": "Frequency", "CMROUTE": "Route", "CMSTDY_LO": "Start day",
    "CMENDY_HI": "End day", "CMENRTPT": "Ongoing",
}  # fmt: skip
_VITAL_COLUMNS = {
    "VSTESTCD": "Test", "VISIT": "Visit", "VSDY_LO": "Day", "VSPOS": "Position", "VSTPT": "Time point",
    "VSORRES": "Result", "VSORRESU": "Unit", "VSSTRESC": "Standard result", "VSSTRESU": "Standard unit",
}  # fmt: skip
_VISIT_COLUMNS = {"VISIT": "Visit", "VISITNUM": "Number", "SVSTDY_LO": "First day", "SVENDY_HI": "Last day"}
_END_COLUMNS = {
    "DSCAT": "Category",
    "DSDECOD": "Event",
    "DSTERM": "Reported term",
    "VISIT": "Visit",
    "DSSTDY_LO": "Day",
}
_HISTORY_COLUMNS = {
    "MHBODSYS": "System organ class", "MHDECOD": "Preferred term", "MHTERM": "Reported term", "MHSTDY_LO": "Start day",
    "MHENDY_HI": "End day",
}  # fmt: skip
OF_DATASET: Mapping[str, tuple[dict[str, str], str, str]] = {
    "ae": (_RECORD_COLUMNS, "ONSETDY", "record(s)"),
    "lb": (_LAB_COLUMNS, "LBDY_LO", "laboratory record(s)"),
    "ex": (_DOSE_COLUMNS, "EXSTDY", "dosing record(s)"),
    "cm": (_DRUG_COLUMNS, "CMSTDY_LO", "medication record(s)"),
    "vs": (_VITAL_COLUMNS, "VSDY_LO", "vital-sign record(s)"),
    "sv": (_VISIT_COLUMNS, "SVSTDY_LO", "visit record(s)"),
    "ds": (_END_COLUMNS, "DSSTDY_LO", "disposition record(s)"),
    "mh": (_HISTORY_COLUMNS, "MHSTDY_LO", "history record(s)"),
}
"""By dataset: what a reader sees of its records, the day that orders them, and what they are called."""
FIRST = {"lb": ("LBTESTCD",), "vs": ("VSTESTCD",)}
_NOTHING: Mapping[str, Sequence[str]] = {}
_AS_DELIVERED = ("CMDOSE",)
_DIGITS = {"ULN": 2, "XULN": 2, "VISITNUM": 1}
_PRECISION = {"D": "day", "M": "month", "Y": "year", "": "not known"}


def subject_listing(
    cut: Cut, mask: Bools, title: str, beside: Mapping[str, Sequence[str]] = _NOTHING, *, notes: Sequence[str] = ()
) -> Listing:
    """List subjects: id, arm (closed levels only), and what describes them. ``mask`` is over ``cut.subjects``.

    ``beside``: further columns by header, one text for each of ``cut.subjects``.
    """
    columns = {**cut.once(_of_people), **{header: header for header in beside}}
    everybody = cut.subjects.assign(**{header: pd.Series(texts, dtype="str") for header, texts in beside.items()})
    found = _listing(cut, everybody[mask], np.flatnonzero(mask), columns, title)
    return replace(found, footnotes=tuple(notes))


def record_listing(cut: Cut, mask: Bools, title: str) -> Listing:
    """List adverse-event records in order of subject and onset. ``mask`` is over ``cut.ae``."""
    records = cut.ae[mask].sort_values(["SUBJECT", "ONSETDY", "RECORD"], kind="stable")
    columns = cut.once(_of_events)
    return _listing(cut, records, records["SUBJECT"].to_numpy(), columns, title)


def lab_listing(cut: Cut, mask: Bools, tests: tuple[str, ...]) -> Listing:
    """List the laboratory records of some subjects and tests, by subject, test and day. ``mask``: over subjects."""
    wanted = np.zeros(len(cut.lb), dtype=bool)
    for found in map(cut.once(Labs).of, tests):
        wanted[found.row[mask[found.subject]]] = True
    records = cut.lb[wanted].sort_values(["SUBJECT", "LBTESTCD", "LBDY_LO", "RECORD"], kind="stable")
    columns = cut.once(_of_labs)
    title = f"{int(wanted.sum())} laboratory record(s) of {', '.join(tests)}"
    return _listing(cut, records, records["SUBJECT"].to_numpy(), columns, title)


def behind_listing(cut: Cut, behind: Behind, among: Bools) -> Listing:
    """List the records behind a row of some subjects (``among``: over ``cut.subjects``), by subject and day."""
    frame, (columns, day, words) = records_of(cut, behind.dataset), OF_DATASET[behind.dataset]
    if not len(frame):
        return Listing(f"0 {words}", ("Subject",), (), ())
    wanted = behind.mask & among[frame["SUBJECT"].to_numpy()]
    order = [name for name in ("SUBJECT", *FIRST.get(behind.dataset, ()), day, "RECORD") if name in frame]
    records = frame[wanted].sort_values(order, kind="stable")
    title = f"{int(wanted.sum())} {behind.title or words}"
    known = cut.once(_FILLED[behind.dataset]) if behind.dataset in _FILLED else filled(frame, columns)
    return _listing(cut, records, records["SUBJECT"].to_numpy(), known, title)


def own_listing(frame: pd.DataFrame, table: str, title: str, usubjid: str, *, without: Sequence[str] = ()) -> Listing:
    """List the records of one subject and one dataset ("ae", "lb", "cm" or "ds"), in their order, without its id."""
    here = {c: head for c, head in OF_DATASET[table][0].items() if c in frame and c not in without}
    columns = filled(frame, here) if len(frame) else here
    texts = [texts_of(frame[column], column) for column in columns]
    rows = tuple(zip(*texts, strict=True)) if len(frame) else ()
    return Listing(title, tuple(columns.values()), rows, (usubjid,) * len(frame))


def filled(frame: pd.DataFrame, columns: Mapping[str, str]) -> dict[str, str]:
    """Keep the columns that the data fill at all; an empty one tells a reader nothing."""
    return {c: h for c, h in columns.items() if c in frame and frame[c].notna().any() and (frame[c] != "").any()}


def _of_people(cut: Cut) -> dict[str, str]:
    return filled(cut.subjects, SUBJECT_COLUMNS)


def _of_events(cut: Cut) -> dict[str, str]:
    return filled(cut.ae, _RECORD_COLUMNS)


def _of_labs(cut: Cut) -> dict[str, str]:
    return filled(cut.lb, _LAB_COLUMNS) if len(cut.lb) else {}


_FILLED = {"ae": _of_events, "lb": _of_labs}
"""Columns that are looked through once for all lists, the datasets being the largest."""


def _listing(
    cut: Cut, frame: pd.DataFrame, subjects: npt.NDArray[np.int64], columns: dict[str, str], title: str
) -> Listing:
    ids = cut.subjects["USUBJID"].to_numpy(dtype=object)[subjects]
    texts = [texts_of(frame[column], column) for column in columns]
    headers = ["Subject", *columns.values()]
    body = [list(ids), *texts]
    if cut.arms:
        arm = cut.subjects["ARM"].to_numpy(dtype=int)[subjects]
        body.insert(1, [cut.arms[a] if a >= 0 else "(no arm)" for a in arm])
        headers.insert(1, "Arm")
    rows = tuple(tuple(str(value) for value in row) for row in zip(*body, strict=True))
    return Listing(title, tuple(headers), rows, tuple(str(i) for i in ids))


def texts_of(column: pd.Series, name: str) -> list[str]:
    """Return the values of a column as printed."""
    if name.endswith("_P"):
        return [_PRECISION[value] for value in column]
    if name in _AS_DELIVERED:
        return ["" if value != value else f"{value:.15g}" for value in column]
    if pd.api.types.is_numeric_dtype(column.dtype):
        return [
            "" if np.isnan(value) else formats.half_up(value, _DIGITS.get(name, 0))
            for value in column.to_numpy(dtype=float)
        ]
    return [str(value) for value in column]
