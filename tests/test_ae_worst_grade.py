"""Worst grade: the worst that is known, each subject once, and a missing grade never hides a known one."""

from __future__ import annotations

from pathlib import Path

from dsmb_app.model.result import Column
from dsmb_app.model.words import Level, Stat
from tests.ae_study import column, event, opened, person, study
from tests.quick_stretch import quick_phrases

__all__ = ["quick_phrases"]

ARMS = ["Qarm 1", "Qarm 2"]
PEOPLE = [person(f"S{number}", ARMS[number % 2]) for number in range(6)]
SOC = "Nervous system disorders"


def test_that_a_grade_3_and_a_missing_grade_of_one_subject_are_grade_3(tmp_path: Path) -> None:
    events = [event("S1", AETOXGR="3"), event("S1", AETOXGR=""), event("S2", AETOXGR="1"), event("S2", AETOXGR="2"),
              event("S3", AETOXGR=""), event("S4", "Fall", AETOXGR="GRADE 4"), event("S4", AETOXGR="")]  # fmt: skip
    session = opened(study(PEOPLE, events, ARMS), tmp_path)
    assert column(session, "T10") == {
        "Any": "4", "Any > Grade 5": "0", "Any > Grade 4": "1", "Any > Grade 3": "1", "Any > Grade 2": "1",
        "Any > Grade 1": "0", "Any > Grade missing": "1",
        SOC: "4", f"{SOC} > Grade 4": "1", f"{SOC} > Grade 3": "1", f"{SOC} > Grade 2": "1",
        f"{SOC} > Grade missing": "1",
        f"{SOC} > Headache": "4", f"{SOC} > Headache > Grade 3": "1", f"{SOC} > Headache > Grade 2": "1",
        f"{SOC} > Headache > Grade missing": "2",
        f"{SOC} > Fall": "1", f"{SOC} > Fall > Grade 4": "1",
    }  # fmt: skip
    assert any(
        "3 record(s) have no grade" in note for note in session.table("T10").footnotes
    )  # never promoted, only told


def test_that_a_grade_row_opens_its_subjects_with_all_their_records_of_the_term(tmp_path: Path) -> None:
    events = [event("S1", AETOXGR="3"), event("S1", AETOXGR=""), event("S1", "Fall"), event("S2", AETOXGR="2")]
    session = opened(study(PEOPLE, events, ARMS), tmp_path)
    drill = session.drill("T10", (SOC, "Headache", "Grade 3"), Column("Total", Stat.N))
    assert drill.subjects.subjects == ("S1",)
    assert len(drill.records.rows) == 2


def test_that_severity_is_counted_where_the_study_recorded_it(tmp_path: Path) -> None:
    events = [event("S1", AESEV="MILD"), event("S1", AESEV="SEVERE"), event("S2", AESEV=""), event("S3", AESEV="MILD")]
    session = opened(study(PEOPLE, events, ARMS, grading="AESEV"), tmp_path)
    found = column(session, "T10")
    assert [found[f"Any > {word}"] for word in ("Severe", "Moderate", "Mild", "Severity missing")] == list("1011")
    assert not any("Grade" in row for row in found)


def test_that_severity_stands_in_for_grades_that_were_promised_and_not_delivered(tmp_path: Path) -> None:
    events = [event("S1", AESEV="SEVERE", AETOXGR=""), event("S2", AESEV="MILD", AETOXGR="")]
    session = opened(study(PEOPLE, events, ARMS), tmp_path)
    assert column(session, "T10")["Any > Severe"] == "1"
    assert column(session, "T08")["Any severe AE"] == "1"
    assert column(session, "T13")["Any"] == "1"
    for exhibit in ("T07", "T08", "T10", "T13", "K15"):
        assert any("AESEV is used instead" in note for note in session.table(exhibit).footnotes), exhibit


def test_that_a_term_which_reads_like_a_grade_is_told_apart_from_one(tmp_path: Path) -> None:
    session = opened(study(PEOPLE, [event("S1", "Grade 3", AETOXGR="1")], ARMS), tmp_path)
    found = column(session, "T10")
    assert found[f"{SOC} > Grade 3 (term) > Grade 1"] == "1"
    assert f"{SOC} > Grade 3" not in found


def test_that_grade_5_and_a_fatal_outcome_that_disagree_are_for_a_query(tmp_path: Path) -> None:
    events = [event("S1", AETOXGR="5", AEOUT="RECOVERED/RESOLVED"), event("S2", AETOXGR="5", AEOUT="FATAL"),
              event("S3", AETOXGR="", AEOUT="FATAL"), event("S4", AETOXGR="4", AEOUT="FATAL")]  # fmt: skip
    session = opened(study(PEOPLE, events, ARMS), tmp_path)
    notes = " ".join(session.table("T10").footnotes)
    assert "1 record(s) of grade 5 whose outcome is not FATAL, 2 record(s) with outcome FATAL that are not" in notes


def test_that_no_arm_decides_which_grades_are_listed(tmp_path: Path) -> None:
    events = [event("S1", AETOXGR="3"), event("S2", AETOXGR="1")]
    session = opened(study(PEOPLE, events, ARMS), tmp_path)
    named = list(column(session, "T10"))
    session.set_level(Level.MASKED)
    masked = list(column(session, "T10"))
    session.set_level(Level.POOLED)
    assert named == masked == list(column(session, "T10"))
