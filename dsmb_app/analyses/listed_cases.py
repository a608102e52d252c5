"""Listings of cases that several records make: deaths by source, liver cases and cytopenias of grade 3 or 4."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import liver
from dsmb_app.analyses.ae_lines import with_records
from dsmb_app.analyses.deaths import deaths
from dsmb_app.analyses.lab_grades import directions, record_grades, version
from dsmb_app.analyses.lab_values import Labs, Records
from dsmb_app.model import formats
from dsmb_app.model.cut import Cut
from dsmb_app.model.lab_tables import panels
from dsmb_app.model.sheet import SheetColumn, column_of

Ints = npt.NDArray[np.int64]
Owners = Callable[[Cut, Ints], list[SheetColumn]]
Made = tuple[list[SheetColumn], list[str]]

LIVER = ("Potential Hy's law", "ALT or AST >3 x ULN and BILI >2 x ULN")
_HEADERS = ("Case", "Test", "Day", "Visit", "Value", "Unit", "LLN", "ULN", "x ULN", "Grade")


class CaseRow(NamedTuple):
    """A line of L5: its subject (row in ``cut.subjects``), its record (row in ``cut.lb``) and the texts of it, of which
    the first is the case."""

    subject: int
    record: int
    texts: tuple[str, ...]


def deaths_listed(cut: Cut, owners: Owners) -> Made:
    """List who died by the cut-off in any source: what each source says, and where they disagree."""
    found = deaths(cut)
    places = np.flatnonzero(found.anyone)
    by_event = with_records(cut, found.records)
    said = {source: cut.subjects[f"DTH{source}"].to_numpy(dtype=object)[places] for source in ("DS", "DM", "DD")}
    columns = owners(cut, places)
    columns.append(column_of("Day", [_number(day, 0) for day in cut.subjects["DTHDY"].to_numpy(dtype=float)[places]]))
    columns.append(column_of("AE", ["yes" if by_event[place] else "" for place in places]))
    words = {"Y": "yes", "LATE": "after the cut-off", "": ""}
    columns += [column_of(source, [words.get(text, text) for text in texts]) for source, texts in said.items()]
    columns.append(column_of("Fatal events", [_terms(cut, found.records, int(place)) for place in places]))
    conflicts = {"no death in DS, DM or DD": found.ae_alone, "no fatal AE": found.no_event,
                 "in one of DS and DM alone": found.ds_or_dm}  # fmt: skip
    texts = ["; ".join(name for name, mask in conflicts.items() if mask[place]) for place in places]
    columns.append(column_of("Conflict", texts))
    return columns, ["Treated subjects with a death by the data cut-off in AE (AESDTH, AEOUT, grade 5), DS, DM or DD."]


def _terms(cut: Cut, records: npt.NDArray[np.bool_], place: int) -> str:
    mine = cut.ae[records & (cut.ae["SUBJECT"] == place).to_numpy()]
    return "; ".join(mine["AEDECOD"].where(mine["AEDECOD"] != "", mine["AETERM"]))


def cases(cut: Cut, owners: Owners) -> Made:
    """List the worst value of each test of a liver case, and the worst cytopenias of grade 3 or 4, post-baseline."""
    rows = sorted(case_rows(cut), key=lambda row: row.subject)
    columns = owners(cut, np.array([row.subject for row in rows], dtype=np.int64))
    columns += [column_of(name, [row.texts[place] for row in rows]) for place, name in enumerate(_HEADERS)]
    return columns, [
        "Liver cases: as in K18, each with its highest post-baseline value of ALT, AST, BILI and ALP. Cytopenias: "
        f"lowest post-baseline value of grade 3 or 4 ({version(cut)})."
    ]


def case_rows(cut: Cut) -> list[CaseRow]:
    """Return the records that make the cases of liver and blood counts, case by case."""
    labs, rows = cut.once(Labs), list[CaseRow]()
    for line in liver.lines(cut):
        if line.row.key[-1] in LIVER:
            for test in line.tests:
                rows += _worst(cut, labs, line.row.key[-1], test, line.met)
    sides = directions(cut)
    for test in panels()["Blood count"]:
        if (test, "low") in sides:
            found = labs.of(test).known("graded")
            grade = record_grades(found, sides[test, "low"], "low")[0]
            severe = found.where(grade >= 3)
            lowest = severe.where(_first(severe.subject, severe.graded))
            grades = grade[grade >= 3][_first(severe.subject, severe.graded)]
            said = f"{test} low, grade 3 or 4"
            rows += [_row(cut, labs, said, test, lowest, at, _number(grades[at], 0))
                     for at, s in enumerate(lowest.subject) if cut.safety[s]]  # fmt: skip
    return rows


def _worst(cut: Cut, labs: Labs, case: str, test: str, met: npt.NDArray[np.bool_]) -> list[CaseRow]:
    found = labs.of(test).known("xuln")
    found = found.where(met[found.subject])
    highest = found.where(_first(found.subject, -found.xuln))
    return [_row(cut, labs, case, test, highest, at, "") for at in range(len(highest.subject))]


def _first(subject: Ints, values: npt.NDArray[np.float64]) -> Ints:
    """Return where each subject's lowest value stands, of equal ones the first."""
    order = np.lexsort((values, subject))
    return order[np.unique(subject[order], return_index=True)[1]]


def _row(cut: Cut, labs: Labs, case: str, test: str, found: Records, at: int, grade: str) -> CaseRow:
    row = int(found.row[at])
    code, names = labs.visits
    numbers = ((found.value, 2), (found.lln, 2), (found.uln, 2), (found.xuln, 2))
    value, lln, uln, xuln = (_number(values[at], digits) for values, digits in numbers)
    unit = str(cut.lb["LBSTRESU"].iloc[row])
    texts = (case, test, _number(found.day[at], 0), names[code[row]], value, unit, lln, uln, xuln, grade)
    return CaseRow(int(found.subject[at]), row, texts)


def _number(value: float, digits: int) -> str:
    return formats.half_up(float(value), digits) if np.isfinite(value) else ""
