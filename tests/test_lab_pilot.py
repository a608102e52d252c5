"""ALT above 3 x ULN and the shifts of leukocytes and platelets of the CDISC pilot, recounted over the raw files."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pyreadstat
import pytest

from dsmb_app import ard
from dsmb_app.model.words import Level
from tests.locked import Locked
from tests.test_pilot_table import Results, read_results

ARMS = ("Placebo", "Xanomeline Low Dose", "Xanomeline High Dose")
CUTS = {"WBC": (3.0, 2.0, 1.0), "PLAT": (75.0, 50.0, 25.0)}
FDA = {"WBC": (3.5, 3.0, 1.0), "PLAT": (140.0, 125.0, 100.0)}
Value = tuple[str, float, float]


def rows(shared: Path, name: str) -> Iterator[dict[str, object]]:
    frame, _ = pyreadstat.read_xport(shared / "cdiscpilot01" / f"{name}.xpt")
    yield from frame.to_dict("records")


@pytest.fixture(scope="module")
def first_dose(shared_data: Path) -> dict[str, str]:
    first: dict[str, str] = {}
    for row in rows(shared_data, "ex"):
        subject, day = str(row["USUBJID"]), str(row["EXSTDTC"])[:10]
        first[subject] = min(day, first.get(subject, day))
    return first


@pytest.fixture(scope="module")
def arm_of(shared_data: Path, first_dose: dict[str, str]) -> dict[str, str]:
    return {str(r["USUBJID"]): str(r["ARM"]) for r in rows(shared_data, "dm") if str(r["USUBJID"]) in first_dose}


@pytest.fixture(scope="module")
def values(shared_data: Path, first_dose: dict[str, str]) -> dict[tuple[str, str], list[Value]]:
    """Return (test, subject) -> values after the day of the first dose and the baseline (under the key "BASE test").

    Baseline: the flagged value, else the last one not after the first dose's day. All results of these tests are
    numbers, in U/L or 10^9/L (GI/L), with both limits.
    """
    found: dict[tuple[str, str], list[Value]] = defaultdict(list)
    before: dict[tuple[str, str], list[tuple[bool, str, Value]]] = defaultdict(list)
    for row in rows(shared_data, "lb"):
        test, subject = str(row["LBTESTCD"]), str(row["USUBJID"])
        if test not in ("ALT", *CUTS) or subject not in first_dose:
            continue
        assert row["LBSTRESU"] == ("U/L" if test == "ALT" else "GI/L")
        value, low, high = (float(str(row[c])) for c in ("LBSTRESN", "LBSTNRLO", "LBSTNRHI"))
        assert value == value
        assert low == low
        assert high == high
        when = str(row["LBDTC"])
        known: Value = ("", value / high, low) if test == "ALT" else ("", value, low)
        if when[:10] > first_dose[subject]:
            found[test, subject].append(known)
        if row["LBBLFL"] == "Y" or when[:10] <= first_dose[subject]:
            before[test, subject].append((row["LBBLFL"] == "Y", when, known))
    for (test, subject), seen in before.items():
        found[f"BASE {test}", subject].append(max(seen)[2])
    return found


@pytest.fixture(scope="module")
def results(pilot: Locked) -> dict[str, Results]:
    session = pilot.opened(Level.NAMED)
    return {number: read_results(ard.results_csv(session, [number])) for number in ("T16", "K17", "K18", "K19")}


def grade(test: str, value: Value) -> int:
    _, number, low = value
    for g, cut in zip((4, 3, 2), reversed(CUTS[test]), strict=True):
        if number < cut:
            return g
    return 1 if number < low else 0


def test_that_alt_above_3_times_the_limit_is_recounted(
    values: dict[tuple[str, str], list[Value]], arm_of: dict[str, str], results: dict[str, Results]
) -> None:
    counts = []
    for arm in ARMS:
        peaks = [
            max(x for _, x, _ in values["ALT", who]) for who in arm_of if arm_of[who] == arm and values["ALT", who]
        ]
        counts.append(sum(peak > 3 for peak in peaks))
        for exhibit in ("T16", "K18"):
            assert float(results[exhibit]["ALT > high > >3 x ULN", arm, "", "n"]) == counts[-1]
            assert float(results[exhibit]["ALT > high > >3 x ULN", arm, "", "N"]) == len(peaks)
    assert sum(counts) == 3


@pytest.mark.parametrize("test", list(CUTS))
def test_that_shifts_of_blood_counts_are_recounted(
    test: str, values: dict[tuple[str, str], list[Value]], arm_of: dict[str, str], results: dict[str, Results]
) -> None:
    for arm in ARMS:
        shifts: Counter[tuple[str, str]] = Counter()
        for who in (who for who in arm_of if arm_of[who] == arm):
            base = [grade(test, value) for value in values[f"BASE {test}", who]]
            after = [grade(test, value) for value in values[test, who]]
            shifts[f"Grade {base[0]}" if base else "Missing", f"Grade {max(after)}" if after else "Not done"] += 1
        seen = {
            (row.split(" > ")[2].removeprefix("baseline "), row.split(" > ")[3].removeprefix("worst ")): float(n)
            for (row, of, _, stat), n in results["K17"].items()
            if of == arm and stat == "n" and row.startswith(f"{test} > low > baseline")
        }
        assert {shift: n for shift, n in seen.items() if n} == dict(shifts)
        measured = sum(n for (_, after), n in shifts.items() if after != "Not done")
        for g in range(1, 5):
            reached = sum(n for (_, after), n in shifts.items() if after == f"Grade {g}")
            for exhibit in ("T16", "K17", "K19"):
                assert float(results[exhibit][f"{test} > low > Grade {g}", arm, "", "n"]) == reached
                assert float(results[exhibit][f"{test} > low > Grade {g}", arm, "", "N"]) == measured
        worse = sum(n for (one, other), n in shifts.items() if one < other and one != "Missing" and other != "Not done")
        assert float(results["K19"][f"{test} > low > New or worsened", arm, "", "n"]) == worse
        for limit in FDA[test]:
            below = sum(any(x < limit for _, x, _ in values[test, who]) for who in arm_of if arm_of[who] == arm)
            assert float(results["T16"][f"{test} > low > <{limit:g} x 10^9/L", arm, "", "n"]) == below
