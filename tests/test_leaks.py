"""The leak check: what must block, what may only warn, and what must be let be."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.leaks import LeakReport, check_leaks
from tests.leak_trial import Frames, made_up

Spoil = Callable[[Frames, Callable[[str], np.ndarray]], None]


def spoiled(spoil: Spoil, *, sizes: tuple[int, ...] = (30, 30), seed: int = 11) -> LeakReport:
    """Check a trial after ``spoil(frames, in_first)``; ``in_first(table)``: which rows are of the first arm."""
    frames, arms = made_up(sizes, seed)
    first = set(arms.loc[arms["PLANNED"] == "Arm 0", "USUBJID"])
    spoil(frames, lambda table: frames[table]["USUBJID"].isin(first).to_numpy())
    return check_leaks(frames, arms)


def blocks(report: LeakReport) -> set[str]:
    return {found.column for found in report.blocked}


def warns(report: LeakReport) -> set[str]:
    return {found.column for found in report.warned}


def value_in_dm(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    frames["dm"]["ETHNIC"] = np.where(in_first("dm"), "PLACEBO", "DRUG")


def value_of_some(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    # Two thirds of one arm alone carry it; the others are blank like everybody.
    some = np.arange(len(frames["dm"])) % 3 > 0
    frames["dm"]["ETHNIC"] = np.where(in_first("dm") & some, "X", "")


def blank_in_dm(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    frames["dm"]["RACE"] = frames["dm"]["RACE"].mask(in_first("dm"), "")


def longer_site(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    frames["dm"]["SITEID"] = frames["dm"]["SITEID"].mask(in_first("dm"), "0" + frames["dm"]["SITEID"])


def case_of_terms(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    ae = frames["ae"]
    ae["AETERM"] = ae["AEDECOD"].str.upper().where(in_first("ae"), ae["AEDECOD"])


def point_after_terms(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    ae = frames["ae"]
    ae["AETERM"] = ae["AEDECOD"].mask(in_first("ae"), ae["AEDECOD"] + ".")


def decimals_of_results(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    lb, more = frames["lb"], in_first("lb")
    lb["LBORRES"] = [f"{v:.{2 if m else 1}f}" for v, m in zip(lb["LBSTRESN"], more, strict=True)]


def zeros_before_results(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    lb = frames["lb"]
    lb["LBORRES"] = lb["LBORRES"].mask(in_first("lb"), "0" + lb["LBORRES"])


def unit_by_arm(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    frames["lb"]["LBORRESU"] = np.where(in_first("lb"), "mg/dL", "umol/L")


def numbers_from_a_thousand(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    frames["lb"]["LBSEQ"] += 1000 * in_first("lb")


def odd_numbers(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    frames["mh"]["MHSEQ"] = 2 * frames["mh"]["MHSEQ"] - in_first("mh")


def letters_in_ids(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    ae = frames["ae"]
    ae["AESPID"] = np.where(in_first("ae"), "A", "B") + ae["AESPID"].str[1:]


def rows_by_arm(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    order = np.argsort(~in_first("lb"), kind="stable")
    frames["lb"] = frames["lb"].iloc[order].reset_index(drop=True)
    frames["lb"]["RECORD"] = np.arange(1, len(order) + 1)


def record_numbers_by_arm(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    frames["dm"]["RECORD"] = 2 * np.arange(1, len(frames["dm"]) + 1) + in_first("dm")


def visit_of_one_arm(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    sv = frames["sv"]
    sv["VISIT"] = sv["VISIT"].mask(in_first("sv") & (sv["VISIT"] == "WEEK 2"), "WEEK 2 TITRATION")


def dose_days_of_one_arm(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    who = frames["dm"]["USUBJID"].repeat(3).reset_index(drop=True)
    day = np.tile([1.0, 15.0, 29.0], len(frames["dm"]))
    frames["ex"] = pd.DataFrame({"RECORD": range(1, len(who) + 1), "USUBJID": who, "EXSTDY": day})
    frames["ex"].loc[in_first("ex") & (day == 15), "EXSTDY"] = 8.0


def qualifier_of_one_arm(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    who = frames["dm"]["USUBJID"]
    value = np.where(in_first("dm"), "K1", "K2")
    frames["suppdm"] = pd.DataFrame({"RECORD": range(1, len(who) + 1), "USUBJID": who, "QNAM": "BOX", "QVAL": value})


def column_nobody_knows(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    frames["ae"]["AEKITX"] = np.where(in_first("ae"), "P", "Q")


BLOCKING = [
    (value_in_dm, "DM.ETHNIC"),
    (value_of_some, "DM.ETHNIC"),
    (blank_in_dm, "DM.RACE"),
    (longer_site, "DM.SITEID"),
    (case_of_terms, "AE.AETERM"),
    (point_after_terms, "AE.AETERM"),
    (decimals_of_results, "LB.LBORRES"),
    (zeros_before_results, "LB.LBORRES"),
    (unit_by_arm, "LB.LBORRESU"),
    (numbers_from_a_thousand, "LB.LBSEQ"),
    (odd_numbers, "MH.MHSEQ"),
    (letters_in_ids, "AE.AESPID"),
    (rows_by_arm, "LB.RECORD"),
    (record_numbers_by_arm, "DM.RECORD"),
    (visit_of_one_arm, "SV.VISIT"),
    (dose_days_of_one_arm, "EX.EXSTDY"),
    (qualifier_of_one_arm, "SUPPDM.BOX"),
    (column_nobody_knows, "AE.AEKITX"),
]


@pytest.mark.parametrize("sizes", [(30, 30), (40, 40, 40)])
@pytest.mark.parametrize(("spoil", "column"), BLOCKING, ids=lambda value: getattr(value, "__name__", ""))
def test_that_a_planted_leak_blocks_by_its_column_alone(spoil: Spoil, column: str, sizes: tuple[int, ...]) -> None:
    assert blocks(spoiled(spoil, sizes=sizes)) == {column}


def test_that_subject_ids_that_tell_the_arm_block() -> None:
    frames, arms = made_up((30, 30), 11)
    first = arms["PLANNED"] == "Arm 0"
    new = dict(zip(arms["USUBJID"], np.where(first, "S-A", "S-Z") + arms["USUBJID"].str[3:], strict=True))
    for frame in [*frames.values(), arms]:
        frame["USUBJID"] = frame["USUBJID"].map(new)
    assert blocks(check_leaks(frames, arms)) == {"DM.USUBJID"}


# ----------------------------------------------------------------------------------------------------------------------
# Outcomes


def severity_by_arm(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    frames["ae"]["AESEV"] = np.where(in_first("ae"), "MILD", "SEVERE")


def event_of_one_arm(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    ae, hit = frames["ae"], in_first("ae") & (frames["ae"]["AESEQ"] == 1)
    ae[["AEDECOD", "AETERM"]] = ae[["AEDECOD", "AETERM"]].mask(hit, "Application site pruritus")


def shifted_results(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    lb = frames["lb"]
    later = in_first("lb") & (lb["LBTESTCD"] == "EOS").to_numpy() & (lb["LBDY_HI"] > 1).to_numpy()
    lb["LBSTRESN"] = lb["LBSTRESN"].mask(later, lb["LBSTRESN"] * 8)
    lb["LBORRES"] = lb["LBORRES"].mask(later, lb["LBSTRESN"].map("{:.1f}".format))


def early_drop_out(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    dm = frames["dm"]
    some = (np.arange(len(dm)) % 2 == 0) & in_first("dm")
    dm["TRTEDY"] = np.where(some, 20.0, 85.0)
    dm["EOSREAS"] = np.where(some, "ADVERSE EVENT", "COMPLETED")
    gone = set(dm.loc[some, "USUBJID"])
    for table, day in (("lb", "LBDY_HI"), ("sv", "SVSTDY_LO")):
        frame = frames[table]
        stays = ~(frame["USUBJID"].isin(gone) & (frame[day] > 20))
        frames[table] = frame[stays].reset_index(drop=True)
        frames[table]["RECORD"] = np.arange(1, int(stays.sum()) + 1)


def more_rows(frames: Frames, in_first: Callable[[str], np.ndarray]) -> None:
    twice = frames["ae"][in_first("ae")]
    both = pd.concat([frames["ae"], *[twice] * 2]).sample(frac=1, random_state=3).reset_index(drop=True)
    frames["ae"] = both.assign(RECORD=np.arange(1, len(both) + 1))


@pytest.mark.parametrize(
    ("spoil", "column"),
    [
        (severity_by_arm, "AE.AESEV"),
        (event_of_one_arm, "AE.AEDECOD"),
        (shifted_results, "LB.LBSTRESN"),
        (early_drop_out, "DM.TRTEDY"),
        (more_rows, "AE.ROWS"),
    ],
)
@pytest.mark.parametrize("sizes", [(30, 30), (40, 40, 40)])
def test_that_an_effect_of_treatment_warns_and_never_blocks(spoil: Spoil, column: str, sizes: tuple[int, ...]) -> None:
    report = spoiled(spoil, sizes=sizes)
    assert blocks(report) == set()
    assert column in warns(report)


def test_that_counts_which_tell_the_arm_only_together_warn() -> None:
    frames, arms = made_up((60, 60), 5)
    rng = np.random.default_rng(5)
    common = rng.integers(5, 25, len(arms))
    second = (arms["PLANNED"] == "Arm 1").to_numpy()
    for table, extra in (("vs", rng.integers(0, 2, len(arms)) + 2 * second), ("qs", np.zeros(len(arms), dtype=int))):
        who = arms["USUBJID"].repeat(common + extra).sample(frac=1, random_state=1).reset_index(drop=True)
        frames[table] = pd.DataFrame({"RECORD": range(1, len(who) + 1), "USUBJID": who})
    report = check_leaks(frames, arms)
    assert blocks(report) == set()
    assert "ALL.ROWS" in warns(report)
    assert not {"VS.ROWS", "QS.ROWS"} & warns(report)


# ----------------------------------------------------------------------------------------------------------------------
# What must be let be


def test_that_trials_in_which_nothing_tells_the_arm_are_not_blocked() -> None:
    shapes = [(30, 30), (20, 20, 20), (10, 10), (15,) * 6, (40, 20), (25, 25, 25, 25)]
    blocked = [
        (seed, blocks(report))
        for seed in range(1000, 1040)
        if (report := check_leaks(*made_up(shapes[seed % 6], seed, sites=4 + seed % 14, blocks=seed % 2 == 0))).blocked
    ]
    assert blocked == []


def test_that_a_small_site_with_one_arm_alone_does_not_block() -> None:
    frames, arms = made_up((30, 30), 11)
    six = arms.loc[arms["PLANNED"] == "Arm 0", "USUBJID"].iloc[:6]
    frames["dm"]["SITEID"] = frames["dm"]["SITEID"].mask(frames["dm"]["USUBJID"].isin(six), "999")
    report = check_leaks(frames, arms)
    assert blocks(report) == set()
    assert any("chance could explain" in found.feature for found in report.warned if found.column == "DM.SITEID")


def test_that_names_and_order_of_arms_and_rows_of_the_assignment_change_nothing() -> None:
    frames, arms = made_up((25, 25, 25), 4)
    frames["dm"]["ETHNIC"] = arms.set_index("USUBJID")["PLANNED"].reindex(frames["dm"]["USUBJID"]).to_numpy() == "Arm 1"
    frames["dm"]["ETHNIC"] = frames["dm"]["ETHNIC"].map({True: "Y", False: "N"})
    names = {"Arm 0": "zz", "Arm 1": "B", "Arm 2": "A"}
    renamed = arms.assign(PLANNED=arms["PLANNED"].map(names), ACTUAL=arms["ACTUAL"].map(names))
    once, again, other = check_leaks(frames, arms), check_leaks(frames, arms), check_leaks(frames, renamed)
    assert blocks(once) == {"DM.ETHNIC"}
    assert once == again == other


def test_that_a_constant_column_never_alarms() -> None:
    frames, arms = made_up((30, 30), 11)
    for frame in frames.values():
        frame["SAME"], frame["NONE"], frame["ONE"] = "X", np.nan, 1.0
    report = check_leaks(frames, arms)
    assert not [found for found in report.findings if found.column.split(".")[1] in ("SAME", "NONE", "ONE")]


@pytest.mark.parametrize("small", [0, 1, 2])
def test_that_arms_of_hardly_anybody_do_no_harm(small: int) -> None:
    frames, arms = made_up((20, 20), 9)
    arms.loc[arms.index[:small], ["PLANNED", "ACTUAL"]] = "Arm 9"
    assert check_leaks(frames, arms).blocked == ()


@pytest.mark.parametrize("kept", [0, 1, 3])
def test_that_hardly_any_subjects_do_no_harm(kept: int) -> None:
    frames, arms = made_up((10, 10), 9)
    some = {name: frame[frame["USUBJID"].isin(arms["USUBJID"][:kept])] for name, frame in frames.items()}
    assert check_leaks(some, arms.iloc[:kept]).blocked == ()


def test_that_subjects_without_an_arm_are_left_out() -> None:
    frames, arms = made_up((30, 30), 11)
    arms.loc[arms.index[:20], ["PLANNED", "ACTUAL"]] = ""
    out = frames["dm"]["USUBJID"].isin(arms["USUBJID"][:20])
    frames["dm"]["ETHNIC"] = np.where(out, "SCREENED", "IN")
    assert check_leaks(frames, arms).blocked == ()


def test_that_the_planned_arm_counts_where_the_actual_one_tells_nothing() -> None:
    frames, arms = made_up((30, 30), 11)
    planned = dict(zip(arms["USUBJID"], arms["PLANNED"], strict=True))
    frames["dm"]["ETHNIC"] = frames["dm"]["USUBJID"].map(planned).map({"Arm 0": "P", "Arm 1": "Q"})
    arms["ACTUAL"] = np.random.default_rng(2).permutation(arms["PLANNED"])
    assert blocks(check_leaks(frames, arms)) == {"DM.ETHNIC"}


# ----------------------------------------------------------------------------------------------------------------------
# Reasons


def leaky() -> tuple[Frames, pd.DataFrame]:
    frames, arms = made_up((30, 30), 11)
    first = set(arms.loc[arms["PLANNED"] == "Arm 0", "USUBJID"])
    frames["dm"]["ETHNIC"] = np.where(frames["dm"]["USUBJID"].isin(first), "PLACEBO", "DRUG")
    frames["lb"]["LBORRESU"] = np.where(frames["lb"]["USUBJID"].isin(first), "mg/dL", "umol/L")
    return frames, arms


def test_that_the_refusal_names_every_column_and_what_to_do_but_no_arm() -> None:
    with pytest.raises(Refusal) as refused:
        check_leaks(*leaky()).refuse_blocked()
    sentence = refused.value.sentence()
    assert refused.value.code == "LEAK-BLOCK"
    assert all(word in sentence for word in ("DM.ETHNIC", "LB.LBORRESU", "value", "--accept-leak COLUMN=REASON"))
    assert not re.search("PLACEBO|DRUG|Arm|mg/dL", sentence)


def test_that_an_accepted_reason_lets_its_column_through_and_no_other() -> None:
    report = check_leaks(*leaky(), {"DM.ETHNIC": "known"})
    assert blocks(report) == {"LB.LBORRESU"}
    both = check_leaks(*leaky(), {"DM.ETHNIC": "known", "LB.LBORRESU": "two laboratories", "DM.SEX": "not so"})
    both.refuse_blocked()
    assert both.stale == ("DM.SEX",)
    told = both.table().set_index("COLUMN")
    assert set(told.loc[["DM.ETHNIC"], "REASON"]) == {"known"}
    assert set(told.loc[["DM.ETHNIC"], "VERDICT"]) == {"BLOCK"}
    assert told.loc["DM.SEX", "VERDICT"] == "NOT FOUND"


def test_that_the_printed_report_tells_columns_and_reasons_but_no_value_and_no_arm() -> None:
    text = "\n".join(check_leaks(*leaky(), {"DM.ETHNIC": "known", "LB.LBORRESU": "labs"}).lines())
    assert "BLOCK DM.ETHNIC: value" in text
    assert "accepted: known" in text
    assert not re.search("PLACEBO|DRUG|Arm|mg/dL", text)
