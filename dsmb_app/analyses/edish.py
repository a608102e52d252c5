"""The eDISH plot and its relatives: highest ALT or AST against highest bilirubin, one point per subject."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsmb_app.analyses import wording
from dsmb_app.analyses.lab_values import Bools, Floats, Ints, Labs, Records, joined, rounded
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import Point, Scatter
from dsmb_app.model.words import TOTAL, Level

X_LINE, Y_LINE, FLOOR = 3.0, 2.0, 0.1
X_RISE, Y_RISE = 3.8, 4.8
"""Lines of the modified eDISH plot (mDISH), in multiples of the subject's own baseline."""
ENZYMES, BILIRUBIN = ("ALT", "AST"), ("BILI",)
TESTS = ("ALT", "AST", "BILI", "ALP")
QUADRANTS = ("Hyperbilirubinaemia", "Potential Hy's law", "Normal range", "Temple's corollary")
"""Upper left, upper right, lower left, lower right."""


@dataclass(frozen=True)
class Pair:
    """By subject the higher of ALT and AST, and bilirubin, as multiples; NaN for who has none. ``bounded``: whose
    value rests on a result that is a bound (<x, >x)."""

    enzymes: Floats
    bilirubin: Floats
    bounded: Bools

    @property
    def known(self) -> Bools:
        """Tell who has both."""
        return np.asarray(np.isfinite(self.enzymes) & np.isfinite(self.bilirubin))


def peaks(labs: Labs) -> Pair:
    """Return the highest post-baseline multiples of the upper limit of the record; <x is taken at half of x."""
    return _pair(labs, [_multiples(labs.of(test).known("xuln")) for test in ENZYMES + BILIRUBIN])


def starts(labs: Labs) -> Pair:
    """Return the multiples of the upper limit at baseline."""
    found = [labs.of(test) for test in ENZYMES + BILIRUBIN]
    return _pair(labs, [_multiples(r.where(r.base & np.isfinite(r.xuln))) for r in found])


def rises(labs: Labs) -> Pair:
    """Return the highest post-baseline multiples of the subject's own baseline, each test over its own."""
    return _pair(labs, [_over_baseline(labs.of(test)) for test in ENZYMES + BILIRUBIN])


def quadrants(pair: Pair) -> Ints:
    """Return each subject's quadrant by multiples of the upper limit, as a place in ``QUADRANTS``; -1 not known.

    As in the screen for potential Hy's law a value on a line lies beyond it (>= 3, >= 2).
    """
    return _beyond(pair, X_LINE, Y_LINE)


def _beyond(pair: Pair, x_line: float, y_line: float) -> Ints:
    found = np.where(pair.bilirubin >= y_line, 0, 2) + (pair.enzymes >= x_line)
    return np.where(pair.known, found, -1).astype(np.int64)


@dataclass(frozen=True)
class _Kind:
    """What tells one of the figures from the others."""

    number: str
    title: str
    unit: str
    names: tuple[str, str, str, str]
    lines: tuple[float, float]
    note: str
    panelled: bool = False


_EDISH = _Kind(
    "F18",
    "Potential Hy's law: highest ALT or AST against highest bilirubin (eDISH)",
    "ULN",
    QUADRANTS,
    (X_LINE, Y_LINE),
    f"Lines at {X_LINE:g} and {Y_LINE:g} x ULN. The highest values may be of different days: the upper right "
    "quadrant is a reason to look, not a finding.",
)
_MDISH = _Kind(
    "F18B",
    "Highest ALT or AST against highest bilirubin, x baseline (mDISH)",
    "baseline",
    ("Bilirubin alone up", "Both up", "Neither up", "ALT or AST alone up"),
    (X_RISE, Y_RISE),
    f"Lines at {X_RISE:g} x baseline (ALT or AST) and {Y_RISE:g} x baseline (bilirubin). Value and baseline are in the "
    "same unit; over a baseline <x the multiple is that of x. A low baseline makes large multiples.",
)
_COMPOSITE = _Kind(
    "F18C",
    "Rise over baseline within each eDISH quadrant (composite plot)",
    "baseline",
    QUADRANTS,
    (1.0, 1.0),
    f"Panel: quadrant by the highest multiples of ULN (lines at {X_LINE:g} and {Y_LINE:g} x ULN). Place in the panel: "
    "the highest multiples of the subject's own baseline; lines at 1, no change.",
    panelled=True,
)


def edish(cut: Cut) -> Scatter:
    """Return a point for every treated subject with both values; who has no bilirubin is counted in the footnote.

    Values below 0.1 x ULN are drawn at 0.1. An open symbol marks an abnormal baseline (ALT, AST or bilirubin above
    the upper limit of its record).
    """
    labs = cut.once(Labs)
    pair = peaks(labs)
    return _scatter(cut, labs, _EDISH, pair, quadrants(pair))


def mdish(cut: Cut) -> Scatter:
    """Return the same in multiples of each subject's own baseline, for trials that let abnormal ones in."""
    labs = cut.once(Labs)
    pair = rises(labs)
    return _scatter(cut, labs, _MDISH, pair, _beyond(pair, X_RISE, Y_RISE))


def composite(cut: Cut) -> Scatter:
    """Return the rises over baseline, each subject in a panel of its quadrant by the highest multiples of ULN.

    Source: the composite plot of Drug Safety 2024;47:699, for trials in which baselines are abnormal.
    """
    labs = cut.once(Labs)
    pair = rises(labs)
    return _scatter(cut, labs, _COMPOSITE, pair, np.where(pair.known, quadrants(peaks(labs)), -1))


def _scatter(cut: Cut, labs: Labs, kind: _Kind, pair: Pair, places: Ints) -> Scatter:
    places = np.where(cut.safety, places, -1)
    return Scatter(
        exhibit=kind.number,
        title=kind.title,
        subtitle=f"Post-baseline, {wording.window(cut)}",
        level=cut.level,
        population=wording.population(cut),
        arms=cut.arms or (TOTAL,),
        x_label=f"Highest ALT or AST (x {kind.unit})",
        y_label=f"Highest bilirubin (x {kind.unit})",
        x_line=kind.lines[0],
        y_line=kind.lines[1],
        quadrants=kind.names,
        marked_label="baseline above ULN",
        points=tuple(_points(cut, pair, places, _abnormal(labs))),
        footnotes=(*wording.arms(cut), kind.note, *_left_out(cut, pair, places, kind.unit)),
        floor=FLOOR,
        tests=TESTS,
        counts=tuple(_count(cut, int((places == place).sum())) for place in range(4)),
        panelled=kind.panelled,
    )


def _points(cut: Cut, pair: Pair, places: Ints, abnormal: Bools) -> list[Point]:
    named = cut.level is not Level.POOLED or cut.study.open.patients
    ids, arm = cut.subjects["USUBJID"].tolist(), cut.subjects["ARM"].tolist()
    points = []
    for i in np.flatnonzero(places >= 0):
        label = cut.arms[arm[i]] if cut.arms and arm[i] >= 0 else TOTAL
        x, y = (max(float(values[i]), FLOOR) for values in (pair.enzymes, pair.bilirubin))
        points.append(Point(ids[i] if named else "", label, x, y, bool(abnormal[i]), int(places[i])))
    return points


def _left_out(cut: Cut, pair: Pair, places: Ints, unit: str) -> list[str]:
    """Say who is drawn, by arm in closed sessions, who is not and why, and what rests on bounds."""
    drawn, no_enzymes = places >= 0, ~np.isfinite(pair.enzymes)
    unseen = int((cut.safety & no_enzymes).sum())
    missing = int((cut.safety & ~no_enzymes & ~drawn).sum())
    what = "" if unit == "ULN" else " (a value, a baseline and their multiples)"
    columns = [(f"{name} " if cut.arms else "", cut.in_column(name)) for name in cut.columns]
    shares = ", ".join(f"{name}{int((drawn & c).sum())} of {int(c.sum())}" for name, c in columns)
    return [
        f"Not drawn: {unseen} treated subject(s) without ALT and AST, {missing} without bilirubin{what}.",
        f"Drawn, of the treated: {shares}. {int((drawn & pair.bounded).sum())} point(s) rest on a result that is a "
        "bound (<x drawn at half of x, >x at x).",
    ]


def _count(cut: Cut, n: int) -> str:
    """Return how many subjects a quadrant has, in words."""
    if cut.level is Level.POOLED and 0 < n < cut.study.open.small_cells:
        return f"fewer than {cut.study.open.small_cells}"
    return "nobody" if n == 0 else "1 subject" if n == 1 else f"{n} subjects"


def _abnormal(labs: Labs) -> Bools:
    start = starts(labs)
    return np.asarray(np.nan_to_num(np.fmax(start.enzymes, start.bilirubin), nan=0.0) > 1)


def _multiples(records: Records) -> tuple[Records, Floats]:
    return records, np.where(records.bound < 0, records.xuln / 2, records.xuln)


def _over_baseline(records: Records) -> tuple[Records, Floats]:
    """Return the post-baseline records that have a baseline of the same unit, and their multiples of it."""
    base = records.where(records.base & (records.value > 0)).ordered()
    of = np.full(int(records.subject.max(initial=-1)) + 1, -1)
    of[base.subject] = np.arange(len(base.subject))
    post = records.known("value")
    post = post.where(of[post.subject] >= 0)
    place = of[post.subject]
    same = base.unit[place] == post.unit
    value = np.where(post.bound < 0, post.value / 2, post.value)
    return post.where(same), rounded(value[same] / base.value[place[same]])


def _pair(labs: Labs, found: list[tuple[Records, Floats]]) -> Pair:
    """Join the tests' records: ALT and AST to the first axis, bilirubin to the second."""
    enzymes, one = _top(labs, found[: len(ENZYMES)])
    bilirubin, other = _top(labs, found[len(ENZYMES) :])
    return Pair(enzymes, bilirubin, one | other)


def _top(labs: Labs, found: list[tuple[Records, Floats]]) -> tuple[Floats, Bools]:
    """Return each subject's highest value, and whose comes from a bounded result."""
    records, values = joined([r for r, _ in found]), np.concatenate([v for _, v in found])
    top = labs.worst(records.subject, values)
    return top, labs.who(records.where((values == top[records.subject]) & (records.bound != 0)))
