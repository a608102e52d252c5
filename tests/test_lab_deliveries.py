"""Unusual deliveries of laboratory results: each is read as far as it is sure, and what is not is a number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from dsmb_app.model.study import LabSection
from dsmb_app.session import Session
from dsmb_app.snapshot.delivered import Kind
from dsmb_app.snapshot.source import Dataset
from dsmb_app.store.labs import lab_columns
from tests.lab_study import Lab, LabStudy, cells, notes, opened

ARMS = {"S1": "Active", "S2": "Placebo"}


def derived(*records: Mapping[str, object]) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the derived columns of records (DAY: study day, TIME: "before", "after" or "") and the counts of rules."""
    frame = pd.DataFrame([dict(record) for record in records]).fillna("").astype(str).assign(USUBJID="S1")
    texts = frame.drop(columns=["DAY", "TIME"], errors="ignore")
    kinds: dict[str, Kind] = {str(name): "text" for name in texts.columns}
    lb = Dataset("LB", "lb.csv", "", texts, {}, kinds, len(kinds))
    days = pd.DataFrame({"LBDY_LO": pd.to_numeric(frame["DAY"]), "LBDY_T": frame.get("TIME", "")})
    counts: Counter[str] = Counter()
    minutes = np.full(len(frame), np.nan)
    return lab_columns(lb, days, minutes, LabSection(), lambda rule, n: counts.update({rule: n})), +counts


@pytest.mark.parametrize(
    ("test", "unit", "expected"),
    [
        *(("PLAT", unit, 100.0) for unit in (
            "10^9/L", "10*9/L", "GI/L", "x10E9/L", "x 10^9 / L", "THOU/uL", "/nL", "K/uL", "Gpt/L", "10^3/µL",
            "10^3/μL", "x10*3/uL", "10^3/mcL", "K/mcL", "10^3/mm3", "Thous/uL", "g/l")),
        *(("PLAT", unit, 0.1) for unit in ("cells/uL", "/uL", "cells/µL", "/mm^3", "10^6/L", "10*6/L")),
        *(("PLAT", unit, None) for unit in ("%", "", "mg/dL", "10^12/L", "FRACTION OF 1")),
        *(("HGB", unit, factor * 100) for unit, factor in (
            ("g/L", 1.0), ("g/dL", 10.0), ("G/DL", 10.0), ("gm/dL", 10.0), ("mmol/L", 16.114))),
        *(("HGB", unit, None) for unit in ("mg/L", "%", "umol/L")),
    ],
)  # fmt: skip
def test_that_a_unit_is_known_or_blocks_grading_and_is_counted(test: str, unit: str, expected: float | None) -> None:
    found, counts = derived(
        {"LBTESTCD": test, "LBORRES": "100", "LBORRESU": unit, "LBSTRESN": "100", "LBSTRESU": unit, "DAY": 8}
    )
    value, unknown = float(found["GRVALUE"].iloc[0]), "laboratory results in a unit that is not known, not graded"
    assert (None if value != value else value) == (None if expected is None else pytest.approx(expected, rel=1e-12))
    assert counts.get(unknown, 0) == (1 if expected is None else 0)


@pytest.mark.parametrize("unit", ["U/L", "IU/L", "ukat/L", "µkat/L", "nonsense", ""])
def test_that_a_multiple_of_the_upper_limit_asks_for_no_unit(unit: str) -> None:
    found, _ = derived({"LBTESTCD": "ALT", "LBSTRESN": "3", "LBSTRESU": unit, "LBSTNRHI": "0.75", "DAY": 8})
    assert found["XULN"].tolist() == [4.0]


def test_that_a_number_in_the_text_of_the_result_is_a_value_and_counted() -> None:
    """LBSTRESN is not delivered: 45 and 4.5 are read, <5 is a bound, "1:40" and NEGATIVE are no numbers."""
    results = ("45", " 4.5 ", "<5", "1:40", "NEGATIVE", "", "<-3")
    found, counts = derived(*({"LBTESTCD": "ALT", "LBSTRESC": text, "DAY": 8} for text in results))
    assert found["VALUE"].fillna(-1).tolist() == [45.0, 4.5, 5.0, -1, -1, -1, -1]
    assert found["BOUND"].tolist() == ["", "", "<", "", "", "", ""]
    assert counts["laboratory results read from LBSTRESC, as LBSTRESN is missing"] == 2
    assert counts["laboratory results that are no numbers, in tests that have numbers"] == 3


def test_that_limits_of_urine_do_not_stand_in_for_those_of_serum() -> None:
    one = {"LBTESTCD": "CREAT", "LBSTRESN": "90", "LBSTRESU": "mg/dL", "DAY": 8}
    found, counts = derived({**one, "LBSPEC": "URINE", "LBSTNRHI": "200"}, {**one, "LBSPEC": "SERUM"},
                            {**one, "LBSPEC": "urine"})  # fmt: skip
    assert found["ULN"].fillna(-1).tolist() == [200, -1, 200]
    assert counts["laboratory records without an upper limit, taken from: same subject, laboratory and test"] == 1


def test_that_the_category_tells_urine_from_blood_where_no_specimen_is_stated() -> None:
    found, counts = derived(
        {"LBTESTCD": "CREAT", "LBCAT": "CHEMISTRY", "LBSTRESN": "80", "DAY": -1},
        {"LBTESTCD": "CREAT", "LBCAT": "URINALYSIS", "LBSTRESN": "9000", "DAY": -1},
        {"LBTESTCD": "PH", "LBCAT": "URINALYSIS", "LBSTRESN": "6", "DAY": -1},
    )
    assert found["SPECIMEN"].tolist() == ["", "URINE", ""]
    assert found["BASEFL"].tolist() == ["Y", "Y", "Y"]
    assert counts["laboratory results of urine by their category, LBSPEC being blank"] == 1


def test_that_a_lower_limit_of_the_record_stays_where_only_the_upper_one_is_found_elsewhere() -> None:
    one = {"LBTESTCD": "WBC", "LBSTRESN": "5", "LBSTRESU": "10^9/L"}
    found, _ = derived({**one, "LBSTNRLO": "4", "LBSTNRHI": "10", "DAY": -3}, {**one, "LBSTNRLO": "3.5", "DAY": 8},
                       {**one, "LBSTNRLO": "11", "DAY": 9})  # fmt: skip
    assert found["LLN"].tolist() == [4, 3.5, 4]
    assert found["ULN"].tolist() == [10, 10, 10]


def test_that_original_limits_which_make_no_sense_are_not_used_for_grades() -> None:
    one = {"LBTESTCD": "PLAT", "LBORRES": "160", "LBORRESU": "K/uL", "LBSTRESN": "160", "LBSTRESU": "10^9/L",
           "LBSTNRLO": "150", "LBSTNRHI": "400", "DAY": 8}  # fmt: skip
    found, _ = derived({**one, "LBORNRLO": "400", "LBORNRHI": "150"}, {**one, "LBORNRLO": "170", "LBORNRHI": "400"})
    assert found["GRLLN"].tolist() == [150, 170]


def test_that_blood_serum_and_plasma_have_one_baseline_and_urine_its_own() -> None:
    one = {"LBTESTCD": "ALT", "LBSTRESN": "30"}
    places = (("SERUM", -9, ""), ("PLASMA", -3, ""), ("", -5, ""), ("URINE", -7, ""), ("WHOLE BLOOD", 8, ""))
    found, _ = derived(*({**one, "LBSPEC": place, "DAY": day, "LBBLFL": flag} for place, day, flag in places))
    assert found["BASEFL"].tolist() == ["", "Y", "", "Y", ""]


@pytest.mark.parametrize(("own", "other"), [("LBLOBXFL", "LBBLFL"), ("LBBLFL", "LBREASND")])
def test_that_the_flag_that_the_delivery_has_decides_the_baseline(own: str, other: str) -> None:
    one = {"LBTESTCD": "ALT", "LBSTRESN": "30"}
    found, counts = derived({**one, "DAY": -9, own: "Y"}, {**one, "DAY": -3, other: "Y"}, {**one, "DAY": 8})
    assert found["BASERULE"].tolist() == [own, "", ""]
    assert not [rule for rule in counts if "without the source's flag" in rule]


def test_that_what_cannot_be_placed_in_time_or_is_of_another_laboratory_is_counted() -> None:
    one = {"LBTESTCD": "ALT", "LBSTRESN": "30", "LBNAM": "Central"}
    found, counts = derived({**one, "DAY": 1, "TIME": ""}, {**one, "DAY": 1, "TIME": "after"}, {**one, "DAY": 8},
                            {**one, "DAY": ""}, {**one, "DAY": 9, "LBNAM": "Local"},
                            {**one, "DAY": "", "LBDTC": "2020-03-01"})  # fmt: skip
    assert found["POSTFL"].tolist() == ["", "Y", "Y", "", "Y", ""]
    assert counts["laboratory results of the day of the first dose without times, taken as before it"] == 1
    assert counts["laboratory results without a date, in no table"] == 1
    assert counts["laboratory results of other laboratories than the largest (LBNAM)"] == 1


def test_that_a_result_not_done_is_no_value_and_no_word() -> None:
    found, counts = derived({"LBTESTCD": "ALT", "LBSTRESN": "30", "DAY": 8},
                            {"LBTESTCD": "ALT", "LBSTAT": "NOT DONE", "LBORRES": "ND", "DAY": 15})  # fmt: skip
    assert found["VALUE"].notna().tolist() == [True, False]
    assert "laboratory results that are no numbers, in tests that have numbers" not in counts


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """Return a study of six arms, one with nobody treated in it, with an odd record of each kind."""
    arms = {f"S{n}": f"Arm {n}" for n in range(1, 6)}
    labs = [
        Lab("S1", "EOS", "4", -3, "0", "6", unit="%"), Lab("S1", "EOS", "9", 8, "0", "6", unit="%"),
        Lab("S2", "EOS", "300", -3, "0", "600", unit="cells/uL"), Lab("S2", "EOS", "0.9", 8, "0", "0.6"),
        Lab("S3", "EOS", "0.9", -3, "0", "0.6"), Lab("S3", "EOS", "800", 8, "0", "600", unit="cells/uL"),
        Lab("S1", "LYMLE", "5", 8, "20", "40", unit="%"), Lab("S1", "LYM", "5", 8, "20", "40", unit="%"),
        Lab("S2", "WBC", "5", 8, "", "10"), Lab("S3", "WBC", "2.9", 8, "", "10"),
        Lab("S1", "SGPT", "400", 8, "7", "40"), Lab("S4", "CHOL", "4", 8), Lab("S4", "HGB", "60", 8, "120", "160"),
    ]  # fmt: skip
    order = [f"Arm {n}" for n in range(1, 7)]
    return opened(LabStudy(arms, labs, order=order), tmp_path_factory.mktemp("odd"))


def test_that_a_share_of_cells_is_no_count_of_cells(odd: Session) -> None:
    """S1: 9%; S2 rises from 0.3 to 0.9; S3 falls from 0.9 to 0.8, each written in both units."""
    found = cells(odd, "T16")
    assert (found["EOS > high > Grade 1", "n"], found["EOS > high > Grade 1", "N"]) == (1, 2)
    assert cells(odd, "T16", "Arm 2")["EOS > high > Grade 1", "n"] == 1
    assert cells(odd, "K17")["EOS > high > Grade 1", "N"] == 2
    assert found["LYM > low > Grade 4", "N"] == 0
    assert found["LYMLE > low > below LLN", "n"] == 1
    assert "2 post-baseline record(s) are in a unit that is not known" in notes(odd, "T16")


def test_that_a_missing_lower_limit_changes_a_count_and_no_grade(odd: Session) -> None:
    """5 may be grade 0 or 1; 2.9 is grade 2 whatever the limit."""
    found = cells(odd, "T16")
    assert (found["WBC > low > Grade 2", "n"], found["WBC > low > Grade 2", "N"]) == (1, 1)
    for exhibit in ("T16", "K17", "K19"):
        assert "1 post-baseline record(s) have no lower limit (LLN)" in notes(odd, exhibit)


def test_that_each_test_says_who_has_it_beside_its_panel(odd: Session) -> None:
    for exhibit, tests in (("T16", {"EOS": 3, "LYM": 1, "LYMLE": 1, "WBC": 2, "CHOL": 1}), ("K17", {"EOS": 3}),
                           ("K19", {"WBC": 2})):  # fmt: skip
        found = cells(odd, exhibit)
        assert {test: found[f"{test} > Labs present", "n"] for test in tests} == tests
        assert {found[f"{test} > Labs present", "N"] for test in tests} == {5}
    assert cells(odd, "T16", "Arm 4")["CHOL > Labs present", "n"] == 1
    assert "Tests without any limits, so without rows of levels: CHOL." in notes(odd, "T16")


def test_that_a_code_that_may_be_a_missing_test_is_named(odd: Session) -> None:
    for exhibit in ("T16", "K17", "K18"):
        assert "LB holds SGPT, which may stand for ALT: it is not graded" in notes(odd, exhibit)


def test_that_haemoglobin_has_no_grade_4_to_be_none_of(odd: Session) -> None:
    assert not [row for exhibit in ("T16", "K17", "K19") for row, _ in cells(odd, exhibit)
                if row.startswith("HGB > low") and "Grade 4" in row]  # fmt: skip
    assert cells(odd, "K17")["HGB > low > Grade 3", "n"] == 1


def test_that_an_arm_with_nobody_in_it_prints_zeros(odd: Session) -> None:
    found = cells(odd, "T16", "Arm 6")
    assert found["EOS > Labs present", "N"] == 0
    assert {found[row, stat] for row, stat in found if stat in ("n", "N")} == {0}
    assert {found[row, stat] for row, stat in found if stat == "pct"} == {None}


@pytest.mark.parametrize("first", [0, 1])
def test_that_the_order_of_rows_decides_no_baseline(first: int) -> None:
    one = {"LBTESTCD": "ALT", "DAY": 1, "LBBLFL": " Y"}
    both = [{**one, "LBSEQ": "2", "LBSTRESN": "30"}, {**one, "LBSEQ": "11", "LBSTRESN": "90"}]
    found, _ = derived(both[first], both[1 - first])
    assert found.loc[found["BASEFL"] == "Y", "VALUE"].tolist() == [90.0]
    assert set(found["BASERULE"]) == {"", "LBBLFL"}


def test_that_results_without_standard_ones_are_counted() -> None:
    found, counts = derived(
        {"LBTESTCD": "ALT", "LBORRES": "45", "DAY": 8}, {"LBTESTCD": "AST", "LBORRES": "", "DAY": 8}
    )
    assert found["VALUE"].isna().all()
    assert counts["laboratory results without a standard one (LBSTRESN, LBSTRESC), in no table"] == 1


def test_that_bounds_in_one_sign_and_numbers_without_a_leading_zero_are_read() -> None:
    results = ("≤5", "≥ 120", ".2", "<.2", "1.", "≥", "<")
    found, _ = derived(*({"LBTESTCD": "ALT", "LBSTRESC": text, "DAY": 8} for text in results))
    assert found["VALUE"].fillna(-1).tolist() == [5.0, 120.0, 0.2, 0.2, -1, -1, -1]
    assert found["BOUND"].tolist() == ["<=", ">=", "", "<", "", "", ""]
