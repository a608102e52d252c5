"""Footnotes of laboratory tables: what counts, and how many records each rule had to decide about."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import wording
from dsmb_app.analyses.codes import first_of_each
from dsmb_app.analyses.lab_grades import Sides
from dsmb_app.analyses.lab_values import Labs, Records, below, doubtful
from dsmb_app.model.cut import Cut
from dsmb_app.model.grading import Direction
from dsmb_app.model.lab_tables import Level, levels

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def heading(cut: Cut) -> list[str]:
    """Say who is counted in which arm, out of whom, and by which values."""
    notes = [
        *wording.arms(cut),
        "Ns (printed as N): treated subjects with a post-baseline value that can be compared with the criterion; % is "
        "of these. Scheduled and unscheduled records, of whichever laboratory, all count: the worst decides.",
        "Multiples: result over the upper limit (ULN) of the same record. All comparisons at 15 significant digits.",
        *([f"Held back from open sessions: {', '.join(held)}."] if (held := _held(cut)) else []),
        *wording.contrasts(cut),
    ]
    if cut.arms or not cut.study.open.small_cells:
        return notes
    return [*notes, f"Counts from 1 to {cut.study.open.small_cells - 1} are not shown in open sessions."]


def _held(cut: Cut) -> tuple[str, ...]:
    return tuple(test for test in cut.study.lab.hold_back if test in cut.held_back)


def records(
    cut: Cut,
    labs: Labs,
    tests: Sequence[str],
    sides: Sides,
    *,
    more: Sequence[Level] = (),
    ranges: Collection[tuple[str, str]] = (),
) -> list[str]:
    """Count the post-baseline records of these tests that a rule had to decide about; a rule for none is not named.

    ``more``: further levels that the table asks for; ``ranges``: tests and sides that it sets against the record's own
    limits.
    """
    found = decided(cut, labs, tests, sides, more=more, ranges=ranges)
    said = ((int(mask.sum()), RULES[rule]) for rule, mask in found.items())
    return [f"{n} post-baseline record(s) {what}." for n, what in said if n] + wording.laboratory(cut)


RULES = {
    "no upper limit": "have no upper limit (ULN), neither their own nor a substitute: no multiple, no grade by "
    "multiples",
    "unit not known": "are in a unit that is not known: no grade, and no level in absolute values",
    "no lower limit": "have no lower limit (LLN) and lie above the first absolute cut point: no low grade",
    "bound": "are bounds (<x or >x); they count where they are certain, a grade by one is at least that",
    "bound, on either side of a criterion": "of these may lie on either side of a criterion, and do not count as "
    "beyond it",
    "unscheduled visit": "are of unscheduled visits",
    "repeated at a visit": "repeat a test of the same subject and visit",
}
"""What a footnote says of the records of each rule, by its name in the data-quality exhibit."""


def decided(
    cut: Cut,
    labs: Labs,
    tests: Sequence[str],
    sides: Sides,
    *,
    more: Sequence[Level] = (),
    ranges: Collection[tuple[str, str]] = (),
) -> dict[str, Bools]:
    """Return the records that each of ``RULES`` had to decide about, as masks over ``cut.lb``."""
    named = [test for test in tests if test in labs.tests]
    found = {rule: np.zeros(len(cut.lb), dtype=bool) for rule in RULES}
    for test in named:
        values = labs.of(test).known("value")
        if _by_multiples(test, sides):
            found["no upper limit"][values.row[np.isnan(values.uln)]] = True
        if _by_values(test, sides, more):
            found["unit not known"][values.row[np.isnan(values.graded)]] = True
        if (test, "low") in sides:
            graded = labs.of(test).known("graded")
            found["no lower limit"][graded.row[_without_lower(graded, sides[test, "low"])]] = True
        found["bound"][values.row[values.bound != 0]] = True
        doubt = _in_doubt(values, test, sides, more, ranges)
        found["bound, on either side of a criterion"][values.row[doubt]] = True
    unscheduled, again = _visits(cut, labs, named)
    found["unscheduled visit"][unscheduled] = True
    found["repeated at a visit"][again] = True
    return found


def _without_lower(found: Records, direction: Direction) -> Bools:
    """Tell which records may be grade 0 or 1, for want of a lower limit."""
    return np.asarray(np.isnan(found.graded_lln) & ~below(found.graded, found.bound, max(direction.below)))


def _levels_of(test: str, more: Sequence[Level]) -> list[Level]:
    of = levels("levels").of
    return [*of.get((test, "low"), ()), *of.get((test, "high"), ()), *(level for level in more if level.test == test)]


def _by_multiples(test: str, sides: Sides) -> bool:
    direction = sides.get((test, "high"))
    return bool(direction and direction.uln) or any(level.kind == "uln" for level in _levels_of(test, ()))


def _by_values(test: str, sides: Sides, more: Sequence[Level]) -> bool:
    own = [sides[test, side] for side in ("low", "high") if (test, side) in sides]
    return any(d.below or d.above for d in own) or any(level.kind != "uln" for level in _levels_of(test, more))


def _in_doubt(
    found: Records, test: str, sides: Sides, more: Sequence[Level], ranges: Collection[tuple[str, str]]
) -> Bools:
    """Tell which bounded records may lie on either side of a level, a cut point of a grade, or their own limit."""
    mask = np.zeros(len(found.value), dtype=bool)
    for level in _levels_of(test, more):
        if level.kind != "decrease":
            values = found.xuln if level.kind == "uln" else found.graded
            mask |= doubtful(values, found.bound, level.limit, high=level.side == "high")
    for side in ("low", "high"):
        high, direction = side == "high", sides.get((test, side))
        if (test, side) in ranges:
            mask |= doubtful(found.value, found.bound, found.uln if high else found.lln, high=high)
        if direction:
            values = found.xuln if direction.uln else found.graded
            for limit in (*direction.uln, *direction.above, *direction.below):
                mask |= doubtful(values, found.bound, limit, high=high)
            if direction.below:
                mask |= doubtful(found.graded, found.bound, found.graded_lln, high=False)
    return mask


def _visits(cut: Cut, labs: Labs, tests: Sequence[str]) -> tuple[Ints, Ints]:
    """Return the rows of LB of post-baseline values of unscheduled visits, and of those that repeat a test at a
    visit."""
    visit, names = labs.visits
    number = cut.lb["VISITNUM"].to_numpy(dtype=float)
    row = np.concatenate([labs.of(test).known("value").row for test in tests] or [np.zeros(0, dtype=np.int64)])
    test = np.repeat(np.arange(len(tests)), [len(labs.of(name).known("value").row) for name in tests])
    unplanned = np.array(["UNSCH" in name.upper() for name in names])[visit[row]]
    nameless = np.array([name == "" for name in names])[visit[row]]
    unplanned |= nameless & np.isfinite(number[row]) & (np.nan_to_num(number[row]) % 1 != 0)
    named = ~nameless | np.isfinite(number[row])
    subject = cut.lb["SUBJECT"].to_numpy(dtype=np.int64)[row]
    asked = named & ~unplanned
    columns = test, subject, visit[row], np.nan_to_num(number[row], nan=-1.0)
    again = np.ones(int(asked.sum()), dtype=bool)
    again[first_of_each(*(column[asked] for column in columns))] = False
    return row[unplanned], row[asked][again]
