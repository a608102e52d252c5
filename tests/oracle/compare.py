"""The product's analysis results beside the oracle's, cell for cell, at every level and for every choice."""

from __future__ import annotations

import csv
import io
import math
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path

from dsmb_app import ard
from dsmb_app.model.result import Column
from dsmb_app.model.words import ArmSource, Level, PartialStart, Stat, Window
from dsmb_app.session import Session
from tests.oracle.exhibits import results
from tests.oracle.people import Rules, people
from tests.oracle.reading import Data
from tests.oracle.stats import half_up
from tests.oracle.tables import TOTAL, Oracle, Results
from tests.shared_data import ROOT

EXHIBITS = ("T06", "T07", "T08", "T09", "T10", "T11", "T12", "T13", "K14")
EXPOSURE_RECOUNTED = ("Treated", "Patient-years", "Treatment duration (days)", "Time in the window (days)")
"""Rows of T06 that are recounted here; doses, and why subjects stopped, in the tests of the conduct tables."""
MEASURES = ("Treatment-emergent >", "Labs missing >", "Visit missing >", "Last contact >", "Laboratory >",
            "Vital signs >", "After the data cut-off >")  # fmt: skip
"""Rows of T07 that tests of their own recount."""
Line = dict[str, str]


def rules_of(study: Path) -> Rules:
    """Return the rules of a study file, with the baskets that it names."""
    file = tomllib.loads(study.read_text(encoding="utf-8"))
    arms, emergent, ae = file["arms"], file.get("emergent", {}), file.get("ae", {})
    lists = {name: _basket(name, study.parent) for name in ae.get("baskets", ())}
    hold_back = ae.get("hold_back", ())
    hidden = {entry.lower() for entry in hold_back if not entry.startswith("basket:")}
    for entry in hold_back:
        if entry.startswith("basket:"):
            hidden |= _basket(entry.removeprefix("basket:"), study.parent)[2]
    return Rules(
        cutoff=file["study"]["cutoff"],
        window=emergent.get("window", "on-study"),
        days=emergent.get("days", 30),
        partial_start=emergent.get("partial_start", "conservative"),
        source=arms.get("source", "actual"),
        order=tuple(arms.get("order", ())),
        reference=arms.get("reference", ""),
        labels=arms.get("labels", {}),
        hidden=frozenset(hidden),
        grading=ae.get("grading", "AETOXGR"),
        baskets=tuple((title, members) for title, members, _ in lists.values()),
        held_baskets=frozenset(title for name, (title, _, _) in lists.items() if f"basket:{name}" in hold_back),
    )


def _basket(name: str, beside: Path) -> tuple[str, frozenset[str], frozenset[str]]:
    """Return a basket's title, what counts of it, and all that it names."""
    own = beside / f"{name}.toml"
    path = own if own.is_file() else ROOT / "resources" / "baskets" / f"{name}.toml"
    file = tomllib.loads(path.read_text(encoding="utf-8"))
    narrow, broad = (frozenset(str(term).lower() for term in file.get(key, ())) for key in ("terms", "broad"))
    return file["title"], narrow | broad if file.get("scope") == "broad" else narrow, narrow | broad


def every_choice(rules: Rules) -> Iterator[Rules]:
    """Yield the rules under every window, partial rule and arm source."""
    for window, partial, source in product(Window, PartialStart, ArmSource):
        yield replace(rules, window=window.value, partial_start=partial.value, source=source.value)


def lines(session: Session, exhibits: Iterable[str] = EXHIBITS) -> list[Line]:
    """Return the analysis results of a session as the public CSV gives them, without the rows not recounted here."""
    text = ard.results_csv(session, tuple(exhibits))
    return [line for line in csv.DictReader(io.StringIO(text)) if not skipped(line)]


def skipped(line: Line) -> bool:
    """Tell whether a row is recounted elsewhere."""
    if line["exhibit"] == "T06":
        return line["row"] not in EXPOSURE_RECOUNTED
    return line["exhibit"] == "T07" and line["row"].startswith(MEASURES)


def letters_of(session: Session, data: Data, rules: Rules) -> dict[str, str]:
    """Return arm name -> letter: whose subjects stand behind the treated of a letter, as a reader finds out."""
    arm_of = {person.subject: person.arm for person in people(data, rules)}
    found, empty = {}, []
    for letter in session.arms:
        behind = session.drill("T06", ("Treated",), Column(letter, Stat.N)).subjects.subjects
        names = {arm_of[subject] for subject in behind}
        assert len(names) <= 1, f"the letter {letter} holds subjects of {len(names)} arms"
        if names:
            found[names.pop()] = letter
        else:
            empty.append(letter)
    # Arms without anybody are alike, so it does not matter which of their letters is whose.
    missing = [arm for arm in Oracle(data, rules).arms if arm not in found]
    return found | dict(zip(missing, empty, strict=True))


def disagreements(
    session: Session, data: Data, rules: Rules, narrow: Callable[[Oracle], Oracle] = lambda oracle: oracle
) -> list[str]:
    """Set the session to the rules' choices and say where its results at its level are not the oracle's.

    ``narrow``: does to the oracle what the filters in force do to the session.
    """
    session.choose(
        window=Window(rules.window),
        partial_start=PartialStart(rules.partial_start),
        arm_source=ArmSource(rules.source),
    )
    level = session.level
    listed = tuple(basket for basket in rules.baskets if basket[0] not in rules.held_baskets)
    in_open = replace(rules, baskets=listed)
    open_rules = in_open if level is Level.POOLED else replace(rules, hidden=frozenset())
    letters = letters_of(session, data, open_rules) if level is Level.MASKED else None
    expected = results(narrow(Oracle(data, open_rules)), level.value, letters)
    if letters:
        name = {**letters, "": "", TOTAL: TOTAL}
        expected = {(e, name[arm], name[ref], row, stat): v for (e, arm, ref, row, stat), v in expected.items()}
    found = lines(session)
    return [*differences(found, expected), *misprints(found)]


def misprints(found: Iterable[Line]) -> Iterator[str]:
    """Yield a sentence for each count, percentage or risk difference whose printed text is not its own number, half up.

    Percentages and differences are recomputed from the printed counts in whole numbers.
    """
    found = list(found)
    seen: Mapping[tuple[str, ...], str] = {
        (x["exhibit"], x["row"], x["arm"], x["arm_ref"], x["stat_name"]): x["stat_fmt"] for x in found
    }
    for line in found:
        place, stat = (line["exhibit"], line["row"]), line["stat_name"]
        expected = line["stat_fmt"]
        if stat in ("n", "N", "events"):
            expected = half_up(Fraction(line["stat"]), 0)
        elif stat in ("pct", "rd"):
            shares = [_share(seen, place, arm) for arm in (line["arm"], line["arm_ref"]) if arm]
            known = [share for share in shares if share is not None]
            expected = "NE" if None in shares else half_up(100 * (known[0] - sum(known[1:])), 1)
        if line["stat_fmt"] != expected:
            yield f"{place} {line['arm']} {stat}: printed {line['stat_fmt']!r}, expected {expected!r}"


def _share(printed: Mapping[tuple[str, ...], str], place: tuple[str, str], arm: str) -> Fraction | None:
    n, size = (int(printed[(*place, arm, "", stat)]) for stat in ("n", "N"))
    return Fraction(n, size) if size else None


def differences(found: list[Line], expected: Results) -> Iterator[str]:
    """Yield a sentence for each cell that is missing, too many, or another number."""
    seen = {(x["exhibit"], x["arm"], x["arm_ref"], x["row"], x["stat_name"]): x["stat"] for x in found}
    if len(seen) != len(found):
        yield "a cell is given twice"
    for key in sorted(seen.keys() - expected.keys()):
        yield f"{key}: only the product has it ({seen[key]!r})"
    for key, value in expected.items():
        if key not in seen:
            yield f"{key}: the product does not have it, expected {value}"
        elif not _same(seen[key], value):
            yield f"{key}: {seen[key]!r}, expected {value}"


def _same(stat: str, expected: float | None) -> bool:
    if expected is not None and math.isnan(expected):
        return True
    if expected is None or stat == "":
        return expected is None and stat == ""
    return math.isclose(float(stat), expected, rel_tol=1e-6, abs_tol=1e-6)
