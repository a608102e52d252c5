"""The CDISC pilot's printed tables of populations, completion, sites, baseline and exposure, cell by cell.

Every printed cell of these tables whose source is delivered is compared with what our tables print, percentages as
the report prints them (whole percent of the arm, half up). Where our rule is another one, the test says why and shows
that the rule alone makes the difference.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from statistics import fmean, median, stdev

import pytest

from dsmb_app import ard
from dsmb_app.model.result import Column
from dsmb_app.model.words import Level, Stat
from tests.locked import Locked
from tests.oracle.reading import Data, days_between, read_folder, whole
from tests.oracle.stats import half_up

ARMS = {"placebo": "Placebo", "xan_low": "Xanomeline Low Dose", "xan_high": "Xanomeline High Dose"}
WITH_TOTAL = {**ARMS, "total": "Total"}
STATS = {"n": "n", "Mean": "mean", "SD": "sd", "Median": "median", "Min": "min", "Max": "max"}
Results = dict[tuple[str, str, str, str], tuple[str, str]]


@pytest.fixture(scope="module")
def data(shared_data: Path) -> Data:
    return read_folder(shared_data / "cdiscpilot01")


@pytest.fixture(scope="module")
def results(pilot: Locked) -> Results:
    session = pilot.opened(Level.NAMED)
    return _read(ard.results_csv(session, ["T01", "T02", "T05", "T06"]))


@pytest.fixture(scope="module")
def completers(pilot: Locked, tmp_path_factory: pytest.TempPathFactory) -> Results:
    session = pilot.session(Level.NAMED, tmp_path_factory.mktemp("state"))
    session.choose_by_text(["flag=COMPLT24"])
    return _read(ard.results_csv(session, ["T06"]))


def _read(text: str) -> Results:
    lines = csv.DictReader(text.splitlines())
    return {(x["exhibit"], x["row"], x["arm"], x["stat_name"]): (x["stat"], x["stat_fmt"]) for x in lines}


def published(shared_data: Path, table: str) -> list[dict[str, str]]:
    with (shared_data / "expected" / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def count(results: Results, exhibit: str, row: str, arm: str) -> int:
    """Return the n of a row; 0 of a row that nobody is on."""
    return int(float(results.get((exhibit, row, arm, "n"), ("0", ""))[0]))


def size(results: Results, arm: str) -> int:
    return int(float(results["T02", "Randomised", arm, "n"][0]))


def n_pct(n: int, of: int) -> str:
    return f"{n} ({half_up(Fraction(100 * n, of), 0)}%)"


def test_14_1_01_populations(results: Results, shared_data: Path) -> None:
    rows = {
        "Intent-To-Treat (ITT)": "Randomised",
        "Safety": "Treated",
        "Efficacy": "Flag > EFFICACY",
        "Complete Week 24": "Flag > COMPLT24",
        "Complete Study": "Completed",
    }
    compared = []
    for line in published(shared_data, "14-1.01"):
        for column, arm in WITH_TOTAL.items():
            n = count(results, "T02", rows[line["row"]], arm)
            compared.append((line["row"], arm, n_pct(n, size(results, arm)), line[column]))
    assert [cell for cell in compared if cell[2] != cell[3]] == []
    assert len(compared) == 20


def test_14_1_02_completion_of_week_24_and_reasons_before(results: Results, shared_data: Path) -> None:
    early = "No flag > COMPLT24"
    entry = f"{early} > PROTOCOL VIOLATION > PROTOCOL ENTRY CRITERIA NOT MET"
    rows: dict[str, tuple[list[str], list[str]]] = {
        "Completed Week 24": (["Flag > COMPLT24"], []),
        "Early Termination (prior to Week 24)": ([early], []),
        "Adverse Event": ([f"{early} > ADVERSE EVENT"], []),
        "Death": ([f"{early} > DEATH"], []),
        "Lack of Efficacy[2]": ([f"{early} > LACK OF EFFICACY"], []),
        "Lost to Follow-up": ([f"{early} > LOST TO FOLLOW-UP"], []),
        "Subject decided to withdraw": ([f"{early} > WITHDRAWAL BY SUBJECT"], []),
        "Physician decided to withdraw subject": ([f"{early} > PHYSICIAN DECISION"], []),
        "Protocol criteria not met": ([entry], []),
        "Protocol violation": ([f"{early} > PROTOCOL VIOLATION"], [entry]),
        "Sponsor decision": ([f"{early} > STUDY TERMINATED BY SPONSOR"], []),
    }
    missing = {
        "Completion Status:": (["Randomised"], ["Flag > COMPLT24", early]),
        "Reason for Early Termination (prior to Week 24):": (
            [early],
            [row for name, (added, _) in rows.items() for row in added if row.count(" > ") == 2],
        ),
    }
    compared = []
    for line in published(shared_data, "14-1.02"):
        added, taken = missing[line["block"]] if line["row"] == "Missing" else rows[line["row"]]
        for column, arm in WITH_TOTAL.items():
            n = sum(count(results, "T02", row, arm) for row in added)
            n -= sum(count(results, "T02", row, arm) for row in taken)
            compared.append((line["row"], arm, n_pct(n, size(results, arm)), line[column]))
    assert [cell for cell in compared if cell[2] != cell[3]] == []
    assert len(compared) == 52


def test_14_1_03_sites(results: Results, shared_data: Path) -> None:
    rows = {"itt": "", "eff": " > EFFICACY", "com": " > COMPLT24"}
    whole_trial = {"itt": "Randomised", "eff": "Flag > EFFICACY", "com": "Flag > COMPLT24"}
    _, *lines = published(shared_data, "14-1.03")
    compared = []
    for line in lines:
        site = line["site"]
        for column, arm in WITH_TOTAL.items():
            for short, ending in rows.items():
                row = f"Site > {site}{ending}" if site else whole_trial[short]
                compared.append((site, arm, str(count(results, "T01", row, arm)), line[f"{column}_{short}"]))
    assert [cell for cell in compared if cell[2] != cell[3]] == []
    assert len(compared) == 216
    assert {key[1] for key in results if re.fullmatch(r"Site > \d+", key[1])} == {
        f"Site > {line['site']}" for line in lines if line["site"]
    }


BASELINE = {
    "Age (y)": "Age (years)",
    "Duration of disease": "Duration of disease (months)",
    "Years of education": "Characteristic > EDUCATION LEVEL (YEARS)",
    "Baseline weight(kg)": "Weight (kg)",
    "Baseline height(cm)": "Height (cm)",
    "Baseline BMI": "BMI (kg/m2)",
}
GROUPS = {
    "<65 yrs": "<65", "65-80 yrs": "65-80", ">80 yrs": ">80", "<12 months": "<12", ">=12 months": ">=12",
    "<25": "<25", "25-<30": "25-<30", ">=30": ">=30",
}  # fmt: skip
RACES = {
    "Caucasian": "Race > WHITE > NOT HISPANIC OR LATINO",
    "African Descent": "Race > BLACK OR AFRICAN AMERICAN > NOT HISPANIC OR LATINO",
    "Hispanic": "Ethnicity > HISPANIC OR LATINO",
}
SEXES = {"Male": "Sex > M", "Female": "Sex > F"}


def baseline_cells(results: Results, shared_data: Path) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield block, row, arm, what we print and what the report prints (its own text, with its own rounding)."""
    for line in published(shared_data, "14-2.01"):
        block, row = line["block"], line["row"]
        if block == "MMSE":
            continue  # QS is not delivered
        printed = line["csr_line"].removeprefix(block).strip().removeprefix(row).split()
        told = _as_printed(printed, line)
        for (_, arm), text in zip(WITH_TOTAL.items(), told, strict=True):
            yield block, row, arm, _ours(results, block, row, arm), text


def _as_printed(words: list[str], line: dict[str, str]) -> list[str]:
    """Return the four cells as the report prints them; the CSV rounds halves to even where the report rounds up."""
    if line["same_as_csr"] == "True":
        return [line[column] for column in WITH_TOTAL]
    return words[:4]


def _ours(results: Results, block: str, row: str, arm: str) -> str:
    of = size(results, arm)
    if block in ("Sex", "Race (Origin)"):
        rows = SEXES if block == "Sex" else RACES
        known = [count(results, "T05", name, arm) for name in rows.values()]
        if row == "n":
            return str(of)
        # Other: whoever is in none of the rows that the report names.
        n = count(results, "T05", rows[row], arm) if row in rows else of - sum(known)
        return "0" if n == 0 else "1 (<1%)" if 200 * n < of else n_pct(n, of)
    if row in STATS:
        return results["T05", BASELINE[block], arm, STATS[row]][1]
    return n_pct(count(results, "T05", f"{BASELINE[block]} > {GROUPS[row]}", arm), of)


NO_FLAG = "01-702-1082"
"""On low dose, weighed at the first screening visit and never at baseline: the report has no weight of it, we take the
last weight before the first dose, as with laboratory tests."""


def test_14_2_01_baseline(results: Results, shared_data: Path) -> None:
    cells = list(baseline_cells(results, shared_data))
    differ = [(block, row, arm) for block, row, arm, ours, told in cells if ours != told]
    by_one_weight = {
        (block, row, arm)
        for block in ("Baseline weight(kg)", "Baseline BMI")
        for row in STATS
        for arm in ("Xanomeline Low Dose", "Total")
    }
    assert (len(cells), len(cells) - len(differ)) == (208, 197)
    assert set(differ) <= by_one_weight, [
        cell for cell in cells if cell[3] != cell[4] and cell[:3] not in by_one_weight
    ]
    assert ("Baseline weight(kg)", "n", "Total") in differ


def test_14_2_01_without_the_one_screening_weight(pilot: Locked, shared_data: Path) -> None:
    """The summaries of weight and BMI are the report's once that subject is left out of the subjects behind a cell."""
    session = pilot.opened(Level.NAMED)
    expected = {
        (b, r, arm): told
        for b, r, arm, _, told in baseline_cells(_read(ard.results_csv(session, ["T02", "T05"])), shared_data)
    }
    compared = []
    for block in ("Baseline weight(kg)", "Baseline BMI"):
        row = BASELINE[block]
        for arm in WITH_TOTAL.values():
            listed = session.drill("T05", (row,), Column(arm, Stat.N)).subjects
            place = listed.headers.index(row)
            values = [Fraction(line[place]) for line in listed.rows if line[0] != NO_FLAG]
            for name, text in _summary(values).items():
                compared.append((block, name, arm, text, expected[block, name, arm]))
    assert [cell for cell in compared if cell[3] != cell[4]] == []
    assert len(compared) == 48


def _summary(values: list[Fraction]) -> dict[str, str]:
    """Return the statistics as the report prints them: SD with two decimals, the others with one."""
    floats = [float(value) for value in values]
    return {
        "n": str(len(values)),
        "Mean": half_up(sum(values, Fraction(0)) / len(values), 1),
        "SD": half_up(Fraction(stdev(floats)).limit_denominator(10**9), 2),
        "Median": half_up(median(values), 1),
        "Min": half_up(min(values), 1),
        "Max": half_up(max(values), 1),
    }


def test_14_4_01_exposure(results: Results, completers: Results, shared_data: Path) -> None:
    rows = {
        "Average daily dose (mg)": "Average daily dose (mg)",
        "Cumulative dose at end of study [2]": "Cumulative dose (mg)",
    }
    compared = []
    for line in published(shared_data, "14-4.01"):
        for ending, found in (("", results), ("_comp", completers)):
            for column, arm in ARMS.items():
                ours = found["T06", rows[line["block"]], arm, STATS[line["row"]]][1]
                compared.append((line["block"], line["row"], ending, arm, ours, line[f"{column}{ending}"]))
    assert len(compared) == 72
    # The report rounded each subject's average to one decimal before it summarised; so small doses would be lost.
    assert [cell for cell in compared if cell[4] != cell[5]] == [
        ("Average daily dose (mg)", "SD", "_comp", "Xanomeline High Dose", "0.59", "0.58")
    ]


def test_that_rounding_each_average_first_gives_the_reports_deviation(data: Data, shared_data: Path) -> None:
    done = {x["USUBJID"] for x in data["SUPPDM"] if (x["QNAM"], x["QVAL"]) == ("COMPLT24", "Y")}
    high = {x["USUBJID"]: x for x in data["DM"] if x["ARM"] == ARMS["xan_high"]}
    total, days = Counter[str](), Counter[str]()
    for record in data["EX"]:
        who = record["USUBJID"]
        if who in done and who in high:
            first, last = whole(record["EXSTDTC"]), whole(record["EXENDTC"] or high[who]["RFENDTC"])
            assert first
            assert last
            days[who] += days_between(first, last)
            total[who] += days_between(first, last) * int(record["EXDOSE"])
    rounded = [
        float((Decimal(total[who]) / days[who]).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)) for who in total
    ]
    assert half_up(Fraction(stdev(rounded)).limit_denominator(10**9), 2) == "0.58"
    assert half_up(Fraction(fmean(rounded)).limit_denominator(10**9), 1) == "77.0"
