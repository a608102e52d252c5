"""One patient as computed: everything known of a subject on one axis of study days, and the records behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dsmb_app.model.result import Listing
from dsmb_app.model.time_course import Course
from dsmb_app.model.words import Level

EVENTS, LABS, MEDICATION, DISPOSITION = "Adverse events", "Laboratory", "Medication", "Disposition"
"""The record tables of a profile, by title."""


@dataclass(frozen=True, slots=True)
class Span:
    """A record over time, in study days: surely from ``begun`` to ``over``, possibly from ``first`` to ``last``.

    Where a date is whole the two are one. ``open_start``: no start is known, drawn from the first day of the axis;
    ``open_end``: no end is known, drawn to the last day known.
    """

    first: float
    begun: float
    over: float
    last: float
    open_start: bool = False
    open_end: bool = False

    @property
    def partial(self) -> bool:
        """Tell whether a date is known to the month or year alone."""
        return self.first < self.begun or self.over < self.last


@dataclass(frozen=True, slots=True)
class EventSpan:
    """An adverse event. ``row``: its row among the records; ``depth``: grade 1 to 5, severity as 1, 3, 5, 0 not known.

    ``degree``: the grade or severity in words; ``words``: the record, line by line.
    """

    row: int
    term: str
    span: Span
    depth: int
    degree: str
    serious: bool
    infection: bool
    emergent: bool
    words: str


@dataclass(frozen=True, slots=True)
class DrugSpan:
    """A record of medication; ``kind``: steroid, immunosuppressant, antimicrobial or other."""

    row: int
    name: str
    kind: str
    span: Span
    words: str


@dataclass(frozen=True, slots=True)
class CutPoint:
    """A cut point of the grading criteria: the value and the grade beyond it."""

    value: float
    words: str


@dataclass(frozen=True, slots=True)
class CountReading:
    """A blood count: ``value`` in the unit of its course, limits of the record (NaN none), grade (-1 not known)."""

    row: int
    day: float
    value: float
    low: float
    high: float
    grade: int
    words: str
    bound: str = ""
    baseline: bool = False


@dataclass(frozen=True, slots=True)
class CountCourse:
    """The results of one blood count in one unit, by day; ``cuts``: where grades begin that do not follow a limit."""

    test: str
    name: str
    unit: str
    side: str
    readings: tuple[CountReading, ...]
    cuts: tuple[CutPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Phase:
    """Days of dosing or of rest in a cycle."""

    cycle: str
    dosing: bool
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class DayMark:
    """A day of its own: ``kind`` is "end", "death" or "last dose"."""

    kind: str
    day: float
    words: str


@dataclass(frozen=True)
class PatientProfile:
    """What a level may know of one subject.

    ``facts``: name -> text, in order. ``doses``: first and last day of each dosing record. ``visits``: day -> name.
    ``liver``: multiples of the upper limit. ``records``: the tables by title. ``first_day``, ``last_day``: what the
    axis shows. ``styles`` and ``arms`` as in every result.
    """

    subject: str
    arm: str
    level: Level
    arms: tuple[str, ...]
    facts: Mapping[str, str]
    doses: tuple[tuple[float, float], ...] = field(repr=False)
    phases: tuple[Phase, ...] = field(repr=False)
    visits: tuple[tuple[float, str], ...] = field(repr=False)
    events: tuple[EventSpan, ...] = field(repr=False)
    liver: tuple[Course, ...] = field(repr=False)
    counts: tuple[CountCourse, ...] = field(repr=False)
    drugs: tuple[DrugSpan, ...] = field(repr=False)
    marks: tuple[DayMark, ...]
    first_day: float
    last_day: float
    records: Mapping[str, Listing] = field(repr=False)
    footnotes: tuple[str, ...] = ()
    styles: tuple[int, ...] = ()
