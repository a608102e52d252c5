"""The closed summary: a plain recount of what stands out, from the rows of the other exhibits."""

from __future__ import annotations

from math import sqrt
from pathlib import Path

import pytest

from dsmb_app.model.errors import Refusal
from dsmb_app.model.result import Column, ResultTable, Row
from dsmb_app.model.words import TOTAL, Level, Stat
from dsmb_app.session import Session
from tests.locked import Locked

SCREENED = ("T08", "T09", "T11", "T12", "T13", "K14", "K15", "T16", "K17", "K18", "K19")


def score(x1: float, n1: float, x2: float, n2: float) -> float:
    """Miettinen-Nurminen score for no difference, written out."""
    if not n1 or not n2:
        return 0.0
    total, share = n1 + n2, (x1 + x2) / (n1 + n2)
    variance = share * (1 - share) * (1 / n1 + 1 / n2) * total / (total - 1)
    return (x1 / n1 - x2 / n2) / sqrt(variance) if variance else 0.0


def value(table: ResultTable, row: Row, arm: str, stat: Stat) -> float:
    cell = table.cell(row.key, Column(arm, stat))
    return cell.value or 0.0 if cell else 0.0


def recounted(session: Session, pairs: list[tuple[str, str]]) -> tuple[int, list[tuple[float, tuple[str, ...]]]]:
    """Return how many rows are screened, and (size of z, key) of all of them from the largest down."""
    found: list[tuple[float, int, int, tuple[str, ...]]] = []
    for number in SCREENED:
        table = session.table(number)
        for row in table.rows:
            compared = table.cell(row.key, Column(pairs[0][0], Stat.RD, pairs[0][1])) is not None
            if not compared or value(table, row, TOTAL, Stat.N) < 3 or row.label.startswith("AE with "):
                continue
            sizes = [
                abs(score(*(value(table, row, arm, s) for arm in pair for s in (Stat.N, Stat.DENOMINATOR))))
                for pair in pairs
            ]
            found.append((-round(max(sizes), 9), -len(row.key), len(found), (number, *row.key)))
    return len(found), [(-size, key) for size, _, _, key in sorted(found)]


@pytest.fixture(params=["demo", "pilot"])
def named(request: pytest.FixtureRequest) -> Session:
    locked: Locked = request.getfixturevalue(request.param)
    return locked.opened(Level.NAMED)


def test_that_the_ten_rows_are_those_of_a_plain_ranking_with_each_set_of_subjects_once(named: Session) -> None:
    table = named.table("K03")
    arms, reference = list(named.arms), named.study.arms.reference
    screened, ranked = recounted(named, [(arm, reference) for arm in arms if arm != reference])
    expected: list[tuple[str, ...]] = []
    seen: set[frozenset[str]] = set()
    for _, key in ranked:
        who = frozenset(named.drill(key[0], key[1:], Column(TOTAL, Stat.N)).subjects.subjects)
        if who not in seen and len(expected) < 10:
            expected.append(key)
        seen.add(who)
        if len(expected) == 10:
            break
    listed = [row.key for row in table.rows if row.key[0] != "Rests on"]
    assert listed == expected
    assert table.footnotes[0].startswith(f"Screened: {screened} row(s)")


def test_that_each_number_is_the_one_of_the_exhibit_that_the_row_names(named: Session) -> None:
    table = named.table("K03")
    for row, column, cell in table.walk():
        if row.key[0] != "Rests on" and column.stat is not Stat.Z:
            assert cell == named.table(row.key[0]).cell(row.key[1:], column), (row.key, column)


def test_that_a_related_event_is_called_so_and_not_one_of_special_interest(pilot: Locked) -> None:
    """The pilot has no lists of special interest; the same table counts its related events."""
    labels = [row.label for row in pilot.opened(Level.NAMED).table("K03").rows]
    assert "Related AE: PRURITUS (K14)" in labels
    assert not any("interest" in label for label in labels)


def test_that_each_count_opens_that_many_subjects(named: Session) -> None:
    for row, column, cell in named.table("K03").walk():
        if column.stat is Stat.N:
            assert len(named.drill("K03", row.key, column).subjects.rows) == cell.value


def test_that_what_it_rests_on_is_said_by_arm(named: Session) -> None:
    table = named.table("K03")
    rests = [row for row in table.rows if row.key[0] == "Rests on"]
    assert ("Rests on", "Patient-years") in [row.key for row in rests]
    assert ("Rests on", "Labs present", "Liver tests") in [row.key for row in rests]
    for arm in named.arms:
        years = table.cell(("Rests on", "Patient-years"), Column(arm, Stat.PY))
        assert years == named.table("T06").cell(("Patient-years",), Column(arm, Stat.PY))


def test_that_hiding_rare_terms_on_a_page_changes_nothing(demo: Locked, tmp_path: Path) -> None:
    session = demo.session(Level.MASKED, tmp_path / "audit")
    before = [row.key for row in session.table("K03").rows]
    session.choose(at_least=50.0)
    assert [row.key for row in session.table("K03").rows] == before


def test_that_an_open_session_has_no_such_exhibit(demo: Locked) -> None:
    session = demo.opened(Level.POOLED)
    assert "K03" not in [info.id for info in session.exhibits()]
    with pytest.raises(Refusal):
        session.table("K03")
