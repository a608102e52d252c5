"""The allow-list: what it lets in, and what nothing can let in."""

from __future__ import annotations

import pytest

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.columns import Kind, built_in_policy

TREATMENT = ["DM.ARM", "DM.ACTARMCD", "EX.EXTRT", "EX.EXDOSE", "ADSL.TRT01A", "SE.ELEMENT", "DM.KITNUM", "AE.RANDNO"]


@pytest.mark.parametrize("name", TREATMENT)
def test_that_no_study_file_can_let_a_treatment_column_in(name: str) -> None:
    with pytest.raises(Refusal, match="COLUMN-NEVER-OPEN"):
        built_in_policy().allowing([name], key="blind.allow")


def test_that_a_study_file_can_let_a_harmless_column_or_qualifier_in() -> None:
    policy = built_in_policy().allowing(["AE.AEXTRA", "SUPPDM.COMPLT24", "ADAE.TRTEMFL"], key="blind.allow")
    assert policy.datasets["AE"].kinds["AEXTRA"] is Kind.FREE
    assert policy.datasets["SUPPDM"].qualifiers == {"COMPLT24"}
    assert "TRTEMFL" in policy.datasets["ADAE"].kinds
    assert "AEXTRA" not in built_in_policy().datasets["AE"].kinds


def test_that_the_built_in_list_holds_no_treatment_column() -> None:
    policy = built_in_policy()
    for dataset in policy.datasets.values():
        listed = [column for column in dataset.kinds if policy.forbids(dataset.name, column)]
        # Of EX only the days may ever stay, and only where the schedule is the same in all arms.
        assert listed == (["EXSTDTC", "EXENDTC"] if dataset.name == "EX" else [])
        assert dataset.name != "EX" or dataset.needs_same_schedule
