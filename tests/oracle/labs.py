"""A second, naive implementation of the laboratory rules: lists, dicts and exact decimals, no frames and no floats.

A result is what it can be: its number, whether that number is itself possible, and in which direction it is open. Where
the definitions leave room: a bound counts where it is certain; a grade by a bound of its own direction is at least that
of the bound, and none where that is grade 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from tests.lab_study import Lab, LabStudy

FACTORS = {"10^9/L": Decimal(1), "10^3/uL": Decimal(1), "cells/uL": Decimal("0.001"), "g/L": Decimal(1)}
LEVELS: Mapping[str, list[tuple[str, str, str]]] = {
    "ALT": [("high", "uln", x) for x in ("3", "5", "10", "20")],
    "AST": [("high", "uln", x) for x in ("3", "5", "10", "20")],
    "ALP": [("high", "uln", x) for x in ("1.5", "2", "3")],
    "BILI": [("high", "uln", x) for x in ("1.5", "2", "3")],
    "LYM": [("low", "below", x) for x in ("1", "0.75", "0.5")],
    "PLAT": [("low", "below", x) for x in ("140", "125", "100")],
    "EOS": [("high", "above", x) for x in ("0.65", "1.5", "5")],
}
GRADES: Mapping[tuple[str, str], tuple[str, tuple[str, ...], int]] = {
    ("ALT", "high"): ("uln", ("1", "3", "5", "20"), 1),
    ("AST", "high"): ("uln", ("1", "3", "5", "20"), 1),
    ("ALP", "high"): ("uln", ("1", "2.5", "5", "20"), 1),
    ("BILI", "high"): ("uln", ("1", "1.5", "3", "10"), 1),
    ("LYM", "low"): ("below", ("0.8", "0.5", "0.2"), 2),
    ("LYM", "high"): ("above", ("4", "20"), 2),
    ("PLAT", "low"): ("below", ("75", "50", "25"), 2),
}
Rows = dict[tuple[str, str], float]


@dataclass(frozen=True)
class Value:
    """A record as numbers: ``is_open`` "", "<" or ">", and whether the number itself is possible."""

    lab: Lab
    number: Decimal
    is_open: str
    itself: bool

    @property
    def upper(self) -> Decimal | None:
        return Decimal(self.lab.high) if self.lab.high else None

    @property
    def lower(self) -> Decimal | None:
        return Decimal(self.lab.low) if self.lab.low else None

    @property
    def factor(self) -> Decimal | None:
        return FACTORS.get(self.lab.unit_text)

    def above(self, limit: Decimal) -> bool:
        """Tell whether it is above a limit for certain."""
        return self.is_open != "<" and (self.number > limit or (not self.itself and self.number >= limit))

    def below(self, limit: Decimal) -> bool:
        """Tell whether it is below a limit for certain."""
        return self.is_open != ">" and (self.number < limit or (not self.itself and self.number <= limit))

    def reaches(self, limit: Decimal) -> bool:
        """Tell whether it is at a limit or above it for certain."""
        return self.is_open != "<" and self.number >= limit


def value_of(lab: Lab) -> Value:
    """Read a result."""
    text = lab.result
    sign = text[:1] if text[:1] in "<>" else ""
    rest = text.removeprefix(sign)
    return Value(lab, Decimal(rest.removeprefix("=")), sign, not sign or rest.startswith("="))


def limits(value: Value, kind: str, cuts: Iterable[str]) -> list[Decimal] | None:
    """Return cut points in the unit of the value; None where they cannot be set against it."""
    if kind == "uln":
        return None if value.upper is None else [Decimal(x) * value.upper for x in cuts]
    return None if value.factor is None else [Decimal(x) / value.factor for x in cuts]


def grade(value: Value, test: str, side: str) -> int | None:
    """Return the grade of a record, None for none."""
    kind, cuts, start = GRADES[test, side]
    found = limits(value, kind, cuts)
    if found is None:
        return None
    toward, beyond = (">", value.above) if side == "high" else ("<", value.below)
    if value.is_open and value.is_open != toward:
        # Its own number is the worst it can nearly be: certain only where even that is grade 0.
        worst = Value(value.lab, value.number, "", value.itself)
        ends = [*found, *([value.lower] if kind == "below" and value.lower is not None else [])]
        harmless = all(worst.number <= x if side == "high" else worst.number >= x for x in ends)
        return 0 if harmless and not (kind == "below" and value.lower is None) else None
    reached = sum(beyond(x) for x in found)
    if reached:
        return reached + start - 1
    if kind == "below":
        if value.lower is None:
            return None
        if beyond(value.lower):
            return 1
    return None if value.is_open else 0


class LabOracle:
    """The laboratory of a study, counted."""

    def __init__(self, study: LabStudy) -> None:
        self.study = study
        self.values = [value_of(lab) for lab in study.labs]

    def post(self, who: str, *tests: str) -> list[Value]:
        """Return values after the day of the first dose."""
        return [v for v in self.values if v.lab.subject == who and v.lab.test in tests and v.lab.offset > 0]

    def base(self, who: str, test: str) -> Value | None:
        """Return the last value not after the day of the first dose; of one day the later record."""
        before = [v for v in self.values if v.lab.subject == who and v.lab.test == test and v.lab.offset <= 0]
        return max(reversed(before), key=lambda v: v.lab.offset, default=None)

    def tally(self, rows: Rows, row: str, arm: str, judge: Callable[[str], bool | None]) -> None:
        """Put n and N of a row: who is judged (not None), and of these who meets it."""
        said = [judge(who) for who, of in self.study.arms.items() if arm in ("Total", of)]
        rows[row, "n"], rows[row, "N"] = sum(x is True for x in said), sum(x is not None for x in said)

    def levels(self, arm: str, tests: Iterable[str]) -> Rows:
        """Return the rows of levels and worst grades."""
        rows: Rows = {}
        for test in tests:
            for side, kind, cut in LEVELS[test]:

                def judge(
                    who: str, test: str = test, side: str = side, kind: str = kind, cut: str = cut
                ) -> bool | None:
                    pairs = [(v, limits(v, kind, [cut])) for v in self.post(who, test)]
                    known = [(v, found[0]) for v, found in pairs if found]
                    return any(v.above(x) if side == "high" else v.below(x) for v, x in known) if known else None

                name = f">{cut} x ULN" if kind == "uln" else f"{'<' if side == 'low' else '>'}{cut} x 10^9/L"
                self.tally(rows, f"{test} > {side} > {name}", arm, judge)
        for test, side in GRADES:
            kind, cuts, start = GRADES[test, side]
            possible = range(1 if kind == "below" else start, start + len(cuts))
            for g in possible:
                self.tally(
                    rows, f"{test} > {side} > Grade {g}", arm,
                    lambda who, test=test, side=side, g=g: self._is_worst(who, test, side, g),
                )  # fmt: skip
        return rows

    def worst(self, who: str, test: str, side: str) -> int | None:
        """Return the worst grade after baseline."""
        known = [g for v in self.post(who, test) if (g := grade(v, test, side)) is not None]
        return max(known, default=None)

    def _is_worst(self, who: str, test: str, side: str, g: int) -> bool | None:
        found = self.worst(who, test, side)
        return None if found is None else found == g

    def shifts(self, arm: str) -> Rows:
        """Return the n of every shift that somebody of the arm made."""
        rows: Rows = {}
        for test, side in GRADES:
            for who in (who for who, of in self.study.arms.items() if arm in ("Total", of)):
                base, after = self.base(who, test), self.worst(who, test, side)
                start = grade(base, test, side) if base else None
                one = "Missing" if start is None else f"Grade {start}"
                other = "Not done" if after is None else f"Grade {after}"
                key = f"{test} > {side} > baseline {one} > worst {other}", "n"
                rows[key] = rows.get(key, 0) + 1
        return rows

    def liver(self, arm: str) -> Rows:
        """Return the combined rows and those of the screen for potential Hy's law."""
        rows: Rows = {}
        named = "ALT or AST >3 x ULN and BILI >2 x ULN"
        for row, most in ((named, None), (f"{named}, same day", 0), (f"{named}, within 14 days", 14)):
            self.tally(rows, row, arm, lambda who, most=most: self._both(who, most))
        for row, of in (("", "within"), (" > later than 30 days", "later"), (" > reversed order, not counted", "back")):
            self.tally(rows, f"Potential Hy's law{row}", arm, lambda who, of=of: self._screen(who, of))
        return rows

    def _known(self, who: str, *tests: str) -> list[Value]:
        return [v for v in self.post(who, *tests) if v.upper is not None]

    def _both(self, who: str, most: int | None) -> bool | None:
        enzymes, bili = self._known(who, "ALT", "AST"), self._known(who, "BILI")
        if not enzymes or not bili:
            return None
        days = [abs(b.lab.offset - a.lab.offset) for a in enzymes if a.above(3 * Decimal(a.lab.high))
                for b in bili if b.above(2 * Decimal(b.lab.high))]  # fmt: skip
        return any(most is None or day <= most for day in days)

    def _screen(self, who: str, of: str) -> bool | None:
        enzymes, bili = self._known(who, "ALT", "AST"), self._known(who, "BILI")
        if not enzymes or not bili:
            return None
        gaps = [b.lab.offset - a.lab.offset for a in enzymes if a.reaches(3 * Decimal(a.lab.high))
                for b in bili if b.reaches(2 * Decimal(b.lab.high))]  # fmt: skip
        within, later = any(0 <= gap <= 30 for gap in gaps), any(gap > 30 for gap in gaps)
        return {"within": within, "later": later and not within, "back": bool(gaps) and not within and not later}[of]

    def expected(self, arm: str, panel: str, tests: tuple[str, ...]) -> Rows:
        """Return the rows of expected labs of a panel."""
        rows: Rows = {}
        held = [test for test in tests if any(v.lab.test == test for v in self.values)]
        for name, day, window in self.study.visits if held else ():

            def judge(who: str, middle: int = day - 1, window: int = window) -> bool | None:
                if self.study.end(who) < middle + window:
                    return None
                near = [
                    v.lab.test for v in self.values if v.lab.subject == who and abs(v.lab.offset - middle) <= window
                ]
                return all(test in near for test in held)

            self.tally(rows, f"Expected labs > {panel} > {name}", arm, judge)
        return rows

    def nadirs(self, arm: str, test: str) -> Rows:
        """Return the median nadir and its median day."""
        found = []
        for who in (who for who, of in self.study.arms.items() if arm in ("Total", of)):
            known = [(v.number * v.factor, v.lab.offset + 1) for v in self.post(who, test)
                     if v.factor is not None and v.is_open != ">"]  # fmt: skip
            if known:
                found.append(min(known))
        start = f"{test} > low > "
        rows: Rows = {(f"{start}Nadir (10^9/L)", "n"): len(found)}
        if found:
            rows[f"{start}Nadir (10^9/L)", "median"] = float(median(x for x, _ in found))
            rows[f"{start}Day of nadir", "median"] = float(median(day for _, day in found))
        return rows
