"""One subject's liver tests over time: worked values, and the demo and the pilot read again by plain Python."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyreadstat
import pytest

from dsmb_app.model.errors import Refusal
from dsmb_app.model.time_course import TimeCourse
from dsmb_app.model.words import Level
from dsmb_app.session import Session
from tests.demo_trial import read, treated
from tests.lab_study import Lab, LabStudy, opened
from tests.locked import Locked

LIVER_TERMS = {"Alanine aminotransferase increased", "Aspartate aminotransferase increased",
               "Blood bilirubin increased", "Blood alkaline phosphatase increased", "Hepatic function abnormal",
               "Hepatic enzyme increased", "Transaminases increased"}  # fmt: skip
FOUR = ("ALT", "AST", "ALP", "BILI")


def course(session: Session, subject: str) -> TimeCourse:
    found = session.figure("F18T", (subject,))
    assert isinstance(found, TimeCourse)
    return found


def readings(found: TimeCourse) -> dict[str, list[tuple[float, float]]]:
    return {c.test: [(r.day, round(r.multiple, 9)) for r in c.readings] for c in found.courses}


def made_up(folder: Path, level: Level = Level.NAMED) -> Session:
    labs = [
        Lab("S1", "ALT", "20", -1, "1", "40"), Lab("S1", "ALT", "120", 7, "1", "40"),
        Lab("S1", "ALT", "<10", 14, "1", "40"), Lab("S1", "ALT", "1", 15, "1", "40"),
        Lab("S1", "ALT", ">400", 21, "1", "40"), Lab("S1", "AST", "33", 7, "1", ""),
        Lab("S1", "BILI", "10", 7, "1", "20"), Lab("S2", "ALP", "60", 7, "1", "120"),
    ]  # fmt: skip
    return opened(LabStudy({"S1": "Active", "S2": "Placebo"}, labs), folder, level)


def test_that_days_and_multiples_are_those_of_the_records(tmp_path: Path) -> None:
    found = course(made_up(tmp_path), "S1")
    assert readings(found) == {
        "ALT": [(-1, 0.5), (8, 3.0), (15, 0.125), (16, 0.1), (22, 10.0)],
        "BILI": [(8, 0.5)],
    }
    alt = found.courses[0].readings
    assert [r.bound for r in alt] == ["", "", "<", "", ">"]
    assert [r.baseline for r in alt] == [True, False, False, False, False]
    assert alt[1].words == "120 U/L, 3.00 x ULN"
    assert alt[2].words == "<10 U/L, <0.25 x ULN"
    assert found.doses == ((1, 1),)
    assert found.arm == "Active"


def test_that_what_is_missing_is_said(tmp_path: Path) -> None:
    found = course(made_up(tmp_path), "S1")
    assert found.footnotes[0] == "Not measured: AST, ALP."
    assert "1 result(s) without a day or an upper limit are not drawn" in " ".join(found.footnotes)


def test_that_a_subject_without_any_result_has_an_empty_course(tmp_path: Path) -> None:
    session = opened(LabStudy({"S1": "A", "S2": "B"}, [Lab("S1", "ALT", "20", 7, "1", "40")]), tmp_path, Level.NAMED)
    found = course(session, "S2")
    assert (found.courses, found.events) == ((), ())
    assert found.footnotes[0] == "Not measured: ALT, AST, ALP, BILI."


def test_that_a_pooled_course_names_no_arm(tmp_path: Path) -> None:
    session = made_up(tmp_path, Level.POOLED)
    found = course(session, session.figure("F18").points[0].subject)
    assert (found.arm, found.arms) == ("", ())


def test_that_nobody_is_shown_who_is_not_of_the_level(demo: Locked) -> None:
    session = demo.opened(Level.POOLED)
    for name in ("IL2SLE01-01-040", ""):
        with pytest.raises(Refusal, match="No subject is called") as refusal:
            session.figure("F18T", (name,))
        assert refusal.value.code == "SUBJECT-NOT-HERE"


def test_that_liver_events_doses_and_results_of_the_demo_are_read_again(demo: Locked) -> None:
    session = demo.opened(Level.NAMED)
    seen = 0
    for subject, person in treated().items():
        first = date.fromisoformat(person["RFXSTDTC"][:10])

        def day(text: str, first: date = first) -> int:
            days = (date.fromisoformat(text[:10]) - first).days
            return days + 1 if days >= 0 else days

        events = {
            (row["AEDECOD"], day(row["AESTDTC"]))
            for row in read("ae")
            if row["USUBJID"] == subject
            and (row["AEBODSYS"] == "Hepatobiliary disorders" or row["AEDECOD"] in LIVER_TERMS)
        }
        doses = sorted((day(row["EXSTDTC"]), day(row["EXENDTC"])) for row in read("ex") if row["USUBJID"] == subject)
        found = course(session, subject)
        assert {(event.term, event.start) for event in found.events} == events
        assert list(found.doses) == doses
        seen += len(events)
    assert seen == 2


def test_that_the_course_of_the_pilots_one_potential_case_is_read_again(pilot: Locked, shared_data: Path) -> None:
    subject = "01-705-1186"

    def rows(name: str) -> list[dict[str, object]]:
        frame, _ = pyreadstat.read_xport(shared_data / "cdiscpilot01" / f"{name}.xpt")
        return [row for row in frame.to_dict("records") if row["USUBJID"] == subject]

    first = min(date.fromisoformat(str(row["EXSTDTC"])[:10]) for row in rows("ex"))

    def day(text: object) -> int:
        days = (date.fromisoformat(str(text)[:10]) - first).days
        return days + 1 if days >= 0 else days

    expected: dict[str, list[tuple[float, float]]] = {}
    for row in sorted(rows("lb"), key=lambda row: str(row["LBDTC"])):
        if row["LBTESTCD"] in FOUR:
            multiple = round(float(str(row["LBSTRESN"])) / float(str(row["LBSTNRHI"])), 9)
            expected.setdefault(str(row["LBTESTCD"]), []).append((day(row["LBDTC"]), multiple))
    found = course(pilot.opened(Level.NAMED), subject)
    assert readings(found) == expected
    assert set(expected) == set(FOUR)
    assert list(found.doses) == sorted((day(row["EXSTDTC"]), day(row["EXENDTC"])) for row in rows("ex"))
    assert [(e.term, e.open_end) for e in found.events] == [("HYPERBILIRUBINAEMIA", True)]
