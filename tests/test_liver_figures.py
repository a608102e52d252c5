"""eDISH, its multiples of baseline, the composite plot and migration: worked values, and the pilot recounted."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pyreadstat
import pytest

from dsmb_app.model.result import Column, Point, Scatter
from dsmb_app.model.words import TOTAL, Level, Stat
from dsmb_app.session import Session
from tests.lab_study import Lab, LabStudy, cells, notes, opened
from tests.locked import Locked

UPPER = {"ALT": "40", "AST": "40", "BILI": "20", "ALP": "120"}
UPPER_LEFT, UPPER_RIGHT, LOWER_LEFT, LOWER_RIGHT = range(4)


def labs(subject: str, offset: int, **results: str) -> list[Lab]:
    return [Lab(subject, test, result, offset, "1", UPPER[test]) for test, result in results.items()]


def session_of(folder: Path, records: list[Lab], **said: object) -> Session:
    level = said.pop("level", Level.NAMED)
    # A study has two arms at least; Z was never measured.
    names = sorted({lab.subject for lab in records} | {"Z"})
    arms = {name: "Active" if place % 2 else "Placebo" for place, name in enumerate(names)}
    return opened(LabStudy(arms, records, **said), folder, level)


def figure(session: Session, number: str) -> Scatter:
    found = session.figure(number)
    assert isinstance(found, Scatter)
    return found


def points(session: Session, number: str) -> dict[str, Point]:
    return {point.subject: point for point in figure(session, number).points}


CUT_POINTS = {
    "just below both": ("119.9", "39.9", LOWER_LEFT),
    "ALT on its line": ("120", "39.9", LOWER_RIGHT),
    "ALT above": ("120.1", "20", LOWER_RIGHT),
    "bilirubin on its line": ("119.9", "40", UPPER_LEFT),
    "both on the lines": ("120", "40", UPPER_RIGHT),
    "both above": ("400", "100", UPPER_RIGHT),
}


def test_that_a_value_on_a_line_lies_beyond_it(tmp_path: Path) -> None:
    names = {f"S{place}": case for place, case in enumerate(CUT_POINTS.values())}
    records = [lab for name, (alt, bili, _) in names.items() for lab in labs(name, 8, ALT=alt, BILI=bili)]
    session = session_of(tmp_path, records)
    found = points(session, "F18")
    assert {name: found[name].quadrant for name in names} == {name: case[2] for name, case in names.items()}
    assert figure(session, "F18").counts == ("1 subject", "2 subjects", "1 subject", "2 subjects")


def test_that_a_division_that_is_not_exact_still_meets_the_line(tmp_path: Path) -> None:
    assert 3.3 / 1.1 != 3.0
    records = [Lab("S1", "ALT", "3.3", 8, "0", "1.1"), Lab("S1", "BILI", "6.6", 8, "0", "3.3")]
    found = points(session_of(tmp_path, records), "F18")
    assert (found["S1"].x, found["S1"].y, found["S1"].quadrant) == (3.0, 2.0, UPPER_RIGHT)


def test_that_the_higher_of_alt_and_ast_counts_and_nothing_from_before(tmp_path: Path) -> None:
    records = labs("S1", -3, ALT="400", BILI="60") + labs("S1", 8, ALT="60", AST="100", BILI="10")
    point = points(session_of(tmp_path, records), "F18")["S1"]
    assert (point.x, point.y, point.marked) == (2.5, 0.5, True)


def test_that_multiples_of_baseline_tell_a_rise_from_a_high_start(tmp_path: Path) -> None:
    """S1 starts at 2 x ULN and doubles; S2 starts low and rises 3.8-fold, which meets the line; S3 just not."""
    records = [
        *labs("S1", -3, ALT="80", AST="20", BILI="30"), *labs("S1", 8, ALT="160", AST="20", BILI="60"),
        *labs("S2", -3, ALT="10", AST="20", BILI="10"), *labs("S2", 8, ALT="38", AST="20", BILI="48"),
        *labs("S3", -3, ALT="10", AST="10", BILI="10"), *labs("S3", 8, ALT="20", AST="37.9", BILI="47.9"),
    ]  # fmt: skip
    session = session_of(tmp_path, records)
    by_limit, by_start = points(session, "F18"), points(session, "F18B")
    assert [by_limit[name].quadrant for name in ("S1", "S2", "S3")] == [UPPER_RIGHT, UPPER_LEFT, UPPER_LEFT]
    assert [by_start[name].quadrant for name in ("S1", "S2", "S3")] == [LOWER_LEFT, UPPER_RIGHT, LOWER_LEFT]
    assert [(by_start[name].x, by_start[name].y) for name in ("S1", "S2", "S3")] == [(2, 2), (3.8, 4.8), (3.79, 4.79)]
    assert [by_start[name].marked for name in ("S1", "S2", "S3")] == [True, False, False]


def test_that_the_composite_plot_has_the_panel_of_the_limits_and_the_place_of_the_baseline(tmp_path: Path) -> None:
    records = [
        *labs("S1", -3, ALT="80", BILI="30"), *labs("S1", 8, ALT="160", BILI="60"),
        *labs("S2", -3, ALT="10", BILI="10"), *labs("S2", 8, ALT="38", BILI="48"),
    ]  # fmt: skip
    session = session_of(tmp_path, records)
    found = points(session, "F18C")
    assert {name: (p.x, p.y, p.quadrant) for name, p in found.items()} == {
        "S1": (2, 2, UPPER_RIGHT),
        "S2": (3.8, 4.8, UPPER_LEFT),
    }
    assert figure(session, "F18C").panelled


def test_that_a_baseline_in_another_unit_gives_no_multiple(tmp_path: Path) -> None:
    records = [
        Lab("S1", "ALT", "10", -3, "1", "40"), Lab("S1", "ALT", "2", 8, "0.1", "0.7", unit="ukat/L"),
        *labs("S1", -3, BILI="10"), *labs("S1", 8, BILI="12"),
    ]  # fmt: skip
    session = session_of(tmp_path, records)
    assert points(session, "F18B") == {}
    assert "Not drawn: 2 treated subject(s) without ALT and AST, 0 without" in " ".join(
        figure(session, "F18B").footnotes
    )
    assert points(session, "F18")["S1"].x == pytest.approx(2 / 0.7)


def test_that_bounds_are_drawn_where_they_are_certain_and_counted(tmp_path: Path) -> None:
    records = [
        *labs("S1", 8, ALT="<100", BILI="10"), *labs("S2", 8, ALT=">200", BILI="10"),
        *labs("S3", 8, ALT="<400", BILI="10"), *labs("S3", 15, ALT="210"),
    ]  # fmt: skip
    session = session_of(tmp_path, records)
    assert {name: point.x for name, point in points(session, "F18").items()} == {"S1": 1.25, "S2": 5.0, "S3": 5.25}
    assert "2 point(s) rest on a result that is a bound" in " ".join(figure(session, "F18").footnotes)


def test_that_who_has_no_bilirubin_is_counted_and_not_drawn(tmp_path: Path) -> None:
    records = labs("S1", 8, ALT="400") + labs("S2", 8, BILI="10") + labs("S3", 8, ALT="20", BILI="10")
    session = session_of(tmp_path, records)
    assert set(points(session, "F18")) == {"S3"}
    text = " ".join(figure(session, "F18").footnotes)
    assert "Not drawn: 2 treated subject(s) without ALT and AST, 1 without bilirubin." in text
    assert "Drawn, of the treated: Active 0 of 2, Placebo 1 of 2, Total 1 of 4." in text
    assert figure(session, "F18").counts == ("nobody", "nobody", "1 subject", "nobody")


def test_that_moves_are_counted_among_those_who_began_there(tmp_path: Path) -> None:
    """S1 stays, S2 goes from normal to the upper right, S3 begins at 3 x ULN and falls, S4 has no baseline,
    S5 nothing afterwards."""
    records = [
        *labs("S1", -3, ALT="20", BILI="10"), *labs("S1", 8, ALT="30", BILI="10"),
        *labs("S2", -3, ALT="20", BILI="10"), *labs("S2", 8, ALT="130", BILI="10"),
        *labs("S2", 22, ALT="30", BILI="50"),
        *labs("S3", -3, ALT="120", BILI="10"), *labs("S3", 8, ALT="119", BILI="10"),
        *labs("S4", 8, ALT="20", BILI="40"),
        *labs("S5", -3, ALT="20", BILI="10"),
    ]  # fmt: skip
    session = session_of(tmp_path, records)
    found = cells(session, "K18M")
    moves = {row: (found[row, "n"], found[row, "N"]) for row, stat in found if stat == "n" and found[row, "n"]}
    assert moves == {
        "Quadrant > Measured after baseline": (4, 6),
        "Quadrant > Measured at baseline and after": (3, 6),
        "Quadrant > New: Potential Hy's law": (1, 3),
        "Quadrant > baseline Normal range > worst Normal range": (1, 2),
        "Quadrant > baseline Normal range > worst Potential Hy's law": (1, 2),
        "Quadrant > baseline Temple's corollary > worst Normal range": (1, 1),
        "Quadrant > baseline Missing > worst Hyperbilirubinaemia": (1, 1),
    }
    key = ("Quadrant", "baseline Normal range", "worst Potential Hy's law")
    drill = session.drill("K18M", key, Column(TOTAL, Stat.N))
    assert drill.subjects.subjects == ("S2",)
    assert Counter(row[drill.records.headers.index("Test")] for row in drill.records.rows) == {"ALT": 3, "BILI": 3}


def test_that_without_liver_tests_there_are_no_moves(tmp_path: Path) -> None:
    session = session_of(tmp_path, [Lab("S1", "WBC", "5", 8, "4", "10")])
    assert session.table("K18M").rows == ()
    assert figure(session, "F18").points == ()


@pytest.mark.parametrize("number", ["F18", "F18B", "F18C"])
def test_that_the_points_of_all_arms_are_the_pooled_points(demo: Locked, number: str) -> None:
    pooled, named = (demo.opened(level) for level in (Level.POOLED, Level.NAMED))
    bare = [
        Counter((p.x, p.y, p.marked, p.quadrant) for p in figure(session, number).points) for session in (pooled, named)
    ]
    assert bare[0] == bare[1]
    assert {p.arm for p in figure(pooled, number).points} == {TOTAL}


# ----------------------------------------------------------------------------------------------------------------------
# The pilot by a path of its own: plain Python over the raw files.


class Naive:
    """Peaks and starts of each treated subject, from the records as they were delivered."""

    def __init__(self, folder: Path) -> None:
        def read(name: str) -> list[dict[str, object]]:
            frame, _ = pyreadstat.read_xport(folder / f"{name}.xpt")
            return frame.to_dict("records")

        self.first: dict[str, str] = {}
        for row in read("ex"):
            subject, day = str(row["USUBJID"]), str(row["EXSTDTC"])[:10]
            self.first[subject] = min(day, self.first.get(subject, day))
        self.arm = {str(row["USUBJID"]): str(row["ARM"]) for row in read("dm") if str(row["USUBJID"]) in self.first}
        self.over_limit: dict[tuple[str, str], float] = {}
        self.after: dict[tuple[str, str], float] = {}
        before: dict[tuple[str, str], list[tuple[bool, str, float, float]]] = {}
        for row in read("lb"):
            key, day = (str(row["USUBJID"]), str(row["LBTESTCD"])), str(row["LBDTC"])[:10]
            value, half = self._value(row)
            if key[0] not in self.first or key[1] not in ("ALT", "AST", "BILI") or value is None:
                continue
            limit = float(str(row["LBSTNRHI"]))
            if day > self.first[key[0]]:
                drawn = value / 2 if half else value
                self.over_limit[key] = max(self.over_limit.get(key, 0.0), drawn / limit)
                self.after[key] = max(self.after.get(key, 0.0), drawn)
            else:
                before.setdefault(key, []).append(
                    (row["LBBLFL"] == "Y", day, value, value / 2 / limit if half else value / limit)
                )
        self.start = {key: max(found) for key, found in before.items()}

    @staticmethod
    def _value(row: dict[str, object]) -> tuple[float | None, bool]:
        number = row["LBSTRESN"]
        if number == number:
            return float(str(number)), False
        bound = re.fullmatch(r"\s*<\s*([\d.]+)\s*", str(row["LBSTRESC"]))
        return (float(bound[1]), True) if bound else (None, False)

    def pair(self, of: dict[tuple[str, str], float]) -> dict[str, tuple[float, float]]:
        found = {}
        for subject in self.first:
            enzymes = [of[subject, test] for test in ("ALT", "AST") if (subject, test) in of]
            if enzymes and (subject, "BILI") in of:
                found[subject] = (round(max(enzymes), 9), round(of[subject, "BILI"], 9))
        return found

    @staticmethod
    def quadrant(x: float, y: float) -> str:
        return {
            (False, False): "Normal range",
            (True, False): "Temple's corollary",
            (False, True): "Hyperbilirubinaemia",
            (True, True): "Potential Hy's law",
        }[x >= 3, y >= 2]


@pytest.fixture(scope="module")
def naive(shared_data: Path) -> Naive:
    return Naive(shared_data / "cdiscpilot01")


@pytest.fixture(scope="module")
def session(pilot: Locked) -> Session:
    return pilot.opened(Level.NAMED)


def drawn(session: Session, number: str) -> dict[str, tuple[float, float]]:
    return {p.subject: (round(p.x, 9), round(p.y, 9)) for p in figure(session, number).points}


def test_that_the_points_of_the_pilot_are_recounted(naive: Naive, session: Session) -> None:
    expected = {who: (max(x, 0.1), max(y, 0.1)) for who, (x, y) in naive.pair(naive.over_limit).items()}
    assert drawn(session, "F18") == expected
    assert len(expected) == 247


def test_that_the_multiples_of_baseline_of_the_pilot_are_recounted(naive: Naive, session: Session) -> None:
    rises = {key: value / naive.start[key][2] for key, value in naive.after.items() if key in naive.start}
    expected = {who: (max(x, 0.1), max(y, 0.1)) for who, (x, y) in naive.pair(rises).items()}
    assert drawn(session, "F18B") == expected
    assert drawn(session, "F18C") == expected


def test_that_the_moves_of_the_pilot_are_recounted(naive: Naive, session: Session) -> None:
    starts = naive.pair({key: found[3] for key, found in naive.start.items()})
    peaks = naive.pair(naive.over_limit)
    moves = Counter(
        (naive.arm[who], naive.quadrant(*starts[who]), naive.quadrant(*peaks[who])) for who in peaks if who in starts
    )
    for arm in session.arms:
        found = cells(session, "K18M", arm)
        shown = {row: n for (row, stat), n in found.items() if stat == "n" and " > worst " in row}
        assert len(shown) == 16
        for row, n in shown.items():
            before, after = row.removeprefix("Quadrant > baseline ").split(" > worst ")
            assert n == moves[arm, before, after], row
            assert found[row, "N"] == sum(k for (a, b, _), k in moves.items() if (a, b) == (arm, before))
    assert sum(moves.values()) == 247
    assert "Quadrants by multiples of the upper limit" in notes(session, "K18M")
