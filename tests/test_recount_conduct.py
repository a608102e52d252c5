"""Enrolment, screen failures, baseline, doses and vital signs counted anew from the raw files, in plain Python.

Only the oracle's own reading of files and its people (who was treated, in which arm, until when) are used.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median, stdev

import pytest

from dsmb_app import ard
from dsmb_app.model.words import Level
from tests.locked import Locked
from tests.oracle.compare import rules_of
from tests.oracle.people import NO_ARM, Person, Rules, arms_of, people
from tests.oracle.reading import Data, Record, days_between, later, read_folder, span, whole
from tests.oracle.stats import half_up

Found = dict[tuple[str, str, str, str], float | None]
TRIALS = pytest.mark.parametrize("name", ["demo", "pilot"])


class Trial:
    """A delivery, who is in it, and what the program says of it with arms named."""

    def __init__(self, locked: Locked, state: Path) -> None:
        self.data: Data = read_folder(locked.source)
        self.rules: Rules = rules_of(locked.study)
        self.treated: list[Person] = people(self.data, self.rules)
        self.arms = arms_of(self.data, self.rules)
        text = ard.results_csv(locked.session(Level.NAMED, state), ["F1", "T01", "T03", "T05", "T06", "T14"])
        self.said: Found = {
            (x["exhibit"], x["row"], x["arm"], x["stat_name"]): float(x["stat"]) if x["stat"] else None
            for x in csv.DictReader(text.splitlines())
            if not x["arm_ref"]
        }

    def of(self, name: str) -> dict[str, list[Record]]:
        """Return the records of a dataset by subject."""
        found = defaultdict(list)
        for record in self.data.get(name, []):
            found[record["USUBJID"]].append(record)
        return found

    def planned(self) -> dict[str, str]:
        """Return the planned arm of the randomised."""
        labels = self.rules.labels
        return {x["USUBJID"]: labels.get(x["ARM"], x["ARM"]) for x in self.data["DM"] if x["ARM"].upper() not in NO_ARM}

    def rows(self, exhibit: str) -> set[str]:
        return {row for number, row, _, _ in self.said if number == exhibit}

    def check_counts(self, exhibit: str, arm_of: dict[str, str], rows: dict[str, set[str]]) -> int:
        """Compare n of each row and arm (and total) with the subjects of the row; return how many were compared."""
        compared = 0
        for row, subjects in rows.items():
            for arm in (*self.arms, "Total"):
                n = sum(arm in (arm_of[who], "Total") for who in subjects if who in arm_of)
                assert self.said[exhibit, row, arm, "n"] == n, (exhibit, row, arm)
                compared += 1
        return compared

    def check_summary(self, exhibit: str, row: str, values: dict[str, float]) -> None:
        """Compare a summary by arm with the values of the treated subjects."""
        for arm in (*self.arms, "Total"):
            known = [values[p.subject] for p in self.treated if p.subject in values and arm in (p.arm, "Total")]
            expected = {"n": len(known), "mean": fmean(known), "sd": stdev(known), "median": median(known)}
            expected |= {"min": min(known), "max": max(known)}
            for stat, value in expected.items():
                assert self.said[exhibit, row, arm, stat] == pytest.approx(value, abs=1e-6), (row, arm, stat)


@pytest.fixture(scope="module")
def trial(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Trial]:
    made: dict[str, Trial] = {}

    def get(name: str) -> Trial:
        if name not in made:
            made[name] = Trial(request.getfixturevalue(name), tmp_path_factory.mktemp("state"))
        return made[name]

    return get


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row, subject in pairs:
        found[row].add(subject)
    return dict(found)


@TRIALS
def test_that_enrolment_is_that_of_the_files(name: str, trial: Callable[[str], Trial]) -> None:
    t = trial(name)
    arm_of = t.planned()
    dm = {x["USUBJID"]: x for x in t.data["DM"]}
    rows = grouped((f"Site > {dm[who]['SITEID']}", who) for who in arm_of)
    rows |= grouped((f"Month > {(dm[who]['RFICDTC'] or dm[who]['RFSTDTC'])[:7]}", who) for who in arm_of)
    assert t.check_counts("T01", arm_of, rows | {"Randomised": set(arm_of)}) > 30
    known = {row for row in t.rows("T01") if row.startswith(("Site", "Month")) and row.count(" > ") == 1}
    assert known == set(rows)
    assert t.said["T01", "Screened", "Total", "n"] == len(dm)


@TRIALS
def test_that_screen_failures_are_those_of_the_files(name: str, trial: Callable[[str], Trial]) -> None:
    t = trial(name)
    out = {x["USUBJID"] for x in t.data["DM"]} - set(t.planned())
    events = [x for x in t.data["DS"] if x["DSCAT"] == "DISPOSITION EVENT" and x["USUBJID"] in out]
    assert len(events) == len(out)  # one each, so that the last one needs no looking for
    expected = Counter({"Screened": len(t.data["DM"]), "Not randomised": len(out)})
    for event in events:
        expected[f"Not randomised > {event['DSDECOD']}"] += 1
        if event["DSTERM"] != event["DSDECOD"]:
            expected[f"Not randomised > {event['DSDECOD']} > {event['DSTERM']}"] += 1
    said = {row: value for (number, row, arm, stat), value in t.said.items() if number == "T03" and stat == "n"}
    assert said == expected
    assert {arm for number, _, arm, _ in t.said if number == "T03"} == {"Total"}


@TRIALS
def test_that_the_flow_adds_up(name: str, trial: Callable[[str], Trial]) -> None:
    t = trial(name)
    for arm in (*t.arms, "Total"):
        n = {row: t.said.get(("F1", row, arm, "n"), 0) or 0 for row in t.rows("F1")}
        assert (
            n["Randomised"] == n["Treated"] + n["Not treated"] == sum(arm in (a, "Total") for a in t.planned().values())
        )
        assert n["Treated"] == n["Stopped"] + n["Completed"] + n["Ongoing or not stated"]
        assert n["Stopped"] == sum(value for row, value in n.items() if row.startswith("Stopped > "))
    assert n["Screened"] == n["Not randomised"] + n["Randomised"]


def one_decimal(value: Fraction) -> float:
    return float(half_up(value, 1))


def baseline(t: Trial, test: str) -> dict[str, Fraction]:
    """Return the flagged value of each subject, else the last one before the first dose."""
    found = {}
    records = t.of("VS")
    for person in t.treated:
        mine = [x for x in records[person.subject] if x["VSTESTCD"] == test and x["VSSTRESN"]]
        before = [x for x in mine if person.first and (whole(x["VSDTC"]) or person.first) <= person.first]
        ranked = [x for x in mine if x["VSBLFL"] == "Y"] or sorted(before, key=lambda x: x["VSDTC"])
        if ranked:
            found[person.subject] = Fraction(ranked[-1]["VSSTRESN"])
    return found


def months(t: Trial) -> dict[str, float]:
    """Return the months from the onset of the disease to the first visit."""
    visits, found = t.of("SV"), {}
    for record in t.data["MH"]:
        first = min(visits[record["USUBJID"]], key=lambda x: float(x["VISITNUM"]), default=None)
        known = span(record["MHSTDTC"])
        if record["MHCAT"] != "PRIMARY DIAGNOSIS" or first is None or known is None:
            continue
        visit = whole(first["SVSTDTC"])
        assert visit
        end = min(known.latest, visit)
        onset = later(known.earliest, (end - known.earliest).days // 2) if end > known.earliest else known.earliest
        found[record["USUBJID"]] = one_decimal(Fraction(days_between(onset, visit)) / Fraction("30.4375"))
    return found


@TRIALS
def test_that_baseline_is_that_of_the_files(name: str, trial: Callable[[str], Trial]) -> None:
    t = trial(name)
    arm_of = {p.subject: p.arm for p in t.treated}
    dm = {x["USUBJID"]: x for x in t.data["DM"]}
    age = {who: float(dm[who]["AGE"]) for who in arm_of}
    weight, height = ({who: one_decimal(v) for who, v in baseline(t, test).items()} for test in ("WEIGHT", "HEIGHT"))
    mass = {
        who: one_decimal(Fraction(str(weight[who])) / (Fraction(str(height[who])) / 100) ** 2)
        for who in weight
        if who in height
    }
    duration = months(t)
    for row, values in (("Age (years)", age), ("Weight (kg)", weight), ("Height (cm)", height), ("BMI (kg/m2)", mass)):
        t.check_summary("T05", row, values)
    t.check_summary("T05", "Duration of disease (months)", duration)
    rows = {
        "Age (years) > <65": {who for who, a in age.items() if a < 65},
        "Age (years) > 65-80": {who for who, a in age.items() if 65 <= a <= 80},
        "Age (years) > >80": {who for who, a in age.items() if a > 80},
        "BMI (kg/m2) > 25-<30": {who for who, m in mass.items() if 25 <= m < 30},
        "Duration of disease (months) > <12": {who for who, m in duration.items() if m < 12},
    }
    for kind, column in (("Sex", "SEX"), ("Race", "RACE"), ("Ethnicity", "ETHNIC")):
        rows |= grouped((f"{kind} > {dm[who][column]}", who) for who in arm_of)
    history = [x for x in t.data["MH"] if x["MHCAT"] != "PRIMARY DIAGNOSIS"]
    rows |= {"Medical history": {x["USUBJID"] for x in history}}
    rows |= grouped(
        (f"Medical history > {x['MHBODSYS']}", x["USUBJID"])
        for x in history
        if x["MHBODSYS"] and x["USUBJID"] in arm_of
    )
    assert t.check_counts("T05", arm_of, rows) > 40


def test_that_scores_and_background_drugs_of_the_demo_are_those_of_the_files(trial: Callable[[str], Trial]) -> None:
    t = trial("demo")
    t.check_summary("T05", "Score > SLEDAI Total Score", {x["USUBJID"]: float(x["QSSTRESN"]) for x in t.data["QS"]})
    first = {p.subject: p.first for p in t.treated}
    taken = [x for x in t.data["CM"] if x["USUBJID"] in first and _taken_on(x, first[x["USUBJID"]])]
    rows = grouped((f"Background medication > Class > {x['CMCLAS']}", x["USUBJID"]) for x in taken)
    rows["Background medication > Steroid"] = {x["USUBJID"] for x in taken if x["CMCLASCD"].startswith("H02")}
    assert t.check_counts("T05", {p.subject: p.arm for p in t.treated}, rows) > 20


def _taken_on(record: Record, day: date | None) -> bool:
    start, end = span(record["CMSTDTC"]), span(record["CMENDTC"])
    assert day
    if start and start.earliest > day:
        return False
    if end:
        return end.latest >= day
    said = record.get("CMENRTPT", "")
    return said in ("ONGOING", "AFTER") or bool(start and said != "BEFORE")


def test_that_background_drugs_of_the_pilot_are_those_of_the_file(trial: Callable[[str], Trial]) -> None:
    """Most of its records have a start years ago, no end, and no word whether they go on."""
    t = trial("pilot")
    arm_of, first = {p.subject: p.arm for p in t.treated}, {p.subject: p.first for p in t.treated}
    taken = [x for x in t.data["CM"] if x["USUBJID"] in first and _taken_on(x, first[x["USUBJID"]])]
    coded = [x for x in taken if x["CMCLAS"] not in ("", "UNCODED")]
    rows = grouped((f"Background medication > Class > {x['CMCLAS']}", x["USUBJID"]) for x in coded)
    rows["Background medication"] = {x["USUBJID"] for x in taken}
    assert t.check_counts("T05", arm_of, rows) > 20
    assert len(rows["Background medication"]) > 190


def test_that_doses_of_the_demo_are_those_of_the_files(trial: Callable[[str], Trial]) -> None:
    """Seven doses in a cycle, every other day; a day-29 cycle begins after at least ten days without a dose."""
    t = trial("demo")
    given: dict[str, list[list[date]]] = {}
    for person in t.treated:
        days = sorted(day for day in (whole(x["EXSTDTC"]) for x in t.of("EX")[person.subject]) if day)
        blocks = [[days[0]]]
        for before, day in pairwise(days):
            if (day - before).days > 10:
                blocks.append([])
            blocks[-1].append(day)
        given[person.subject] = blocks
    for cycle in range(3):
        begun = {who: float(len(blocks[cycle])) for who, blocks in given.items() if len(blocks) > cycle}
        t.check_summary("T06", f"Cycle {cycle + 1} > Doses given", begun)
        t.check_summary("T06", f"Cycle {cycle + 1} > Doses planned", dict.fromkeys(begun, 7.0))
    share = {who: 100 * sum(map(len, blocks)) / (7 * len(blocks)) for who, blocks in given.items()}
    t.check_summary("T06", "Relative dose intensity (%)", share)
    amount = {"hrIL-2": 1.0, "Placebo": 0.0}
    arm_of = {p.subject: p.arm for p in t.treated}
    total = {who: amount[arm_of[who]] * sum(map(len, blocks)) for who, blocks in given.items()}
    t.check_summary("T06", "Cumulative dose (MIU)", total)


SIGNS: dict[str, tuple[str, dict[str, Callable[[float], bool]]]] = {
    "TEMP": ("Temperature (C)", {">=38.0 C": lambda v: v >= 38, ">=39.0 C": lambda v: v >= 39}),
    "SYSBP": ("Systolic blood pressure (mmHg)", {"<90 mmHg": lambda v: v < 90}),
    "PULSE": ("Pulse (beats/min)", {">120 beats/min": lambda v: v > 120}),
}


@TRIALS
def test_that_vital_signs_are_those_of_the_files(name: str, trial: Callable[[str], Trial]) -> None:
    t = trial(name)
    arm_of = {p.subject: p.arm for p in t.treated}
    first = {p.subject: p.first for p in t.treated}
    compared = crossed = 0
    for test, (sign, thresholds) in SIGNS.items():
        post = [
            (x["USUBJID"], x["VISIT"], float(x["VSSTRESN"]))
            for x in t.data["VS"]
            if x["VSTESTCD"] == test and x["VSSTRESN"] and _after(x, first.get(x["USUBJID"]), t.rules.cutoff)
        ]
        for threshold, is_met in thresholds.items():
            rows = {f"{sign} > {threshold}": {who for who, _, value in post if is_met(value)}}
            for visit in {visit for _, visit, _ in post if "UNSCHEDULED" not in visit}:
                at = [(who, value) for who, v, value in post if v == visit]
                rows[f"{sign} > {visit} > {threshold}"] = {who for who, value in at if is_met(value)}
                assert t.said["T14", f"{sign} > {visit} > {threshold}", "Total", "N"] == len({who for who, _ in at})
                by_subject = defaultdict(list)
                for who, value in at:
                    by_subject[who].append(value)
                if min(Counter(arm_of[who] for who in by_subject).values()) > 1:
                    t.check_summary("T14", f"{sign} > {visit}", {who: fmean(v) for who, v in by_subject.items()})
            compared += t.check_counts("T14", arm_of, rows)
            crossed += sum(map(len, rows.values()))
            assert t.said["T14", f"{sign} > {threshold}", "Total", "N"] == len({who for who, _, _ in post})
    assert compared > 100
    assert crossed > 0


def _after(record: Record, dose: date | None, cutoff: date) -> bool:
    """Tell whether a record is of a later day than the first dose; no delivery here has times of vital signs."""
    day = whole(record["VSDTC"])
    assert "T" not in record["VSDTC"]
    return bool(dose and day and dose < day <= cutoff)
