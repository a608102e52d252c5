"""Who stands behind a number: subjects and records as a reader may see them at the level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses.lab_values import test_names
from dsmb_app.model import formats
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import Listing

Bools = npt.NDArray[np.bool_]

_SUBJECT_COLUMNS = {
    "SITEID": "Site", "AGE": "Age", "SEX": "Sex", "RACE": "Race", "TRTEDY": "Last dose day",
    "ENDDY": "Last day watched", "EOSREAS": "End of study",
}  # fmt: skip
_RECORD_COLUMNS = {
    "AEBODSYS": "System organ class", "AEDECOD": "Preferred term", "AETERM": "Reported term", "ONSETDY": "Onset day",
    "AESTDY_P": "Start known to", "AEENDY_LO": "End day", "AETOXGR": "Grade", "AESEV": "Severity", "AESER": "Serious",
    "AEREL": "Related", "AEACN": "Action taken", "AEOUT": "Outcome",
}  # fmt: skip
_LAB_COLUMNS = {
    "LBTESTCD": "Test", "VISIT": "Visit", "LBDY_LO": "Day", "LBORRES": "Result", "LBORRESU": "Unit",
    "LBSTRESC": "Standard result", "LBSTRESU": "Standard unit", "ULN": "ULN", "XULN": "x ULN", "BASEFL": "Baseline",
}  # fmt: skip
_NOTHING: Mapping[str, Sequence[str]] = {}
_DRUG_COLUMNS = {
    "CMDECOD": "Drug", "CMTRT": "Reported as", "CMSTDY_LO": "Start day", "CMENDY_HI": "End day", "CMDOSE": "Dose",
    "CMDOSU": "Unit", "CMDOSFRQ": "Frequency", "CMROUTE": "Route", "CMINDC": "For", "CMENRTPT": "End relative to",
}  # fmt: skip
_DISPOSITION_COLUMNS = {"DSSTDY_LO": "Day", "DSCAT": "Category", "DSDECOD": "Event", "DSTERM": "As reported",
                        "EPOCH": "Epoch"}  # fmt: skip
_TABLES = {"ae": _RECORD_COLUMNS, "lb": _LAB_COLUMNS, "cm": _DRUG_COLUMNS, "ds": _DISPOSITION_COLUMNS}
_AS_DELIVERED = ("CMDOSE",)
_DIGITS = {"ULN": 2, "XULN": 2}
_PRECISION = {"D": "day", "M": "month", "Y": "year", "": "not known"}


def subject_listing(
    cut: Cut, mask: Bools, title: str, beside: Mapping[str, Sequence[str]] = _NOTHING, *, notes: Sequence[str] = ()
) -> Listing:
    """List subjects: id, arm (closed levels only), and what describes them. ``mask`` is over ``cut.subjects``.

    ``beside``: further columns by header, one text for each of ``cut.subjects``.
    """
    columns = {**_filled(cut.subjects, _SUBJECT_COLUMNS), **{header: header for header in beside}}
    everybody = cut.subjects.assign(**{header: pd.Series(texts, dtype="str") for header, texts in beside.items()})
    found = _listing(cut, everybody[mask], np.flatnonzero(mask), columns, title)
    return replace(found, footnotes=tuple(notes))


def record_listing(cut: Cut, mask: Bools, title: str) -> Listing:
    """List adverse-event records in order of subject and onset. ``mask`` is over ``cut.ae``."""
    records = cut.ae[mask].sort_values(["SUBJECT", "ONSETDY", "RECORD"], kind="stable")
    columns = _filled(cut.ae, _RECORD_COLUMNS)
    return _listing(cut, records, records["SUBJECT"].to_numpy(), columns, title)


def lab_listing(cut: Cut, mask: Bools, tests: tuple[str, ...]) -> Listing:
    """List the laboratory records of some subjects and tests, by subject, test and day. ``mask``: over subjects."""
    wanted = mask[cut.lb["SUBJECT"].to_numpy()] & np.isin(test_names(cut.lb).astype(str), tests)
    records = cut.lb[wanted].sort_values(["SUBJECT", "LBTESTCD", "LBDY_LO", "RECORD"], kind="stable")
    columns = _filled(cut.lb, _LAB_COLUMNS) if len(cut.lb) else {}
    title = f"{int(wanted.sum())} laboratory record(s) of {', '.join(tests)}"
    return _listing(cut, records, records["SUBJECT"].to_numpy(), columns, title)


def own_listing(frame: pd.DataFrame, table: str, title: str, usubjid: str, *, without: Sequence[str] = ()) -> Listing:
    """List the records of one subject and one dataset ("ae", "lb", "cm" or "ds"), in their order, without its id."""
    here = {c: head for c, head in _TABLES[table].items() if c in frame and c not in without}
    columns = _filled(frame, here) if len(frame) else here
    texts = [_texts(frame[column], column) for column in columns]
    rows = tuple(zip(*texts, strict=True)) if len(frame) else ()
    return Listing(title, tuple(columns.values()), rows, (usubjid,) * len(frame))


def _filled(frame: pd.DataFrame, columns: dict[str, str]) -> dict[str, str]:
    """Keep the columns that the data fill at all; an empty one tells a reader nothing."""
    return {c: head for c, head in columns.items() if frame[c].notna().any() and (frame[c] != "").any()}


def _listing(
    cut: Cut, frame: pd.DataFrame, subjects: npt.NDArray[np.int64], columns: dict[str, str], title: str
) -> Listing:
    ids = cut.subjects["USUBJID"].to_numpy(dtype=object)[subjects]
    texts = [_texts(frame[column], column) for column in columns]
    headers = ["Subject", *columns.values()]
    body = [list(ids), *texts]
    if cut.arms:
        arm = cut.subjects["ARM"].to_numpy(dtype=int)[subjects]
        body.insert(1, [cut.arms[a] if a >= 0 else "(no arm)" for a in arm])
        headers.insert(1, "Arm")
    rows = tuple(tuple(str(value) for value in row) for row in zip(*body, strict=True))
    return Listing(title, tuple(headers), rows, tuple(str(i) for i in ids))


def _texts(column: pd.Series, name: str) -> list[str]:
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
