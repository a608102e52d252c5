"""What each level holds: no arm in the open part, letters alone in codes, names behind a phrase of their own."""

from __future__ import annotations

import csv
from pathlib import Path

import pyreadstat
import pytest

from dsmb_app import ard
from dsmb_app.blinding.gate import Gate
from dsmb_app.blinding.levels import LabelNotPermitted, permit
from dsmb_app.model.choices import Choices
from dsmb_app.model.errors import Refusal
from dsmb_app.model.result import Column
from dsmb_app.model.study import read_study
from dsmb_app.model.words import TOTAL, Level, Stat
from dsmb_app.snapshot import container
from tests.locked import Locked, lock_for_test

DEMO_WORDS = ("hrIL-2", "HRIL2", "Placebo", "IL-2", "interleukin", "aldesleukin", "MIU")
PILOT_WORDS = ("Xanomeline", "Placebo", "Xan_Hi", "Xan_Lo", "High Dose", "Low Dose")


def parts(locked: Locked, *names: str) -> dict[str, bytes]:
    keys = locked.keys
    snapshot = container.load(locked.file, signers=[keys.signer])
    return {name: snapshot.unlock(name, keys.phrases[name]) for name in names}


def found_words(data: bytes, words: tuple[str, ...]) -> list[str]:
    lowered = data.lower()
    return [word for word in words if word.lower().encode() in lowered]


def test_that_the_open_part_and_the_codes_name_no_treatment_of_the_pilot(pilot: Locked) -> None:
    opened = parts(pilot, "main", "codes", "names")
    title = read_study(pilot.study).study.title.encode("ascii")
    # The trial's own public title names the drug; nothing else may, and it says nothing of who had it.
    assert found_words(opened["main"].replace(title, b""), PILOT_WORDS) == []
    assert found_words(opened["codes"], PILOT_WORDS) == []
    assert found_words(opened["names"], PILOT_WORDS) == list(PILOT_WORDS)


def test_that_the_codes_of_the_demo_name_no_treatment(demo: Locked) -> None:
    opened = parts(demo, "codes", "names")
    assert found_words(opened["codes"], DEMO_WORDS) == []
    assert set(found_words(opened["names"], DEMO_WORDS)) >= {"hrIL-2", "Placebo", "MIU"}


def test_that_a_masked_session_shows_letters_and_no_arm_word(demo: Locked, state: Path) -> None:
    session = demo.session(Level.MASKED, state)
    assert session.arms == ("A", "B")
    text = ard.results_csv(session)
    assert {line["arm"] for line in csv.DictReader(text.splitlines())} == {"A", "B", TOTAL}
    assert found_words(text.encode(), ("hrIL-2", "Placebo")) == []
    assert session.study.arms.reference == ""
    with pytest.raises(Refusal, match="LEVEL-LOCKED"):
        session.set_level(Level.NAMED)


def test_that_names_need_their_own_phrase_and_codes_first(demo: Locked, state: Path) -> None:
    keys = demo.keys
    masked = demo.session(Level.MASKED, state)
    with pytest.raises(Refusal, match="WRONG-PHRASE"):
        masked.unlock_names(keys.phrases["codes"])
    assert masked.level is Level.MASKED
    pooled = Gate.open(demo.file, keys.phrases["main"], signers=[keys.signer])
    with pytest.raises(Refusal, match="CODES-FIRST"):
        pooled.unlock_names(keys.phrases["names"])


def test_that_no_original_subject_id_is_in_the_open_part(demo: Locked) -> None:
    original, _ = pyreadstat.read_xport(demo.source / "dm.xpt")
    main = parts(demo, "main")["main"]
    assert not [usubjid for usubjid in original["USUBJID"] if usubjid.encode() in main]


def test_that_a_changed_level_forgets_every_result(demo: Locked, state: Path) -> None:
    session = demo.session(Level.MASKED, state)
    masked = session.table("T09")
    assert session.table("T09") is masked
    session.set_level(Level.POOLED)
    pooled = session.table("T09")
    assert {column.arm for column in pooled.columns} == {TOTAL}
    session.choose(window="on-treatment")
    assert session.table("T09") is not pooled


def test_that_held_back_rows_are_absent_from_open_sessions_and_said_to_be(demo: Locked, state: Path) -> None:
    session = demo.session(Level.MASKED, state)
    in_closed = {row.key[-1] for row in session.table("T09").rows}
    session.set_level(Level.POOLED)
    table = session.table("T09")
    in_open = {row.key[-1] for row in table.rows}
    assert {term for term in in_closed if term.startswith("Injection site")}
    assert not {term for term in in_open if term.startswith("Injection site")}
    assert any("held back" in note for note in table.footnotes)


@pytest.mark.parametrize(
    ("level", "labels"),
    [(Level.POOLED, ["A"]), (Level.MASKED, ["Placebo", "A"]), (Level.MASKED, ["AB"]), (Level.MASKED, ["a"])],
)
def test_that_a_label_which_a_level_may_not_show_stops_the_program(level: Level, labels: list[str]) -> None:
    with pytest.raises(LabelNotPermitted):
        permit(level, labels)


def test_that_permuted_arms_give_the_same_open_part_and_the_same_open_results(demo: Locked, dealt_demo: Locked) -> None:
    assert parts(dealt_demo, "main") == parts(demo, "main")
    assert parts(dealt_demo, "codes") != parts(demo, "codes")
    one, other = (locked.opened(Level.POOLED) for locked in (demo, dealt_demo))
    assert ard.results_csv(one) == ard.results_csv(other)


def test_that_a_seed_fixes_the_open_part(demo: Locked, tmp_path: Path) -> None:
    again = lock_for_test(demo.source, demo.study, tmp_path)
    assert parts(again, "main", "codes", "names") == parts(demo, "main", "codes", "names")
    other = tmp_path / "other"
    other.mkdir()
    assert parts(lock_for_test(demo.source, demo.study, other, seed=2), "main") != parts(demo, "main")


def test_that_only_the_announced_tables_can_be_read_and_nothing_written(demo: Locked) -> None:
    keys = demo.keys
    gate = Gate.open(demo.file, keys.phrases["main"], signers=[keys.signer])
    engine = gate._main.engine  # what the gate keeps to itself is what is tried here
    for statement in (
        "ATTACH DATABASE 'leak.db' AS leak",
        "CREATE TEMP TABLE t (x)",
        "DELETE FROM ae",
        "SELECT sql FROM sqlite_master",
        "PRAGMA query_only = OFF",
    ):
        with engine.connect() as connection, pytest.raises(Exception, match=r"not authorized|prohibited"):
            connection.exec_driver_sql(statement)
    assert not Path("leak.db").exists()


def test_that_a_drill_opens_as_many_subjects_and_records_as_the_cell_says(demo: Locked) -> None:
    session = demo.opened(Level.MASKED)
    for table, row, column, cell in session.walk(["T08", "T09"]):
        if cell.value is None or column.stat not in (Stat.N, Stat.EVENTS):
            continue
        drill = session.drill(table.exhibit, row.key, column)
        shown = drill.subjects if column.stat is Stat.N else drill.records
        assert len(shown.rows) == cell.value, (row.key, column)
        assert len(set(drill.subjects.subjects)) == len(drill.subjects.rows)


def test_that_a_pooled_drill_shows_no_original_id_and_no_arm(demo: Locked) -> None:
    session = demo.opened(Level.POOLED)
    drill = session.drill("T08", ("Any AE",), Column(TOTAL, Stat.N))
    assert "Arm" not in drill.subjects.headers
    assert all(subject.startswith("S-") for subject in drill.subjects.subjects)


def test_that_choices_come_from_the_study_file(pilot: Locked) -> None:
    assert pilot.opened(Level.POOLED).choices == Choices(partial_start="first", arm_source="planned")
