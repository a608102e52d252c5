"""The infection table as plain dictionaries: rows, rates, and the differences and ratios of rates, recounted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from math import hypot, inf

from tests.oracle import facts
from tests.oracle.events import Event, intensity
from tests.oracle.facts import says
from tests.oracle.people import Person
from tests.oracle.reading import Record, latest, span
from tests.oracle.stats import poisson_limits, root
from tests.oracle.tables import TOTAL, Oracle, Results, contrasts, counts, rates, shares, who, years_to_first

LISTED = {"Opportunistic": "opportunistic-infection", "Herpes zoster": "herpes-zoster"}


def results(oracle: Oracle, lists: dict[str, frozenset[str]], severe: str, *, closed: bool = True) -> Results:
    """Return everything that K15 says; ``lists``: members of the two baskets; ``severe``: AETOXGR or AESEV."""
    rows = infection_rows(oracle, lists, severe)
    tally = Counter(event.person.subject for event in rows["Any"])
    again = {"Two or more": {subject for subject, times in tally.items() if times > 1}}
    arms = [*oracle.arms, TOTAL] if closed else [TOTAL]
    found = counts(oracle, "K15", rows, arms) | shares(oracle, "K15", again, arms)
    if closed:
        found |= rates(oracle, "K15", rows, arms) | contrasts(oracle, "K15", who(rows) | again, oracle.pairs())
        found |= rate_contrasts(oracle, rows)
    return found


def infection_rows(oracle: Oracle, lists: dict[str, frozenset[str]], severe: str) -> dict[str, list[Event]]:
    """Return the events of each row."""
    mine = [event for event in oracle.events if event.soc.lower() == "infections and infestations"]
    rows = {
        "Any": mine,
        "Serious": [e for e in mine if facts.serious(e.record)],
        "Severe": [e for e in mine if (intensity(e.record, severe) or 0) >= 3],
        "Fatal": [e for e in mine if facts.fatal(e.record)],
    }
    for row, name in LISTED.items():
        rows[row] = [e for e in oracle.events if e.record["AEDECOD"].lower() in lists[name]]
    if any(record.get("AEACN") for record in oracle.data["AE"]):
        rows["Leading to stop"] = [e for e in mine if says(e.record, "AEACN", "DRUG WITHDRAWN")]
    if any(record.get("CMROUTE") for record in oracle.data.get("CM", [])):
        rows["Serious or intravenous antimicrobial"] = [
            e for e in mine if facts.serious(e.record) or by_vein(oracle.data["CM"], e)
        ]
    for event in mine:
        rows.setdefault(f"Term > {event.pt}", []).append(event)
    return rows


def by_vein(medication: Sequence[Record], event: Event) -> bool:
    """Tell whether an antimicrobial by vein was given on a day of the event (all classes coded, all dates given)."""
    end = latest(event.record["AEENDTC"]) or date.max
    for record in medication:
        if record["USUBJID"] != event.person.subject or record["CMROUTE"] != "INTRAVENOUS":
            continue
        if not record["CMCLASCD"].startswith(("J01", "J02", "J05")):
            continue
        began, ended = span(record["CMSTDTC"]), latest(record["CMENDTC"])
        ongoing = record.get("CMENRTPT") == "ONGOING"
        first = began.earliest if began else date.min
        last = ended or (date.max if ongoing else first)
        if first <= max(end, event.onset) and last >= event.onset:
            return True
    return False


def rate_contrasts(oracle: Oracle, rows: dict[str, list[Event]]) -> Results:
    """Return difference and ratio of the incidence rates, each limit from its own equation."""
    found: Results = {}
    for row, events in rows.items():
        for arm, ref in oracle.pairs():
            (k1, t1), (k2, t2) = (_cases(oracle.members(a), events) for a in (arm, ref))
            key = ("K15", arm, ref, row)
            for stat, value in (difference(k1, t1, k2, t2) | ratio(k1, t1, k2, t2)).items():
                found[*key, stat] = value
    return found


def _cases(members: list[Person], events: list[Event]) -> tuple[int, float]:
    subjects = {person.subject for person in members}
    mine = [event for event in events if event.person.subject in subjects]
    return len({event.person.subject for event in mine}), years_to_first(members, mine)


def difference(k1: int, t1: float, k2: int, t2: float) -> dict[str, float | None]:
    """Return k1/t1 - k2/t2 per 100 with its limits: distances to the exact limits of each rate, squared and added."""
    if not t1 or not t2:
        return dict.fromkeys(("rate_diff", "rate_diff_low", "rate_diff_high"))
    (l1, u1), (l2, u2) = ([100 * limit / t for limit in poisson_limits(k)] for k, t in ((k1, t1), (k2, t2)))
    r1, r2 = 100 * k1 / t1, 100 * k2 / t2
    return {
        "rate_diff": r1 - r2,
        "rate_diff_low": r1 - r2 - hypot(r1 - l1, u2 - r2),
        "rate_diff_high": r1 - r2 + hypot(u1 - r1, r2 - l2),
    }


def ratio(k1: int, t1: float, k2: int, t2: float) -> dict[str, float | None]:
    """Return (k1/t1) / (k2/t2) with its limits: the ratios under which as many, or as few, cases are 2.5% likely."""
    stats = ("rate_ratio", "rate_ratio_low", "rate_ratio_high")
    if not t1 or not t2 or k1 + k2 == 0:
        return dict.fromkeys(stats)

    def share(r: float) -> float:
        return t1 * r / (t1 * r + t2)

    def at_most(k: int, r: float) -> float:
        p, n = share(r), k1 + k2
        term, total = (1 - p) ** n, 0.0
        for i in range(k + 1):
            total += term
            term *= (n - i) / (i + 1) * p / (1 - p)
        return total

    low = root(lambda r: 1 - at_most(k1 - 1, r) - 0.025, 1e-9, 1e6) if k1 else 0.0
    high = root(lambda r: 0.025 - at_most(k1, r), 1e-9, 1e6) if k2 else inf
    estimate = (k1 / t1) / (k2 / t2) if k2 else None
    return dict(zip(stats, (estimate, low, None if high == inf else high), strict=True))
