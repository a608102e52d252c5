"""Who stands behind a number: subjects and records as a reader may see them at the level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses.lab_values import Labs
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
_DIGITS = {"ULN": 2, "XULN": 2}
_PRECISION = {"D": "day", "M": "month", "Y": "year", "": "not known"}


@dataclass(frozen=True)
class _Sheet:
    """A dataset as it is listed: ``places`` of its records in printed order, and every column in that order."""

    places: npt.NDArray[np.int64]
    subjects: npt.NDArray[np.int64]
    columns: Mapping[str, pd.Series]

    def of(self, wanted: Bools) -> list[tuple[str, list[str]]]:
        """Return header and texts of each column for the records wanted, a mask in printed order."""
        rows = np.flatnonzero(wanted)
        return [(head, _texts(column.iloc[rows], str(column.name))) for head, column in self.columns.items()]


def subject_listing(cut: Cut, mask: Bools, title: str, beside: Mapping[str, Sequence[str]] = _NOTHING) -> Listing:
    """List subjects: id, arm (closed levels only), and what describes them. ``mask`` is over ``cut.subjects``.

    ``beside``: further columns by header, one text for each of ``cut.subjects``.
    """
    rows = np.flatnonzero(mask)
    more = [(header, [texts[row] for row in rows.tolist()]) for header, texts in beside.items()]
    return _listing(cut, rows, [*cut.once(_people).of(mask), *more], title)


def record_listing(cut: Cut, mask: Bools, title: str) -> Listing:
    """List adverse-event records in order of subject and onset. ``mask`` is over ``cut.ae``."""
    return _records(cut, cut.once(_events), mask, title)


def lab_listing(cut: Cut, mask: Bools, tests: tuple[str, ...]) -> Listing:
    """List the laboratory records of some subjects and tests, by subject, test and day. ``mask``: over subjects."""
    labs, wanted = cut.once(Labs), np.zeros(len(cut.lb), dtype=bool)
    for records in map(labs.of, tests):
        wanted[records.row[mask[records.subject]]] = True
    title = f"{int(wanted.sum())} laboratory record(s) of {', '.join(tests)}"
    return _records(cut, cut.once(_labs), wanted, title)


def _records(cut: Cut, sheet: _Sheet, mask: Bools, title: str) -> Listing:
    wanted = mask[sheet.places]
    return _listing(cut, sheet.subjects[wanted], sheet.of(wanted), title)


def _people(cut: Cut) -> _Sheet:
    places = np.arange(len(cut.subjects), dtype=np.int64)
    return _Sheet(places, places, _filled(cut.subjects, _SUBJECT_COLUMNS))


def _events(cut: Cut) -> _Sheet:
    return _sheet(cut.ae, ["SUBJECT", "ONSETDY", "RECORD"], _RECORD_COLUMNS)


def _labs(cut: Cut) -> _Sheet:
    order = ["SUBJECT", "LBTESTCD", "LBDY_LO", "RECORD"]
    return _sheet(cut.lb, order, _LAB_COLUMNS if len(cut.lb) else {})


def _sheet(frame: pd.DataFrame, order: list[str], columns: dict[str, str]) -> _Sheet:
    keys = frame[order].reset_index(drop=True)
    places = keys.sort_values(order, kind="stable").index.to_numpy(dtype=np.int64)
    filled = {head: column.iloc[places] for head, column in _filled(frame, columns).items()}
    return _Sheet(places, keys["SUBJECT"].to_numpy(dtype=np.int64)[places], filled)


def _filled(frame: pd.DataFrame, columns: dict[str, str]) -> dict[str, pd.Series]:
    """Keep the columns that the data fill at all, by header; an empty one tells a reader nothing."""
    return {head: frame[c] for c, head in columns.items() if frame[c].notna().any() and (frame[c] != "").any()}


def _listing(
    cut: Cut, subjects: npt.NDArray[np.int64], columns: Sequence[tuple[str, list[str]]], title: str
) -> Listing:
    ids = [str(i) for i in cut.subjects["USUBJID"].to_numpy(dtype=object)[subjects]]
    body: list[tuple[str, list[str]]] = [("Subject", ids), *columns]
    if cut.arms:
        arm = cut.subjects["ARM"].to_numpy(dtype=int)[subjects]
        body.insert(1, ("Arm", [cut.arms[a] if a >= 0 else "(no arm)" for a in arm]))
    rows = tuple(zip(*(texts for _, texts in body), strict=True))
    return Listing(title, tuple(header for header, _ in body), rows, tuple(ids))


def _texts(column: pd.Series, name: str) -> list[str]:
    if name.endswith("_P"):
        return [_PRECISION[value] for value in column]
    if pd.api.types.is_numeric_dtype(column.dtype):
        return [
            "" if np.isnan(value) else formats.half_up(value, _DIGITS.get(name, 0))
            for value in column.to_numpy(dtype=float)
        ]
    return [str(value) for value in column]
