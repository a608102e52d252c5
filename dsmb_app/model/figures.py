"""Laboratory figures as computed: one test each, its numbers by subject or by visit, and what may be asked next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dsmb_app.model.words import Level

BOXES, SHIFTS, WATERFALL, NADIR, COURSES = "F16", "F16S", "F17", "F19", "F19C"
"""Numbers of the figures; each is asked about the row (test code, "low" or "high"), boxes about (test code, CHANGE)."""
ONE_A_SUBJECT = frozenset({SHIFTS, WATERFALL, NADIR})
"""Figures that would be nothing without single subjects."""
LOW, HIGH, CHANGE = "low", "high", "change"


@dataclass(frozen=True, slots=True)
class LabTest:
    """A test that a figure can be asked about; ``held``: held back from open sessions, so that it has no values."""

    code: str
    name: str
    held: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A value that is marked by a line, with its words ("" for none)."""

    value: float
    words: str


@dataclass(frozen=True, kw_only=True)
class LabFigure:
    """What every laboratory figure says of itself.

    ``measured``: by arm, how many of how many subjects have the values it needs; ``lines``: limits of normal and the
    like; ``missing``: why there is nothing to draw, "" where there is; ``tests``: every test that could be asked about.
    """

    exhibit: str
    title: str
    subtitle: str
    level: Level
    population: str
    arms: tuple[str, ...]
    test: LabTest
    side: str
    x_label: str
    y_label: str
    measured: Mapping[str, tuple[int, int]]
    lines: tuple[Line, ...] = ()
    missing: str = ""
    tests: tuple[LabTest, ...] = field(default=(), repr=False)
    footnotes: tuple[str, ...] = ()
    styles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SubjectValue:
    """One subject: where it stands in a figure, and from where to where its value went, on which day.

    ``subject``: "" where the level shows no patients. ``x`` and ``y`` are the figure's own.
    """

    subject: str
    arm: str
    x: float
    y: float
    baseline: float
    worst: float
    day: float


@dataclass(frozen=True, kw_only=True)
class PointFigure(LabFigure):
    """One point per subject: the shift from baseline to worst, or the nadir against its day.

    ``identity``: a line of no change is drawn; ``log``: both scales are logarithmic.
    """

    points: tuple[SubjectValue, ...] = field(default=(), repr=False)
    identity: bool = False
    log: bool = False


@dataclass(frozen=True, kw_only=True)
class Waterfall(LabFigure):
    """One bar per subject, from the largest rise to the largest fall: ``x`` its place from 0, ``y`` percent change."""

    bars: tuple[SubjectValue, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Box:
    """One arm at one visit: quartiles, whiskers (10th and 90th percentile), and who lies outside them.

    ``n``: subjects with a value, ``n_text`` as printed. The percentiles are NaN where too few may be shown.
    ``outside``: id and value of those; ``subjects``: ids of everyone in the box. Both empty where the level shows none.
    """

    visit: int
    arm: str
    n: int
    n_text: str
    p10: float
    q1: float
    median: float
    q3: float
    p90: float
    outside: tuple[tuple[str, float], ...] = ()
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BoxFigure(LabFigure):
    """Boxes over visits by arm; ``visits``: their names in order; ``change``: values are changes from baseline."""

    visits: tuple[str, ...]
    boxes: tuple[Box, ...] = field(default=(), repr=False)
    change: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """One subject's values in order of its days; ``subject``: "" where the level shows no patients."""

    subject: str
    arm: str
    days: tuple[float, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """One arm's 10th percentile, median and 90th percentile at visits, each on the median day of its values."""

    arm: str
    days: tuple[float, ...]
    low: tuple[float, ...]
    median: tuple[float, ...]
    high: tuple[float, ...]
    n: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class CourseFigure(LabFigure):
    """Values over study days: a line per subject, none where there are too many or none may be shown, and bands."""

    courses: tuple[Course, ...] = field(default=(), repr=False)
    bands: tuple[Band, ...] = ()
