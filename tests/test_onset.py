"""The first onset by arm: one minus Kaplan-Meier, against a recount subject by subject and the table of terms."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from dsmb_app.model.errors import Refusal
from dsmb_app.model.result import Column, CurveFigure
from dsmb_app.model.words import TOTAL, Level, Stat
from dsmb_app.session import Session
from tests.locked import Locked

LEVELS = pytest.mark.parametrize("level", list(Level))
HEADACHE = ("Nervous system disorders", "Headache")


def watched(session: Session, arm: str, row: tuple[str, ...]) -> list[tuple[float, bool]]:
    """Return each subject's last day at risk and whether the event came, from the frames by plain loops."""
    cut = session._cut
    found = []
    for place, subject in enumerate(cut.subjects.to_dict("records")):
        if subject["SAFFL"] != "Y" or (arm != TOTAL and cut.arms[subject["ARM"]] != arm):
            continue
        events = [r for r in cut.ae.to_dict("records") if r["SUBJECT"] == place and r["EMERGENT"]]
        if row != ("Any",):
            events = [r for r in events if r["AEDECOD"] == row[-1]]
        days = [r["ONSETDY"] for r in events]
        found.append((min(days), True) if days else (subject["ENDDY"], False))
    return found


@LEVELS
@pytest.mark.parametrize("row", [("Any",), HEADACHE])
def test_that_the_curves_are_scipys_of_a_recount(demo: Locked, level: Level, row) -> None:
    session = demo.opened(level)
    figure = session.figure("F09", row, "T09")
    assert figure.arms == (session.arms or (TOTAL,))
    for curve in figure.curves:
        mine = watched(session, curve.arm, row)
        data = stats.CensoredData(
            uncensored=[day for day, event in mine if event], right=[day for day, event in mine if not event]
        )
        expected = stats.ecdf(data).cdf
        values = dict(zip(curve.x, curve.y, strict=True))
        days = {day for day, event in mine if event}
        assert days <= set(values)
        for day in days:
            assert values[day] == pytest.approx(100 * float(expected.evaluate(day)))


@LEVELS
def test_that_numbers_at_risk_are_those_still_watched_without_the_event(demo: Locked, level: Level) -> None:
    session = demo.opened(level)
    figure = session.figure("F09", HEADACHE, "T09")
    assert len(figure.at_risk_days) > 4
    for arm in figure.arms:
        mine = watched(session, arm, HEADACHE)
        assert figure.at_risk[arm] == tuple(sum(day >= at for day, _ in mine) for at in figure.at_risk_days)
        fifth = sorted((day for day, _ in mine), reverse=True)[4]
        assert figure.hidden_from[arm] == math.floor(fifth) + 1


@LEVELS
def test_that_as_many_have_an_onset_as_the_table_counts(demo: Locked, level: Level) -> None:
    session = demo.opened(level)
    table = session.table("T11")
    for row in table.rows:
        figure = session.figure("F09", row.key, "T11")
        for curve in figure.curves:
            n = table.cell(row.key, Column(curve.arm, Stat.N))
            drawn = np.flatnonzero(np.diff(curve.y) > 0)
            assert bool(len(drawn)) is bool(n and n.value)


def test_that_a_figure_about_nothing_is_about_any_event(demo: Locked) -> None:
    session = demo.opened(Level.MASKED)
    assert session.figure("F09").curves == session.figure("F09", ("Any",), "T09").curves
    assert session.figure("F09") is session.figure("F09")
    assert session.figure("F09", HEADACHE, "T09").title == "First onset: Headache"


def test_that_a_table_without_events_has_no_onset(demo: Locked) -> None:
    with pytest.raises(Refusal, match="count no events"):
        demo.opened(Level.POOLED).figure("F09", ("Age",), "T06")


def test_that_an_open_figure_hides_small_counts(demo: Locked, tmp_path: Path) -> None:
    session = demo.session(Level.POOLED, tmp_path)
    few = next(
        row.key for row in session.table("T09").rows
        if session.table("T09").cell(row.key, Column(TOTAL, Stat.N)).value in (2, 3)
    )  # fmt: skip
    shown = session.figure("F09", few, "T09")
    assert len(shown.curves) == 1
    open_rules = session.study.open.model_copy(update={"small_cells": 5})
    object.__setattr__(session._cut, "study", session.study.model_copy(update={"open": open_rules}))
    session._figures.clear()
    hidden: CurveFigure = session.figure("F09", few, "T09")
    assert hidden.curves == ()
    assert hidden.footnotes[0].startswith("Not drawn: from 1 to 4 subjects")
    assert all(count == 0 or count >= 5 for count in session.figure("F09").at_risk[TOTAL])


# ----------------------------------------------------------------------------------------------------------------------
# The look of an arm


def test_that_an_arm_looks_the_same_masked_and_named(pilot: Locked, tmp_path: Path) -> None:
    session = pilot.session(Level.NAMED, tmp_path)
    named = session.table("T09")
    session.set_level(Level.MASKED)
    masked = session.table("T09")
    sizes = {
        style: masked.cell(("Any",), Column(a, Stat.N)) for a, style in zip(masked.arms, masked.styles, strict=True)
    }
    assert {
        style: named.cell(("Any",), Column(a, Stat.N)) for a, style in zip(named.arms, named.styles, strict=True)
    } == sizes
    assert named.styles != masked.styles == (0, 1, 2)


@LEVELS
def test_that_styles_say_no_more_than_the_letters(demo: Locked, level: Level) -> None:
    session = demo.opened(level)
    expected = {Level.POOLED: (), Level.MASKED: (0, 1)}
    for info in session.exhibits():
        styles = session.table(info.id).styles
        assert styles == expected.get(level, styles)
        assert sorted(styles) == list(range(len(session.arms)))
    assert session.figure("F18").styles == session.figure("F09").styles == session.table("T09").styles
