"""The exhibits as plain dictionaries: (exhibit, arm, arm_ref, row, stat) -> value or None."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import combinations
from math import exp, sqrt
from statistics import fmean, median, stdev

from tests.oracle.events import Event, events
from tests.oracle.people import Person, Rules, arms_of, people
from tests.oracle.reading import Data, days_between
from tests.oracle.stats import DAYS_PER_YEAR, Z, fisher, miettinen_nurminen, percent, poisson_limits, rate

TOTAL = "Total"
Results = dict[tuple[str, str, str, str, str], float | None]


class Oracle:
    """The counted study: who, what, and by which arms. ``pairs`` are the contrasts, arm minus reference."""

    def __init__(self, data: Data, rules: Rules) -> None:
        self.rules = rules
        self.data = data
        self.people = people(data, rules)
        self.events = events(data, self.people, rules)
        self.arms = arms_of(data, rules)
        self._members: dict[str, list[Person]] = {}

    def members(self, arm: str) -> list[Person]:
        """Return the treated of an arm, or everybody under Total."""
        if arm not in self._members:
            self._members[arm] = [p for p in self.people if arm in (TOTAL, p.arm)]
        return self._members[arm]

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


def rates(oracle: Oracle, exhibit: str, rows: dict[str, list[Event]], arms: Sequence[str]) -> Results:
    """Return incidence rates (first events) and event rates (all events) with exact limits, or robust ones (R17)."""
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
                factor = robust_factor(oracle.members(arm), mine) if stat == "eaer" and time else None
                if factor:
                    low, high = 100 * count / time / factor, 100 * count / time * factor
                results[exhibit, arm, "", row, stat] = rate(count, time)
                results[exhibit, arm, "", row, f"{stat}_low"] = low
                results[exhibit, arm, "", row, f"{stat}_high"] = high
    return results


def robust_factor(everybody: list[Person], of_row: list[Event]) -> float | None:
    """Return what the rate is divided by and multiplied with for robust limits, or None where Poisson's fit (R17)."""
    tally = Counter(event.person.subject for event in of_row)
    each = [tally[person.subject] for person in everybody]
    if not of_row or len(each) < 2:
        return None
    mean = Fraction(sum(each), len(each))
    squared = sum(k * k for k in each) - mean * sum(each)
    variance = squared / (len(each) - 1)
    if mean <= Fraction(3, 2) and variance / mean <= Fraction(3, 2):
        return None
    # In whole numbers: events times all days, less what the rate expects of the person's days times all days.
    days = sum(person.days for person in everybody)
    gaps = [k * days - sum(each) * person.days for k, person in zip(each, everybody, strict=True)]
    return exp(Z * sqrt(sum(gap * gap for gap in gaps)) / (days * sum(each))) if any(gaps) else None


def who(rows: Mapping[str, Sequence[Event]]) -> dict[str, set[str]]:
    """Return the subjects of each row."""
    return {row: {event.person.subject for event in of_row} for row, of_row in rows.items()}


def shares(oracle: Oracle, exhibit: str, rows: Mapping[str, set[str]], arms: Sequence[str]) -> Results:
    """Return n, N and pct of each row and arm."""
    results: Results = {}
    for row, subjects in rows.items():
        for arm in arms:
            members = oracle.members(arm)
            n = sum(person.subject in subjects for person in members)
            for stat, value in (("n", n), ("N", len(members)), ("pct", percent(n, len(members)))):
                results[exhibit, arm, "", row, stat] = value
    return results


def contrasts(oracle: Oracle, exhibit: str, rows: Mapping[str, set[str]], pairs: Sequence[tuple[str, str]]) -> Results:
    """Return the risk difference in percentage points, its limits and Fisher's p of each row and pair of arms."""
    results: Results = {}
    for row, subjects in rows.items():
        for arm, ref in pairs:
            x1, x2 = (sum(p.subject in subjects for p in oracle.members(a)) for a in (arm, ref))
            n1, n2 = len(oracle.members(arm)), len(oracle.members(ref))
            difference, low, high = None, None, None
            if n1 and n2:
                difference = 100 * (x1 / n1 - x2 / n2)
                low, high = (100 * limit for limit in miettinen_nurminen(x1, n1, x2, n2))
            results[exhibit, arm, ref, row, "rd"] = difference
            results[exhibit, arm, ref, row, "rd_low"], results[exhibit, arm, ref, row, "rd_high"] = low, high
            results[exhibit, arm, ref, row, "p_fisher"] = fisher(x1, n1, x2, n2)
    return results


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
