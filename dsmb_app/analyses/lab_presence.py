"""Missing laboratory results as numbers: who has any value of a panel, and at each visit who of those expected has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses.codes import encoded
from dsmb_app.analyses.lab_lines import LabLine
from dsmb_app.analyses.lab_values import Labs
from dsmb_app.model.cut import Cut
from dsmb_app.model.days import to_offset
from dsmb_app.model.lab_tables import other_codes, panels
from dsmb_app.model.result import Row

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PRESENT, EXPECTED = "Labs present", "Expected labs"
_WINDOW = 7.0
"""Days around a visit that the data show and no schedule names, where the next visit is not nearer."""


@dataclass(frozen=True)
class PlannedVisit:
    """A visit: its name, and the first and last day of its window, counted from 0 on the day of the first dose.

    ``codes``: of a visit that the records name, the codes of its name in LB; such records belong to it on any day.
    """

    name: str
    opens: float
    closes: float
    codes: frozenset[int] = frozenset()


def delivered(labs: Labs, panel: str) -> tuple[str, ...]:
    """Return the tests of a panel that the data set holds."""
    return tuple(test for test in panels()[panel] if test in labs.tests)


def present(cut: Cut, labs: Labs, names: tuple[str, ...]) -> list[LabLine]:
    """Return a line per panel: who of the treated has a post-baseline value of every test of it."""
    found = []
    for name in names:
        tests = delivered(labs, name)
        if tests:
            met = np.logical_and.reduce([labs.who(labs.of(test).known("value")) for test in tests])
            row = Row((PRESENT, name), f"{PRESENT}: {name}")
            found.append(LabLine(row, cut.safety & met, cut.safety, tests, contrasted=False))
    return found


def measured(cut: Cut, labs: Labs, test: str) -> list[LabLine]:
    """Return who of the treated has a post-baseline value of one test; nothing for a test without any number."""
    if not np.isfinite(labs.of(test).value).any():
        return []
    row = Row((test, PRESENT), f"{test}: {PRESENT.lower()}", 1)
    met = cut.safety & labs.who(labs.of(test).known("value"))
    return [LabLine(row, met, cut.safety, (test,), contrasted=False)]


def expected(cut: Cut, labs: Labs, names: tuple[str, ...]) -> list[LabLine]:
    """Return a line per panel and visit: who of those expected has a value of every test of it in the visit's window.

    Expected: treated, and not ended (end of study, death, cut-off; on treatment also the window's end) before the
    visit's window closes.
    """
    visits, end = planned_visits(cut, labs), to_offset(cut.subjects["ENDDY"].to_numpy(dtype=float))
    found = []
    for name in names:
        tests = delivered(labs, name)
        days = [_values(labs, test) for test in tests]
        for visit in visits if tests else ():
            due = cut.safety & (end >= visit.closes)
            seen = np.logical_and.reduce([_within(visit, *each, len(due)) for each in days])
            row = Row((EXPECTED, name, visit.name), f"{EXPECTED}: {name}, {visit.name}", 1)
            found.append(LabLine(row, due & seen, due, tests, contrasted=False))
    return found


def _values(labs: Labs, test: str) -> tuple[Ints, Floats, Ints]:
    """Return subject, day and visit (as a code) of a test's values."""
    records = labs.of(test)
    records = records.where(np.isfinite(records.value))
    return records.subject, to_offset(records.day), labs.visits[0][records.row]


def _within(visit: PlannedVisit, subject: Ints, day: Floats, code: Ints, size: int) -> Bools:
    seen = np.zeros(size, dtype=bool)
    here = (day >= visit.opens) & (day <= visit.closes)
    if visit.codes:
        here = here | np.isin(code, list(visit.codes))
    seen[subject[here]] = True
    return seen


def planned_visits(cut: Cut, labs: Labs) -> list[PlannedVisit]:
    """Return the visits of the study file; where it names none, those that the laboratory records show.

    Shown: a name under which most of the treated who were still watched on its median day have a record; its window
    is 7 days around that day, less where the next such visit is nearer than 15 days.
    """
    named = cut.study.schedule.visits
    if named:
        middles = to_offset([float(visit.day) for visit in named])
        pairs = zip(named, middles.tolist(), strict=True)
        return [PlannedVisit(v.name, day - v.window, day + v.window) for v, day in pairs]
    return _windows(_shown(cut, labs))


def _windows(shown: Mapping[str, tuple[float, int]]) -> list[PlannedVisit]:
    days = sorted(day for day, _ in shown.values())
    found = []
    for name, (day, code) in sorted(shown.items(), key=lambda item: (item[1][0], item[0])):
        room = min([_WINDOW, *((abs(day - other) - 1) // 2 for other in days if other != day)])
        found.append(PlannedVisit(name, day - room, day + room, frozenset([code])))
    return found


def visits_made(cut: Cut, labs: Labs) -> list[tuple[str, Bools, Bools]]:
    """Return name, who was there and who was expected, of each planned visit, by the records of SV; none without SV.

    A visit of the study file is there when a record of SV begins in its window; one that SV shows (found as
    ``planned_visits`` finds those of LB) also under its name.
    """
    sv = cut.others.get("sv", pd.DataFrame())
    if not len(sv):
        return []
    subject, day = sv["SUBJECT"].to_numpy(dtype=np.int64), sv["SVSTDY_LO"].to_numpy(dtype=float)
    codes = encoded(sv["VISIT"]) if "VISIT" in sv else (np.zeros(len(sv), dtype=np.int64), [""])
    if cut.study.schedule.visits:
        visits = planned_visits(cut, labs)
    else:
        visits = _windows(_common(cut, codes, subject, day, (sv["CUTFL"] != "Y").to_numpy(dtype=bool)))
    end = to_offset(cut.subjects["ENDDY"].to_numpy(dtype=float))
    found = []
    for visit in visits:
        due = cut.safety & (end >= visit.closes)
        found.append((visit.name, due & _within(visit, subject, to_offset(day), codes[0], len(due)), due))
    return found


def _shown(cut: Cut, labs: Labs) -> dict[str, tuple[float, int]]:
    """Return the visits that most of the treated have laboratory records of, with their median days and codes."""
    lb = cut.lb
    usable = np.isfinite(lb["VALUE"].to_numpy(dtype=float)) & (lb["CUTFL"] != "Y").to_numpy(dtype=bool)
    day, subject = lb["LBDY_LO"].to_numpy(dtype=float), lb["SUBJECT"].to_numpy(dtype=np.int64)
    return _common(cut, labs.visits, subject, day, usable)


def _common(
    cut: Cut, visits: tuple[Ints, list[str]], subject: Ints, day: Floats, usable: Bools
) -> dict[str, tuple[float, int]]:
    """Return the visits of some records that most of the treated have, with their median days and codes."""
    code, names = visits
    treated = (cut.subjects["SAFFL"] == "Y").to_numpy()
    keep = usable & np.isfinite(day) & treated[subject]
    people = np.int64(len(treated))
    order = np.flatnonzero(keep)[np.argsort(day[keep], kind="stable")]
    pair, first = np.unique(code[order] * people + subject[order], return_index=True)
    end = to_offset(cut.subjects["ENDDY"].to_numpy(dtype=float))
    found = {}
    for place, name in enumerate(names[:-1]):
        days = to_offset(day[order][first[pair // people == place]])
        if not name or not len(days):
            continue
        middle = float(np.floor(np.median(days)))
        watched = int((treated & (end >= middle)).sum())
        if 2 * len(days) > watched > 0:
            found[name] = (middle, place)
    return found


def notes(cut: Cut, labs: Labs, names: tuple[str, ...]) -> list[str]:
    """Say what present and expected mean, and which tests of the panels were never delivered."""
    # One that is held back is said to be so elsewhere; of it nothing is known here, not even that it was delivered.
    absent = [test for name in names for test in panels()[name] if test not in (*labs.tests, *cut.held_back)]
    visits = planned_visits(cut, labs)
    held = [f"{name}: {', '.join(delivered(labs, name))}" for name in names if delivered(labs, name)]
    found = [
        "Labs present: treated subjects with a post-baseline value"
        + (f" of every test of the panel ({'; '.join(held)})." if held else "; no panel is in LB.")
    ]
    if absent:
        found.append(f"Not in LB at all, and not asked for: {', '.join(absent)}.")
        found += [
            f"LB holds {code}, which may stand for {test}: it is not graded, nor counted as {test}."
            for test in absent for code in other_codes().get(test, ()) if code in labs.tests
        ]  # fmt: skip
    source = "the study file's schedule" if cut.study.schedule.visits else "the visits that most subjects have in LB"
    if visits:
        found.append(
            f"Expected labs: by {source}; N: treated subjects not ended (end of study, death, cut-off) before the "
            "visit's window closes; n: of these, those with a value of every test of the panel at the visit."
        )
    else:
        found.append("Expected labs: neither the study file nor LB names visits, so none can be counted as missing.")
    return found
