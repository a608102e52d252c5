"""The lock report: a statistician finds every delivered column in it, where it went, and why."""

from __future__ import annotations

from pathlib import Path

import pyreadstat
import pytest

from tests.locked import Locked

# Of every dataset: names of the study, the dataset and the subject, which stand in no part as columns of their own.
ADMINISTRATIVE = {"STUDYID", "DOMAIN", "RDOMAIN", "USUBJID"}


def _delivered(source: Path) -> set[tuple[str, str]]:
    """Read names of columns, and of the qualifiers of SUPP--, with another reader than the product's."""
    found: set[tuple[str, str]] = set()
    for file in source.glob("*.xpt"):
        frame, _ = pyreadstat.read_xport(str(file))
        name = file.stem.upper()
        if "QNAM" in frame:
            found |= {(name, qualifier) for qualifier in frame["QNAM"]}
        elif len(frame):
            found |= {(name, column.upper()) for column in frame.columns if column.upper() not in ADMINISTRATIVE}
    return found


@pytest.fixture(params=["demo", "pilot"])
def locked(request: pytest.FixtureRequest) -> Locked:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Locked)
    return found


def test_that_the_report_tells_of_every_delivered_column_where_it_went(locked: Locked) -> None:
    told = {(dataset, column) for dataset, column, _, _ in locked.report.classes}
    assert _delivered(locked.source) - told == set()


def test_that_no_column_that_names_the_treatment_went_to_main(locked: Locked) -> None:
    went = {(dataset, column): part for dataset, column, part, _ in locked.report.classes}
    for name in [("DM", "ARM"), ("DM", "ARMCD"), ("EX", "EXTRT"), ("EX", "EXDOSE")]:
        assert went[name] == "names"


def test_that_a_date_is_told_apart_from_a_column_that_nobody_listed(pilot: Locked) -> None:
    why = {(dataset, column): reason for dataset, column, _, reason in pilot.report.classes}
    assert why["AE", "AESTDTC"] == "date; study days stand for it in main"
    assert why["AE", "AELLTCD"] == "not on the allow-list"
    assert why["DM", "ARM"] == "tells the treatment"
    assert why["SUPPAE", "AETRTEM"] == "not on the allow-list"
    assert why["DM", "USUBJID"] == "a random id stands for it in every table of main"


def test_that_the_printed_report_names_every_column_it_classified(locked: Locked) -> None:
    text = locked.report.text()
    words = set(text.replace(",", " ").replace(":", " ").split())
    assert all(column.split(",")[0].split()[0] in words for _, column, _, _ in locked.report.classes)
