"""The infection table: every cell recounted from the raw files, rates compared by hand, medication beside subjects."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from dsmb_app.model.baskets import read_basket
from dsmb_app.model.errors import Refusal
from dsmb_app.model.result import Column
from dsmb_app.model.words import Level, PartialStart, Stat, Window
from dsmb_app.session import Session
from tests.ae_study import END, cells, column, event, person, study
from tests.locked import Locked, lock_for_test
from tests.oracle import infections, made_up
from tests.oracle.compare import differences, every_choice, lines, rules_of
from tests.oracle.reading import Record, read_folder
from tests.oracle.tables import Oracle

INFECTED = {"AESOC": "Infections and infestations"}
LISTS = {name: read_basket(name).narrow for name in infections.LISTED.values()}
CM = ("USUBJID", "CMTRT", "CMDECOD", "CMCLASCD", "CMROUTE", "CMDOSE", "CMDOSU", "CMDOSFRQ", "CMSTDTC", "CMENDTC",
      "CMENRTPT")  # fmt: skip


def opened_with(
    made: dict[str, Any], cm: Sequence[Record], folder: Path, level: Level = Level.NAMED, cutoff: str = "2020-06-30"
) -> Session:
    """Lock a study with medication and open it at a level."""
    source, file = made_up.write(folder, made)
    file.write_text(file.read_text(encoding="utf-8").replace("2020-06-30", cutoff), encoding="utf-8")
    with (source / "cm.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, CM, restval="")
        writer.writeheader()
        writer.writerows(cm)
    return lock_for_test(source, file, folder).session(level, folder / "state")


def differing(session: Session, oracle: Oracle, severe: str) -> list[str]:
    expected = infections.results(oracle, LISTS, severe, closed=session.level is not Level.POOLED)
    return list(differences(lines(session, ("K15",)), expected))


def test_that_every_cell_of_the_demo_trial_is_recounted_in_both_windows(demo: Locked, state: Path) -> None:
    session, data, rules = demo.session(Level.NAMED, state), read_folder(demo.source), rules_of(demo.study)
    for choice in every_choice(rules):
        session.choose(window=Window(choice.window), partial_start=PartialStart(choice.partial_start),
                       arm_source=choice.source)  # fmt: skip
        assert differing(session, Oracle(data, choice), "AETOXGR") == []


def test_that_every_cell_of_the_pilot_is_recounted(pilot: Locked) -> None:
    session, data, rules = pilot.opened(Level.NAMED), read_folder(pilot.source), rules_of(pilot.study)
    assert differing(session, Oracle(data, rules), "AESEV") == []
    assert int(column(session, "K15")["Any"]) > 30


def test_that_a_pooled_table_is_recounted_and_has_no_rates_and_no_contrasts(demo: Locked) -> None:
    session, data, rules = demo.opened(Level.POOLED), read_folder(demo.source), rules_of(demo.study)
    assert differing(session, Oracle(data, rules), "AETOXGR") == []
    assert {c.stat for c in session.table("K15").columns} == {Stat.N, Stat.DENOMINATOR, Stat.PCT, Stat.EVENTS}


def cases(arm: str, number: int, infected: int) -> tuple[list[Record], list[Record]]:
    """Return so many subjects watched for 168 days, some with an infection on the last of them."""
    people = [person(f"{arm}{i:02d}", arm, RFPENDTC="2020-08-15") for i in range(number)]
    cut = {"AETOXGR": "1", **INFECTED}
    return people, [event(p["USUBJID"], "Pneumonia", "2020-08-15", **cut) for p in people[:infected]]


def test_that_the_worked_rate_difference_and_ratio_are_printed(tmp_path: Path) -> None:
    drug, placebo = cases("Qarm 1", 29, 2), cases("Placebo", 30, 6)
    told = study(drug[0] + placebo[0], drug[1] + placebo[1], ("Qarm 1", "Control"), reference="Control")
    found = cells(opened_with(told, (), tmp_path, cutoff="2020-12-31"), "K15")
    against = ("Any", "Qarm 1 - Control")
    assert [found["Any", arm, "eair"] for arm in ("Qarm 1", "Control")] == ["15.0", "43.5"]
    assert [found[*against, f"rate_diff{end}"] for end in ("", "_low", "_high")] == ["-28.5", "-81.3", "19.4"]
    assert [found[*against, f"rate_ratio{end}"] for end in ("", "_low", "_high")] == ["0.34", "0.03", "1.93"]


@pytest.mark.parametrize(
    ("k1", "k2", "printed", "note"),
    [
        (0, 3, ("0.00", "0.00"), ""),
        (3, 0, ("NE", "NE"), "no event in the second arm"),
        (0, 0, ("NE", "NE"), "0 v 0"),
    ],
)
def test_that_a_ratio_with_a_zero_says_what_can_be_said(
    tmp_path: Path, k1: int, k2: int, printed: tuple[str, str], note: str
) -> None:
    drug, placebo = cases("Qarm 1", 10, k1), cases("Placebo", 10, k2)
    told = study(drug[0] + placebo[0], drug[1] + placebo[1], ("Qarm 1", "Control"), reference="Control")
    table = opened_with(told, (), tmp_path, cutoff="2020-12-31").table("K15")
    ratio = [
        table.cells[("Any",), Column("Qarm 1", stat, "Control")]
        for stat in (Stat.RATE_RATIO, Stat.RATE_RATIO_LOW, Stat.RATE_RATIO_HIGH)
    ]
    known = (k1 == 0 and k2 > 0, k1 + k2 > 0, k2 > 0)
    assert [cell.value is not None for cell in ratio] == list(known)
    assert (ratio[0].text, ratio[0].note) == (printed[0], note)
    assert {cell.note for cell in ratio if cell.value is None} <= {note}


def vein(name: str, start: str, end: str = "", **told: str) -> Record:
    return {"USUBJID": name, "CMTRT": "Ceftriaxone", "CMDECOD": "CEFTRIAXONE", "CMCLASCD": "J01DD04",
            "CMROUTE": "INTRAVENOUS", "CMSTDTC": start, "CMENDTC": end, **told}  # fmt: skip


def test_that_an_infection_treated_by_vein_on_one_of_its_days_counts_as_serious_or_by_vein(tmp_path: Path) -> None:
    """Each subject: an infection from day 5 to 9, and a record of CM that does or does not fall on it."""
    records = {
        "first day": vein("S01", "2020-03-01", "2020-03-05"),
        "last day": vein("S02", "2020-03-09", "2020-03-20"),
        "the day before": vein("S03", "2020-03-01", "2020-03-04"),
        "the day after": vein("S04", "2020-03-10"),
        "no end, begun before": vein("S05", "2020-03-02"),
        "no end, ongoing": vein("S06", "2020-03-02", CMENRTPT="ONGOING"),
        "by mouth": vein("S07", "2020-03-05", CMROUTE="ORAL"),
        "another class": vein("S08", "2020-03-05", CMCLASCD="A02BC01"),
        "by name, not coded": vein("S09", "2020-03-05", CMCLASCD=""),
        "another name, not coded": vein("S10", "2020-03-05", CMCLASCD="", CMDECOD="FUROSEMIDE"),
        "by infusion": vein("S11", "2020-03-05", CMROUTE="INTRAVENOUS DRIP"),
    }
    names = [f"S{number:02d}" for number in range(1, 13)]
    people = [person(name, "Qarm 1" if place % 2 else "Qarm 2") for place, name in enumerate(names)]
    told = [event(n, "Pneumonia", "2020-03-05", AEENDTC="2020-03-09", **INFECTED) for n in names]
    told[-1] |= {"AESER": "Y"}
    session = opened_with(study(people, told, ("Qarm 1", "Qarm 2")), list(records.values()), tmp_path)
    drill = session.drill("K15", ("Serious or intravenous antimicrobial",), Column("Total", Stat.N))
    assert drill.subjects.subjects == ("S01", "S02", "S06", "S09", "S11", "S12")
    assert cells(session, "K15")["Serious", "Total", "n"] == "1"


def test_that_two_infections_in_one_subject_make_a_subject_with_two_or_more(tmp_path: Path) -> None:
    people = [person(name, arm) for name, arm in (("S1", "Qarm 1"), ("S2", "Qarm 2"), ("S3", "Qarm 2"))]
    told = [event("S1", "Pneumonia", "2020-03-05", **INFECTED), event("S1", "Pneumonia", "2020-03-20", **INFECTED),
            event("S2", "Cystitis", "2020-03-05", AEOUT="FATAL", **INFECTED), event("S3"), event("S3")]  # fmt: skip
    session = opened_with(study(people, told, ("Qarm 1", "Qarm 2")), (), tmp_path)
    found = column(session, "K15")
    assert (found["Two or more"], found["Any"], found["Fatal"]) == ("1", "2", "1")
    assert "Serious or intravenous antimicrobial" not in found
    drill = session.drill("K15", ("Two or more",), Column("Total", Stat.N))
    assert drill.subjects.subjects == ("S1",)
    assert len(drill.records.rows) == 2


def taking(name: str, drug: str, dose: str, often: str, **told: str) -> Record:
    return {"USUBJID": name, "CMTRT": drug, "CMDECOD": drug.upper(), "CMROUTE": "ORAL", "CMDOSE": dose, "CMDOSU": "mg",
            "CMDOSFRQ": often, "CMSTDTC": "2019", "CMENRTPT": "ONGOING", **told}  # fmt: skip


def test_that_background_medication_stands_beside_each_subject(tmp_path: Path) -> None:
    steroids = {"CMCLASCD": "H02AB"}
    medication = [
        taking("S1", "Prednisone", "10", "QD", **steroids), taking("S1", "Methylprednisolone", "4", "BID", **steroids),
        taking("S2", "Prednisone", "20", "PRN", **steroids), taking("S2", "Azathioprine", "50", "BID"),
        taking("S3", "Prednisolone", "5", "QD", CMSTDTC="2020-03-02"), taking("S3", "Aspirin", "100", "QD"),
        taking("S4", "Dexamethasone", "0.75", "QD", CMENRTPT="", CMENDTC="2020-02-28"),
        taking("S4", "Methotrexate", "10", "QS", CMCLASCD="L04AX03", CMENRTPT="", CMENDTC="2020-03-01"),
        taking("S5", "Hydrocortisone", "10", "QD", CMCLASCD="D07AA02", CMROUTE="TOPICAL"),
        taking("S5", "Prednisone", "5", "QD", CMENRTPT="", **steroids),
        taking("S1", "Prednisone", "10", "QD", **steroids),
        taking("S3", "Cortisone", "1", "QD", CMDECOD="UNCODED", CMROUTE="RESPIRATORY (INHALATION)"),
        taking("S4", "Prednisone", "5", "QD", CMDECOD="UNCODED"),
        taking("S5", "Cortisone", "25", "QD", CMENRTPT="BEFORE", **steroids),
    ]  # fmt: skip
    names = [f"S{number}" for number in range(1, 6)]
    people = [person(name, "Qarm 1" if name < "S3" else "Qarm 2") for name in names]
    told = study(people, [event(name, "Pneumonia", **INFECTED) for name in names], ("Qarm 1", "Qarm 2"))
    for level in (Level.MASKED, Level.NAMED):
        session = opened_with(told, medication, tmp_path / level.value, level)
        shown = session.drill("K15", ("Any",), Column("Total", Stat.N)).subjects
        steroid, other = (shown.headers.index(f"Background {what}") for what in ("steroid", "immunosuppressant"))
        assert [row[steroid] for row in shown.rows] == [
            "Methylprednisolone 4 mg BID; Prednisone 10 mg QD = 20.0 mg/day prednisone", "Prednisone 20 mg PRN", "",
            "Prednisone 5 mg QD = 5.0 mg/day prednisone", "Prednisone 5 mg QD",
        ]  # fmt: skip
        assert [row[other] for row in shown.rows] == ["", "Azathioprine 50 mg BID", "", "Methotrexate 10 mg QS", ""]


def test_that_a_list_of_subjects_has_no_column_of_medication_that_was_not_delivered(tmp_path: Path) -> None:
    people = [person("S1", "Qarm 1"), person("S2", "Qarm 2")]
    source, file = made_up.write(tmp_path, study(people, [event("S1", **INFECTED)], ("Qarm 1", "Qarm 2")))
    session = lock_for_test(source, file, tmp_path).session(Level.NAMED, tmp_path / "state")
    shown = session.drill("K15", ("Any",), Column("Total", Stat.N)).subjects
    assert not any(header.startswith("Background") for header in shown.headers)
    assert END == "2020-04-09"


def test_that_an_open_session_without_safety_is_shown_no_infections(tmp_path: Path) -> None:
    people = [person("S1", "Qarm 1"), person("S2", "Qarm 2")]
    source, file = made_up.write(tmp_path, study(people, [event("S1", **INFECTED)], ("Qarm 1", "Qarm 2")))
    file.write_text(file.read_text(encoding="utf-8").replace("safety = true", "safety = false"), encoding="utf-8")
    session = lock_for_test(source, file, tmp_path).session(Level.POOLED, tmp_path / "state")
    for number in ("K15", "K20"):
        with pytest.raises(Refusal, match="not shown in open sessions"):
            session.table(number)
    with pytest.raises(Refusal, match="not shown in open sessions"):
        session.figure("F15")
