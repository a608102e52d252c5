"""The adverse events: the published trial's lines, exactly, and a background that leaves them alone."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date

from .ae_terms import BACKGROUND, INJECTION_SITE, TERMS
from .exposure import Dose
from .plan import IL2, PLACEBO, stream
from .subjects import Subject
from .visits import Attended


@dataclass(eq=False)
class Event:
    """One adverse event; ``start`` is a study day, ``days`` its length (None: not over at the end of study)."""

    subject: Subject
    pt: str
    start: int
    days: int | None
    grade: int
    text: str
    llt: str
    related: str = "NOT RELATED"
    action: str = ""
    hospital: bool = False
    serious: bool = False
    published: bool = False
    partial: str = ""  # "month" or "year": what the reported start date is precise to
    late: bool = False  # onset before the earlier cut, entered after it
    deleted: bool = False  # in the earlier cut only
    before: dict[str, str] = field(default_factory=dict)  # values that the earlier cut holds
    spid: str = ""

    @property
    def onset(self) -> date:
        return self.subject.on(self.start)


def make_event(rng: random.Random, subject: Subject, pt: str, start: int, days: int | None, grade: int) -> Event:
    """Return an event written down in one of the site's ways."""
    text, llt = rng.choice(TERMS[pt].said)
    return Event(subject, pt, start, days, grade, text, llt, related=rng.choice(("NOT RELATED", "POSSIBLY RELATED")))


def published_events(subjects: list[Subject], visits: list[Attended], doses: list[Dose], seed: int) -> list[Event]:
    """Return the lines of He et al., Ann Rheum Dis 2020;79:141, Table 3, as events of distinct subjects."""
    rng = stream(seed, "published")
    treated = {arm: [s for s in subjects if s.arm == arm and s.dosed] for arm in (IL2, PLACEBO)}
    given: dict[int, list[int]] = {}
    for dose in doses:
        given.setdefault(dose.subject.number, []).append(dose.day)
    events = _serious(rng, treated[PLACEBO]) + _colds(rng, treated)
    for subject in rng.sample(treated[IL2], 9):
        events += _reactions(rng, subject, given, rng.randint(1, 5))
    for subject in rng.sample([s for s in treated[PLACEBO] if s.end_day > 60], 2):
        events += _reactions(rng, subject, given, rng.randint(1, 2))
    for i, subject in enumerate(rng.sample([s for s in treated[IL2] if s.end_day > 60], 4)):
        at_visit = [subject.day_of(v.when) for v in visits if v.subject is subject and v.name in ("Week 2", "Week 6")]
        # Two of the four come to a visit with their fever, so that VS shows it too.
        first = at_visit[0] if i < 2 and at_visit else rng.choice(given[subject.number][2:7])
        events += _fevers(rng, subject, given, first)
    for subject in rng.sample(treated[IL2], 3):
        day = rng.choice(given[subject.number][:3])
        events.append(make_event(rng, subject, "Influenza like illness", day, rng.randint(1, 3), rng.choice((1, 1, 2))))
        events[-1].related = "RELATED"
    for event in events:
        event.published = True
    return events


def _serious(rng: random.Random, placebo: list[Subject]) -> list[Event]:
    """Return the three serious events, each of another subject: zoster, pneumonia, neuropsychiatric lupus."""
    plan = (
        ("herpes zoster", "Herpes zoster", 62, 16, "DRUG INTERRUPTED"),
        ("pneumonia", "Pneumonia", 95, 13, "NOT APPLICABLE"),
        ("neuropsychiatric lupus", "Neuropsychiatric lupus", 60, None, "DRUG WITHDRAWN"),
    )
    events = []
    for role, pt, start, days, action in plan:
        subject = next(s for s in placebo if s.role == role)
        event = make_event(rng, subject, pt, start, days, 3)
        event.serious = event.hospital = True
        event.action = action
        events.append(event)
    return events


def _colds(rng: random.Random, treated: dict[str, list[Subject]]) -> list[Event]:
    """Return upper respiratory infections: 2 subjects on IL-2, 4 on placebo; one in each arm has them again."""
    events = []
    for arm, episodes in ((IL2, (1, 2)), (PLACEBO, (1, 1, 1, 3))):
        # Not in the subjects with zoster or pneumonia: six subjects, not fewer, had an infection on placebo.
        pool = [s for s in treated[arm] if s.role == "" and s.end_day > 150]
        for subject, many in zip(rng.sample(pool, len(episodes)), episodes, strict=True):
            for i in range(many):
                start = 10 + 50 * i + rng.randrange(35)
                cold = make_event(
                    rng, subject, "Upper respiratory tract infection", start, rng.randint(4, 10), rng.choice((1, 2, 2))
                )
                events.append(cold)
    return events


def _reactions(rng: random.Random, subject: Subject, given: dict[int, list[int]], many: int) -> list[Event]:
    days = sorted(rng.sample(given[subject.number][:14], many))
    found = []
    for day in days:
        event = make_event(rng, subject, rng.choice(INJECTION_SITE), day, rng.randint(1, 4), rng.choice((1, 1, 1, 2)))
        event.related = "RELATED"
        found.append(event)
    return found


def _fevers(rng: random.Random, subject: Subject, given: dict[int, list[int]], first: int) -> list[Event]:
    fevers = [make_event(rng, subject, "Pyrexia", first, rng.randint(1, 2), 1)]
    again = [day for day in given[subject.number] if day > first + 20]
    if again and rng.random() < 0.5:
        fevers.append(make_event(rng, subject, "Pyrexia", rng.choice(again), 1, 2))
    for event in fevers:
        event.related = "RELATED"
    return fevers


def background_events(subjects: list[Subject], seed: int) -> list[Event]:
    """Return the unplanned events, as frequent in both arms; none is infectious, febrile, serious or at a site."""
    rng = stream(seed, "background")
    terms, weights = list(BACKGROUND), list(BACKGROUND.values())
    events = []
    for subject in (s for s in subjects if s.dosed):
        many = rng.choice((0, 1, 1, 2, 2, 2, 3, 3, 4, 5))
        for _ in range(many if subject.end_day > 100 else many // 2):
            pt = rng.choices(terms, weights)[0]
            days = None if rng.random() < 0.06 else max(1, round(rng.triangular(1, 28, 3)))
            grade = rng.choices((1, 2, 3), (74, 24, 2))[0]
            events.append(make_event(rng, subject, pt, rng.randint(1, subject.end_day - 3), days, grade))
    return events
