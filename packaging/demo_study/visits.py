"""The visits that took place, 8% of those expected after day 1 missed, and one unscheduled."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from .plan import LAST_DAY, UNSCHEDULED, VISITS, Row, Visit, stream
from .subjects import COMPLETED, Subject

MISSED_SHARE = 0.08
# A missed visit would hide what these subjects are there to show.
NEVER_MISS = frozenset({"hepatocellular", "AST rise", "Gilbert", "Hy's law decoy", "ALT rise"})


@dataclass(frozen=True)
class Attended:
    """One visit of one subject on one day; ``planned`` is empty for an unscheduled visit."""

    subject: Subject
    num: float
    name: str
    when: date
    planned: Visit | None


def make_visits(subjects: list[Subject], seed: int) -> list[Attended]:
    """Return the visits made, by subject and date; sets each randomised subject's last day on study."""
    rng = stream(seed, "visits")
    made: list[Attended] = []
    for subject in subjects:
        made += _possible(subject, rng)
    expected = [v for v in made if v.subject.dosed and v.num > 2]
    may_miss = [v for v in expected if v.subject.role not in NEVER_MISS]
    missed = set(rng.sample(range(len(may_miss)), round(MISSED_SHARE * len(expected))))
    gone = {id(v) for i, v in enumerate(may_miss) if i in missed}
    kept = [v for v in made if id(v) not in gone]
    for subject in subjects:
        if subject.day1 is not None:
            _close(subject, kept)
    kept.append(_recheck(kept))
    return sorted(kept, key=lambda v: (v.subject.number, v.when, v.num))


def _possible(subject: Subject, rng: random.Random) -> list[Attended]:
    """Return the screening visit and, for the randomised, every visit up to the end of study."""
    visits = [Attended(subject, VISITS[0].num, VISITS[0].name, subject.consent, VISITS[0])]
    if subject.day1 is None:
        return visits
    for visit in VISITS[1:]:
        late = round(rng.triangular(-visit.window, visit.window, 0))
        day = visit.day + late
        if visit.day <= subject.end_day and (day <= subject.end_day or subject.end == COMPLETED):
            visits.append(Attended(subject, visit.num, visit.name, subject.on(day), visit))
    return visits


def _close(subject: Subject, kept: list[Attended]) -> None:
    """A completer's last day is the week 24 visit; who missed that visit was telephoned on its day."""
    if subject.end == COMPLETED:
        last = [v.when for v in kept if v.subject is subject and v.num == VISITS[-1].num]
        subject.end_day = subject.day_of(last[0]) if last else LAST_DAY
    subject.end_date = subject.on(subject.end_day)


def _recheck(kept: list[Attended]) -> Attended:
    """The liver tests of the hepatocellular case are repeated five days after week 6."""
    week6 = next(v for v in kept if v.subject.role == "hepatocellular" and v.name == "Week 6")
    return Attended(week6.subject, 5.1, UNSCHEDULED, week6.when + timedelta(days=5), None)


def sv_rows(visits: list[Attended]) -> list[Row]:
    """Return SV, one row a visit made."""
    return [
        {
            "USUBJID": v.subject.usubjid,
            "VISITNUM": v.num,
            "VISIT": v.name,
            "VISITDY": v.planned.day if v.planned else None,
            "SVSTDTC": v.when.isoformat(),
            "SVENDTC": v.when.isoformat(),
            "SVSTDY": v.subject.day_of(v.when) if v.subject.day1 else None,
            "SVUPDES": "" if v.planned else "Repeat of liver tests",
        }
        for v in visits
    ]
