"""Lab values in SI units: lupus baselines, planned liver cases, and a course that is a design choice.

The course under treatment (eosinophils up while dosing and down at rest, lymphocytes down, then up) and the
liver cases are chosen to exercise the program. They are no results of the published trial.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from .lab_tests import CENTRAL, CHEMISTRY, HOSPITAL, TESTS, limits
from .plan import IL2, PLACEBO, stream
from .subjects import Subject
from .visits import Attended

# Subjects with an abnormal baseline, (IL-2, placebo), of 29 + 30: 41%, 15%, 36% and 7%.
LYMPHOPENIA, LEUKOPENIA, ANAEMIA, THROMBOPENIA, RAISED_LIVER = (12, 12), (4, 5), (10, 11), (2, 2), (4, 4)
# Factors on baseline by visit, under hrIL-2 only. Dosing ends just before weeks 2, 6 and 10; weeks 4, 8, 12 end a rest.
EOS_COURSE = {"Week 2": 4.2, "Week 4": 1.6, "Week 6": 4.8, "Week 8": 1.7, "Week 10": 4.4, "Week 12": 1.5}
LYM_COURSE = {
    "Week 2": 0.68,
    "Week 4": 1.20,
    "Week 6": 1.30,
    "Week 8": 1.30,
    "Week 10": 1.32,
    "Week 12": 1.25,
    "Week 16": 1.10,
}
# Multiples of the upper limit (ALT, AST, ALP, BILI, GGT) of the planned liver cases, by visit.
LIVER_CASES: dict[str, dict[str, tuple[float, float, float, float, float]]] = {
    "hepatocellular": {
        "Week 6": (7.2, 5.4, 0.9, 1.3, 1.6),
        "Unscheduled 5.1": (5.6, 3.8, 0.9, 1.2, 1.5),
        "Week 8": (2.6, 1.9, 0.8, 0.9, 1.2),
        "Week 10": (1.4, 1.1, 0.8, 0.7, 0.9),
    },
    "AST rise": {"Week 10": (2.3, 3.5, 0.7, 0.6, 0.9), "Week 12": (1.4, 1.6, 0.7, 0.6, 0.8)},
    "Hy's law decoy": {
        "Week 6": (1.7, 1.5, 1.6, 0.9, 2.5),
        "Week 8": (4.3, 3.4, 2.6, 2.5, 5.1),
        "Week 10": (2.5, 2.0, 2.2, 1.6, 3.9),
        "Week 12": (1.3, 1.1, 1.5, 0.9, 2.2),
    },
    "ALT rise": {"Week 16": (3.7, 2.4, 0.8, 0.6, 1.2), "Week 20": (1.6, 1.3, 0.7, 0.6, 1.0)},
}
GILBERT = {"Week 4": 2.3, "Week 10": 2.2, "Week 16": 1.5}  # multiples of the upper limit; 1.8 elsewhere


@dataclass(frozen=True)
class Result:
    """One result: SI value, the laboratory, and the day and time of the draw."""

    visit: Attended
    code: str
    value: float
    lab: str
    when: str


def make_labs(subjects: list[Subject], visits: list[Attended], seed: int) -> list[Result]:
    """Return all lab results, by subject, visit and test."""
    rng = stream(seed, "labs")
    first, second = _laboratories(subjects, rng)
    traits = _traits(subjects, rng)
    results: list[Result] = []
    for subject in subjects:
        base = _baseline(subject, first[subject.number], traits.get(subject.number, set()), rng)
        for visit in (v for v in visits if v.subject is subject):
            after = subject.number in second and visit.num > 6
            lab = HOSPITAL if after else first[subject.number]
            when = f"{visit.when.isoformat()}T{rng.randint(7, 8):02d}:{rng.randrange(0, 60, 5):02d}"
            values = _values(visit, base, lab, rng)
            drawn = [code for code in TESTS if visit.planned or TESTS[code].category == CHEMISTRY]
            results += [Result(visit, code, values[code], lab, when) for code in drawn]
    return results


def _laboratories(subjects: list[Subject], rng: random.Random) -> tuple[dict[int, str], set[int]]:
    """Return each subject's laboratory, and who changes to the hospital's after week 8; as many in both arms."""
    first = {s.number: CENTRAL for s in subjects}
    second: set[int] = set()
    for arm in (IL2, PLACEBO, ""):
        pool = [s.number for s in subjects if s.arm == arm]
        rng.shuffle(pool)
        share = len(pool) // 3
        first.update(dict.fromkeys(pool[:share], HOSPITAL))
        second.update(pool[share : share + len(pool) // 6])
    return first, second


def _traits(subjects: list[Subject], rng: random.Random) -> dict[int, set[str]]:
    """Return who has which abnormal baseline; the leukopenic are among the lymphopenic."""
    traits: dict[int, set[str]] = {}
    cases = ("hepatocellular", "AST rise", "Gilbert", "Hy's law decoy", "ALT rise")
    for i, arm in enumerate((IL2, PLACEBO)):
        treated = [s for s in subjects if s.arm == arm and s.dosed]
        low = rng.sample(treated, LYMPHOPENIA[i])
        plain = [s for s in treated if s.role not in cases]
        for name, who in (
            ("LYM", low),
            ("WBC", low[: LEUKOPENIA[i]]),
            ("HGB", rng.sample(treated, ANAEMIA[i])),
            ("PLAT", rng.sample(treated, THROMBOPENIA[i])),
            ("LIVER", rng.sample(plain, RAISED_LIVER[i])),
        ):
            for subject in who:
                traits.setdefault(subject.number, set()).add(name)
    return traits


def _baseline(subject: Subject, lab: str, traits: set[str], rng: random.Random) -> dict[str, float]:
    """Return the subject's own level of each test; a trait puts it outside the limits of its first laboratory."""
    top = {code: limits(code, lab, subject.sex)[1] for code in TESTS}
    low = {code: limits(code, lab, subject.sex)[0] for code in TESTS}
    raised = "LIVER" in traits
    base = {
        "ALT": top["ALT"] * (rng.uniform(1.15, 1.6) if raised else rng.uniform(0.3, 0.9)),
        "AST": top["AST"] * (rng.uniform(1.05, 1.4) if raised else rng.uniform(0.42, 0.92)),
        "ALP": top["ALP"] * rng.uniform(0.45, 0.92),
        "BILI": top["BILI"] * rng.uniform(0.25, 0.88),
        "GGT": top["GGT"] * rng.uniform(0.25, 0.95),
        "CREAT": low["CREAT"] + (top["CREAT"] - low["CREAT"]) * rng.uniform(0.2, 0.97),
        "NEUT": rng.uniform(1.9, 2.1) if "WBC" in traits else rng.uniform(3.4, 5.0),
        "LYM": low["LYM"] * rng.uniform(0.55, 0.92) if "LYM" in traits else rng.uniform(1.3, 2.4),
        "EOS": rng.uniform(0.05, 0.22),
        "HGB": low["HGB"] * (rng.uniform(0.78, 0.96) if "HGB" in traits else rng.uniform(1.03, 1.2)),
        "PLAT": rng.uniform(60, 112) if "PLAT" in traits else rng.uniform(165, 320),
    }
    if subject.role == "Gilbert":
        base["BILI"] = top["BILI"] * 1.8
    return base


def _values(visit: Attended, base: dict[str, float], lab: str, rng: random.Random) -> dict[str, float]:
    """Return one draw in SI units: level x course x chance; leukocytes are the sum of their kinds."""
    subject, name = visit.subject, visit.name
    spread = 0.0 if name == "Day 1" else 0.14
    values = {code: level * rng.uniform(1 - spread, 1 + spread) for code, level in base.items()}
    values["HGB"] = base["HGB"] * rng.uniform(1 - spread / 3, 1 + spread / 3)
    if subject.arm == IL2 and subject.dosed:
        values["EOS"] *= 1 + (EOS_COURSE.get(name, 1.0) - 1) * rng.uniform(0.6, 1.25)
        values["LYM"] *= LYM_COURSE.get(name, 1.0)
    values["WBC"] = values["NEUT"] + values["LYM"] + values["EOS"] + rng.uniform(0.25, 0.4)
    for code, multiple in zip(("ALT", "AST", "ALP", "BILI", "GGT"), _case(subject, name), strict=False):
        values[code] = limits(code, lab, subject.sex)[1] * multiple
    if subject.role == "Gilbert":
        values["BILI"] = limits("BILI", lab, subject.sex)[1] * GILBERT.get(name, 1.8)
    return values


def _case(subject: Subject, visit: str) -> tuple[float, ...]:
    return LIVER_CASES.get(subject.role, {}).get(visit, ())


def drawn_by(results: list[Result], until: date) -> list[Result]:
    """Return the results of draws up to a date."""
    return [r for r in results if r.when[:10] <= until.isoformat()]
