"""Adverse events and medication of one subject as spans of study days, each with its record in words."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses import medication
from dsmb_app.analyses.infections import INFECTIONS
from dsmb_app.analyses.time_course import degree
from dsmb_app.model.cut import Cut
from dsmb_app.model.events import grading_used, intensity, is_serious, organ_class
from dsmb_app.model.profile import DrugSpan, EventSpan, Span

Row = dict[Hashable, Any]

OTHER = "other"
KINDS = (medication.STEROID, medication.IMMUNOSUPPRESSANT, medication.ANTIMICROBIAL, OTHER)
_PRECISION = {"M": "month", "Y": "year"}
_OUTCOMES_ON = ("NOT RECOVERED/NOT RESOLVED", "RECOVERING/RESOLVING")


def event_spans(cut: Cut, ae: pd.DataFrame, last: float) -> tuple[EventSpan, ...]:
    """Return the events of some records of AE, in their order. ``last``: the last study day known of the subject."""
    # Which column grades events is a matter of the whole study, not of one subject's records.
    used = grading_used(cut.ae, cut.study.ae.grading)
    depths = np.nan_to_num(intensity(ae, used), nan=0.0).astype(int)
    infection = (organ_class(ae).str.strip().str.casefold() == INFECTIONS).to_numpy(dtype=bool)
    found = []
    for place, (row, serious) in enumerate(zip(ae.to_dict("records"), is_serious(ae), strict=True)):
        depth = int(depths[place])
        found.append(
            EventSpan(
                row=place,
                term=str(row["AEDECOD"] or row["AETERM"]),
                span=span(row, "AE", last),
                # Mild, moderate and severe take the looks of grades 1, 3 and 5, as they do in every plot.
                depth=2 * depth - 1 if used == "AESEV" and depth else depth,
                degree=degree(cut, row),
                serious=bool(serious),
                infection=bool(infection[place]),
                emergent=bool(row["EMERGENT"]),
                words=_event_words(cut, row, serious=bool(serious)),
            )
        )
    return tuple(found)


def drug_spans(cm: pd.DataFrame, last: float) -> tuple[DrugSpan, ...]:
    """Return the medication of some records of CM, in their order; each has the first kind that fits."""
    if not len(cm):
        return ()
    kinds = np.full(len(cm), OTHER, dtype=object)
    for kind in reversed(KINDS[:-1]):
        kinds[medication.is_kind(cm, kind)] = kind
    ongoing = np.isposinf(medication.taken(cm).last)
    found = []
    for place, row in enumerate(cm.to_dict("records")):
        coded = str(row["CMDECOD"])
        name = (coded if coded.upper() not in medication.NO_CODE else str(row["CMTRT"]) or coded).capitalize()
        when = _drug_days(span(row, "CM", last), ongoing=bool(ongoing[place]))
        said = (
            name,
            str(kinds[place]) if kinds[place] != OTHER else "",
            _days(row, "CM", ongoing=bool(ongoing[place])),
        )
        found.append(DrugSpan(place, name, str(kinds[place]), when, "\n".join(part for part in said if part)))
    return tuple(found)


def _drug_days(when: Span, *, ongoing: bool) -> Span:
    """Let a drug without an end stand for its start alone, unless it is said to go on (as ``medication.taken``)."""
    if ongoing or not when.open_end or when.open_start:
        return when
    return Span(when.first, when.begun, when.begun, when.begun)


def span(row: Row, domain: str, last: float) -> Span:
    """Return the days of a record by its columns AESTDY_LO and the like.

    Parts collected are never altered: a start known to the month leaves its days between ``first`` and ``begun``.
    """
    low, high = float(row[f"{domain}STDY_LO"]), float(row[f"{domain}STDY_HI"])
    over, end = float(row[f"{domain}ENDY_LO"]), float(row[f"{domain}ENDY_HI"])
    no_start, no_end = not np.isfinite(low), not np.isfinite(end)
    if no_start:
        low = high = min(1.0, end) if np.isfinite(end) else 1.0
    if no_end:
        over = end = max(last, low)
    end = max(end, low)
    begun = min(max(high, low), end)
    return Span(low, begun, min(max(over, begun), end), end, no_start, no_end)


def _event_words(cut: Cut, row: Row, *, serious: bool) -> str:
    term, said = str(row["AEDECOD"]), str(row["AETERM"])
    reported = f"reported as: {said}" if said and said.casefold() != term.casefold() and term else ""
    relation = str(row["AEREL"]).lower()
    parts = (
        term or said,
        reported,
        ", ".join(part for part in (degree(cut, row), "serious" if serious else "") if part),
        _days(row, "AE", ongoing=_goes_on(row)),
        str(row["AEOUT"]).lower(),
        f"related: {relation}" if relation else "",
        f"action: {str(row['AEACN']).lower()}" if row["AEACN"] else "",
        "treatment-emergent" if row["EMERGENT"] else "not treatment-emergent",
    )
    return "\n".join(part for part in parts if part)


def _goes_on(row: Row) -> bool:
    stated = {str(row[column]).upper() for column in ("AEENRTPT", "AEENRF")}
    return bool(stated & set(medication.ONGOING)) or str(row["AEOUT"]).upper() in _OUTCOMES_ON


def _days(row: Row, domain: str, *, ongoing: bool) -> str:
    start = _day(row, f"{domain}STDY", "start not known")
    end = _day(row, f"{domain}ENDY", "ongoing" if ongoing else "end not known")
    return f"day {start} to {end}"


def _day(row: Row, stem: str, unknown: str) -> str:
    low, high, precision = float(row[f"{stem}_LO"]), float(row[f"{stem}_HI"]), str(row[f"{stem}_P"])
    if not np.isfinite(low):
        return unknown
    if low == high:
        return f"{low:g}"
    return f"{low:g}..{high:g} (known to the {_PRECISION.get(precision, precision)})"


def own(frame: pd.DataFrame, at: int, order: list[str]) -> tuple[pd.DataFrame, int]:
    """Return a subject's records of a dataset up to the cut-off, in order, and how many begin after it."""
    if "SUBJECT" not in frame:
        return frame.iloc[:0], 0
    mine = frame[frame["SUBJECT"].to_numpy() == at]
    late: npt.NDArray[np.bool_] = (mine["CUTFL"] == "Y").to_numpy(dtype=bool)
    return mine[~late].sort_values([*order, "RECORD"], kind="stable", ignore_index=True), int(late.sum())
