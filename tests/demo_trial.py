"""Reads the demo trial for the tests: plain rows of its XPT files, who was treated, and counts of subjects by arm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import pyreadstat

from tests.shared_data import ROOT

DEMO = ROOT / "resources" / "demo"
DOMAINS = ("dm", "ex", "ae", "lb", "ds", "vs", "mh", "cm", "sv", "qs")
IL2, PLACEBO = "hrIL-2 1 MIU", "Placebo"
CUTOFF = {"current": "2019-06-30", "earlier": "2018-10-31"}
TESTS = {"ALT", "AST", "ALP", "BILI", "GGT", "CREAT", "WBC", "NEUT", "LYM", "EOS", "HGB", "PLAT"}
VISITS = {"Screening": -14, "Day 1": 1, **{f"Week {w}": 7 * w + 1 for w in (2, 4, 6, 8, 10, 12, 16, 20, 24)}}
DOSE_DAYS = {28 * cycle + day for cycle in range(3) for day in (1, 3, 5, 7, 9, 11, 13)}

Row = dict[str, Any]


@cache
def read(domain: str, cut: str = "current") -> tuple[Row, ...]:
    frame, _ = pyreadstat.read_xport(DEMO / cut / f"{domain}.xpt")
    return tuple({str(name): value for name, value in row.items()} for row in frame.to_dict("records"))


def known(value: object) -> bool:
    return value == value and value != ""  # a missing number is not equal to itself


def treated(cut: str = "current") -> dict[str, Row]:
    return {r["USUBJID"]: r for r in read("dm", cut) if r["ACTARM"] in (IL2, PLACEBO)}


def emergent() -> list[Row]:
    """Whole start dates from the first dose to the end of participation, of the treated."""
    people = treated()
    return [
        ae
        for ae in read("ae")
        if ae["USUBJID"] in people
        and len(ae["AESTDTC"]) == 10
        and people[ae["USUBJID"]]["RFXSTDTC"][:10] <= ae["AESTDTC"]
        and ae["AESTDTC"] <= min(people[ae["USUBJID"]]["RFPENDTC"], CUTOFF["current"])
    ]


def by_arm(subjects: Iterable[str]) -> tuple[int, int]:
    people = treated()
    count = Counter(people[subject]["ACTARM"] for subject in set(subjects) if subject in people)
    return count[IL2], count[PLACEBO]


# ----------------------------------------------------------------------------------------------------------------------
# Published: He et al., Ann Rheum Dis 2020;79:141, Table 3. Subjects on hrIL-2 of 29 and on placebo of 30.

GENERAL = "General disorders and administration site conditions"


def infection(ae: Row) -> bool:
    return bool(ae["AEBODSYS"] == "Infections and infestations")


LINES: dict[str, tuple[int, int, Callable[[Row], bool]]] = {
    "Any serious adverse event": (0, 3, lambda ae: ae["AESER"] == "Y"),
    "Neuropsychiatric SLE (serious)": (
        0,
        1,
        lambda ae: (
            ae["AESER"] == "Y"
            and ae["AEDECOD"] == "Neuropsychiatric lupus"
            and ae["AEBODSYS"] == "Nervous system disorders"
        ),
    ),
    "Herpes zoster (serious)": (0, 1, lambda ae: infection(ae) and ae["AESER"] + ae["AEDECOD"] == "YHerpes zoster"),
    "Pneumonia (serious)": (0, 1, lambda ae: infection(ae) and ae["AESER"] + ae["AEDECOD"] == "YPneumonia"),
    "Infection": (2, 6, infection),
    "Upper respiratory infection": (
        2,
        4,
        lambda ae: infection(ae) and ae["AEDECOD"] == "Upper respiratory tract infection",
    ),
    "Severe infection": (0, 2, lambda ae: infection(ae) and int(ae["AETOXGR"]) >= 3),
    "Herpes zoster": (0, 1, lambda ae: infection(ae) and ae["AEDECOD"] == "Herpes zoster"),
    "Pneumonia": (0, 1, lambda ae: infection(ae) and ae["AEDECOD"] == "Pneumonia"),
    "Injection site reactions": (
        9,
        2,
        lambda ae: ae["AEDECOD"].startswith("Injection site ") and ae["AEBODSYS"] == GENERAL,
    ),
    "Fever": (4, 0, lambda ae: ae["AEDECOD"] == "Pyrexia" and ae["AEBODSYS"] == GENERAL),
    "Flu-like symptoms": (3, 0, lambda ae: ae["AEDECOD"] == "Influenza like illness" and ae["AEBODSYS"] == GENERAL),
}
