"""Sources that disagree: deaths from four datasets, seriousness, stopping treatment, dates; found, counted, listed."""

from __future__ import annotations

from pathlib import Path

from dsmb_app.model.result import Column
from dsmb_app.model.words import Level, Stat
from tests.ae_study import cells, column, event, opened, person, study
from tests.quick_stretch import quick_phrases

__all__ = ["quick_phrases"]

ARMS = ["Qarm 1", "Qarm 2"]
DEATHS = "Deaths on study (any cause)"
BY_DS = "Discontinued because of an adverse event"
STOPPED = "AE leading to permanent discontinuation"


def everybody(size: int = 8, **told: dict[str, str]) -> list[dict[str, str]]:
    return [person(f"S{number}", ARMS[number % 2], **told.get(f"S{number}", {})) for number in range(size)]


def ended(name: str, reason: str, day: str = "2020-04-01") -> dict[str, str]:
    return {"USUBJID": name, "DSDECOD": reason, "DSSTDTC": day}


def test_that_a_death_in_any_source_counts_once_and_one_after_the_cutoff_not(tmp_path: Path) -> None:
    people = everybody(10, S0={"DTHFL": "Y"}, S1={"DTHDTC": "2020-04"}, S2={"DTHFL": "Y", "DTHDTC": "2020-07-01"})
    ds = [ended("S0", "DEATH"), ended("S3", "Death"), ended("S4", "DEATH", "2020-07-02"), ended("S5", "COMPLETED")]
    dd = [{"USUBJID": "S5", "DDTESTCD": "PRCDTH", "DDDTC": "2020-04-02"}]
    events = [event("S6", AESDTH="Y"), event("S7", AEOUT="FATAL", start="2020-02-01"), event("S8", AETOXGR="5"),
              event("S9", AEOUT="FATAL", start="2020-07-01"), event("S0", AETOXGR="5")]  # fmt: skip
    session = opened(study(people, events, ARMS, ds=ds, dd=dd), tmp_path)
    found = cells(session, "T08")
    assert found[DEATHS, "Total", "n"] == "7"  # S0, S1, S3, S5, S6, S7, S8
    assert (DEATHS, "Total", "events") not in found
    notes = " ".join(session.table("T08").footnotes)
    assert "3 subject(s) with a fatal AE alone" in notes  # S6, S7, S8
    assert "3 with a death and no fatal AE" in notes  # S1, S3, S5
    assert "3 subject(s) whose death is after the data cut-off are not counted" in notes  # S2, S4, S9
    drill = session.drill("T08", (DEATHS,), Column("Total", Stat.N))
    assert set(drill.subjects.subjects) == {f"S{number}" for number in (0, 1, 3, 5, 6, 7, 8)}
    quality = column(session, "T07")
    assert quality["Death > AE fatal, no death in DS or DM"] == "3"
    assert quality["Death > DS or DM death, no fatal AE"] == "3"
    assert quality["Death > in one of DS and DM alone"] == "4"  # S1, S2, S3, S4


def test_that_seriousness_conflicts_are_counted_below_every_serious_table(tmp_path: Path) -> None:
    infection = {"AESOC": "Infections and infestations"}
    events = [event("S1", AESER="N", AESHOSP="Y"), event("S2", AESER="Y", AESLIFE="Y"), event("S3", AESER="Y"),
              event("S4", AESER="", AEOUT="FATAL", **infection), event("S5", AESER="N")]  # fmt: skip
    session = opened(study(everybody(), events, ARMS), tmp_path)
    for exhibit in ("T08", "T11", "K14"):
        assert any("In 3 emergent record(s)" in note for note in session.table(exhibit).footnotes), exhibit
    assert any("in 1 infection(s)" in note for note in session.table("K15").footnotes)
    quality = column(session, "T07", "events")
    assert quality["Seriousness > AESER is not Y although a criterion or a fatal outcome says so"] == "2"
    assert quality["Seriousness > AESER = Y without any criterion"] == "1"


def test_that_a_delivery_without_criteria_is_not_blamed_for_having_none(tmp_path: Path) -> None:
    session = opened(study(everybody(), [event("S1", AESER="Y")], ARMS), tmp_path)
    assert "Seriousness > AESER = Y without any criterion" not in column(session, "T07")


def test_that_blank_actions_leave_one_row_of_discontinuation_from_ds(tmp_path: Path) -> None:
    ds = [ended("S1", "ADVERSE EVENT"), ended("S3", "Adverse Event"), ended("S2", "COMPLETED")]
    events = [event("S1"), event("S2")]
    session = opened(study(everybody(), events, ARMS, ds=ds), tmp_path)
    found = cells(session, "T12")
    assert {row for row, _, _ in found} == {BY_DS}
    assert [found[BY_DS, arm, "n"] for arm in (*ARMS, "Total")] == ["0", "2", "2"]
    assert found[BY_DS, "Qarm 1 - Qarm 2", "rd"] == "-50.0"
    assert not [key for key in found if key[2] in ("events", "eair", "eaer")]
    overview = cells(session, "T08")
    assert overview[STOPPED, "Total", "n"] == "2"
    assert (STOPPED, "Total", "events") not in overview
    for exhibit in ("T08", "T12"):
        assert any("AEACN is empty in every record" in note for note in session.table(exhibit).footnotes)
    drill = session.drill("T12", (BY_DS,), Column("Total", Stat.N))
    assert drill.subjects.subjects == ("S1", "S3")
    assert not [row for row in column(session, "T07") if row.startswith("Stopped")]


def test_that_stopping_in_ae_and_ds_is_compared_both_ways(tmp_path: Path) -> None:
    ds = [ended("S1", "ADVERSE EVENT"), ended("S2", "COMPLETED"), ended("S3", "ADVERSE EVENT")]
    events = [event(name, AEACN="DRUG WITHDRAWN") for name in ("S1", "S2", "S4")]
    session = opened(study(everybody(), events, ARMS, ds=ds), tmp_path)
    quality = column(session, "T07")
    assert quality["Stopped > DS says adverse event, no AE with DRUG WITHDRAWN"] == "1"  # S3
    assert quality["Stopped > AE with DRUG WITHDRAWN, DS says otherwise"] == "1"  # S2, not S4 whose end is not known
    assert column(session, "T12")["Any"] == "3"


def test_that_actions_and_outcomes_that_occur_have_a_line_in_words(tmp_path: Path) -> None:
    events = [event("S1", AEACN="DOSE INCREASED", AEOUT="Recovered/Resolved"), event("S2", AEACN="UNKNOWN"),
              event("S3", AEACN="Seen to", AEOUT="FATAL"), event("S4", AEACN="DRUG INTERRUPTED"),
              event("S5", AEACN="DOSE NOT CHANGED", start="2020-02-01")]  # fmt: skip
    lines = list(column(opened(study(everybody(), events, ARMS), tmp_path), "T08"))
    assert lines[7:14] == [
        STOPPED, "AE leading to interruption", "AE leading to dose reduction", "AE leading to dose increase",
        "AE with unknown action", "AE with action seen to", "Any AE",
    ]  # fmt: skip
    assert lines[19:] == [
        "Related AE", "AE of special interest", "AE with outcome fatal", "AE with outcome recovered/resolved", DEATHS,
    ]  # fmt: skip


def test_that_untidy_dates_and_terms_are_counted_record_by_record(tmp_path: Path) -> None:
    events = [event("S1", start="2020-03"), event("S1", start="2020"), event("S2", start="UNK"), event("S2", start=""),
              event("S3", start="2020-07-01"), event("S4", AEENDTC="2020-03-04"), event("S5", "", AETOXGR="2"),
              event("S6", AEENDTC="2020-03", AETOXGR="1")]  # fmt: skip
    session = opened(study(everybody(), events, ARMS), tmp_path)
    subjects, records = column(session, "T07"), column(session, "T07", "events")
    expected = {
        "Start > month only": ("1", "1"), "Start > year only": ("1", "1"), "Start > no date": ("1", "2"),
        "Start after the data cut-off": ("1", "1"), "End before start": ("1", "1"), "Uncoded term": ("1", "1"),
        "No grade": ("3", "5"),
    }  # fmt: skip
    assert {row: (subjects[row], records[row]) for row in expected} == expected
    drill = session.drill("T07", ("Start", "no date"), Column("Total", Stat.EVENTS))
    assert len(drill.records.rows) == 2


def test_that_data_quality_is_open_only_with_pooled_safety(tmp_path: Path) -> None:
    session = opened(study(everybody(), [event("S1")], ARMS), tmp_path, Level.POOLED)
    offered = {info.id for info in session.exhibits()}
    assert {"T07", "T10"} <= offered
    assert {arm for _, arm, _ in cells(session, "T07")} == {"Total"}
