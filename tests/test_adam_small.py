"""ADaM deliveries of a few rows: which column wins, what is left out, what is counted, what is refused."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from dsmb_app import ard
from dsmb_app.drafting import draft
from dsmb_app.model.errors import Refusal
from dsmb_app.model.study import read_study
from dsmb_app.model.words import Level
from tests.locked import Locked, lock_for_test
from tests.test_refusals import AE, DM, EX, STUDY, changed, write

ADSL = [
    ["STUDYID", "USUBJID", "TRT01P", "TRT01A", "DOSE01A", "SAFFL", "TRTSDT", "TRTEDT", "EOSDT", "EOSSTT", "AGE"],
    ["X-1", "S1", "Active", "Active", "10", "Y", "21915", "21946", "21975", "COMPLETED", "40"],
    ["X-1", "S2", "Placebo", "Placebo", "0", "Y", "21916", "21947", "21976", "COMPLETED", "50"],
]
"""21915 is 2020-01-01 in days since 1960-01-01: 60 years of 365 days and 15 leap days."""

ADAE = [
    ["USUBJID", "AESEQ", "AETERM", "AEDECOD", "AEBODSYS", "AESER", "TRTA", "ASTDT", "ASTDTF", "TRTEMFL"],
    ["S1", "1", "head ache", "Headache", "Nervous system disorders", "N", "Active", "21919", "", "Y"],
    ["S2", "1", "nausea", "Nausea", "Gastrointestinal disorders", "N", "Placebo", "21921", "", ""],
]
ADLB = [
    ["USUBJID", "PARAMCD", "PARAM", "AVAL", "AVALC", "ANRLO", "ANRHI", "ABLFL", "DTYPE", "ADT", "ADY", "LBSEQ"],
    ["S1", "ALT", "Alanine Aminotransferase (U/L)", "20", "", "5", "40", "Y", "", "21910", "-5", "1"],
    ["S1", "ALT", "Alanine Aminotransferase (U/L)", "130", "", "5", "40", "", "", "21925", "11", "2"],
    ["S2", "ALT", "Alanine Aminotransferase (U/L)", "20", "", "5", "40", "Y", "", "21910", "-6", "1"],
    ["S2", "ALT", "Alanine Aminotransferase (U/L)", "30", "", "5", "40", "", "", "21925", "10", "2"],
]


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    """Return a folder with a small ADaM delivery and its study file."""
    folder = tmp_path / "delivery"
    folder.mkdir()
    write(folder, {"adsl": ADSL, "adae": ADAE, "adlb": ADLB})
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return folder


@pytest.fixture
def beside(delivery: Path) -> Path:
    """Return the same folder with SDTM beside it."""
    write(delivery, {"dm": DM, "ex": EX, "ae": AE})
    return delivery


def locked(delivery: Path) -> Locked:
    return lock_for_test(delivery, delivery / "study.toml", delivery.parent)


def emergent_by(delivery: Path, rule: str) -> None:
    (delivery / "study.toml").write_text(f"{STUDY}\n[emergent]\n{rule}\n", encoding="utf-8")


def counted(of: Locked, state: Path, exhibits: tuple[str, ...] = ("T06", "T09", "K18")) -> dict[tuple[str, ...], str]:
    text = ard.results_csv(of.session(Level.NAMED, state), exhibits)
    rows = csv.DictReader(text.splitlines())
    return {(x["exhibit"], x["row"], x["arm"], x["stat_name"]): x["stat"] for x in rows if not x["arm_ref"]}


def test_that_numbers_of_a_csv_are_read_as_sas_dates(delivery: Path, state: Path) -> None:
    # Every exhibit, here and in one delivery with vital signs: that none fails for what such a delivery lacks.
    found = counted(locked(delivery), state, ())
    assert found["T06", "Treatment duration (days)", "Active", "mean"] == "32.0"
    assert found["T06", "Time in the window (days)", "Active", "mean"] == "61.0"
    assert found["T09", "Any", "Active", "n"] == "1.0"
    assert found["K18", "ALT > high > >3 x ULN", "Active", "n"] == "1.0"  # 130 of 40 is 3.25
    assert found["K18", "ALT > high > >3 x ULN", "Placebo", "N"] == "1.0"


@pytest.mark.parametrize(
    ("day", "flag", "conservative", "first"),
    [
        ("21914", "", "0.0", "0.0"),  # 31 December, known to the day
        ("21915", "D", "1.0", "1.0"),  # some day of January, imputed as the first: treatment began on the 1st
        ("21915", "M", "1.0", "0.0"),  # some day of 2020
        ("21915", "Y", "1.0", "0.0"),  # nothing was collected
        ("", "", "1.0", "0.0"),
    ],
)
def test_that_an_imputed_start_is_not_a_date_that_was_collected(
    delivery: Path, state: Path, day: str, flag: str, conservative: str, first: str
) -> None:
    write(delivery, {"adae": changed(changed(ADAE, 1, "ASTDT", day), 1, "ASTDTF", flag)})
    session = locked(delivery).session(Level.NAMED, state)
    for rule, expected in (("conservative", conservative), ("first", first)):
        session.choose(partial_start=rule)
        lines = csv.DictReader(ard.results_csv(session, ["T09"]).splitlines())
        n = {(x["row"], x["arm"]): x["stat"] for x in lines if x["stat_name"] == "n"}
        assert n.get(("Nervous system disorders > Headache", "Active"), "0.0") == expected, rule


def test_that_the_collected_text_wins_over_the_analysis_date(delivery: Path, state: Path) -> None:
    texts = [[*ADAE[0], "AESTDTC"], [*ADAE[1], "2019-12-30"], [*ADAE[2], ""]]
    write(delivery, {"adae": texts})
    found = counted(locked(delivery), state)
    assert ("T09", "Nervous system disorders > Headache", "Active", "n") not in found
    assert found["T09", "Any", "Placebo", "n"] == "1.0"


def test_that_a_day_without_a_date_is_counted_from_the_first_dose(delivery: Path, state: Path) -> None:
    days = [[*ADAE[0], "ASTDY"], [*changed(ADAE, 1, "ASTDT", "")[1], "-1"], [*changed(ADAE, 2, "ASTDT", "")[2], "1"]]
    write(delivery, {"adae": days})
    done = locked(delivery)
    found = counted(done, state)
    assert done.report.counts["ADAE records without a date, placed by ASTDY from the first dose"] == 2
    assert ("T09", "Nervous system disorders > Headache", "Active", "n") not in found
    assert found["T09", "Any", "Placebo", "n"] == "1.0"


def test_that_derived_rows_do_not_make_an_extreme(delivery: Path, state: Path) -> None:
    extreme = changed(changed(ADLB, 4, "AVAL", "900"), 4, "DTYPE", "MAXIMUM")[4]
    write(delivery, {"adlb": [*ADLB, extreme]})
    done = locked(delivery)
    assert done.report.counts["ADLB rows derived from others (DTYPE), left out"] == 1
    assert counted(done, state)["K18", "ALT > high > >3 x ULN", "Placebo", "n"] == "0.0"
    write(delivery, {"adlb": [*ADLB, [*extreme[:8], "", *extreme[9:]]]})
    assert counted(locked(delivery), state)["K18", "ALT > high > >3 x ULN", "Placebo", "n"] == "1.0"


def test_that_records_without_sequence_numbers_all_count(delivery: Path, state: Path) -> None:
    write(delivery, {"adlb": [row[:-1] for row in ADLB], "adae": [[*row[:1], *row[2:]] for row in ADAE]})
    done = locked(delivery)
    assert done.report.rows["lb"] == 4
    assert done.report.rows["ae"] == 2
    assert counted(done, state)["K18", "ALT > high > >3 x ULN", "Active", "n"] == "1.0"


def test_that_a_bound_is_read_from_the_text_and_not_from_its_imputed_number(delivery: Path, state: Path) -> None:
    row = changed(changed(ADLB, 2, "AVAL", "60"), 2, "AVALC", ">130")
    write(delivery, {"adlb": row})
    assert counted(locked(delivery), state)["K18", "ALT > high > >3 x ULN", "Active", "n"] == "1.0"


@pytest.mark.parametrize(("column", "yes", "no"), [("SAFFL", "Y", "N"), ("SAFFL", "Y", ""), ("SAFFN", "1", "0")])
def test_that_the_flag_of_adsl_decides_the_safety_population(
    beside: Path, state: Path, column: str, yes: str, no: str
) -> None:
    rows = changed(changed(ADSL, 1, "SAFFL", yes), 2, "SAFFL", no)
    write(beside, {"adsl": [[column if c == "SAFFL" else c for c in rows[0]], *rows[1:]]})
    done = locked(beside)
    found = counted(done, state)
    assert (found["T09", "Any", "Active", "N"], found["T09", "Any", "Placebo", "N"]) == ("1.0", "0.0")
    assert done.report.counts[f"safety population: subjects with a dose in EX whom ADSL.{column} leaves out"] == 1


def test_that_a_flagged_subject_without_a_dose_is_counted_and_has_no_emergent_event(beside: Path, state: Path) -> None:
    write(beside, {"ex": EX[:2], "adsl": changed(changed(ADSL, 2, "TRTSDT", ""), 2, "TRTEDT", "")})
    write(beside, {"ae": changed(AE, 2, "AESTDTC", "")})
    done = locked(beside)
    found = counted(done, state)
    assert done.report.counts["safety population: subjects with ADSL.SAFFL = Y and no dose in EX"] == 1
    assert found["T09", "Any", "Placebo", "N"] == "1.0"
    assert found["T09", "Any", "Placebo", "n"] == "0.0"


def test_that_the_actual_arm_of_adsl_wins_and_the_difference_is_counted(beside: Path, state: Path) -> None:
    write(beside, {"adsl": changed(ADSL, 2, "TRT01A", "Active")})
    done = locked(beside)
    found = counted(done, state)
    assert found["T09", "Any", "Active", "N"] == "2.0"
    assert done.report.counts["subjects whose ADSL.TRT01A is not DM.ACTARM"] == 1
    assert "subjects whose ADSL.TRT01P is not DM.ARM" not in done.report.counts


def test_that_ex_says_when_treatment_began_and_the_difference_is_counted(beside: Path, state: Path) -> None:
    write(beside, {"adsl": changed(ADSL, 1, "TRTSDT", "21925")})
    done = locked(beside)
    assert done.report.counts["dosing: subjects whose first dose in EX is not ADSL.TRTSDT"] == 1
    assert counted(done, state)["T06", "Treatment duration (days)", "Active", "mean"] == "32.0"


@pytest.mark.parametrize("with_sdtm", [True, False])
@pytest.mark.parametrize("number", ["AESEQ", "ASEQ"])
def test_that_the_emergent_flag_of_adae_is_joined(delivery: Path, state: Path, with_sdtm: bool, number: str) -> None:
    if with_sdtm:
        write(delivery, {"dm": DM, "ex": EX, "ae": AE})
    write(delivery, {"adae": [[number if c == "AESEQ" else c for c in ADAE[0]], *ADAE[1:]]})
    emergent_by(delivery, 'flag = "ADAE.TRTEMFL"')
    found = counted(locked(delivery), state)
    assert (found["T09", "Any", "Active", "n"], found["T09", "Any", "Placebo", "n"]) == ("1.0", "0.0")


def test_that_a_number_of_adae_which_is_not_that_of_ae_is_refused(beside: Path) -> None:
    rows = [["ASEQ" if c == "AESEQ" else c for c in ADAE[0]], *changed(ADAE, 1, "AEDECOD", "Rash")[1:]]
    write(beside, {"adae": rows})
    emergent_by(beside, 'flag = "ADAE.TRTEMFL"')
    with pytest.raises(Refusal, match="EMERGENT-FLAG"):
        locked(beside)


def test_that_a_treatment_column_is_no_emergent_flag(delivery: Path) -> None:
    emergent_by(delivery, 'flag = "ADAE.TRTA"')
    with pytest.raises(Refusal, match="COLUMN-NEVER-OPEN"):
        locked(delivery)


def without(name: str, column: str) -> Callable[[Path], None]:
    rows = {"adsl": ADSL, "adae": ADAE, "adlb": ADLB}[name]
    kept = [place for place, c in enumerate(rows[0]) if c != column]
    return lambda folder: write(folder, {name: [[row[place] for place in kept] for row in rows]})


BAD: dict[str, tuple[Callable[[Path], object], tuple[str, ...]]] = {
    "no event dataset": (lambda f: (f / "adae.csv").unlink(), ("DATASET-MISSING", "nor ADAE")),
    "no first dose": (without("adsl", "TRTSDT"), ("DATASET-MISSING", "nor ADSL with TRTSDT")),
    "no term": (without("adae", "AEDECOD"), ("COLUMN-MISSING", "adae.csv", "AEDECOD")),
    "a stranger": (lambda f: write(f, {"adae": changed(ADAE, 2, "USUBJID", "S9")}), ("adae.csv, row 2", "in ADSL")),
    "a subject twice": (lambda f: write(f, {"adsl": [*ADSL, ADSL[1]]}), ("adsl.csv, row 3", "SUBJECT-TWICE")),
    "a strange flag": (lambda f: write(f, {"adsl": changed(ADSL, 2, "SAFFL", "?")}), ("adsl.csv, row 2", "ADAM-FLAG")),
    "an unknown imputation": (
        lambda f: write(f, {"adae": changed(ADAE, 2, "ASTDTF", "Z")}),
        ("adae.csv, row 2", "ADAM-IMPUTATION", "ASTDTF"),
    ),
    "seconds called days": (
        lambda f: write(f, {"adae": changed(changed(ADAE, 1, "ASTDT", "1893542400"), 2, "ASTDT", "1893542400")}),
        ("adae.csv, row 1", "ADAM-DATE", "ASTDT"),
    ),
    "an unknown arm": (
        lambda f: write(f, {"adsl": changed(ADSL, 2, "TRT01A", "Activ")}),
        ("adsl.csv, row 2", "ADSL.TRT01A", "'Activ'"),
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_that_what_cannot_be_used_is_refused_with_file_and_reason(case: str, delivery: Path) -> None:
    spoil, words = BAD[case]
    spoil(delivery)
    with pytest.raises(Refusal) as told:
        locked(delivery)
    for word in words:
        assert word in str(told.value), str(told.value)


def test_that_a_study_file_is_drafted_from_adam(delivery: Path, tmp_path: Path) -> None:
    out = tmp_path / "drafted.toml"
    out.write_text(draft(delivery), encoding="utf-8")
    study = read_study(out)
    assert study.arms.order == ("Active", "Placebo")
    assert study.arms.reference == "Placebo"
    assert study.study.cutoff.isoformat() == "2020-03-02"
    assert "ADAE.TRTEMFL" in out.read_text(encoding="utf-8")
