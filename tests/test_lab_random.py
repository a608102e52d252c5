"""Small made-up laboratories of 2 to 6 arms: the product and the naive recount say the same, cell for cell."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dsmb_app.model.words import Level
from tests.lab_study import Lab, LabStudy, cells, opened
from tests.oracle.labs import LEVELS, LabOracle
from tests.quick_stretch import quick_phrases

__all__ = ["quick_phrases"]

ARMS = ("Qarm 1", "Qarm 2", "Qarm 3", "Qarm 4", "Qarm 5", "Qarm 6")
LIVER = {"ALT": ("7", "33.3"), "AST": ("7", "40"), "ALP": ("40", "120.1"), "BILI": ("3", "20.7")}
COUNTS = {"LYM": ("1.1", "4"), "PLAT": ("150", "400"), "EOS": ("0", "0.5")}
MULTIPLES = ("0.5", "1", "1.001", "1.5", "2", "2.001", "3", "3.001", "5", "10", "20", "20.1")
NUMBERS = {
    "LYM": ("0.19", "0.2", "0.5", "0.75", "0.8", "0.79", "1", "1.1", "1.09", "4", "4.01", "20"),
    "PLAT": ("24", "25", "50", "75", "74.9", "100", "125", "140", "150", "149"),
    "EOS": ("0.1", "0.5", "0.65", "0.66", "1.5", "1.51", "5"),
}
SIGNS = ("", "", "", "", "", "<", ">", "<=", ">=")


@st.composite
def labs(draw: st.DrawFn, who: str) -> list[Lab]:
    """Draw the records of a subject: values at and beside cut points, bounds, blank limits, units of every kind."""
    found = []
    for _ in range(draw(st.integers(0, 12))):
        test = draw(st.sampled_from([*LIVER, *COUNTS]))
        offset = draw(st.sampled_from([-9, -1, 0, 1, 2, 13, 14, 15, 31, 32, 45]))
        low, high = (LIVER | COUNTS)[test]
        unit = None
        if test in LIVER:
            number = Decimal(draw(st.sampled_from(MULTIPLES))) * Decimal(high)
        else:
            number, unit = (
                Decimal(draw(st.sampled_from(NUMBERS[test]))),
                draw(st.sampled_from(["10^9/L", "10^9/L", "10^3/uL", "cells/uL", "furlongs"])),
            )
            if unit == "cells/uL":
                number, low, high = number * 1000, str(Decimal(low) * 1000), str(Decimal(high) * 1000)
        # A laboratory of its own, so that no record lends its limits to another.
        blank = draw(st.integers(0, 5)) == 0
        found.append(Lab(who, test, f"{draw(st.sampled_from(SIGNS))}{number.normalize():f}", offset,
                         low if not blank else "", high if not blank else "", unit,
                         laboratory=f"L{offset}-{len(found)}"))  # fmt: skip
    return found


@st.composite
def studies(draw: st.DrawFn) -> LabStudy:
    order = ARMS[: draw(st.integers(2, 6))]
    arms = {f"S{i}": draw(st.sampled_from(order)) for i in range(draw(st.integers(3, 10)))}
    records = [lab for who in arms for lab in draw(labs(who))]
    ends = {who: draw(st.sampled_from([10, 16, 17, 18, 30, 200])) for who in arms}
    # One record that makes LB a data set at all.
    sure = Lab("S0", "ALT", "20", 1, *LIVER["ALT"], laboratory="L")
    return LabStudy(arms, [sure, *records], visits=[("Week 2", 15, 3), ("Week 4", 30, 2)], ends=ends, order=order)


def disagreements(study: LabStudy, folder: Path) -> list[str]:
    session, oracle = opened(study, folder), LabOracle(study)
    delivered = {lab.test for lab in study.labs}
    wrong = []
    for level, columns in ((Level.NAMED, (*study.order, "Total")), (Level.POOLED, ("Total",))):
        session.set_level(level)
        for arm in columns:
            found = {number: cells(session, number, arm) for number in ("T16", "K17", "K18", "K19")}
            expected = {
                "T16": oracle.levels(arm, LEVELS) | oracle.expected(arm, "Liver tests", ("ALT", "AST", "ALP", "BILI")),
                "K17": oracle.shifts(arm) | oracle.expected(arm, "Blood count", ("LYM", "PLAT")),
                "K18": oracle.liver(arm) if "BILI" in delivered else {},
                "K19": oracle.nadirs(arm, "LYM") | oracle.nadirs(arm, "PLAT"),
            }
            for number, rows in expected.items():
                for (row, stat), value in rows.items():
                    test = row.split(" > ")[0]
                    if test in (*LIVER, *COUNTS) and test not in delivered:
                        continue
                    seen = found[number].get((row, stat))
                    if seen is None or abs(seen - value) > 1e-9:
                        wrong.append(f"{level} {number} {arm} {row} {stat}: {seen}, expected {value}")
            shifted = sum(
                n or 0
                for (row, stat), n in found["K17"].items()
                if stat == "n" and row.startswith("ALT > high > baseline")
            )
            if shifted != session.arm_sizes[arm]:
                wrong.append(f"{level} {arm}: {shifted} shifts of ALT")
    return wrong


# An example locks and opens a whole study, so a failing one is shown as it is: making it small would take minutes.
@settings(max_examples=6, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(study=studies())
def test_that_the_product_counts_laboratories_as_the_naive_recount_does(study: LabStudy) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert disagreements(study, Path(folder)) == []
