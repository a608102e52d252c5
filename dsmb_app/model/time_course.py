"""One subject over time as computed: laboratory multiples, dosing days and adverse events on one axis of study days."""

from __future__ import annotations

from dataclasses import dataclass, field

from dsmb_app.model.words import Level


@dataclass(frozen=True, slots=True)
class Reading:
    """One result: study day, multiple of the upper limit as drawn, and what was reported, in words.

    ``bound``: "<" or ">" where the result is only bounded (then <x is drawn at half of x), else "". ``row``: its record
    among those that were read.
    """

    day: float
    multiple: float
    words: str
    bound: str = ""
    baseline: bool = False
    row: int = -1


@dataclass(frozen=True, slots=True)
class Course:
    """The results of one test, by day."""

    test: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class EventBar:
    """One adverse event from its first to its last day; ``open_end``: no end is known, drawn to the last day known.

    ``words``: what is said of it beside its term.
    """

    term: str
    start: float
    end: float
    open_end: bool
    words: str


@dataclass(frozen=True)
class TimeCourse:
    """The liver tests of a subject over study days, on a log scale of multiples of ULN.

    ``lines``: multiples that are marked; ``doses``: first and last day of each dosing record; ``first_day`` and
    ``last_day``: what the axis shows at least.
    """

    exhibit: str
    title: str
    subtitle: str
    level: Level
    population: str
    subject: str
    arm: str
    arms: tuple[str, ...]
    x_label: str
    y_label: str
    courses: tuple[Course, ...] = field(repr=False)
    doses: tuple[tuple[float, float], ...] = field(repr=False)
    events: tuple[EventBar, ...] = field(repr=False)
    first_day: float
    last_day: float
    lines: tuple[float, ...]
    floor: float
    tests: tuple[str, ...]
    footnotes: tuple[str, ...] = ()
    styles: tuple[int, ...] = ()
