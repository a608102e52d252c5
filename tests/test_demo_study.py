"""The demo trial, counted in plain Python: published margins, planned faults, two cuts, the same bytes."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from statistics import mean

import pyreadstat
import pytest

from tests.demo_trial import (
    CUTOFF,
    DEMO,
    DOMAINS,
    DOSE_DAYS,
    IL2,
    LINES,
    PLACEBO,
    TESTS,
    VISITS,
    by_arm,
    emergent,
    infection,
    known,
    read,
    treated,
)
from tests.shared_data import ROOT

GENERATOR = ROOT / "packaging" / "demo_study" / "generate.py"


@pytest.mark.parametrize("line", LINES)
def test_that_a_published_line_is_met_in_distinct_subjects(line: str) -> None:
    il2, placebo, belongs = LINES[line]
    assert by_arm(ae["USUBJID"] for ae in emergent() if belongs(ae)) == (il2, placebo)


def test_that_the_lines_written_here_are_the_published_ones(shared_data: Path) -> None:
    with (shared_data / "he2020_table3.csv").open(newline="") as file:
        table = {r["event"]: (int(r["il2_n"]), int(r["placebo_n"])) for r in csv.DictReader(file)}
    assert {line: numbers[:2] for line, numbers in LINES.items()} == table


def test_that_sixty_were_randomised_and_one_of_them_never_dosed() -> None:
    assert Counter((r["ARM"], r["ACTARM"]) for r in read("dm")) == {
        (IL2, IL2): 29,
        (IL2, "Not Treated"): 1,
        (PLACEBO, PLACEBO): 30,
        ("Screen Failure", "Screen Failure"): 12,
    }
    assert {ex["USUBJID"] for ex in read("ex")} == set(treated())
    assert all(18 <= r["AGE"] <= 65 and r["SITEID"] == "01" and not r["DTHFL"] for r in read("dm"))
    sledai = {r["USUBJID"]: r["QSSTRESN"] for r in read("qs")}
    assert min(sledai[subject] for subject in treated()) >= 8


def test_that_infections_come_back_in_a_subject_of_each_arm() -> None:
    often = Counter(ae["USUBJID"] for ae in emergent() if infection(ae))
    assert by_arm(subject for subject, many in often.items() if many > 1) == (1, 1)


# ----------------------------------------------------------------------------------------------------------------------
# Faults put in on purpose, outside the published lines


def test_that_faulty_events_are_as_many_as_planned_and_touch_no_published_line() -> None:
    events = [ae for ae in read("ae") if ae["USUBJID"] in treated()]
    partial = [ae for ae in events if len(ae["AESTDTC"]) < 10]
    after = [ae for ae in events if ae["AESTDTC"] > CUTOFF["current"]]
    uncoded = [ae for ae in events if not ae["AEDECOD"]]
    conflict = [ae for ae in events if ae["AESER"] == "N" and ae["AESHOSP"] == "Y"]
    named = [ae for ae in events if "il-2" in ae["AETERM"].lower() or "interleukin" in ae["AETERM"].lower()]
    before = [ae for ae in events if ae["AESTDY"] < 0]
    assert round(100 * len(partial) / len(read("ae"))) == 5
    assert sorted({len(ae["AESTDTC"]) for ae in partial}) == [4, 7]
    assert [len(group) for group in (after, uncoded, conflict, named, before)] == [1, 1, 1, 1, 3]
    for ae in [*partial, *after, *uncoded, *conflict, *named, *before]:
        assert [line for line, (_, _, belongs) in LINES.items() if belongs(ae)] == []


def test_that_8_percent_of_expected_visits_are_missed_and_one_is_unscheduled() -> None:
    people, expected = treated(), 0
    made = {(r["USUBJID"], r["VISIT"]) for r in read("sv")}
    missed = 0
    for subject, dm in people.items():
        days = (date.fromisoformat(dm["RFPENDTC"]) - date.fromisoformat(dm["RFXSTDTC"][:10])).days + 1
        due = [visit for visit, day in VISITS.items() if 1 < day <= days + 4]
        expected += len(due)
        missed += sum((subject, visit) not in made for visit in due)
    assert 7.5 <= 100 * missed / expected <= 8.7
    assert Counter(visit for _, visit in made if visit not in VISITS) == {"Unscheduled 5.1": 1}


def test_that_labs_have_twelve_tests_at_eleven_visits_made_and_at_no_other() -> None:
    by_visit: dict[tuple[str, str], set[str]] = {}
    for lb in read("lb"):
        by_visit.setdefault((lb["USUBJID"], lb["VISIT"]), set()).add(lb["LBTESTCD"])
    assert set(by_visit) == {(r["USUBJID"], r["VISIT"]) for r in read("sv")}
    assert all(tests == TESTS for (_, visit), tests in by_visit.items() if visit in VISITS)


def test_that_labs_come_from_two_laboratories_in_three_unit_systems() -> None:
    alt = {(lb["LBNAM"], lb["LBORRESU"], lb["LBORNRHI"]) for lb in read("lb") if lb["LBTESTCD"] == "ALT"}
    assert {row for row in alt if row[2]} == {
        ("Central Laboratory", "U/L", "40"),
        ("Central Laboratory", "ukat/L", "0.67"),
        ("Hospital Laboratory", "U/L", "50"),
    }
    bilirubin = {lb["LBORRESU"] for lb in read("lb") if lb["LBTESTCD"] == "BILI"}
    haemoglobin = {lb["LBORRESU"] for lb in read("lb") if lb["LBTESTCD"] == "HGB"}
    assert (bilirubin, haemoglobin) == ({"umol/L", "mg/dL"}, {"g/L", "g/dL", "mmol/L"})


def test_that_standard_units_follow_from_the_reported_ones() -> None:
    factor = {
        ("mg/dL", "BILI"): 17.1,
        ("mg/dL", "CREAT"): 88.4,
        ("g/dL", "HGB"): 10.0,
        ("mmol/L", "HGB"): 16.114,
        **{("ukat/L", enzyme): 60.0 for enzyme in ("ALT", "AST", "ALP", "GGT")},
        **{("cells/uL", kind): 0.001 for kind in ("NEUT", "LYM", "EOS")},
    }
    for lb in read("lb"):
        times = factor.get((lb["LBORRESU"], lb["LBTESTCD"]), 1)
        for reported, standard in (("LBORRES", "LBSTRESN"), ("LBORNRLO", "LBSTNRLO"), ("LBORNRHI", "LBSTNRHI")):
            if known(lb[standard]):
                assert float(lb[reported]) * times == pytest.approx(lb[standard], abs=0.0006)


def test_that_one_result_is_below_a_limit_and_one_has_no_upper_limit() -> None:
    odd = [lb for lb in read("lb") if not (known(lb["LBSTRESN"]) and known(lb["LBSTNRHI"]))]
    assert sorted((lb["LBTESTCD"], lb["LBORRES"] == "<5", lb["LBORNRHI"] == "") for lb in odd) == [
        ("ALT", False, True),
        ("GGT", True, False),
    ]


# ----------------------------------------------------------------------------------------------------------------------
# Design choices: baselines, liver cases, the course under treatment, doses


def test_that_baselines_are_abnormal_as_lupus_has_them() -> None:
    people = treated()
    base = [lb for lb in read("lb") if lb["LBBLFL"] == "Y" and lb["USUBJID"] in people]
    low = Counter(lb["LBTESTCD"] for lb in base if float(lb["LBORRES"]) < float(lb["LBORNRLO"]))
    assert low == {"LYM": 24, "WBC": 9, "HGB": 21, "PLAT": 4}  # of 59: 41%, 15%, 36%, 7%
    assert Counter(lb["USUBJID"] for lb in base) == dict.fromkeys(people, 12)
    assert all(lb["LBLOBXFL"] == "Y" and lb["LBDTC"] < people[lb["USUBJID"]]["RFXSTDTC"] for lb in base)


def test_that_the_liver_cases_are_the_planned_ones() -> None:
    draws: dict[str, dict[str, dict[str, float]]] = {}
    for lb in read("lb"):
        if lb["USUBJID"] in treated() and lb["LBDY"] > 1 and known(lb["LBSTNRHI"]):
            draw = draws.setdefault(lb["USUBJID"], {}).setdefault(lb["LBDTC"], {})
            draw[lb["LBTESTCD"]] = lb["LBSTRESN"] / lb["LBSTNRHI"]
    worst = {who: max(d.values(), key=lambda x: max(x.get("ALT", 0), x.get("AST", 0))) for who, d in draws.items()}
    raised = {who: x for who, x in worst.items() if max(x["ALT"], x["AST"]) > 3}
    assert by_arm(raised) == (2, 2)
    assert by_arm(who for who, x in worst.items() if max(x["ALT"], x["AST"]) > 5) == (1, 0)
    hepatocellular = [x for x in raised.values() if x["ALT"] / x["ALP"] >= 5 and x["ALT"] > 5]
    decoy = [x for x in raised.values() if x["BILI"] > 2]
    assert [len(hepatocellular), len(decoy)] == [1, 1]
    assert decoy[0]["ALP"] > 2
    assert hepatocellular[0]["BILI"] < 2
    gilbert = [who for who, d in draws.items() if all(x["BILI"] > 1.4 and x["ALT"] < 1.2 for x in d.values())]
    assert by_arm(gilbert) == (1, 0)
    assert max(x["BILI"] for x in draws[gilbert[0]].values()) > 2


def test_that_eosinophils_follow_the_dosing_phases_under_il2_only() -> None:
    arms = {subject: r["ACTARM"] for subject, r in treated().items()}

    def average(test: str, arm: str, *visits: str) -> float:
        rows = [lb for lb in read("lb") if lb["LBTESTCD"] == test and arms.get(lb["USUBJID"]) == arm]
        return float(mean(lb["LBSTRESN"] for lb in rows if lb["VISIT"] in visits))

    dosing, rest = ("Week 2", "Week 6", "Week 10"), ("Week 4", "Week 8", "Week 12")
    assert average("EOS", IL2, *dosing) > 2 * average("EOS", IL2, *rest) > 2 * average("EOS", IL2, "Day 1")
    assert average("EOS", PLACEBO, *dosing) == pytest.approx(average("EOS", PLACEBO, *rest), rel=0.1)
    assert average("LYM", IL2, "Week 2") < 0.8 * average("LYM", IL2, "Day 1")
    assert average("LYM", IL2, "Week 6") > 1.15 * average("LYM", IL2, "Day 1")


def test_that_both_arms_are_dosed_on_the_same_days_and_stop_alike() -> None:
    people = treated()
    given: dict[str, list[int]] = {subject: [] for subject in people}
    for ex in read("ex"):
        on_il2 = people[ex["USUBJID"]]["ACTARM"] == IL2
        assert (ex["EXTRT"], ex["EXDOSE"], ex["EXDOSU"]) == (("hrIL-2", 1, "MIU") if on_il2 else ("PLACEBO", 0, "MIU"))
        given[ex["USUBJID"]].append(int(ex["EXSTDY"]))
    assert all(set(days) <= DOSE_DAYS and len(set(days)) == len(days) for days in given.values())
    assert by_arm(subject for subject, days in given.items() if len(days) == 21) == (18, 18)
    stopped = [r["USUBJID"] for r in read("ds") if r["DSCAT"] == "DISPOSITION EVENT" and r["DSDECOD"] != "COMPLETED"]
    assert by_arm(stopped) == (2, 3)


def test_that_a_fever_is_seen_in_the_vital_signs_under_il2_only() -> None:
    hot = by_arm(r["USUBJID"] for r in read("vs") if r["VSTESTCD"] == "TEMP" and r["VSSTRESN"] >= 38)
    assert hot == (2, 0)


@pytest.mark.parametrize("cut", CUTOFF)
def test_that_no_value_of_the_trial_s_conduct_belongs_to_one_arm_alone(cut: str) -> None:
    people = treated(cut)
    held: dict[tuple[object, ...], set[str]] = {}
    for domain in ("dm", "sv", "ex"):
        for row in read(domain, cut):
            names = set(row) - {"ARM", "ACTARM", "ARMCD", "ACTARMCD", "EXTRT", "EXDOSE"}
            for name in names if row["USUBJID"] in people else ():
                held.setdefault((domain, row.get("VISIT"), name, str(row[name])), set()).add(row["USUBJID"])
    for key, subjects in held.items():
        il2, placebo = by_arm(subjects)
        assert il2 + placebo < 6 or max(il2, placebo) < 0.95 * (il2 + placebo), key


# ----------------------------------------------------------------------------------------------------------------------
# Two cuts


def test_that_the_cuts_differ_by_the_planned_revisions() -> None:
    was, now = ({(r["USUBJID"], r["AESPID"]): r for r in read("ae", cut)} for cut in ("earlier", "current"))
    both = was.keys() & now.keys()

    def changed(name: str) -> int:
        return sum(was[key][name] != now[key][name] for key in both)

    late = [now[key] for key in now.keys() - was.keys() if now[key]["AESTDTC"] <= CUTOFF["earlier"]]
    assert sorted(ae["AEDECOD"] for ae in late) == ["Headache", "Injection site pain", "Pneumonia"]
    assert (changed("AETOXGR"), changed("AEDECOD"), len(was.keys() - now.keys())) == (2, 1, 1)
    assert [changed(name) for name in ("AESTDTC", "AETERM", "AESER", "AEREL", "AEACN")] == [0, 0, 0, 0, 0]


def test_that_the_earlier_cut_holds_nothing_of_after_its_cut_off() -> None:
    for domain in DOMAINS:
        for row in read(domain, "earlier"):
            dates = [value[:10] for name, value in row.items() if name.endswith(("DTC", "TPT"))]
            assert max((d for d in dates if d[:1].isdigit()), default="") <= CUTOFF["earlier"]


def test_that_the_earlier_cut_stands_at_60_percent_of_the_follow_up() -> None:
    def days(until: str) -> int:
        ends = [(r["RFXSTDTC"][:10], min(until, r["RFPENDTC"])) for r in treated().values()]
        return sum(max(0, (date.fromisoformat(b) - date.fromisoformat(a)).days + 1) for a, b in ends)

    assert 0.58 <= days(CUTOFF["earlier"]) / days(CUTOFF["current"]) <= 0.62
    assert all(r["RFPENDTC"] <= CUTOFF["current"] for r in read("dm"))


# ----------------------------------------------------------------------------------------------------------------------
# Files


@pytest.mark.parametrize("cut", CUTOFF)
def test_that_the_manifest_is_right(cut: str) -> None:
    listed = json.loads((DEMO / cut / "manifest.json").read_text())["datasets"]
    assert [entry["name"] for entry in listed] == [f"{domain}.xpt" for domain in DOMAINS]
    for entry in listed:
        rows = read(entry["name"][:2], cut)
        assert entry["sha256"] == hashlib.sha256((DEMO / cut / entry["name"]).read_bytes()).hexdigest()
        assert (entry["rows"], entry["columns"]) == (len(rows), len(rows[0]))


@pytest.mark.parametrize("cut", CUTOFF)
def test_that_data_and_study_file_say_they_are_synthetic(cut: str) -> None:
    study = tomllib.loads((DEMO / cut / "study.toml").read_text())
    assert study["study"]["synthetic"] is True
    assert "synthetic" in study["study"]["title"].lower()
    assert study["study"]["cutoff"] == date.fromisoformat(CUTOFF[cut])
    assert [visit["name"] for visit in study["schedule"]["visits"]] == list(VISITS)
    assert study["arms"]["labels"].keys() == {IL2, PLACEBO}
    for domain in DOMAINS:
        _, meta = pyreadstat.read_xport(DEMO / cut / f"{domain}.xpt", metadataonly=True)
        assert str(meta.file_label).endswith("(synthetic)")
        assert all(meta.column_labels)


def test_that_the_generator_gives_the_same_bytes_again(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(GENERATOR), "--out", str(tmp_path)], check=True, timeout=120)
    made = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    kept = {p.relative_to(DEMO): p.read_bytes() for p in DEMO.rglob("*") if p.is_file() and p.name != "README.md"}
    assert made.keys() == kept.keys()
    assert [str(name) for name in sorted(made) if made[name] != kept[name]] == []
    assert sum(map(len, kept.values())) < 6_000_000
