"""One laboratory test as arrays on one scale: baseline, values after it, limits, visits. What lab figures stand on."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses.codes import encoded
from dsmb_app.analyses.lab_values import Labs, Records, coded_tests, rounded
from dsmb_app.model.cut import Cut
from dsmb_app.model.figures import HIGH, LabTest
from dsmb_app.model.lab_tables import panels
from dsmb_app.model.resource_files import resource
from dsmb_app.model.words import Level

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Series:
    """The records of one test that treated subjects have at baseline or after it, aligned arrays on one scale.

    ``subject``: row in ``cut.subjects``; ``order``: of records of one day (sequence number, then place in the file).
    ``no_number`` and ``other_unit``: how many records are left out for that; ``bounds``: how many are "<x" or ">x".
    """

    test: LabTest
    unit: str
    subject: Ints
    day: Floats
    value: Floats
    low: Floats
    high: Floats
    base: Bools
    post: Bools
    visit: Texts
    visit_number: Floats
    order: Ints
    no_number: int
    other_unit: int
    bounds: int

    def baseline(self, n: int) -> Floats:
        """Return the baseline value of each of ``n`` subjects, NaN for none."""
        found = np.full(n, np.nan)
        found[self.subject[self.base]] = self.value[self.base]
        return found

    def extreme(self, n: int, side: str) -> tuple[Floats, Floats]:
        """Return the lowest (or for "high" the highest) value after baseline of each of ``n`` subjects, and its day.

        Of equal values the first day counts.
        """
        worst, day = np.full(n, np.nan), np.full(n, np.nan)
        at = np.flatnonzero(self.post)
        sign = -1.0 if side == HIGH else 1.0
        at = at[np.lexsort((self.day[at], sign * self.value[at], self.subject[at]))]
        who, first = np.unique(self.subject[at], return_index=True)
        worst[who], day[who] = self.value[at[first]], self.day[at[first]]
        return worst, day


def tests_of(cut: Cut, labs: Labs) -> tuple[LabTest, ...]:
    """Return every test of LB by its name, and those that are held back from this session."""
    found = {code: LabTest(code, code) for code in labs.tests}
    if len(cut.lb) and "LBTEST" in cut.lb:
        # Of several names of a test the most frequent counts, of equally frequent ones the last by alphabet.
        for (code, name), _ in sorted(_named(cut.lb).items(), key=lambda one: (one[1], one[0][1])):
            found[code] = LabTest(code, _full_name(code, name))
    held = cut.study.lab.hold_back if cut.level is Level.POOLED else ()
    names = {tests[0]: name for name, tests in panels().items() if len(tests) == 1}
    found.update({code: LabTest(code, names.get(code, code), held=True) for code in held if code not in found})
    return tuple(sorted(found.values(), key=lambda test: (test.name.casefold(), test.code)))


def _named(lb: pd.DataFrame) -> dict[tuple[str, str], int]:
    """Return how many records have each test code with each name."""
    (codes, tests), (names, texts) = coded_tests(lb), encoded(lb["LBTEST"])
    pairs, counts = np.unique(codes * len(texts) + names % len(texts), return_counts=True)
    found: dict[tuple[str, str], int] = {}
    for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
        named = tests[pair // len(texts)], texts[pair % len(texts)]
        found[named] = found.get(named, 0) + count
    return found


def _full_name(code: str, name: str) -> str:
    """Return a test's name, with the specimen that its code was given."""
    _, bracket, specimen = code.partition(" (")
    return f"{name or code} ({specimen.lower()}" if bracket and name else name or code


def series(cut: Cut, labs: Labs, test: LabTest) -> Series:
    """Return a test's records. One unit: that of absolute limits where the test has such, else the most frequent
    standard unit, chosen over all arms together."""
    records = labs.of(test.code)
    records = records.where((records.post | records.base) & cut.safety[records.subject])
    stated = np.isfinite(records.value)
    known = np.isfinite(records.graded) & bool(grading_unit(test.code))
    graded = bool(known.any())
    units = _text(cut, records, "LBSTRESU")
    unit = grading_unit(test.code) if graded else _most_frequent(units[stated])
    keep = known if graded else stated & (np.char.lower(units.astype(str)) == unit.lower())
    kept = records.where(keep)
    return Series(
        test, unit, kept.subject, kept.day, kept.graded if graded else kept.value,
        kept.graded_lln if graded else kept.lln, _number(cut, kept, "GRULN") if graded else kept.uln,
        kept.base, kept.post, _text(cut, kept, "VISIT"), _number(cut, kept, "VISITNUM"), _order(cut, kept),
        no_number=int((~stated).sum()), other_unit=int((stated & ~keep).sum()), bounds=int((kept.bound != 0).sum()),
    )  # fmt: skip


@cache
def _units() -> Mapping[str, str]:
    tables = tomllib.loads(resource("labs", "units.toml").read_text(encoding="utf-8"))
    return {test: str(entry["unit"]) for entry in tables.values() for test in entry["tests"]}


def grading_unit(code: str) -> str:
    """Return the unit in which a test's absolute limits are written, "" where it has none."""
    return _units().get(code, "")


def _text(cut: Cut, records: Records, column: str) -> Texts:
    if column not in cut.lb:
        return np.full(len(records.row), "", dtype=object)
    return cut.lb[column].iloc[records.row].fillna("").astype(str).str.strip().to_numpy(dtype=object)


def _number(cut: Cut, records: Records, column: str) -> Floats:
    if column not in cut.lb:
        return np.full(len(records.row), np.nan)
    return rounded(cut.lb[column].iloc[records.row].to_numpy(dtype=float))


def _order(cut: Cut, records: Records) -> Ints:
    place = np.empty(len(records.row), dtype=np.int64)
    place[np.lexsort((records.row, np.nan_to_num(_number(cut, records, "LBSEQ"), nan=-1.0)))] = np.arange(len(place))
    return place


def _most_frequent(texts: Texts) -> str:
    """Return the text that stands there most often, of equals the first in the alphabet; "" where there is none."""
    found, counts = np.unique(texts.astype(str), return_counts=True)
    return str(found[int(counts.argmax())]) if len(found) else ""
