"""Doses given: the same days in both arms, a few missed, a few stopped early."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .plan import DOSE_DAYS, IL2, PLACEBO, Row, stream
from .subjects import Subject

# Doses not given because of what happened to the subject.
SKIPPED = {
    "withdrew during dosing": frozenset(day for day in DOSE_DAYS if day > 39),
    "hepatocellular": frozenset({57, 59, 61}),
    "neuropsychiatric lupus": frozenset(day for day in DOSE_DAYS if day > 59),
    "inefficacy": frozenset(day for day in DOSE_DAYS if day > 33),
    "herpes zoster": frozenset(day for day in DOSE_DAYS if day > 61),
}
# How many subjects of each arm forgot one, two or three doses: the same in both, so that doses tell no arm.
FORGOT = (1, 1, 1, 1, 1, 1, 2, 2, 3)


@dataclass(frozen=True)
class Dose:
    """One injection: its study day, and date and time as ISO 8601 text."""

    subject: Subject
    day: int
    when: str


def make_doses(subjects: list[Subject], seed: int) -> list[Dose]:
    """Return all injections given, by subject and day."""
    rng = stream(seed, "exposure")
    forgotten: dict[int, set[int]] = {}
    for arm in (IL2, PLACEBO):
        pool = [s for s in subjects if s.arm == arm and s.dosed and s.role not in SKIPPED]
        for subject, many in zip(rng.sample(pool, len(FORGOT)), FORGOT, strict=True):
            forgotten[subject.number] = set(rng.sample(DOSE_DAYS[1:], many))
    doses = []
    for subject in subjects:
        for day in DOSE_DAYS if subject.dosed else ():
            time = f"T{rng.randint(9, 11):02d}:{rng.randrange(0, 60, 5):02d}"
            if day not in forgotten.get(subject.number, ()) and day not in SKIPPED.get(subject.role, ()):
                doses.append(Dose(subject, day, subject.on(day).isoformat() + time))
    return doses


def first_and_last(doses: list[Dose], subject: Subject, until: date) -> tuple[str, str]:
    """Return date and time of the subject's first and last dose up to a date, or two empty texts."""
    given = [d.when for d in doses if d.subject is subject and d.when[:10] <= until.isoformat()]
    return (given[0], given[-1]) if given else ("", "")


def ex_rows(doses: list[Dose]) -> list[Row]:
    """Return EX, one row a dose."""
    return [
        {
            "USUBJID": d.subject.usubjid,
            "EXTRT": "hrIL-2" if d.subject.arm == IL2 else "PLACEBO",
            "EXDOSE": 1 if d.subject.arm == IL2 else 0,
            "EXDOSU": "MIU",
            "EXDOSFRM": "INJECTION",
            "EXDOSFRQ": "ONCE",
            "EXROUTE": "SUBCUTANEOUS",
            "EPOCH": "TREATMENT",
            "EXSTDTC": d.when,
            "EXENDTC": d.when,
            "EXSTDY": d.day,
            "EXENDY": d.day,
        }
        for d in doses
    ]
