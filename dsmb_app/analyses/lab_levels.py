"""Laboratory levels exceeded after baseline, out of those measured (Ns), and the worst grade reached; every test."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import lab_notes, lab_presence
from dsmb_app.analyses.lab_grades import Sides, directions, graded, version
from dsmb_app.analyses.lab_lines import LabLine, table
from dsmb_app.analyses.lab_values import Labs, above, below, edge, rounded
from dsmb_app.model.cut import Cut
from dsmb_app.model.lab_tables import Level, levels, panels
from dsmb_app.model.result import ResultTable, Row

Bools = npt.NDArray[np.bool_]

EXHIBIT, TITLE = "T16", "Laboratory: levels exceeded and worst grade"
FINDING, FOLD = "Finding", 20.0
"""A value whose multiple of the upper limit is this many times the test's median, or that part of it, is a finding."""

_OUTSIDE = {"low": "below LLN", "high": "above ULN"}


def level_line(labs: Labs, level: Level, *, depth: int = 1) -> LabLine:
    """Return who exceeded a level (strictly) after baseline, out of those whose values can be compared with it."""
    records = labs.of(level.test).known("xuln" if level.kind == "uln" else "graded")
    values = records.xuln if level.kind == "uln" else records.graded
    if level.kind == "decrease":
        return _fall(labs, level, depth)
    beyond = (below if level.kind == "below" else above)(values, records.bound, level.limit)
    row = Row((level.test, level.side, level.criterion), f"{level.test} {level.criterion}", depth)
    return LabLine(row, labs.who(records.where(beyond)), labs.who(records), (level.test,))


def _fall(labs: Labs, level: Level, depth: int) -> LabLine:
    """Compare with the subject's own baseline, the latest where there are several."""
    records = labs.of(level.test)
    base, post = records.where(records.base & (records.bound == 0)), records.known("graded")
    start = labs.last(base, base.graded)[post.subject]
    compared = np.isfinite(start)
    # A lower bound of the later value says how far it fell at most.
    fell = compared & (post.bound <= 0) & (rounded(start - edge(post.graded, post.bound)) > level.limit)
    row = Row((level.test, level.side, level.criterion), f"{level.test} {level.criterion}", depth)
    return LabLine(row, labs.who(post.where(fell)), labs.who(post.where(compared)), (level.test,))


def grade_lines(labs: Labs, test: str, side: str, sides: Sides, *, depth: int = 1) -> list[LabLine]:
    """Return who reached each grade as the worst after baseline, out of those with a graded value."""
    found, direction = graded(labs, test, side, sides, one_scale=False), sides[test, side]
    measured = np.isfinite(found.worst)
    return [
        LabLine(
            Row((test, side, f"Grade {g}"), f"{test} {side}: worst grade {g}", depth),
            found.worst == g, measured, (test,), at_least=found.at_least,
        )
        for g in direction.possible
    ]  # fmt: skip


def lines(cut: Cut) -> list[LabLine]:
    """Return the rows: labs present, levels and grades by test, other tests outside their limits, findings, visits."""
    labs, sides, named = cut.once(Labs), directions(cut), tuple(panels())
    found = lab_presence.present(cut, labs, named)
    listed = (*levels("levels").tests, *dict.fromkeys(test for test, _ in sides))
    judged = [test for test in dict.fromkeys(listed) if test in labs.tests]
    for test in judged:
        found += lab_presence.measured(cut, labs, test)
        for side in ("high", "low"):
            found += [level_line(labs, level) for level in levels("levels").of.get((test, side), ())]
            if (test, side) in sides:
                found += grade_lines(labs, test, side, sides)
    for test in labs.tests:
        if test not in judged:
            found += lab_presence.measured(cut, labs, test) + _outside(labs, test)
    found += findings(cut, labs)
    return found + lab_presence.expected(cut, labs, named)


def _outside(labs: Labs, test: str) -> list[LabLine]:
    """Return who was below and above the limits of a test without levels or grades; nothing for a limit nobody has."""
    records, found = labs.of(test), []
    for side, limits, beyond in (("low", records.lln, below), ("high", records.uln, above)):
        if not np.isfinite(limits).any():
            continue
        judged = records.post & np.isfinite(records.value) & np.isfinite(limits)
        met = judged & beyond(records.value, records.bound, limits)
        row = Row((test, side, _OUTSIDE[side]), f"{test} {_OUTSIDE[side]}", 1)
        found.append(LabLine(row, labs.who(records.where(met)), labs.who(records.where(judged)), (test,)))
    return found


def far_off(labs: Labs, test: str) -> Bools:
    """Tell which records of a test lie over 20-fold from the median of all its multiples of the upper limit."""
    multiples = labs.of(test).xuln
    # A zero is no sign of another unit: it is zero in all of them.
    known = np.isfinite(multiples) & (multiples > 0)
    if not known.any():
        return known
    middle = float(np.median(multiples[known]))
    ratio = rounded(np.divide(multiples, middle, out=np.full(len(multiples), 1.0), where=known))
    return np.asarray(known & ((ratio > FOLD) | (ratio < 1 / FOLD)))


def findings(cut: Cut, labs: Labs) -> list[LabLine]:
    """Return who has a value that suggests another unit than its limits have, by test; such values are still used."""
    found = []
    for test in labs.tests:
        records, far = labs.of(test), far_off(labs, test)
        met = cut.safety & labs.who(records.where(far))
        if met.any():
            row = Row((FINDING, "unit mismatch?", test), f"{test}: over {FOLD:g}-fold from the test's median", 1)
            measured = cut.safety & labs.who(records.where(np.isfinite(records.xuln)))
            found.append(LabLine(row, met, measured, (test,), contrasted=False))
    return found


def _judged(labs: Labs, sides: Sides) -> list[str]:
    return [test for test in labs.tests if test in (*levels("levels").tests, *(name for name, _ in sides))]


def _ranges(labs: Labs, judged: list[str]) -> list[tuple[str, str]]:
    return [(test, side) for test in labs.tests if test not in judged for side in ("low", "high")]


def decided(cut: Cut, labs: Labs) -> dict[str, Bools]:
    """Return the records that the rules of the footnotes had to decide about, by rule, as masks over ``cut.lb``."""
    sides = directions(cut)
    return lab_notes.decided(cut, labs, labs.tests, sides, ranges=_ranges(labs, _judged(labs, sides)))


def lab_levels(cut: Cut) -> ResultTable:
    """Count, by arm, who exceeded each level and who reached each grade."""
    labs, sides = cut.once(Labs), directions(cut)
    judged = _judged(labs, sides)
    unjudged = [
        test for test in labs.tests if test not in judged
        and not (np.isfinite(labs.of(test).lln) | np.isfinite(labs.of(test).uln)).any()
    ]  # fmt: skip
    notes = [
        *lab_notes.heading(cut),
        f"Levels: {levels('levels').version}; strict. Grades: {version(cut)}, worst after baseline; multiples of the "
        "upper limit whatever the baseline; high eosinophils also above the subject's own baseline.",
        "Decrease: from the baseline value. Other tests: below or above the limits of the record itself.",
        f"Finding: value over upper limit lies over {FOLD:g}-fold from the median of its test, as another unit than "
        "the limit's would make it; used all the same, nothing is corrected.",
        *([f"Tests without any limits, so without rows of levels: {', '.join(unjudged)}."] if unjudged else []),
        *lab_presence.notes(cut, labs, tuple(panels())),
        *lab_notes.records(cut, labs, labs.tests, sides, ranges=_ranges(labs, judged)),
    ]
    return table(cut, cut.once(lines), exhibit=EXHIBIT, title=TITLE, footnotes=notes)
