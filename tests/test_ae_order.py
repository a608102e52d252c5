"""The order by difference: closed levels alone, by size where arms are masked, by direction where they are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsmb_app.model.errors import Refusal
from dsmb_app.model.words import Level, Order
from dsmb_app.session import Session
from tests.ae_study import column, event, opened, person, study
from tests.quick_stretch import quick_phrases

__all__ = ["quick_phrases"]

ARMS = ["Qarm 1", "Qarm 2", "Qarm 3"]
# Subjects with the term, of four in each arm.
TERMS = {"Ague": (4, 1, 1), "Boil": (0, 4, 3), "Cough": (3, 3, 3), "Dropsy": (2, 0, 1), "Earache": (1, 0, 0)}


@pytest.fixture
def session(tmp_path: Path) -> Session:
    people = [person(f"S{arm}{number}", ARMS[arm]) for arm in range(3) for number in range(4)]
    events = [
        event(f"S{arm}{number}", term)
        for term, counts in TERMS.items()
        for arm, many in enumerate(counts)
        for number in range(many)
    ]
    return opened(study(people, events, ARMS, reference="Qarm 2"), tmp_path)


def terms(session: Session) -> str:
    return "".join(row.key[-1][0] for row in session.table("T09").rows if len(row.key) == 2)


def test_that_named_arms_are_ordered_from_the_largest_excess_over_the_reference_down(session: Session) -> None:
    assert terms(session) == "CBADE"  # 9, 7, 6, 3 and 1 subjects
    session.choose(order=Order.DIFFERENCE)
    # Against Qarm 2, larger of two: A +75, D +50, E +25, C 0, B -25.
    assert terms(session) == "ADECB"
    assert "largest risk difference, from the highest down" in " ".join(session.table("T09").footnotes)


def test_that_letters_are_ordered_by_size_whatever_the_sign(session: Session) -> None:
    session.set_level(Level.MASKED)
    session.choose(order=Order.DIFFERENCE)
    # Over all pairs: B 100, A 75, D 50, E 25, C 0.
    assert terms(session) == "BADEC"
    assert "whichever its sign" in " ".join(session.table("T09").footnotes)


def test_that_an_open_session_refuses_it_and_falls_back(session: Session) -> None:
    session.choose(order=Order.DIFFERENCE)
    session.set_level(Level.POOLED)
    assert session.choices.order is Order.FREQUENCY
    assert terms(session) == "CBADE"
    for wish in (lambda: session.choose(order=Order.DIFFERENCE), lambda: session.choose_by_text(["order=difference"])):
        with pytest.raises(Refusal, match="CHOICE-CLOSED"):
            wish()
    assert session.choices.order is Order.FREQUENCY
    session.set_level(Level.NAMED)
    assert terms(session) == "CBADE"


def test_that_worst_grades_follow_the_order_of_their_terms(session: Session) -> None:
    session.choose(order=Order.DIFFERENCE)
    listed = [row for row in column(session, "T10") if row.count(" > ") == 1 and not row.startswith("Any")]
    assert "".join(row.split(" > ")[1][0] for row in listed if not row.endswith("missing")) == "ADECB"
