"""Who was screened, randomised and treated, who left early, and who plays a planned part."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from .plan import FIRST_SCREENING, IL2, LAST_DAY, PER_ARM, PLACEBO, SCREEN_FAILURES, SCREENED, SITEID, stream

COMPLETED = ("COMPLETED", "Completed week 24")
FAILURES = (
    "SLEDAI score below 8",
    "Prednisone dose above the permitted dose",
    "Positive tuberculosis test",
    "Withdrew consent during screening",
    "Active infection at screening",
    "Platelet count below the permitted limit",
)
# role: (arm, end-of-study day or None for a completer, disposition term, reported term)
ROLES: dict[str, tuple[str, int | None, str, str]] = {
    "withdrew during dosing": (IL2, 50, "WITHDRAWAL BY SUBJECT", "Subject no longer wished to take part"),
    "lost to follow-up": (IL2, 113, "LOST TO FOLLOW-UP", "Could not be reached after three calls"),
    "hepatocellular": (IL2, None, *COMPLETED),
    "AST rise": (IL2, None, *COMPLETED),
    "Gilbert": (IL2, None, *COMPLETED),
    "neuropsychiatric lupus": (PLACEBO, 78, "ADVERSE EVENT", "Neuropsychiatric lupus"),
    "inefficacy": (PLACEBO, 92, "LACK OF EFFICACY", "Lupus activity not controlled"),
    "withdrew in follow-up": (PLACEBO, 127, "WITHDRAWAL BY SUBJECT", "Moved to another city"),
    "herpes zoster": (PLACEBO, None, *COMPLETED),
    "pneumonia": (PLACEBO, None, *COMPLETED),
    "Hy's law decoy": (PLACEBO, None, *COMPLETED),
    "ALT rise": (PLACEBO, None, *COMPLETED),
}
# What these are there for must happen before the earlier data cut, the pneumonia shortly before it: which of the
# subjects, in the order of randomisation, may have the role.
EARLY_ROLES = {"herpes zoster": (0, 20), "hepatocellular": (0, 20), "pneumonia": (20, 32)}


@dataclass(eq=False)
class Subject:
    """One screened person; study days count from ``day1``, the first dose (or the planned one)."""

    number: int
    consent: date
    age: int
    sex: str
    sledai: int
    arm: str = ""  # "" is a screen failure
    randomised: date | None = None
    day1: date | None = None
    dosed: bool = False
    end_day: int = 0
    end: tuple[str, str] = COMPLETED
    end_date: date = field(default=date.min)
    role: str = ""

    @property
    def usubjid(self) -> str:
        return f"IL2SLE01-{SITEID}-{self.number:03d}"

    def on(self, day: int) -> date:
        """Return the date of a study day (day -1 is the day before day 1; there is no day 0)."""
        if self.day1 is None:
            raise ValueError(f"{self.usubjid} has no day 1")
        return self.day1 + timedelta(days=day - 1 if day > 0 else day)

    def day_of(self, when: date) -> int:
        """Return the study day of a date."""
        if self.day1 is None:
            raise ValueError(f"{self.usubjid} has no day 1")
        gap = (when - self.day1).days
        return gap + 1 if gap >= 0 else gap


def make_subjects(seed: int) -> list[Subject]:
    """Return all screened subjects in screening order: 60 randomised 1:1 in blocks of four, 12 screen failures."""
    rng = stream(seed, "subjects")
    subjects = _screen(rng)
    failed = set(rng.sample(range(SCREENED), SCREEN_FAILURES))
    chosen = [subject for i, subject in enumerate(subjects) if i not in failed]
    for subject in chosen:
        subject.day1 = subject.consent + timedelta(days=rng.randint(7, 20))
        subject.randomised = subject.day1 - timedelta(days=rng.randint(0, 2))
    chosen.sort(key=lambda s: (s.randomised, s.number))
    _randomise(chosen, rng)
    _assign_roles(chosen, rng)
    for i, subject in enumerate(subjects[j] for j in sorted(failed)):
        _fail(subject, FAILURES[i % len(FAILURES)], rng)
    return subjects


def _screen(rng: random.Random) -> list[Subject]:
    subjects, day = [], FIRST_SCREENING
    for number in range(1, SCREENED + 1):
        sex = "M" if rng.random() < 0.08 else "F"
        age = round(rng.triangular(18, 65, 29))
        subjects.append(Subject(number, day, age, sex, sledai=round(rng.triangular(8, 22, 10))))
        day += timedelta(days=rng.randint(2, 7))
    return subjects


def _randomise(chosen: list[Subject], rng: random.Random) -> None:
    arms: list[str] = []
    while len(arms) < 2 * PER_ARM:
        block = [IL2, IL2, PLACEBO, PLACEBO]
        rng.shuffle(block)
        arms += block
    for subject, arm in zip(chosen, arms, strict=True):
        subject.arm, subject.dosed, subject.end_day = arm, True, LAST_DAY


def _assign_roles(chosen: list[Subject], rng: random.Random) -> None:
    free = {arm: [s for s in chosen if s.arm == arm] for arm in (IL2, PLACEBO)}
    never = free[IL2].pop(rng.randrange(8, 18))
    never.dosed, never.role, never.end_day = False, "never dosed", 4
    never.end = ("WITHDRAWAL BY SUBJECT", "Withdrew consent before the first dose")
    for role in sorted(ROLES, key=lambda name: name not in EARLY_ROLES):
        arm, end_day, decod, term = ROLES[role]
        start, stop = EARLY_ROLES.get(role, (0, len(chosen)))
        pool = [s for s in free[arm] if s in chosen[start:stop]]
        subject = rng.choice(pool)
        free[arm].remove(subject)
        subject.role, subject.end = role, (decod, term)
        subject.end_day = end_day or LAST_DAY


def _fail(subject: Subject, reason: str, rng: random.Random) -> None:
    subject.end = ("SCREEN FAILURE", reason)
    subject.end_date = subject.consent + timedelta(days=rng.randint(5, 18))
    if reason.startswith("SLEDAI"):
        subject.sledai = rng.randint(3, 7)
