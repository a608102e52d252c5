"""Data quality of visits and measurements: what is missing of those still on study, and records that do not fit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses import lab_levels, lab_presence
from dsmb_app.analyses.codes import encoded, one_of
from dsmb_app.analyses.findings import Behind, Finding, records_of, repeated
from dsmb_app.analyses.lab_values import Labs, coded_tests
from dsmb_app.model.cut import Cut
from dsmb_app.model.days import to_offset
from dsmb_app.model.lab_tables import panels
from dsmb_app.model.result import Row

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

GRACE = 14.0
"""Days after a visit's window without any record, from which on last contact is overdue (definitions, section 20)."""

LABS_MISSING, VISITS_MISSING, CONTACT = "Labs missing", "Visit missing", "Last contact"
LAB, VITAL, LATE = "Laboratory", "Vital signs", "After the data cut-off"

GROUPS = (LABS_MISSING, VISITS_MISSING, CONTACT, LAB, VITAL, LATE)

_OTHERS = {"lb": "laboratory", "vs": "vital signs", "cm": "medication", "sv": "visits", "ds": "disposition"}


def findings(cut: Cut) -> list[Finding]:
    """Return the rows of missing labs and visits, last contact, laboratory, vital signs and late records."""
    labs = cut.once(Labs)
    found = [*labs_missing(cut, labs), *visits_missing(cut, labs), *_last_contact(cut, labs)]
    return [*found, *_laboratory(cut, labs), *_vital_signs(cut), *_late(cut)]


def labs_missing(cut: Cut, labs: Labs) -> list[Finding]:
    """Return, by panel and visit, who has no value of every test of the panel there, of those expected."""
    (tests, names), of_panel = coded_tests(cut.lb), dict[tuple[str, ...], Bools]()
    subject, found = cut.lb["SUBJECT"].to_numpy(dtype=np.int64), []
    for line in lab_presence.expected(cut, labs, tuple(panels())):
        missing = line.measured & ~line.met
        _, panel, visit = line.row.key
        row = Row((LABS_MISSING, panel, visit), f"{LABS_MISSING}: {panel}, {visit}")
        if line.tests not in of_panel:
            of_panel[line.tests] = np.array([name in line.tests for name in names], dtype=bool)[tests]
        shown = of_panel[line.tests] & missing[subject]
        title = f"laboratory record(s) of {', '.join(line.tests)}, at all visits"
        found.append(Finding(row, Behind("lb", shown, title), missing, line.measured))
    return found


def visits_missing(cut: Cut, labs: Labs) -> list[Finding]:
    """Return, by visit, who has no record of it in SV, of those expected."""
    sv = records_of(cut, "sv")
    found = []
    for name, there, due in lab_presence.visits_made(cut, labs):
        missing = due & ~there
        behind = Behind("sv", missing[sv["SUBJECT"].to_numpy()])
        found.append(Finding(Row((VISITS_MISSING, name), f"{VISITS_MISSING}: {name}"), behind, missing, due))
    return found


def _last_contact(cut: Cut, labs: Labs) -> list[Finding]:
    found = overdue(cut, labs)
    if found is None:
        return []
    due, late = found
    sv = records_of(cut, "sv")
    shown = late[sv["SUBJECT"].to_numpy()] if len(sv) else np.zeros(0, dtype=bool)
    name = f"a visit's window closed over {GRACE:g} days ago without any record since"
    return [Finding(Row((CONTACT, name), f"{CONTACT}: {name}"), Behind("sv", shown), late, due)]


def overdue(cut: Cut, labs: Labs) -> tuple[Bools, Bools] | None:
    """Return who is still on study at the cut-off, and who of these was not heard of in time; None where not known.

    Not in time: a planned visit's window lies wholly after the last record of any dataset, and closed over 14 days
    before the cut-off (known in whole weeks after that record). Still on study: treated, not ended by RFPENDTC,
    disposition or death. Snapshots locked before the day of last contact was kept, and data without visits, tell
    nothing.
    """
    visits = lab_presence.planned_visits(cut, labs)
    if "LSTCAGO" not in cut.subjects or not visits:
        return None
    last = to_offset(cut.subjects["LSTCDY"].to_numpy(dtype=float))
    ago = cut.subjects["LSTCAGO"].to_numpy(dtype=float)
    on_study = cut.safety & np.isfinite(ago)
    late = [(visit.opens > last) & (visit.closes + GRACE < last + ago) for visit in visits]
    return on_study, on_study & np.logical_or.reduce(late)


def _laboratory(cut: Cut, labs: Labs) -> list[Finding]:
    if not len(cut.lb):
        return []
    found = dict(lab_levels.decided(cut, labs))
    found |= {f"unit mismatch? {test}": mask for test, mask in _unit_mismatch(cut, labs).items()}
    mine = _mine(cut, cut.lb)
    known = np.isfinite(cut.lb["VALUE"].to_numpy(dtype=float))
    rules, sources = encoded(cut.lb["LIMRULE"])
    for name in sorted({*sources} - {"record", ""}):
        found[f"upper limit taken from: {name}"] = mine & (rules == sources.index(name))
    found["baseline without the source's flag"] = mine & one_of(cut.lb["BASERULE"], ("last pre-dose",))
    found["result without a unit"] = mine & known & one_of(cut.lb["LBSTRESU"], ("",))
    found["duplicate: same subject, test and time"] = _again(cut.lb, "LB", mine & known)
    found["date not complete"] = mine & ~one_of(cut.lb["LBDY_P"], ("D",)) if "LBDY_P" in cut.lb else mine[:0]
    return [_finding("lb", LAB, name, mask) for name, mask in found.items() if len(mask)]


def _unit_mismatch(cut: Cut, labs: Labs) -> dict[str, Bools]:
    """Return the records that lie over 20-fold from the median of their test, by test; of treated subjects."""
    found = {}
    for test in labs.tests:
        records = labs.of(test)
        far = records.row[lab_levels.far_off(labs, test) & cut.safety[records.subject]]
        if len(far):
            found[test] = np.isin(np.arange(len(cut.lb)), far)
    return found


def _vital_signs(cut: Cut) -> list[Finding]:
    vs = records_of(cut, "vs")
    if not len(vs):
        return []
    mine, known = _mine(cut, vs), vs["VSSTRESN"].notna().to_numpy(dtype=bool)
    unit, test = _units(vs), encoded(vs["VSTESTCD"])[0]
    told = known & (unit > 0)
    # The unit that most records of a test have is the test's; of two as common the first by alphabet.
    counts = np.zeros((test.max() + 2, unit.max() + 1), dtype=np.int64)
    np.add.at(counts, (test[told], unit[told]), 1)
    found = {
        "result without a unit": mine & known & (unit == 0),
        "another unit than most of the test": mine & told & (unit != counts.argmax(axis=1)[test]),
        "duplicate: same subject, test and time": _again(vs, "VS", mine & known),
    }
    return [_finding("vs", VITAL, name, mask) for name, mask in found.items()]


def _units(vs: pd.DataFrame) -> Ints:
    """Return the unit of each record as its place in the alphabet, 0 for none; large and small letters are the same."""
    codes, written = encoded(vs["VSSTRESU"])
    names = [name.strip().casefold() for name in written]
    places = {name: place for place, name in enumerate(sorted({"", *names}))}
    return np.array([places[name] for name in names], dtype=np.int64)[codes]


def _late(cut: Cut) -> list[Finding]:
    found = []
    for dataset, words in _OTHERS.items():
        frame = records_of(cut, dataset)
        if len(frame) and "CUTFL" in frame:
            late = cut.safety[frame["SUBJECT"].to_numpy()] & one_of(frame["CUTFL"], ("Y",))
            found.append(_finding(dataset, LATE, words, late))
    return found


def _finding(dataset: str, group: str, name: str, mask: Bools) -> Finding:
    return Finding(Row((group, name), f"{group}: {name}"), Behind(dataset, np.asarray(mask, dtype=bool)))


def _mine(cut: Cut, frame: pd.DataFrame) -> Bools:
    """Return the records of treated subjects that do not begin after the cut-off."""
    mine = cut.safety[frame["SUBJECT"].to_numpy(dtype=np.int64)]
    return np.asarray(mine & ~one_of(frame["CUTFL"], ("Y",)), dtype=bool)


_TIME = {"LB": ("LBSPEC", "LBTPT", "LBMETHOD"), "VS": ("VSPOS", "VSTPT", "VSTPTNUM")}


def _again(frame: pd.DataFrame, prefix: str, among: Bools) -> Bools:
    """Return the records that repeat another's subject, test, day, visit and whatever else tells two apart.

    Of the time of day a snapshot keeps nothing but its side of the first dose, so that two draws of one day and visit
    are the same time here.
    """
    day = f"{prefix}DY_LO"
    if day not in frame:
        return np.zeros(len(frame), dtype=bool)
    names: Sequence[str] = ("SUBJECT", f"{prefix}TESTCD", day, f"{prefix}DY_T", "VISIT", "VISITNUM", *_TIME[prefix])
    known = frame[day].notna().to_numpy(dtype=bool)
    return repeated(among & known, [frame[name] for name in names if name in frame], frame["RECORD"])
