"""What every laboratory figure shares: the test asked about, who was measured, limits, notes, whose name is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import wording
from dsmb_app.analyses.lab_series import Series, series, tests_of
from dsmb_app.analyses.lab_values import Labs
from dsmb_app.model.cut import Cut
from dsmb_app.model.errors import Refusal
from dsmb_app.model.figures import HIGH, LOW, LabTest, Line
from dsmb_app.model.grading import grading
from dsmb_app.model.result import RowKey
from dsmb_app.model.words import TOTAL, Level

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

FEWEST = 5
"""Fewer values than this give no percentiles where single patients are not shown, and no band."""


@dataclass(frozen=True)
class Asked:
    """The question: a cut, every test that could be asked about, the one that is, its direction and its records."""

    cut: Cut
    tests: tuple[LabTest, ...]
    test: LabTest
    side: str
    series: Series

    @property
    def arms(self) -> tuple[str, ...]:
        """Return the arms of the figure, the total where they are pooled."""
        return self.cut.arms or (TOTAL,)

    @property
    def small(self) -> int:
        """Return below which count open sessions show nothing; 0 in closed ones."""
        return self.cut.study.open.small_cells if self.cut.level is Level.POOLED else 0

    @property
    def named(self) -> bool:
        """Tell whether the level shows single patients."""
        return self.cut.level is not Level.POOLED or self.cut.study.open.patients

    @property
    def worst_words(self) -> str:
        """Name the value that counts as worst."""
        return "highest value" if self.side == HIGH else "lowest value (nadir)"

    def whose(self) -> tuple[list[str], list[str]]:
        """Return the subjects' ids ("" where the level shows none) and arms, in the order of ``cut.subjects``."""
        ids = self.cut.subjects["USUBJID"].tolist() if self.named else [""] * len(self.cut.subjects)
        arms = self.cut.subjects["ARM"].to_numpy(dtype=int)
        return ids, [self.cut.arms[arm] if self.cut.arms and arm >= 0 else TOTAL for arm in arms]


def asked(cut: Cut, row: RowKey) -> Asked:
    """Return the question of a row: test code, then "low" or "high"; the first test where none is named.

    Raises Refusal for a code that is no test of LB.
    """
    labs = cut.once(Labs)
    tests = tests_of(cut, labs)
    code = row[0] if row else next((test.code for test in tests if not test.held), "")
    test = next((test for test in tests if test.code == code), None)
    if test is None and code:
        raise Refusal("FIGURE-TEST", f"There is no laboratory test '{code}'.", "Choose one that the list offers.")
    test = test or LabTest("", "No laboratory test")
    side = next((part for part in row[1:] if part in (LOW, HIGH)), default_side(cut, test.code))
    return Asked(cut, tests, test, side, series(cut, labs, test))


def default_side(cut: Cut, code: str) -> str:
    """Return the direction that matters more: low where the criteria grade it, else high."""
    return LOW if (code, LOW) in grading(cut.study.lab.ctcae).directions else HIGH


def frame(
    about: Asked, number: str, title: str, *, needs: Bools, of: str, notes: Sequence[str], lines: Sequence[Line] = ()
) -> dict[str, Any]:
    """Return the fields that every laboratory figure has.

    ``needs``: mask over ``cut.subjects`` of who has the values; ``of``: what they have, in words.
    """
    cut = about.cut
    sizes = {arm: (int((needs & cut.in_column(arm)).sum()), int(cut.in_column(arm).sum())) for arm in about.arms}
    hidden = any(0 < n < about.small for n, _ in sizes.values())
    said = " · ".join(_of_all(arm, n, size, about.small) for arm, (n, size) in sizes.items())
    return {
        "exhibit": number,
        "title": title,
        "subtitle": _window(cut) if about.test.held else f"{_window(cut)} · {of}: {said}",
        "level": cut.level,
        "population": wording.population(cut),
        "arms": about.arms,
        "test": about.test,
        "side": about.side,
        "measured": {} if hidden else sizes,
        "lines": () if hidden else tuple(lines),
        "missing": _missing(about, any(n for n, _ in sizes.values()), hidden=hidden, of=of),
        "tests": about.tests,
        "footnotes": (*wording.arms(cut), *notes, *_notes(about)),
    }


def _window(cut: Cut) -> str:
    words = wording.window(cut)
    return words[0].upper() + words[1:]


def _of_all(arm: str, n: int, size: int, small: int) -> str:
    told = f"<{small}" if 0 < n < small else str(n)
    return f"{'' if arm == TOTAL else f'{arm} '}{told} of {size}"


def _missing(about: Asked, some: bool, *, hidden: bool, of: str) -> str:
    """Say why there is nothing to draw, "" where there is."""
    name = about.test.name
    if not about.tests:
        return "No laboratory data were delivered."
    if about.test.held:
        return f"{name}: held back from open sessions of this trial. It can be seen in the closed session."
    if hidden:
        return f"From 1 to {about.small - 1} subjects have a value, which open sessions do not show."
    if some:
        return ""
    if not len(about.series.value) and about.series.no_number:
        return f"No result of {name} is a number."
    return f"There is nothing to draw: nobody has a value of {name} ({of})."


def _notes(about: Asked) -> list[str]:
    found, unit = about.series, about.series.unit or "no unit"
    if not len(found.value):
        return []
    notes = [
        f"Values in {unit}; treated subjects; baseline and values after it in the window, of every laboratory and "
        "visit unless said otherwise."
    ]
    if about.small == 0 or len(found.value) >= about.small:
        notes += _counts(found)
    return notes


def _counts(found: Series) -> list[str]:
    told = (
        (found.bounds, "result(s) are bounds (<x, >x) and stand at the bound"),
        (found.no_number, "record(s) without a number are left out"),
        (found.other_unit, "result(s) in another unit, or one that is not known, are left out"),
    )
    notes = [f"{n} {words}." for n, words in told if n]
    for name, values in (("lower", found.low), ("upper", found.high)):
        known = values[np.isfinite(values)]
        if len(known) and known.min() < known.max():
            notes.append(
                f"The {name} limit of normal differs between records, from {known.min():g} to {known.max():g}; "
                "the line stands at its median."
            )
    return notes


def limits(found: Series) -> list[Line]:
    """Return the median limits of normal of the records."""
    pairs = ((found.low, "lower limit of normal"), (found.high, "upper limit of normal"))
    return [Line(percentile(known, 50), words) for values, words in pairs if len(known := values[np.isfinite(values)])]


def percentile(values: Floats, share: float) -> float:
    """Return a percentile as the tables do (SAS's default: the mean of the two neighbours at a step); NaN of none."""
    return float(np.percentile(values, share, method="averaged_inverted_cdf")) if len(values) else float("nan")
