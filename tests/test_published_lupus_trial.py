"""Every line of the published low-dose IL-2 trial in lupus, through the analysis results of the demo.

He et al., Ann Rheum Dis 2020;79:141, Table 3. The demo is synthetic; these margins are the published ones.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from dsmb_app import ard
from dsmb_app.model.words import Level
from tests.locked import Locked
from tests.test_pilot_table import Results, read_results

LINES = [
    ("any serious", "T11", "Any", 0, 3),
    ("neuropsychiatric SLE (serious)", "T11", "Nervous system disorders > Neuropsychiatric lupus", 0, 1),
    ("zoster (serious)", "T11", "Infections and infestations > Herpes zoster", 0, 1),
    ("pneumonia (serious)", "T11", "Infections and infestations > Pneumonia", 0, 1),
    ("infection", "K15", "Any", 2, 6),
    ("upper respiratory infection", "T09", "Infections and infestations > Upper respiratory tract infection", 2, 4),
    ("severe infection", "K15", "Severe", 0, 2),
    ("zoster", "T09", "Infections and infestations > Herpes zoster", 0, 1),
    ("pneumonia", "T09", "Infections and infestations > Pneumonia", 0, 1),
    ("injection-site reactions", "K14", "Injection site reactions", 9, 2),
    ("fever", "T09", "General disorders and administration site conditions > Pyrexia", 4, 0),
    ("flu-like symptoms", "T09", "General disorders and administration site conditions > Influenza like illness", 3, 0),
]


@pytest.fixture(scope="module")
def results(demo: Locked) -> dict[str, Results]:
    session = demo.opened(Level.NAMED)
    return {number: read_results(ard.results_csv(session, [number])) for number in ("T09", "T11", "K14", "K15")}


@pytest.mark.parametrize(("line", "exhibit", "row", "il2", "placebo"), LINES, ids=[line[0] for line in LINES])
def test_that_the_published_line_is_in_the_results(
    results: dict[str, Results], line: str, exhibit: str, row: str, il2: int, placebo: int
) -> None:
    found = results[exhibit]
    counts = [(found[row, arm, "", "n"], found[row, arm, "", "N"]) for arm in ("hrIL-2", "Placebo")]
    assert counts == [(f"{il2:.1f}", "29.0"), (f"{placebo:.1f}", "30.0")], line


def test_that_the_published_file_says_what_this_test_says(shared_data: Path) -> None:
    text = (shared_data / "he2020_table3.csv").read_text(encoding="utf-8").splitlines()[1:]
    published = sorted((int(line.split(",")[2]), int(line.split(",")[4])) for line in text)
    assert published == sorted((il2, placebo) for _, _, _, il2, placebo in LINES)
