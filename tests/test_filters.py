"""Filters: every combination counted by hand too, what stands behind a number, words, and what open sessions refuse."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, reject, settings
from hypothesis import strategies as st

from dsmb_app.model.choices import FILTERS, Choices, age_band
from dsmb_app.model.errors import Refusal
from dsmb_app.model.result import Column
from dsmb_app.model.words import Level, Stat
from dsmb_app.session import Session
from tests.ae_study import cells, column, event, opened, person, study
from tests.locked import lock_for_test
from tests.oracle import made_up
from tests.oracle.compare import disagreements, rules_of
from tests.oracle.made_up import ACTIONS
from tests.oracle.narrowed import lets_in, narrowed, unknown
from tests.oracle.people import Rules
from tests.oracle.reading import Data, read_folder
from tests.quick_stretch import quick_phrases

__all__ = ["quick_phrases"]

OF_SUBJECTS = ("T02", "T06", "T07", "K17", "K18")
VALUES = {
    "serious": ["yes"],
    "grade": ["1", "2", "3", "5"],
    "related": ["yes"],
    "action": [action.lower() for action in ACTIONS],
    "basket": ["odd-list", "herpes-zoster"],
    "soc": ["Cardiac disorders", "Nervous system disorders", "Eye disorders", "No Coding Available"],
    "text": ["HEAD", "ache", "palp", "odd", "("],
    "sex": ["F", "M"],
    "age": ["<65", ">=65", "18-64", "64-64"],
    "site": ["01", "02"],
}


def settings_of(filters: dict[str, str]) -> list[str]:
    """Return all filters as the command line takes them; those not given are taken off."""
    return [f"{name}={filters.get(name, '')}" for name in FILTERS]


def lists_of(rules: Rules, *, closed: bool) -> dict[str, frozenset[str]]:
    """Return the terms of each basket by its name, as far as a session may use it."""
    titles = dict(rules.baskets)
    names = {"Odd list": "odd-list", "Herpes zoster": "herpes-zoster"}
    held = () if closed else rules.held_baskets
    return {names[title]: terms for title, terms in titles.items() if title not in held}


# ----------------------------------------------------------------------------------------------------------------------
# Counted twice


@st.composite
def filtered(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Draw a study whose subjects differ in sex, age and site, and some combinations of filters."""
    made = draw(made_up.studies())
    ages, units = (
        st.sampled_from(["17", "64", "64.9", "65", "80", ""]),
        st.sampled_from(["YEARS", "YEARS", "", "MONTHS"]),
    )
    for record in made["data"]["DM"]:
        record |= {"SEX": draw(st.sampled_from("FFM")), "SITEID": draw(st.sampled_from(["01", "02"]))}
        record |= {"AGE": draw(ages), "AGEU": draw(units)}
    one = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()})
    # All ten at once leave nobody; two or three are what a reader asks.
    few = one.map(lambda whole: dict(list(whole.items())[:3])) | one
    shuffled = st.permutations(list(VALUES)).flatmap(
        lambda names: few.map(lambda some: {name: some[name] for name in names if name in some})
    )
    return made, draw(st.lists(shuffled, min_size=3, max_size=3))


def told(session: Session, data: Data, rules: Rules, filters: dict[str, str]) -> list[str]:
    """Filter a session; return where it is not as counted by hand, or does not refuse what its data do not hold."""
    closed = session.level is not Level.POOLED
    seen = rules if not closed else Rules(**{**vars(rules), "hidden": frozenset()})
    lists = lists_of(rules, closed=closed)
    strange = unknown(data, seen, filters, lists)
    try:
        session.choose_by_text(settings_of(filters))
    except Refusal as refusal:
        right = refusal.code == "CHOICE-VALUE" and any(f"choice {name} " in refusal.sentence() for name in strange)
        return [] if right else [refusal.sentence()]
    if strange:
        return [f"{strange} are not in the data, and were not refused"]
    found = disagreements(session, data, rules, partial(narrowed, filters=filters, lists=lists))
    return found + [f"{each}" for each in wrong_behind(session, data, filters)]


def wrong_behind(session: Session, data: Data, filters: dict[str, str]) -> Iterator[str]:
    """Yield the counts of the total and of one arm behind which stand others than so many subjects or records."""
    inside = {record["USUBJID"] for record in data["DM"] if lets_in(record, filters)}
    for table, row, where, cell in session.walk(("T02", "T09")):
        if where.stat not in (Stat.N, Stat.EVENTS) or where.arm not in ("Total", *session.arms[:1]):
            continue
        behind = session.drill(table.exhibit, row.key, where)
        shown = behind.subjects if where.stat is Stat.N else behind.records
        if len(shown.rows) != cell.value:
            yield f"{table.exhibit} {row.key} {where}: {cell.text}, but {len(shown.rows)} are listed"
        if session.level is not Level.POOLED and not inside.issuperset(shown.subjects):
            yield f"{table.exhibit} {row.key} {where}: lists somebody whom the filters leave out"


@settings(max_examples=6, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(drawn=filtered())
def test_that_any_combination_of_filters_counts_as_the_naive_recount_does(
    drawn: tuple[dict[str, Any], list[dict[str, str]]],
) -> None:
    made, combinations = drawn
    with tempfile.TemporaryDirectory() as folder:
        source, file = made_up.write(Path(folder), made)
        try:
            locked = lock_for_test(source, file, Path(folder))
        except Refusal as refusal:
            if refusal.code == "DATE-NOT-ISO":  # most of a column is unreadable: nothing to count
                reject()
            raise
        data, rules = read_folder(source), rules_of(file)
        session = locked.session(Level.NAMED, Path(folder) / "state")
        for level, filters in zip(Level, combinations, strict=True):
            session.choose_by_text(settings_of({}))
            session.set_level(level)
            assert told(session, data, rules, filters) == [], (level, filters)


# ----------------------------------------------------------------------------------------------------------------------
# A worked study


def few() -> dict[str, Any]:
    """Return four subjects: two women of 70 and 40 at site 1, two men of 65 and of unknown age at site 2."""
    people = [
        person("W70", "Qarm 1", SEX="F", AGE="70", AGEU="YEARS", SITEID="1"),
        person("W40", "Placebo", SEX="F", AGE="40", AGEU="YEARS", SITEID="1"),
        person("M65", "Qarm 1", SEX="M", AGE="65", AGEU="YEARS", SITEID="2"),
        person("M", "Placebo", SEX="M", SITEID="2"),
    ]
    events = [
        event("W70", "Headache", AESER="Y", AETOXGR="3", AEREL="RELATED", AEACN="DRUG WITHDRAWN"),
        event("W70", "Migraine", AESER="N", AETOXGR="1", AEREL="NOT RELATED", AEACN="DOSE NOT CHANGED"),
        event("W40", "Headache", AESER="N", AETOXGR="2", AEREL="RELATED", AEACN="DOSE NOT CHANGED"),
        event("M65", "Palpitations", AESOC="Cardiac disorders", AESER="Y", AETOXGR="4", AEOUT="FATAL", AESDTH="Y"),
        event("M", "Headache", AESER="N", AETOXGR="", AEREL="", AEACN=""),
    ]
    return study(people, events, ["Qarm 1", "Control"])


@pytest.mark.parametrize(
    ("filters", "n", "size"),
    [
        ({}, 4, 4),
        ({"serious": "yes"}, 2, 4),
        ({"grade": "2"}, 3, 4),
        ({"related": "yes"}, 2, 4),
        ({"action": "dose not changed"}, 2, 4),
        ({"soc": "cardiac disorders"}, 1, 4),
        ({"basket": "odd-list"}, 1, 4),
        ({"text": "HEAD"}, 3, 4),
        ({"sex": "F"}, 2, 2),
        ({"age": ">=65"}, 2, 2),
        ({"age": "<65"}, 1, 1),
        ({"site": "2", "text": "head"}, 1, 2),
        ({"sex": "M", "age": "18-64"}, 0, 0),
        ({"sex": "F", "serious": "yes", "grade": "3"}, 1, 2),
    ],
)
def test_that_a_filter_leaves_these_subjects_of_so_many(
    tmp_path: Path, filters: dict[str, str], n: int, size: int
) -> None:
    session = opened(few(), tmp_path, Level.POOLED)
    session.choose_by_text(settings_of(filters))
    assert [column(session, "T09", stat)["Any"] for stat in ("n", "N")] == [str(n), str(size)]


def test_that_a_filter_of_records_leaves_denominators_deaths_and_data_quality_alone(tmp_path: Path) -> None:
    session = opened(few(), tmp_path)

    def untouched() -> dict[str, dict[tuple[str, ...], str]]:
        # The rows of T07 that repeat what footnotes say of emergent events go with the events.
        found = {exhibit: cells(session, exhibit) for exhibit in OF_SUBJECTS}
        return {
            e: {at: t for at, t in c.items() if not at[0].startswith("Treatment-emergent")} for e, c in found.items()
        }

    before = untouched()
    session.choose(text="migraine")
    assert untouched() == before
    assert set(column(session, "T09", "N").values()) == {"4"}
    assert column(session, "T08")["Any AE"] == column(session, "T08")["Deaths on study (any cause)"] == "1"
    notes = " ".join(session.table("T08").footnotes)
    assert "Whatever the filter of events (terms with “migraine”): Deaths on study (any cause)." in notes
    whole, events = (session.drill("T08", (row,), Column("Total", Stat.N)) for row in (DEATHS, "Any AE"))
    assert "Only" not in whole.question
    assert "Only: terms with “migraine”" in events.question


DEATHS = "Deaths on study (any cause)"


def test_that_a_filter_of_subjects_changes_disposition_exposure_and_person_time(tmp_path: Path) -> None:
    session = opened(few(), tmp_path)
    session.choose(sex="F")
    assert column(session, "T02")["Screened"] == column(session, "T02")["Treated"] == "2"
    assert column(session, "T06", "py")["Patient-years"] == f"{2 * 40 / 365.25:.2f}"
    assert column(session, "T06", arm="Qarm 1")["Treatment duration (days)"] == "1"
    assert session.arm_sizes == {"Qarm 1": 1, "Control": 1, "Total": 2}
    assert column(session, "T08")[DEATHS] == "0"


def test_that_nobody_left_is_not_evaluable_and_no_crash(tmp_path: Path) -> None:
    session = opened(few(), tmp_path)
    session.choose_by_text(["sex=M", "age=18-64"])
    assert session.arm_sizes["Total"] == 0
    for table, row, where, cell in session.walk():
        if where.stat is Stat.PCT:
            assert cell.text == "NE", (table.exhibit, row.key, where)
        if where.stat is Stat.N:
            assert cell.text == "0", (table.exhibit, row.key, where)
    for number in ("F09", "F18"):
        session.figure(number)


# ----------------------------------------------------------------------------------------------------------------------
# Words


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({"related": "YES", "action": "Drug Withdrawn"}, "related; action drug withdrawn"),
        ({"basket": "odd-list", "soc": "cardiac disorders"}, "Odd list; Cardiac disorders"),
        ({"text": "ache", "sex": "m"}, "terms with “ache”; men"),
        ({"age": "18-64", "site": "2"}, "18 to 64 years; site 2"),
        ({"age": "<65", "grade": "5"}, "grade 5; under 65 years"),
    ],
)
def test_that_filters_are_said_in_words(tmp_path: Path, filters: dict[str, str], words: str) -> None:
    session = opened(few(), tmp_path)
    session.choose_by_text([f"{name}={value}" for name, value in filters.items()])
    assert session.only() == words


def test_that_severity_stands_in_where_there_are_no_grades(tmp_path: Path) -> None:
    people = [person("A", "Qarm 1"), person("B", "Placebo")]
    events = [event("A", AESEV="MODERATE"), event("B", AESEV="MILD"), event("B", AESEV="")]
    session = opened(study(people, events, ["Qarm 1", "Control"], grading="AESEV"), tmp_path, Level.POOLED)
    session.choose(grade="2")
    assert session.only() == "moderate or severe"
    assert column(session, "T09", "events")["Any"] == "1"
    with pytest.raises(Refusal, match="It takes: 1, 2, 3"):
        session.choose(grade="4")


# ----------------------------------------------------------------------------------------------------------------------
# What is refused, and open sessions


@pytest.mark.parametrize("band", ["65", "<", "64-18", "<0", "65+", "18-", "-64", "18 - 64", "<١٨"])
def test_that_what_is_no_age_band_is_refused(band: str) -> None:
    with pytest.raises(ValueError, match="band"):
        age_band(band)
    with pytest.raises(Refusal, match="CHOICE-VALUE"):
        Choices().changed_by_text([f"age={band}"])


@pytest.mark.parametrize("setting", ["serious=no", "grade=0", "grade=6", "related=maybe"])
def test_that_a_value_that_a_filter_never_has_is_refused(setting: str) -> None:
    with pytest.raises(Refusal, match="CHOICE-VALUE"):
        Choices().changed_by_text([setting])


@pytest.mark.parametrize("setting", ["soc=Headaches", "site=3", "sex=X", "action=DOSE INCREASED", "basket=none"])
def test_that_a_value_that_the_data_do_not_hold_is_refused_and_changes_nothing(tmp_path: Path, setting: str) -> None:
    session = opened(few(), tmp_path)
    with pytest.raises(Refusal, match="CHOICE-VALUE"):
        session.choose_by_text([setting])
    assert session.only() == ""
    assert session.choices.filters() == {}


def test_that_open_sessions_offer_nothing_of_what_is_held_back(tmp_path: Path) -> None:
    held = {**few(), "hold_back": '["basket:odd-list"]'}
    session = opened(held, tmp_path)
    session.choose(basket="odd-list", sex="F")
    session.set_level(Level.POOLED)
    # The list holds palpitations, which are in no other class.
    assert session.choices.filters() == {"sex": "F"}
    assert "odd-list" not in session.offered["basket"]
    assert "Cardiac disorders" not in session.offered["soc"]
    with pytest.raises(Refusal, match="CHOICE-VALUE"):
        session.choose(soc="Cardiac disorders")


def test_that_an_open_session_that_hides_small_counts_has_no_filter_of_subjects(tmp_path: Path) -> None:
    source, file = made_up.write(tmp_path, few())
    file.write_text(file.read_text("utf-8") + "small_cells = 3\n", "utf-8")
    session = lock_for_test(source, file, tmp_path).session(Level.NAMED, tmp_path / "state")
    session.choose(sex="F")
    session.set_level(Level.POOLED)
    assert session.choices.sex == ""
    for few_or_most in ({"sex": "F"}, {"age": "18-90"}):
        with pytest.raises(Refusal, match="CHOICE-SMALL"):
            session.choose(**few_or_most)
    assert not any(session.offered[name] for name in ("sex", "age", "site"))
    assert session.only() == ""
    session.choose(text="migraine")
    assert column(session, "T09")["Any"] == "<3"
    assert column(session, "T09", "events")["Any"] == "<3"
    assert column(session, "T09", "pct")["Any"] == ""
