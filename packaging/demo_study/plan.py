"""The fixed facts of the demo trial: seed, dates, arms, visits, dosing cycles and the two data cuts."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

# A seed gives the published margins or is refused for want of an event to revise. Under this one no chance value of DM,
# SV or the dosing days is found in one arm alone, which the program would rightly take for a leak of the treatment; the
# earlier cut stands at 62% of the follow-up; and two subjects come to a visit with a fever.
SEED = 48
STUDYID = "IL2-SLE-01"
SITEID = "01"
IL2, PLACEBO = "hrIL-2 1 MIU", "Placebo"
ARM_CODES = {
    IL2: "HRIL2",
    PLACEBO: "PBO",
    "Screen Failure": "SCRNFAIL",
    "Not Assigned": "NOTASSGN",
    "Not Treated": "NOTTRT",
}
SCREENED, SCREEN_FAILURES, PER_ARM = 72, 12, 30
FIRST_SCREENING = date(2018, 1, 15)

# Three cycles of 28 days; seven doses, every other day, in the first 14 days of each.
DOSE_DAYS = tuple(28 * cycle + day for cycle in range(3) for day in range(1, 14, 2))
LAST_DAY = 169  # week 24

Row = dict[str, str | float | None]


@dataclass(frozen=True)
class Visit:
    """A planned visit: study day without a day 0, and how many days early or late it may be."""

    num: float
    name: str
    day: int
    window: int


VISITS = (
    Visit(1, "Screening", -14, 13),
    Visit(2, "Day 1", 1, 0),
    Visit(3, "Week 2", 15, 3),
    Visit(4, "Week 4", 29, 3),
    Visit(5, "Week 6", 43, 3),
    Visit(6, "Week 8", 57, 3),
    Visit(7, "Week 10", 71, 3),
    Visit(8, "Week 12", 85, 3),
    Visit(9, "Week 16", 113, 5),
    Visit(10, "Week 20", 141, 5),
    Visit(11, "Week 24", 169, 5),
)
UNSCHEDULED = "Unscheduled 5.1"


@dataclass(frozen=True)
class Cut:
    """One data cut: its folder, the last day that counts, the board's meeting."""

    folder: str
    date: date
    meeting: int


EARLIER = Cut("earlier", date(2018, 10, 31), 1)
CURRENT = Cut("current", date(2019, 6, 30), 2)


def stream(seed: int, topic: str) -> random.Random:
    """Return the topic's own random numbers, so that a change in one domain moves no other."""
    return random.Random(f"{seed}/{topic}")
