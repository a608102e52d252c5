"""The words that every layer shares: levels of unblinding, choices, statistics, special arm names."""

from __future__ import annotations

from enum import StrEnum

TOTAL = "Total"
ANY = "Any"
VOLCANO = "F9V"
"""The figure that draws the contrasts of a table against their p-values, one picture for all of them."""
REPLACED = "[withheld]"
"""What stands in main where a text was sealed because it named a treatment."""


class Level(StrEnum):
    """How much of the treatment assignment a session may show."""

    POOLED = "pooled"
    MASKED = "masked"
    NAMED = "named"


class Window(StrEnum):
    """Which records count as emergent (and until when person-time runs)."""

    ON_STUDY = "on-study"
    ON_TREATMENT = "on-treatment"


class PartialStart(StrEnum):
    """How an adverse event with an incomplete start date is placed in time."""

    CONSERVATIVE = "conservative"
    FIRST = "first"


class ArmSource(StrEnum):
    """Which of the two arms of a subject an exhibit uses."""

    ACTUAL = "actual"
    PLANNED = "planned"


class Order(StrEnum):
    """The order of the rows of a term table; none but the last, which closed sessions alone have, looks at an arm."""

    MEDDRA = "meddra"
    ALPHABETICAL = "alphabetical"
    FREQUENCY = "frequency"
    DIFFERENCE = "difference"


class IntervalMethod(StrEnum):
    """The interval of a risk difference."""

    MIETTINEN_NURMINEN = "miettinen-nurminen"
    NEWCOMBE = "newcombe"
    WALD = "wald"


class Stat(StrEnum):
    """The closed list of statistics an analysis result may carry."""

    N = "n"
    DENOMINATOR = "N"
    PCT = "pct"
    EVENTS = "events"
    PY = "py"
    EAIR = "eair"
    EAIR_LOW = "eair_low"
    EAIR_HIGH = "eair_high"
    EAER = "eaer"
    EAER_LOW = "eaer_low"
    EAER_HIGH = "eaer_high"
    RD = "rd"
    RD_LOW = "rd_low"
    RD_HIGH = "rd_high"
    P_FISHER = "p_fisher"
    Z = "z"
    RATE_DIFF = "rate_diff"
    RATE_DIFF_LOW = "rate_diff_low"
    RATE_DIFF_HIGH = "rate_diff_high"
    RATE_RATIO = "rate_ratio"
    RATE_RATIO_LOW = "rate_ratio_low"
    RATE_RATIO_HIGH = "rate_ratio_high"
    WEEKS = "pw"
    EAER_WEEK = "eaer_week"
    EAER_WEEK_LOW = "eaer_week_low"
    EAER_WEEK_HIGH = "eaer_week_high"
    DOSE_LAG = "dose_lag"
    MEAN = "mean"
    SD = "sd"
    MEDIAN = "median"
    MIN = "min"
    MAX = "max"
    Q1 = "q1"
    Q3 = "q3"


NOT_AN_ARM = frozenset(
    {"", "SCREEN FAILURE", "NOT ASSIGNED", "NOT TREATED", "UNPLANNED TREATMENT", "SCRNFAIL", "NOTASSGN", "NOTTRT", "NA",
     "N/A"}
)  # fmt: skip
"""Texts (upper case) in DM.ARM and DM.ACTARM that stand for the absence of an arm (SDTM controlled terms, and NA)."""
_NOT_AN_ARM_EITHER = ("SCREEN FAIL", "NOT RANDOMI")
"""How such texts begin in the words of sponsors: Screen failed, Not randomised."""


def is_arm(text: str) -> bool:
    """Tell whether a text of DM.ARM / DM.ACTARM names a treatment arm."""
    said = text.strip().upper()
    return said not in NOT_AN_ARM and not said.startswith(_NOT_AN_ARM_EITHER)
