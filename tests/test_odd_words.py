"""Sound deliveries whose words, blanks and numbers are not written as usual, and those in which nothing would count."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dsmb_app.model.errors import Refusal
from dsmb_app.model.events import organ_class
from dsmb_app.model.intensity import toxicity_grade
from dsmb_app.model.words import Level, is_arm
from dsmb_app.snapshot.csv_text import read_csv
from dsmb_app.snapshot.delivered import TextColumn
from dsmb_app.snapshot.iso_dates import parse
from tests.ae_study import cells, column, event, opened, person, study
from tests.locked import lock_for_test
from tests.oracle import made_up

ARMS = ("Qarm 1", "Qarm 2")
PEOPLE = [person("S1", "Qarm 1"), person("S2", "Qarm 1"), person("S3", "Qarm 2"), person("S4", "Qarm 2")]


def texts(data: str, name: str) -> list[str]:
    """Return a column of a CSV file as it is read."""
    found = read_csv(data.encode(), "ae.csv").columns[name]
    assert isinstance(found, TextColumn)
    return list(found.texts())


@pytest.mark.parametrize("text", ["3", "3.0", "3.000", "GRADE 3", "grade 3.0"])
def test_that_a_grade_with_decimals_is_that_grade(text: str) -> None:
    assert toxicity_grade(pd.Series([text])).tolist() == [3.0]


@pytest.mark.parametrize("text", ["3.5", "6.0", "0", "3.", "33"])
def test_that_other_numbers_are_no_grade(text: str) -> None:
    assert np.isnan(toxicity_grade(pd.Series([text]))).all()


@pytest.mark.parametrize("text", ["2020-03-05 08:30", "2020-03-05T08:30:00+08", "2020-03-05 08:30:15.5+0800"])
def test_that_a_blank_before_the_time_and_a_zone_of_whole_hours_are_read(text: str) -> None:
    found = parse(pd.Series([text, "2020-03-05"]))
    assert found.readable.all()
    assert found.lo[0] == found.lo[1]
    assert found.minute[0] == 8 * 60 + 30


@pytest.mark.parametrize("word", ["NA", "N/A", "NULL", "NaN"])
def test_that_the_files_own_word_for_missing_is_blank_in_every_column(word: str) -> None:
    data = f"USUBJID,AESOC,AEREL,AEENDTC\nS1,{word},{word},2020-03-05\nS2,Eye disorders,RELATED,{word}\n"
    assert texts(data, "AESOC") == ["", "Eye disorders"]
    assert texts(data, "AEENDTC") == ["2020-03-05", ""]
    assert f"{word} stands for a missing value" in " ".join(read_csv(data.encode(), "ae.csv").notes)


def test_that_a_word_among_numbers_alone_stands_for_missing_too() -> None:
    data = "USUBJID,LBSPEC,LBSTRESN,LBDTC\nS1,NA,12.5,2020-03-05\nS1,NA,NA,2020-03-06\n"
    assert texts(data, "LBSPEC") == texts(data.replace("12.5", "-12"), "LBSPEC") == ["", ""]
    for other in (data.replace("12.5", "<5"), data.replace("2020-03-05", "")):  # no numbers alone; a blank cell
        assert texts(other, "LBSPEC") == ["NA", "NA"]


def test_that_sodium_stays_sodium_and_a_word_that_no_date_column_holds_stays() -> None:
    assert texts("USUBJID,LBTESTCD,LBDTC\nS1,NA,NA\n", "LBTESTCD") == ["NA"]
    assert texts("USUBJID,COUNTRY,RFSTDTC\nS1,NA,2020-03-05\n", "COUNTRY") == ["NA"]


def test_that_whole_numbers_with_decimals_are_read_without_them_and_others_as_they_stand() -> None:
    data = "USUBJID,AEPTCD,AETERM,EXDOSE\nS1,10022086.0,5.0,1.0\nS2,,x,2.5\n"
    assert texts(data, "AEPTCD") == ["10022086", ""]
    assert texts(data, "AETERM") == ["5.0", "x"]
    assert texts(data, "EXDOSE") == ["1.0", "2.5"]


def test_that_blanks_before_words_and_decimals_behind_codes_change_no_result(tmp_path: Path) -> None:
    ended = {"DSCAT": " DISPOSITION EVENT"}
    ds = [{"USUBJID": "S1", "DSDECOD": " DEATH", "DSSTDTC": "2020-03-20", **ended},
          {"USUBJID": "S2", "DSDECOD": "  COMPLETED", "DSSTDTC": "2020-04-01", **ended}]  # fmt: skip
    events = [event("S1", AESER=" Y", AETOXGR="3.0", AEREL="NA"), event("S3", AESER="N", AETOXGR="GRADE 2")]
    session = opened(study([{**one, "RFPENDTC": ""} for one in PEOPLE], events, ARMS, ds=ds), tmp_path)
    found = cells(session, "T08")
    assert found["SAE", "Qarm 1", "n"] == found["Any grade 3 AE", "Qarm 1", "n"] == "1"
    assert found["Deaths on study (any cause)", "Qarm 1", "n"] == "1"
    assert found["Related AE", "Total", "n"] == "0"
    # S1 is watched from 1 to 20 March, S2 to 1 April.
    assert cells(session, "T06")["Time in the window (days)", "Qarm 1", "mean"] == "26.0"
    assert column(session, "T02")["Discontinued > DEATH"] == "1"


def test_that_a_flag_in_other_words_is_refused_and_a_single_one_counted(tmp_path: Path) -> None:
    words = study(PEOPLE, [event("S1", AESER="Yes"), event("S2", AESER="No"), event("S3", AESER="N")], ARMS)
    with pytest.raises(Refusal, match=r"AESER holds 'Yes'.*FLAG-NOT-YN") as caught:
        lock_for_test(*made_up.write(tmp_path / "words", words), tmp_path)
    assert caught.value.row == 1
    strange = {"AESER": "Yes", "AETOXGR": "severe", "AEACN": "Stopped", "AEOUT": "Death"}
    said = [
        event("S1", **strange),
        event("S4", AEACN="drug withdrawn", AEOUT="Fatal"),
        event("S2", AESER="Y"),
        event("S3", AESER="N"),
    ]
    report = lock_for_test(*made_up.write(tmp_path / "one", study(PEOPLE, said, ARMS)), tmp_path).report
    assert report.counts["AE.AESER neither Y nor N, not counted as Y"] == 1
    assert report.counts["AE.AETOXGR texts that are no grade"] == 1
    assert report.counts["AE.AEACN texts that are no controlled term: not counted as DRUG WITHDRAWN"] == 1
    assert report.counts["AE.AEOUT texts that are no controlled term: not counted as FATAL"] == 1


def test_that_a_table_says_when_no_event_can_be_serious(tmp_path: Path) -> None:
    session = opened(study(PEOPLE, [event("S1")], ARMS), tmp_path)
    for exhibit in ("T08", "T11"):
        assert any("AESER is empty in every record" in note for note in session.table(exhibit).footnotes), exhibit


def test_that_an_arm_in_which_nobody_counts_as_treated_is_told_at_lock(tmp_path: Path) -> None:
    made = study(PEOPLE, [event("S1")], ARMS)
    for dose in made["data"]["EX"]:
        dose["EXDOSE"] = "" if dose["USUBJID"] in ("S3", "S4") else "1"
    source, file = made_up.write(tmp_path / "x", made)
    told = [
        "USUBJID,ARM,RFXSTDTC",
        *(f"{one['USUBJID']},{one['ARM']},2020-03-01" for one in PEOPLE),
        "S5,Qarm 1,2020-03-01",
    ]
    (source / "dm.csv").write_text("\n".join(told) + "\n", encoding="utf-8")
    notes = " ".join(lock_for_test(source, file, tmp_path).report.notes)
    assert "1 subject(s) with RFXSTDTC in DM have no record in EX" in notes
    assert "2 subject(s) with records in EX are not treated" in notes
    assert "CHECK: in 1 arm(s) nobody counts as treated" in notes


def test_that_a_piece_of_a_dataset_is_refused_and_one_of_questionnaires_not(tmp_path: Path) -> None:
    source, file = made_up.write(tmp_path / "x", study(PEOPLE, [event("S1")], ARMS))
    for name in ("QSAB", "LBCH"):
        (source / f"{name.lower()}.csv").write_text(f"DOMAIN,USUBJID\n{name[:2]},S1\n", encoding="utf-8")
    with pytest.raises(Refusal, match=r"LBCH is a piece of LB.*DATASET-SPLIT"):
        lock_for_test(source, file, tmp_path)


WHO = ("S1", "S2", "S3", "S4", "S5")


def test_that_neither_screening_nor_treatment_completed_ends_the_study(tmp_path: Path) -> None:
    """S1, S2 and S5 have a visit on day 40, S3 and S4 left on day 20."""
    people = [{**person(name, arm), "RFPENDTC": ""} for name, arm in zip(WHO, ARMS * 3, strict=False)]
    said = [("S1", "COMPLETED", "2020-02-25", "SCREENING", ""),
            ("S2", "ADVERSE EVENT", "2020-03-10", "TREATMENT", "STUDY TREATMENT"),
            ("S3", "LOST TO FOLLOW-UP", "2020-03-20", "FOLLOW-UP", "STUDY PARTICIPATION"),
            ("S4", "COMPLETED", "2020-02-25", "", ""), ("S4", "COMPLETED", "2020-03-20", "", ""),
            ("S5", "COMPLETED", "2020-03-10", "TREATMENT", "")]  # fmt: skip
    names = ("USUBJID", "DSDECOD", "DSSTDTC", "EPOCH", "DSSCAT")
    made = study(people, [event("S3")], ARMS)
    source, file = made_up.write(tmp_path / "x", made)
    lines = [",".join((*names, "DSCAT")), *(",".join((*one, "DISPOSITION EVENT")) for one in said)]
    (source / "ds.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    visits = [f"{name},2020-04-09" for name in ("S1", "S2", "S5")]
    (source / "sv.csv").write_text("\n".join(["USUBJID,SVSTDTC", *visits]) + "\n", encoding="utf-8")
    locked = lock_for_test(source, file, tmp_path)
    found = cells(locked.session(Level.NAMED, tmp_path / "state"), "T06")
    watched = [found["Time in the window (days)", arm, "mean"] for arm in ARMS]
    assert watched == ["33.3", "30.0"]  # 40, 20, 40 and 40, 20
    assert locked.report.counts["disposition events that complete screening, not the end of the study"] == 2
    assert locked.report.counts["disposition events of the treatment alone, not the end of the study"] == 2


def test_that_a_class_which_is_delivered_as_a_code_alone_has_its_name() -> None:
    codes = {"AESOC": ["", "", "", "Eye disorders"], "AEBODSYS": ["", "", "", ""],
             "AESOCCD": ["10021881", "", "1", "10021881"], "AEBDSYCD": ["10007541", "10007541", "", ""]}  # fmt: skip
    found = organ_class(pd.DataFrame(codes)).tolist()
    assert found == ["Infections and infestations", "Cardiac disorders", "No Coding Available", "Eye disorders"]


@pytest.mark.parametrize(
    "text", ["NA", "n/a", " Screen Failed", "SCREEN FAILURE - NOT RANDOMIZED", "Not randomised", ""]
)
def test_that_words_for_no_arm_are_no_arm(text: str) -> None:
    assert not is_arm(text)
    assert is_arm("Nab-paclitaxel")


def test_that_an_actual_arm_of_na_is_the_planned_one(tmp_path: Path) -> None:
    people = [*PEOPLE[:3], {**PEOPLE[3], "ACTARM": "NA"}, person("S5", "NA"), person("S6", "Screen failed")]
    made = study(people, [event("S4")], ())
    made["data"]["EX"] = made["data"]["EX"][:4]
    session = opened(made, tmp_path)
    assert session.arms == ARMS
    assert column(session, "T06", arm="Qarm 2")["Treated"] == "2"
    assert column(session, "T02")["Screened, not randomised"] == "2"
