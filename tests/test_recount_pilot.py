"""The CDISC pilot study counted twice: by a naive recount from the definitions, and by the product."""

from __future__ import annotations

import csv
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from dsmb_app.model.words import Level
from tests.locked import Locked
from tests.oracle.compare import disagreements, every_choice, lines, rules_of
from tests.oracle.people import Rules
from tests.oracle.reading import Data, read_folder
from tests.oracle.stats import half_up_percent
from tests.oracle.tables import Oracle, counts, fisher_of, term_rows

ARMS = {"placebo": "Placebo", "xan_low": "Xanomeline Low Dose", "xan_high": "Xanomeline High Dose"}


@pytest.fixture(scope="module")
def data(shared_data: Path) -> Data:
    return read_folder(shared_data / "cdiscpilot01")


@pytest.fixture(scope="module")
def rules(project: Path) -> Rules:
    return rules_of(project / "resources" / "studies" / "cdiscpilot01" / "study.toml")


@pytest.fixture(scope="module")
def published(shared_data: Path) -> list[dict[str, str]]:
    with (shared_data / "expected" / "14-5.01_teae.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
