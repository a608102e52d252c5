"""One subject's four liver tests over study days, with dosing days and liver events."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from dsmb_app.analyses.edish import FLOOR, TESTS
from dsmb_app.analyses.lab_values import Bools, Labs
from dsmb_app.model import formats
from dsmb_app.model.baskets import Basket, read_basket
from dsmb_app.model.closed import patients_closed
from dsmb_app.model.cut import Cut
from dsmb_app.model.errors import Refusal
from dsmb_app.model.events import grading_used, in_terms, is_serious, organ_class
from dsmb_app.model.time_course import Course, EventBar, Reading, TimeCourse
from dsmb_app.model.words import Level

NUMBER = "F18T"
LINES = (1.0, 2.0, 3.0)
_ORDER = ("ALT", "AST", "ALP", "BILI")
_SOC = "hepatobiliary disorders"
_BASKET = "liver"


def time_course(cut: Cut, usubjid: str) -> TimeCourse:
    """Return what is known of a subject's liver tests, whatever the window: every result up to the data cut-off.

    Raises Refusal where the open session shows no patients, and for a subject that the level does not know.
    """
    if cut.level is Level.POOLED and not cut.study.open.patients:
        raise patients_closed()
    found = np.flatnonzero((cut.subjects["USUBJID"] == usubjid).to_numpy())
    if not len(found):
        raise Refusal("SUBJECT-NOT-HERE", f"No subject is called '{usubjid}' here.", "Choose one of a list or plot.")
    at = int(found[0])
    courses, left_out = liver_courses(cut.once(Labs), cut.lb, at)
    events, doses = _events(cut, at), dose_spans(cut, at)
    arm = int(cut.subjects["ARM"].iloc[at])
    end = float(cut.subjects["ENDSTDY"].iloc[at])
    days = [r.day for c in courses for r in c.readings] + [d for pair in doses for d in pair]
    days += [d for e in events for d in (e.start, e.end)] + ([end] if np.isfinite(end) else [])
    return TimeCourse(
        exhibit=NUMBER,
        title=f"Liver tests of subject {usubjid}",
        subtitle="All results up to the data cut-off, over the upper limit of their record",
        level=cut.level,
        population="1 subject",
        subject=usubjid,
        arm=cut.arms[arm] if cut.arms and arm >= 0 else "",
        arms=cut.arms,
        x_label="Study day",
        y_label="x ULN",
        courses=courses,
        doses=doses,
        events=events,
        first_day=min([1.0, *days]),
        last_day=max([1.0, *days]),
        lines=LINES,
        floor=FLOOR,
        tests=TESTS,
        footnotes=_footnotes(cut, courses, left_out, len(events)),
    )


def liver_courses(labs: Labs, lb: pd.DataFrame, at: int) -> tuple[tuple[Course, ...], int]:
    """Return the tests that have results, and how many results have no day or no upper limit.

    ``labs``: the records ``lb``; ``at``: the subject's place.
    """
    courses, left_out = [], 0
    for test in _ORDER:
        records = labs.of(test)
        in_time = np.ones(len(records.row), dtype=bool)
        if len(lb):
            in_time = (lb["CUTFL"].iloc[records.row] != "Y").to_numpy()
        own = records.where((records.subject == at) & np.isfinite(records.value) & in_time).ordered()
        drawn = own.where(np.isfinite(own.day) & np.isfinite(own.xuln))
        left_out += len(own.row) - len(drawn.row)
        readings = []
        for row, day, multiple, bound, base in zip(
            drawn.row, drawn.day, drawn.xuln, drawn.bound, drawn.base, strict=True
        ):
            side = "<" if bound < 0 else ">" if bound > 0 else ""
            height = max(float(multiple / 2 if bound < 0 else multiple), FLOOR)
            words = result_words(lb.iloc[int(row)], f"{side}{formats.half_up(float(multiple), 2)} x ULN")
            readings.append(Reading(float(day), height, words, side, bool(base), int(row)))
        if readings:
            courses.append(Course(test, tuple(readings)))
    return tuple(courses), left_out


def result_words(record: pd.Series, more: str) -> str:
    """Return a laboratory record in words: result and unit as reported, what is said of it, and the visit."""
    result = " ".join(str(record[c]) for c in ("LBORRES", "LBORRESU") if record[c] == record[c] and record[c] != "")
    visit = str(record["VISIT"]) if "VISIT" in record and record["VISIT"] == record["VISIT"] else ""
    return ", ".join(part for part in (result, more, visit.capitalize()) if part)


def dose_spans(cut: Cut, at: int) -> tuple[tuple[float, float], ...]:
    """Return the first and last day of each dosing record of a subject; none where dose days are sealed."""
    if not len(cut.doses):
        return ()
    rows = cut.doses[(cut.doses["SUBJECT"] == at) & cut.doses["EXSTDY"].notna()]
    start = rows["EXSTDY"].to_numpy(dtype=float)
    end = np.fmax(rows["EXENDY"].to_numpy(dtype=float), start)
    return tuple(sorted(zip(start.tolist(), end.tolist(), strict=True)))


def is_liver_event(cut: Cut) -> Bools:
    """Tell which adverse events concern the liver: class Hepatobiliary disorders, or a term of the list "liver"."""
    soc = organ_class(cut.ae).str.strip().str.casefold()
    return np.asarray((soc == _SOC).to_numpy(dtype=bool) | in_terms(cut.ae, _basket(cut).members), dtype=bool)


def _basket(cut: Cut) -> Basket:
    """Return the study's own list of that name, locked with it, else the built-in one."""
    return next((basket for basket in cut.baskets if basket.name == _BASKET), None) or read_basket(_BASKET)


def _events(cut: Cut, at: int) -> tuple[EventBar, ...]:
    mine = (cut.ae["SUBJECT"] == at).to_numpy() & (cut.ae["CUTFL"] != "Y").to_numpy() & is_liver_event(cut)
    rows = cut.ae[mine]
    days = [float(cut.subjects["ENDSTDY"].iloc[at]), *rows["AEENDY_HI"], *rows["AESTDY_LO"]]
    last = max([1.0, *(day for day in days if np.isfinite(day))])
    bars = []
    for row, serious in zip(rows.to_dict("records"), is_serious(rows), strict=True):
        start, end = float(row["AESTDY_LO"]), float(row["AEENDY_HI"])
        begun = start if np.isfinite(start) else 1.0
        parts = (degree(cut, row), "serious" if serious else "", str(row["AEOUT"]).lower())
        bars.append(
            EventBar(
                str(row["AEDECOD"] or row["AETERM"]),
                begun,
                max(begun, end if np.isfinite(end) else last),
                not np.isfinite(end),
                ", ".join(part for part in parts if part),
            )
        )
    return tuple(sorted(bars, key=lambda bar: (bar.start, bar.end, bar.term)))


def degree(cut: Cut, row: dict[Hashable, Any]) -> str:
    """Return grade or severity in words, whichever the exhibits use."""
    used = grading_used(cut.ae, cut.study.ae.grading)
    text = str(row[used]).strip().lower()
    return f"grade {text.removeprefix('grade').strip()}" if text and used == "AETOXGR" else text


def _footnotes(cut: Cut, courses: tuple[Course, ...], left_out: int, events: int) -> tuple[str, ...]:
    missing = [test for test in _ORDER if test not in {course.test for course in courses}]
    notes = [
        "Results over the upper limit (ULN) of their record; lines at 1, 2 and 3 x ULN. <x is drawn at half of x, both "
        f"bounds with an open symbol; values below {FLOOR:g} at {FLOOR:g}. {left_out} result(s) without a day or an "
        "upper limit are not drawn.",
        f'{events} liver event(s): class Hepatobiliary disorders, or a term of the list "{_basket(cut).title}". A bar '
        "without an end runs to the last day known and ends in an arrow.",
    ]
    if missing:
        notes.insert(0, f"Not measured: {', '.join(missing)}.")
    if not len(cut.doses):
        notes.append("Dose days are not shown at this level.")
    if cut.level is Level.POOLED and cut.held_back:
        notes.append(f"Except held back from open sessions: {', '.join(cut.held_back)}.")
    return tuple(notes)
