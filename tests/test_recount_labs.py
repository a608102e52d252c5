"""ALT, AST and infections of the CDISC pilot, recounted by a path of their own: plain Python over the raw files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyreadstat
import pytest

from dsmb_app import ard
from dsmb_app.model.words import Level
from tests.locked import Locked
from tests.test_pilot_table import Results, read_results

ARMS = ("Placebo", "Xanomeline Low Dose", "Xanomeline High Dose")


def rows(shared: Path, name: str) -> Iterator[dict[str, object]]:
    frame, _ = pyreadstat.read_xport(shared / "cdiscpilot01" / f"{name}.xpt")
    yield from frame.to_dict("records")


@pytest.fixture(scope="module")
def first_dose(shared_data: Path) -> dict[str, str]:
    """Return the day of the first dose by subject; every dosing record of the pilot has an amount or is placebo."""
    first: dict[str, str] = {}
    for row in rows(shared_data, "ex"):
        subject, day = str(row["USUBJID"]), str(row["EXSTDTC"])[:10]
        first[subject] = min(day, first.get(subject, day))
    return first


@pytest.fixture(scope="module")
def arm_of(shared_data: Path) -> dict[str, str]:
    return {str(row["USUBJID"]): str(row["ARM"]) for row in rows(shared_data, "dm")}


@pytest.fixture(scope="module")
def results(pilot: Locked) -> dict[str, Results]:
    session = pilot.opened(Level.NAMED)
    return {number: read_results(ard.results_csv(session, [number])) for number in ("K15", "K18")}


def test_that_who_exceeded_each_multiple_is_recounted(
    shared_data: Path, first_dose: dict[str, str], arm_of: dict[str, str], results: dict[str, Results]
) -> None:
    peaks: dict[tuple[str, str], float] = defaultdict(float)
    for row in rows(shared_data, "lb"):
        subject, test, day = str(row["USUBJID"]), str(row["LBTESTCD"]), str(row["LBDTC"])[:10]
        value, upper = row["LBSTRESN"], row["LBSTNRHI"]
        if test in ("ALT", "AST") and subject in first_dose and day > first_dose[subject] and value == value:
            multiple = float(str(value)) / float(str(upper))
            for name in (test, "ALT or AST"):
                peaks[subject, name] = max(peaks[subject, name], multiple)
    for name, row_name in (("ALT", "ALT > high"), ("AST", "AST > high"), ("ALT or AST", "ALT or AST")):
        for limit in (3, 5, 10, 20):
            for arm in ARMS:
                measured = [peak for (subject, test), peak in peaks.items() if test == name and arm_of[subject] == arm]
                row = f"{row_name} > >{limit} x ULN"
                assert float(results["K18"][row, arm, "", "N"]) == len(measured)
                assert float(results["K18"][row, arm, "", "n"]) == sum(peak > limit for peak in measured), row


def test_that_infections_and_their_rate_are_recounted(
    shared_data: Path, first_dose: dict[str, str], arm_of: dict[str, str], results: dict[str, Results]
) -> None:
    onset: dict[str, list[date]] = defaultdict(list)
    for row in rows(shared_data, "ae"):
        subject, start = str(row["USUBJID"]), str(row["AESTDTC"])
        if row["AESOC"] != "INFECTIONS AND INFESTATIONS" or subject not in first_dose or len(start) < 7:
            continue
        day = start[:10] if len(start) >= 10 else f"{start}-01"
        if day >= first_dose[subject]:
            onset[subject].append(date.fromisoformat(day))
    ends = {}
    for row in rows(shared_data, "dm"):
        days_known = [str(row[column])[:10] for column in ("RFPENDTC", "DTHDTC") if row[column]]
        ends[str(row["USUBJID"])] = min(days_known, default="")
    for arm in ARMS:
        treated = [subject for subject in first_dose if arm_of[subject] == arm]
        days = 0
        for subject in treated:
            last = min(onset[subject]) if onset[subject] else date.fromisoformat(ends[subject])
            days += (last - date.fromisoformat(first_dose[subject])).days + 1
        cases = sum(bool(onset[subject]) for subject in treated)
        found = results["K15"]
        assert float(found["Any", arm, "", "n"]) == cases
        assert float(found["Any", arm, "", "events"]) == sum(len(onset[subject]) for subject in treated)
        assert float(found["Any", arm, "", "eair"]) == pytest.approx(100 * cases / (days / 365.25), rel=1e-12)
