"""The levels of the laboratory tables, held beside the definitions, at, just below and just above each."""

from __future__ import annotations

import numpy as np
import pytest

from dsmb_app.analyses.lab_values import above, below
from dsmb_app.model.lab_tables import levels

LEVELS = {
    ("ALT", "high"): [">3 x ULN", ">5 x ULN", ">10 x ULN", ">20 x ULN"],
    ("AST", "high"): [">3 x ULN", ">5 x ULN", ">10 x ULN", ">20 x ULN"],
    ("ALP", "high"): [">1.5 x ULN", ">2 x ULN", ">3 x ULN"],
    ("BILI", "high"): [">1.5 x ULN", ">2 x ULN", ">3 x ULN"],
    ("WBC", "low"): ["<3.5 x 10^9/L", "<3 x 10^9/L", "<1 x 10^9/L"],
    ("WBC", "high"): [">10.8 x 10^9/L", ">13 x 10^9/L", ">15 x 10^9/L"],
    ("NEUT", "low"): ["<2 x 10^9/L", "<1 x 10^9/L", "<0.5 x 10^9/L"],
    ("LYM", "low"): ["<1 x 10^9/L", "<0.75 x 10^9/L", "<0.5 x 10^9/L"],
    ("EOS", "high"): [">0.65 x 10^9/L", ">1.5 x 10^9/L", ">5 x 10^9/L"],
    ("PLAT", "low"): ["<140 x 10^9/L", "<125 x 10^9/L", "<100 x 10^9/L"],
    ("HGB", "low"): ["decrease >15 g/L", "decrease >20 g/L"],
}
OWN = {
    ("WBC", "low"): ["<3 x 10^9/L"],
    ("PLAT", "low"): ["<100 x 10^9/L"],
    ("EOS", "high"): [">0.65 x 10^9/L", ">1.5 x 10^9/L", ">5 x 10^9/L"],
}


@pytest.mark.parametrize(("name", "expected"), [("levels", LEVELS), ("blood_limits", OWN)])
def test_that_the_levels_are_those_of_the_definitions(name: str, expected: dict[tuple[str, str], list[str]]) -> None:
    assert {key: [level.criterion for level in found] for key, found in levels(name).of.items()} == expected
    assert levels(name).version


@pytest.mark.parametrize("limit", [float(x.split()[0][1:]) for found in LEVELS.values() for x in found if x[0] in "<>"])
def test_that_a_level_is_strict(limit: float) -> None:
    values, plain = np.array([limit * (1 - 1e-9), limit, limit * (1 + 1e-9)]), np.zeros(3, dtype=np.int64)
    assert above(values, plain, limit).tolist() == [False, False, True]
    assert below(values, plain, limit).tolist() == [True, False, False]
