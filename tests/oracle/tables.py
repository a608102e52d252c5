"""The exhibits T06, T08 and T09 as plain dictionaries: (exhibit, arm, arm_ref, row, stat) -> value or None."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from itertools import combinations
from statistics import fmean, median, stdev, variance

from tests.oracle.events import Event, events
from tests.oracle.people import Person, Rules, arms_of, people
from tests.oracle.reading import Data, Record, days_between
from tests.oracle.stats import DAYS_PER_YEAR, fisher, miettinen_nurminen, percent, poisson_limits, rate

TOTAL = "Total"
NOT_SAID = math.nan
"""A cell that must be there, with a number that the definitions leave to a method not recounted here (R17)."""
Results = dict[tuple[str, str, str, str, str], float | None]


class Oracle:
    """The counted study: who, what, and by which arms. ``pairs`` are the contrasts, arm minus reference."""

    def __init__(self, data: Data, rules: Rules) -> None:
        self.rules = rules
        self.people = people(data, rules)
        self.events = events(data, self.people, rules)
        self.arms = arms_of(data, rules)

    def members(self, arm: str) -> list[Person]:
        """Return the treated of an arm, or everybody under Total."""
        return [p for p in self.people if arm in (TOTAL, p.arm)]

    def pairs(self, letters: dict[str, str] | None = None) -> list[tuple[str, str]]:
        """Return each arm against the reference; with letters, or without a reference, all pairs in printed order."""
        if letters is not None:
            return list(combinations(sorted(self.arms, key=letters.__getitem__), 2))
        if not self.rules.reference:
            return list(combinations(self.arms, 2))
        return [(arm, self.rules.reference) for arm in self.arms if arm != self.rules.reference]

    def years(self, arm: str) -> float:
        """Return the patient-years of an arm."""
        return sum(p.days for p in self.members(arm)) / DAYS_PER_YEAR


def term_rows(found: Sequence[Event]) -> dict[str, list[Event]]:
    """Return the rows of the term table: Any, each class, each class and term, with their events."""
    rows: dict[str, list[Event]] = {"Any": []}
    for event in found:
        soc, pt = (text.replace(" > ", " >> ") for text in (event.soc, event.pt))
        for path in ("Any", soc, f"{soc} > {pt}"):
            rows.setdefault(path, []).append(event)
    return rows


def years_to_first(everybody: list[Person], of_row: list[Event]) -> float:
    """Return the patient-years at risk of a first event: up to its onset, else up to the end."""
    begun: dict[str, date] = {}
    for event in of_row:
        who = event.person.subject
        begun[who] = min(event.onset, begun.get(who, event.onset))
    total = 0
    for person in everybody:
        onset = begun.get(person.subject)
        total += days_between(person.first, onset) if onset and person.first else person.days
    return total / DAYS_PER_YEAR


def counts(oracle: Oracle, exhibit: str, rows: dict[str, list[Event]], arms: Sequence[str]) -> Results:
    """Return n, N, pct and events of each row and arm."""
    results: Results = {}
    for row, of_row in rows.items():
        for arm in arms:
            mine = [e for e in of_row if arm in (TOTAL, e.person.arm)]
            n, size = len({e.person.subject for e in mine}), len(oracle.members(arm))
            for stat, value in (("n", n), ("N", size), ("pct", percent(n, size)), ("events", len(mine))):
                results[exhibit, arm, "", row, stat] = value
    return results


def rates(oracle: Oracle, rows: dict[str, list[Event]], arms: Sequence[str]) -> Results:
    """Return incidence rates (first events) and event rates (all events) with exact limits."""
    results: Results = {}
    for row, of_row in rows.items():
        for arm in arms:
            mine = [e for e in of_row if arm in (TOTAL, e.person.arm)]
            first, years = years_to_first(oracle.members(arm), mine), oracle.years(arm)
            for stat, count, time in (
                ("eair", len({e.person.subject for e in mine}), first),
                ("eaer", len(mine), years),
            ):
                low, high = (limit * 100 / time if time else None for limit in poisson_limits(count))
                if stat == "eaer" and clustered(oracle.members(arm), mine):
                    low = high = NOT_SAID
                results["T09", arm, "", row, stat] = rate(count, time)
                results["T09", arm, "", row, f"{stat}_low"], results["T09", arm, "", row, f"{stat}_high"] = low, high
    return results


def clustered(everybody: list[Person], of_row: list[Event]) -> bool:
    """Tell whether Poisson limits do not fit: over 1.5 events per subject, or a variance over 1.5 times the mean."""
    if not of_row:
        return False
    tally = Counter(event.person.subject for event in of_row)
    each = [tally[person.subject] for person in everybody]
    return fmean(each) > 1.5 or (len(each) > 1 and variance(each) / fmean(each) > 1.5)


def contrasts(oracle: Oracle, exhibit: str, rows: dict[str, list[Event]], pairs: Sequence[tuple[str, str]]) -> Results:
    """Return the risk difference in percentage points, its limits and Fisher's p of each row and pair of arms."""
    results: Results = {}
    for row, of_row in rows.items():
        for arm, ref in pairs:
            x1, x2 = (len({e.person.subject for e in of_row if e.person.arm == a}) for a in (arm, ref))
            n1, n2 = len(oracle.members(arm)), len(oracle.members(ref))
            difference, low, high = None, None, None
            if n1 and n2:
                difference = 100 * (x1 / n1 - x2 / n2)
                low, high = (100 * limit for limit in miettinen_nurminen(x1, n1, x2, n2))
            results[exhibit, arm, ref, row, "rd"] = difference
            results[exhibit, arm, ref, row, "rd_low"], results[exhibit, arm, ref, row, "rd_high"] = low, high
            results[exhibit, arm, ref, row, "p_fisher"] = fisher(x1, n1, x2, n2)
    return results


CRITERIA = ("AESDTH", "AESLIFE", "AESHOSP", "AESDISAB", "AESCONG")
NOT_RELATED = (
    "", "N", "NO", "NONE", "NOT RELATED", "UNRELATED", "UNLIKELY", "UNLIKELY RELATED", "NOT APPLICABLE",
)  # fmt: skip


def _says(record: Record, column: str, *words: str) -> bool:
    return record.get(column, "").upper() in words


def _serious(record: Record) -> bool:
    return _says(record, "AESER", "Y")


def _criterion(column: str) -> Callable[[Record], bool]:
    return lambda r: _serious(r) and _says(r, column, "Y")


def _fatal(record: Record) -> bool:
    return _serious(record) and (_says(record, "AESDTH", "Y") or _says(record, "AEOUT", "FATAL"))


def _other(record: Record) -> bool:
    named = any(_says(record, column, "Y") for column in CRITERIA)
    return _serious(record) and (_says(record, "AESMIE", "Y") or not named)


LINES: dict[str, Callable[[Record], bool]] = {
    "SAE": _serious,
    "SAE: death": _fatal,
    "SAE: life-threatening": _criterion("AESLIFE"),
    "SAE: initial or prolonged hospitalisation": _criterion("AESHOSP"),
    "SAE: disability or permanent damage": _criterion("AESDISAB"),
    "SAE: congenital anomaly": _criterion("AESCONG"),
    "SAE: other": _other,
    "AE leading to permanent discontinuation": lambda r: _says(r, "AEACN", "DRUG WITHDRAWN"),
    "AE leading to interruption": lambda r: _says(r, "AEACN", "DRUG INTERRUPTED"),
    "AE leading to dose reduction": lambda r: _says(r, "AEACN", "DOSE REDUCED", "DOSE RATE REDUCED"),
    "Any AE": lambda r: True,
    "Related AE": lambda r: not _says(r, "AEREL", *NOT_RELATED),
}
SEVERITIES: dict[str, Callable[[Record], bool]] = {
    "Any severe AE": lambda r: _says(r, "AESEV", "SEVERE"),
    "Any moderate AE": lambda r: _says(r, "AESEV", "MODERATE"),
    "Any mild AE": lambda r: _says(r, "AESEV", "MILD"),
}
GRADES: dict[str, Callable[[Record], bool]] = {
    "Any grade 5 AE": lambda r: _says(r, "AETOXGR", "5", "GRADE 5"),
    "Any grade 4 AE": lambda r: _says(r, "AETOXGR", "4", "GRADE 4"),
    "Any grade 3 AE": lambda r: _says(r, "AETOXGR", "3", "GRADE 3"),
    "Any grade 2 AE": lambda r: _says(r, "AETOXGR", "2", "GRADE 2"),
    "Any grade 1 AE": lambda r: _says(r, "AETOXGR", "1", "GRADE 1"),
}
"""The printed lines of the overview; a subject counts once on each line that any of its events meets."""


def line_rows(found: Sequence[Event], rules: Rules) -> dict[str, list[Event]]:
    """Return the rows of the overview with their events: by grade or by severity, whichever the study recorded."""
    lines = LINES | (GRADES if rules.grading == "AETOXGR" else SEVERITIES)
    return {line: [e for e in found if meets(e.record)] for line, meets in lines.items()}


def exposure(oracle: Oracle, arms: Sequence[str], *, extremes: bool) -> Results:
    """Return treated subjects, patient-years, and the spread of days treated and days watched."""
    results: Results = {}
    for arm in arms:
        members = oracle.members(arm)
        size = len(members)
        for stat, value in (("n", size), ("N", size), ("pct", percent(size, size))):
            results["T06", arm, "", "Treated", stat] = value
        results["T06", arm, "", "Patient-years", "py"] = oracle.years(arm)
        treated = [days_between(p.first, p.last) for p in members if p.first and p.last]
        watched = [p.days for p in members if p.first]
        for row, values in (("Treatment duration (days)", treated), ("Time in the window (days)", watched)):
            for stat, value in spread(values, extremes=extremes).items():
                results["T06", arm, "", row, stat] = value
    return results


def quartile(values: Sequence[int], quarter: int) -> float:
    """Return the value that a quarter of the sorted values do not exceed; the mean of two where the cut is exact."""
    ranked, (whole, rest) = sorted(values), divmod(quarter * len(values), 4)
    return ranked[whole] if rest else (ranked[whole - 1] + ranked[whole]) / 2


def spread(values: Sequence[int], *, extremes: bool) -> dict[str, float | None]:
    """Return number, mean, standard deviation (n - 1), median, quartiles and, if asked, extremes; None for none."""
    found: dict[str, float | None] = dict.fromkeys(("mean", "sd", "median", "q1", "q3", "min", "max"))
    if values:
        found |= {"mean": fmean(values), "median": median(values), "min": min(values), "max": max(values)}
        found |= {"q1": quartile(values, 1), "q3": quartile(values, 3)}
    if len(values) > 1:
        found["sd"] = stdev(values)
    if not extremes:
        del found["min"], found["max"]
    return {"n": len(values), **found}


def results(oracle: Oracle, level: str, letters: dict[str, str] | None = None) -> Results:
    """Return everything that T08 and T09 say at a level, under true arm names; ``letters`` only for masked."""
    terms, lines = term_rows(oracle.events), line_rows(oracle.events, oracle.rules)
    arms = [] if level == "pooled" else oracle.arms
    everything = counts(oracle, "T08", lines, [*arms, TOTAL]) | counts(oracle, "T09", terms, [*arms, TOTAL])
    everything |= exposure(oracle, [*arms, TOTAL], extremes=level != "pooled")
    if level == "pooled":
        return everything
    pairs = oracle.pairs(letters if level == "masked" else None)
    everything |= rates(oracle, terms, [*arms, TOTAL])
    return everything | contrasts(oracle, "T09", terms, pairs) | contrasts(oracle, "T08", lines, pairs)
