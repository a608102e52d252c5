"""What makes the demo as untidy as real data, and what changed between the two cuts; figures in one place."""

from __future__ import annotations

import random
from datetime import date, timedelta

from .adverse_events import Event, make_event
from .ae_terms import SKIN
from .plan import EARLIER, IL2, PLACEBO, stream
from .subjects import Subject

PARTIAL_SHARE = 0.05
AFTER_CUTOFF = date(2019, 7, 8)


def planted_events(subjects: list[Subject], seed: int) -> list[Event]:
    """Return the events with a fault or a purpose; none touches a published line."""
    rng = stream(seed, "planted")
    plain = {arm: [s for s in subjects if s.arm == arm and s.dosed and not s.role] for arm in (IL2, PLACEBO)}
    il2, placebo = rng.sample(plain[IL2], 6), rng.sample(plain[PLACEBO], 6)
    events = [_uncoded(rng, placebo[0]), _names_the_drug(rng, il2[1]), _conflict(rng, placebo[2])]
    events += _liver(rng, {s.role: s for s in subjects if s.role})
    for subject, pt, start, days in (
        (il2[3], "Headache", -4, 2),
        (placebo[3], "Diarrhoea", -6, 3),
        (placebo[4], "Arthralgia", -9, 30),
    ):
        events.append(make_event(rng, subject, pt, start, days, 1))
        events[-1].related, events[-1].action = "NOT RELATED", "NOT APPLICABLE"
    events.append(_never_dosed(rng, next(s for s in subjects if s.role == "never dosed")))
    last = max(plain[PLACEBO], key=lambda s: (s.end_date, s.number))
    events.append(make_event(rng, last, "Arthralgia", last.day_of(AFTER_CUTOFF), None, 1))
    return events


def _uncoded(rng: random.Random, subject: Subject) -> Event:
    event = make_event(rng, subject, "Nausea", 33, 6, 1)
    event.pt, event.text, event.llt = "", "odd metallic taste in the evening", ""
    return event


def _names_the_drug(rng: random.Random, subject: Subject) -> Event:
    """The one text that gives a treatment away; the program has to seal it."""
    event = make_event(rng, subject, "Headache", 31, 1, 1)
    event.text, event.llt, event.related = "headache 2 h after IL-2 injection", "Headache", "RELATED"
    return event


def _conflict(rng: random.Random, subject: Subject) -> Event:
    """Hospital stay yes, serious no: a query for the site, not a serious event in the tables."""
    event = make_event(rng, subject, "Vomiting", 47, 2, 2)
    event.hospital = True
    return event


def _liver(rng: random.Random, roles: dict[str, Subject]) -> list[Event]:
    hepatocellular = make_event(rng, roles["hepatocellular"], "Alanine aminotransferase increased", 43, 40, 3)
    hepatocellular.action, hepatocellular.related = "DRUG INTERRUPTED", "POSSIBLY RELATED"
    decoy = make_event(rng, roles["Hy's law decoy"], "Hepatic function abnormal", 58, 45, 2)
    return [hepatocellular, decoy]


def _never_dosed(rng: random.Random, subject: Subject) -> Event:
    event = make_event(rng, subject, "Headache", 2, 1, 1)
    event.related, event.action = "NOT RELATED", "NOT APPLICABLE"
    return event


def blur_dates(events: list[Event], planted: list[Event], seed: int) -> None:
    """Make 5% of the start dates partial: months, and one year; published lines keep whole dates."""
    rng = stream(seed, "partial dates")
    reserved = set(map(id, planted))
    pool = [e for e in events if not (e.published or e.late or e.deleted or e.before or id(e) in reserved)]
    many = round(PARTIAL_SHARE * sum(not e.deleted for e in events))
    chosen = rng.sample(pool, many)
    # Of a year alone nobody could say whether an onset in November 2018 was new at the earlier cut.
    year = next(e for e in chosen if e.onset <= EARLIER.date)
    for event in chosen:
        event.partial = "year" if event is year else "month"


def revise(events: list[Event], planted: list[Event], subjects: list[Subject], seed: int) -> list[Event]:
    """Mark what changes between the cuts: 3 late entries, 2 regradings, 1 recode; return the 1 deleted event."""
    rng = stream(seed, "revisions")
    reserved = set(map(id, planted))
    early = [e for e in events if id(e) not in reserved and e.onset <= EARLIER.date]

    def one(pt: str, arm: str, within: int = 999) -> Event:
        """Return an event of a kind with onset within so many days before the earlier cut."""
        since = EARLIER.date - timedelta(days=within)
        found = [e for e in early if (e.pt, e.subject.arm) == (pt, arm) and e.onset >= since]
        found = [e for e in found if not (e.late or e.before)]
        if not found:
            raise LookupError(f"seed {seed} gives no early {pt} ({arm}) to revise: take another seed")
        return rng.choice(found)

    for pt, arm in (("Pneumonia", PLACEBO), ("Injection site pain", IL2), ("Headache", PLACEBO)):
        one(pt, arm, within=90).late = True
    one("Herpes zoster", PLACEBO).before = {"AETOXGR": "2"}
    fever = one("Pyrexia", IL2)
    fever.grade, fever.before = 2, {"AETOXGR": "1"}
    rash = one("Injection site erythema", IL2)
    rash.pt, rash.text, rash.llt = "Injection site rash", "rash, left abdomen", "Injection site rash"
    rash.before = {"AEDECOD": "Rash", "AELLT": "Rash", "AEBODSYS": SKIN, "AESOC": SKIN}
    started = [s for s in subjects if s.arm == PLACEBO and s.dosed and not s.role and s.on(60) <= EARLIER.date]
    gone = make_event(rng, rng.choice(started), "Dizziness", 25, 3, 1)
    gone.deleted = True
    return [gone]


def number(events: list[Event]) -> None:
    """Give each subject's events the site's own numbers, in the order in which they were entered."""
    count: dict[int, int] = {}
    order = sorted(events, key=lambda e: (e.subject.number, e.late, e.onset, e.pt, e.text))
    for event in order:
        count[event.subject.number] = count.get(event.subject.number, 0) + 1
        event.spid = f"E{count[event.subject.number]:02d}"
