"""A patient's profile: its days against a plain read of the delivered files, and what each level may know."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dsmb_app.model.errors import Refusal
from dsmb_app.model.profile import EVENTS, LABS, MEDICATION, PatientProfile
from dsmb_app.model.words import Level
from dsmb_app.session import Session
from tests.demo_trial import CUTOFF, read, treated
from tests.locked import Locked, lock_for_test

LIVER = {"ALT", "AST", "ALP", "BILI"}
BLOOD = {"WBC", "NEUT", "LYM", "HGB", "PLAT", "EOS"}


def study_day(of: str, first: str) -> int:
    days = (date.fromisoformat(of[:10]) - date.fromisoformat(first[:10])).days
    return days + 1 if days >= 0 else days


def records(domain: str, subject: str) -> list[dict]:
    return [row for row in read(domain) if row["USUBJID"] == subject]


def some_subjects() -> list[str]:
    """Return the treated with the most events, one with none, and the first three."""
    people = list(treated())
    by_events = sorted(people, key=lambda who: len(records("ae", who)))
    return list(dict.fromkeys([by_events[-1], by_events[0], *people[:3]]))


@pytest.fixture(scope="module")
def named(demo: Locked) -> Session:
    return demo.opened(Level.NAMED)


@pytest.fixture(scope="module")
def pooled(demo: Locked) -> Session:
    return demo.opened(Level.POOLED)


@pytest.fixture(scope="module", params=range(len(some_subjects())))
def pair(request: pytest.FixtureRequest, named: Session) -> tuple[PatientProfile, str]:
    """Return a profile, and the calendar day of the subject's first dose."""
    who = some_subjects()[request.param]
    return named.profile(who), min(row["EXSTDTC"] for row in records("ex", who))


def test_that_doses_stand_on_the_days_of_ex(pair: tuple[PatientProfile, str]) -> None:
    found, first = pair
    expected = sorted(
        (study_day(r["EXSTDTC"], first), study_day(r["EXENDTC"], first)) for r in records("ex", found.subject)
    )
    assert list(found.doses) == expected
    assert len(expected) > 3


def test_that_events_begin_and_end_on_the_days_of_ae(pair: tuple[PatientProfile, str]) -> None:
    found, first = pair
    rows = [r for r in records("ae", found.subject) if r["AESTDTC"][:10] <= CUTOFF["current"][: len(r["AESTDTC"][:10])]]
    assert len(found.events) == len(rows)
    whole = sorted(
        (r["AEDECOD"], study_day(r["AESTDTC"], first), study_day(r["AEENDTC"], first) if r["AEENDTC"] else None)
        for r in rows
        if len(r["AESTDTC"]) >= 10 and len(r["AEENDTC"]) in (0, 10)
    )
    drawn = sorted(
        (e.term, int(e.span.first), None if e.span.open_end else int(e.span.last))
        for e in found.events
        if e.span.first == e.span.begun and not e.span.open_start
    )
    assert drawn == whole


def test_that_grades_seriousness_and_infections_are_the_records(pair: tuple[PatientProfile, str]) -> None:
    found, _ = pair
    rows = records("ae", found.subject)
    assert sorted(e.depth for e in found.events) == sorted(int(r["AETOXGR"] or 0) for r in rows)
    assert sum(e.serious for e in found.events) == sum(r["AESER"] == "Y" for r in rows)
    assert sum(e.infection for e in found.events) == sum(r["AEBODSYS"] == "Infections and infestations" for r in rows)


def test_that_every_bar_has_its_own_record(pair: tuple[PatientProfile, str]) -> None:
    found, _ = pair
    table = found.records[EVENTS]
    term, day = table.headers.index("Preferred term"), table.headers.index("Onset day")
    for event in found.events:
        row = table.rows[event.row]
        assert row[term] == event.term
        if not event.span.partial and not event.span.open_start and event.span.first >= 1:
            assert int(row[day]) == event.span.first


def test_that_liver_tests_are_results_over_their_own_limit(pair: tuple[PatientProfile, str]) -> None:
    found, first = pair
    for course in found.liver:
        rows = [
            r for r in records("lb", found.subject)
            if r["LBTESTCD"] == course.test and r["LBDTC"] and r["LBORRES"].replace(".", "").isdigit() and r["LBORNRHI"]
        ]  # fmt: skip
        expected = sorted(
            (study_day(r["LBDTC"], first), round(max(float(r["LBORRES"]) / float(r["LBORNRHI"]), 0.1), 6)) for r in rows
        )
        plain = sorted((r.day, round(r.multiple, 6)) for r in course.readings if not r.bound)
        assert set(expected) <= set(plain)
        assert len(expected) > 5
        tests = [found.records[LABS].rows[r.row][0] for r in course.readings]
        assert set(tests) == {course.test}
    assert {course.test for course in found.liver} == LIVER


def test_that_blood_counts_are_the_results_with_their_limits(pair: tuple[PatientProfile, str]) -> None:
    found, first = pair
    assert {course.test for course in found.counts} == BLOOD
    counts = next(course for course in found.counts if course.test == "PLAT")
    rows = [r for r in records("lb", found.subject) if r["LBTESTCD"] == "PLAT" and r["LBORRESU"] == "10^9/L"]
    expected = {(study_day(r["LBDTC"], first), float(r["LBORRES"])) for r in rows if r["LBORRES"]}
    assert expected <= {(r.day, r.value) for r in counts.readings}
    for reading in counts.readings:
        known = reading.value < reading.low
        assert reading.grade == (
            4 if reading.value < 25 else 3 if reading.value < 50 else 2 if reading.value < 75 else int(known)
        )
    assert [(cut.value, cut.words) for cut in counts.cuts] == [(75.0, "G2"), (50.0, "G3"), (25.0, "G4")]


def test_that_medication_is_all_of_cm(pair: tuple[PatientProfile, str]) -> None:
    found, _ = pair
    rows = records("cm", found.subject)
    assert len(found.drugs) == len(found.records[MEDICATION].rows) == len(rows)
    steroids = [drug for drug in found.drugs if drug.kind == "steroid"]
    assert len(steroids) == sum("PREDNIS" in (r["CMDECOD"] or r["CMTRT"]).upper() for r in rows)


def test_that_cycles_begin_with_the_first_dose_of_a_block(named: Session) -> None:
    found = named.profile(some_subjects()[0])
    dosing = [phase for phase in found.phases if phase.dosing]
    assert [phase.cycle for phase in dosing] == ["Cycle 1", "Cycle 2", "Cycle 3"]
    starts = [
        first for (first, _), (before, _) in zip(found.doses[1:], found.doses, strict=False) if first - before > 10
    ]
    assert [phase.first for phase in dosing] == [1.0, *starts]
    assert all(phase.last - phase.first == 13 for phase in dosing)


def test_that_a_partial_start_leaves_its_month_open(named: Session) -> None:
    for who in treated():
        first = min(row["EXSTDTC"] for row in records("ex", who))
        for row in records("ae", who):
            if len(row["AESTDTC"]) == 7:
                found = [
                    e for e in named.profile(who).events if e.term == row["AEDECOD"] and e.span.first < e.span.begun
                ]
                begins = study_day(f"{row['AESTDTC']}-01", first)
                assert begins in {e.span.first for e in found}
                assert "known to the month" in found[0].words
                return
    raise AssertionError("the demo has events known to the month")


def test_that_an_open_session_knows_no_arm_and_nothing_held_back(pooled: Session, named: Session) -> None:
    texts = []
    for who in pooled.patients().subjects:
        found = pooled.profile(who)
        assert (found.arm, found.arms, found.styles) == ("", (), ())
        assert "EOS" not in {course.test for course in found.counts}
        assert not any("injection site" in event.term.lower() for event in found.events)
        assert "For" not in found.records[MEDICATION].headers
        texts.append(repr(found))
    for secret in ("Placebo", "hrIL-2", "1 MIU"):
        assert not any(secret in text for text in texts)
    assert any("njection site" in event.term for who in treated() for event in named.profile(who).events)


def test_that_masked_arms_are_letters(demo: Locked) -> None:
    session = demo.opened(Level.MASKED)
    found = {session.profile(who).arm for who in session.patients().subjects}
    assert found == {"A", "B"}


def test_that_dose_days_are_there_only_where_the_level_has_them(pilot: Locked) -> None:
    masked = pilot.opened(Level.MASKED)
    named = pilot.opened(Level.NAMED)
    who = named.patients().subjects[0]
    assert named.profile(who).doses
    assert masked.profile(who).doses == ()
    assert "Dose days are not shown at this level." in masked.profile(who).footnotes


def test_that_a_death_has_its_day(pilot: Locked) -> None:
    found = pilot.opened(Level.NAMED).profile("01-701-1211")
    assert [(mark.kind, mark.day) for mark in found.marks] == [("death", 61.0)]
    assert found.facts["Died"] == "day 61"


def test_that_filters_leave_a_profile_as_it_is_and_narrow_the_list(demo: Locked, tmp_path: Path) -> None:
    session = demo.session(Level.NAMED, tmp_path)
    who = some_subjects()[0]
    whole, everybody = session.profile(who), len(session.patients().subjects)
    session.choose(serious="yes", sex="M")
    assert session.profile(who).events == whole.events
    assert session.profile(who) is not whole
    men = [row for row in treated().values() if row["SEX"] == "M"]
    assert len(session.patients().subjects) == len(men) < everybody


def test_that_the_list_counts_emergent_events(named: Session) -> None:
    listing = named.patients()
    assert set(listing.subjects) == set(treated())
    place = {header: at for at, header in enumerate(listing.headers)}
    for row, who in zip(listing.rows, listing.subjects, strict=True):
        emergent = [event for event in named.profile(who).events if event.emergent]
        assert int(row[place["AEs"]]) == len(emergent)
        assert row[place["Worst grade"]] == (str(max(e.depth for e in emergent)) if emergent else "")
        assert int(row[place["Serious"]]) == sum(e.serious for e in emergent)


def test_that_nobody_is_shown_where_the_open_session_shows_no_patients(demo: Locked, tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text(demo.study.read_text("utf-8").replace("patients = true", "patients = false"), "utf-8")
    session = lock_for_test(demo.source, study, tmp_path).session(Level.POOLED, tmp_path / "state")
    with pytest.raises(Refusal, match="Patients are not shown"):
        session.patients()
    with pytest.raises(Refusal, match="Patients are not shown"):
        session.profile("IL2SLE01-01-001")


def test_that_an_unknown_subject_is_refused(named: Session) -> None:
    with pytest.raises(Refusal, match="No subject is called"):
        named.profile("nobody")
