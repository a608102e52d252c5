"""Vital signs, body measures, scores, drugs and history of ADaM: small deliveries whose numbers are known by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsmb_app.model.errors import Refusal
from dsmb_app.model.words import Level
from tests.test_adam_small import ADSL, counted, delivery, locked
from tests.test_refusals import write

EXHIBITS = ("T05", "T14")

__all__ = ["delivery"]

FEVER, PULSE = "Temperature (C) > >=38.0 C", "Pulse (beats/min) > >120 beats/min"
ADVS = [
    ["USUBJID", "PARAMCD", "PARAM", "AVAL", "ABLFL", "DTYPE", "ADT", "AVISIT", "AVISITN", "VSSEQ"],
    ["S1", "TEMP", "Temperature (C)", "36.6", "Y", "", "21910", "Baseline", "0", "1"],
    ["S1", "TEMP", "Temperature (C)", "38.0", "", "", "21925", "Week 1", "1", "2"],
    ["S1", "TEMP", "Temperature (C)", "38.0", "", "", "21925", "End of Treatment", "99", "2"],
    ["S1", "TEMP", "Temperature (C)", "41", "", "MAXIMUM", "21925", "Week 1", "1", ""],
    ["S2", "TEMP", "Temperature (F)", "100.3", "", "", "21925", "Week 1", "1", "1"],
    ["S2", "PULSE", "Pulse Rate (beats/min)", "121", "", "", "21925", "Week 1", "1", "2"],
    ["S1", "PULSE", "Pulse Rate", "130", "", "", "21925", "Week 1", "1", "3"],
    ["S1", "WEIGHT", "Weight (kg)", "70", "Y", "", "21900", "Screening", "-1", "4"],
    ["S1", "WEIGHT", "Weight (kg)", "75", "", "", "21914", "Baseline", "0", "5"],
]
"""S1 is first dosed on 21915, S2 the day after. 100.3 F is 37.94 C."""
BODY = [
    [*ADSL[0], "HEIGHTBL", "HEIGHTBLU", "WEIGHTBL", "WEIGHTBLU", "BMIBL", "BMIBLU", "EDUCLVL", "DURDIS", "DURDISU"],
    [*ADSL[1], "1.75", "m", "80", "kg", "26.1", "kg/m2", "12", "2", "YEARS"],
    [*ADSL[2], "", "", "60", "stone", "24.5", "kg/m2", "16", "30.5", "MONTHS"],
]


def test_that_thresholds_of_advs_count_measured_records_once_and_by_their_unit(delivery: Path, state: Path) -> None:
    write(delivery, {"advs": ADVS})
    done = locked(delivery)
    found = counted(done, state, EXHIBITS)
    assert [found["T14", FEVER, arm, "n"] for arm in ("Active", "Placebo")] == ["1.0", "0.0"]
    assert [found["T14", FEVER, arm, "N"] for arm in ("Active", "Placebo")] == ["1.0", "1.0"]
    assert found["T14", "Temperature (C) > >=39.0 C", "Active", "n"] == "0.0"
    # The pulse without a unit is not used, and counted.
    assert [found["T14", PULSE, arm, "N"] for arm in ("Active", "Placebo")] == ["0.0", "1.0"]
    assert found["T14", PULSE, "Placebo", "n"] == "1.0"
    session = done.session(Level.NAMED, state)
    assert "Values in a unit that is not known, not used: 1." in session.table("T14").footnotes
    assert ("T14", "Temperature (C) > End of Treatment", "Active", "mean") not in found
    assert found["T05", "Weight (kg)", "Active", "mean"] == "70.0"  # flagged, though 75 came later
    assert done.report.counts["ADVS rows derived from others (DTYPE), left out"] == 1
    assert done.report.counts["ADVS rows that repeat a record (another analysis visit), left out"] == 1


def test_that_body_education_and_duration_come_from_adsl_where_nothing_else_has_them(
    delivery: Path, state: Path
) -> None:
    write(delivery, {"adsl": BODY})
    done = locked(delivery)
    found = counted(done, state, EXHIBITS)
    assert found["T05", "Height (cm)", "Active", "mean"] == "175.0"
    assert found["T05", "Weight (kg)", "Active", "mean"] == "80.0"
    assert found["T05", "BMI (kg/m2)", "Active", "mean"] == "26.1"  # 80 / 1.75^2 = 26.12
    assert found["T05", "Weight (kg)", "Placebo", "n"] == "0.0"  # in stone
    assert found["T05", "BMI (kg/m2)", "Placebo", "mean"] == "24.5"
    assert found["T05", "Characteristic > Years of education", "Total", "mean"] == "14.0"
    assert found["T05", "Duration of disease (months)", "Active", "mean"] == "24.0"
    assert found["T05", "Duration of disease (months)", "Placebo", "mean"] == "30.5"
    notes = " ".join(done.session(Level.NAMED, state).table("T05").footnotes)
    assert "Vital signs in a unit that is not known, not used: 1." in notes
    assert "VS (" not in notes
    assert done.session(Level.NAMED, state).table("T14").rows == ()


def test_that_a_weight_of_advs_goes_before_that_of_adsl(delivery: Path, state: Path) -> None:
    write(delivery, {"adsl": BODY, "advs": ADVS})
    found = counted(locked(delivery), state, EXHIBITS)
    assert found["T05", "Weight (kg)", "Active", "mean"] == "70.0"
    assert found["T05", "Height (cm)", "Active", "mean"] == "175.0"


def test_that_scores_drugs_and_history_come_from_adam(delivery: Path, state: Path) -> None:
    scores = [
        ["USUBJID", "PARAMCD", "PARAM", "AVAL", "ABLFL", "ADT"],
        ["S1", "SLEDAI", "SLEDAI-2K Total Score", "11", "Y", "21910"],
        ["S1", "SLEDAI", "SLEDAI-2K Total Score", "4", "", "21930"],
    ]
    drugs = [
        ["USUBJID", "ASEQ", "CMTRT", "CMDECOD", "CMCLAS", "ASTDT", "AENDT"],
        ["S1", "1", "prednisone", "PREDNISONE", "CORTICOSTEROIDS", "21800", "21990"],
        ["S2", "1", "aspirin", "ASPIRIN", "ANALGESICS", "21930", "21931"],
    ]
    history = [["USUBJID", "MHSEQ", "MHTERM", "MHBODSYS"], ["S2", "1", "gout", "Metabolism"], ["S2", "1", "gout", "M"]]
    write(delivery, {"adqs": scores, "adcm": drugs, "admh": history})
    done = locked(delivery)
    found = counted(done, state, ())
    assert found["T05", "Score > SLEDAI-2K Total Score", "Active", "mean"] == "11.0"
    drug = "Background medication > Class > CORTICOSTEROIDS"
    assert (found["T05", drug, "Active", "n"], found["T05", drug, "Placebo", "n"]) == ("1.0", "0.0")
    assert found["T05", "Background medication", "Total", "n"] == "1.0"  # the other began after the first dose
    assert found["T05", "Medical history > Metabolism", "Placebo", "n"] == "1.0"
    assert done.report.counts["ADMH rows that repeat a MHSEQ of the subject, left out"] == 1


@pytest.mark.parametrize("name", ["advs", "adcm"])
def test_that_a_record_of_nobody_is_refused(delivery: Path, name: str) -> None:
    rows = {"advs": [ADVS[0], ["S9", *ADVS[1][1:]]], "adcm": [["USUBJID", "CMTRT"], ["S9", "aspirin"]]}
    write(delivery, {name: rows[name]})
    with pytest.raises(Refusal, match=f"{name}.csv, row 1"):
        locked(delivery)
