"""When an adverse event first begins: cumulative incidence of the first onset by arm, with numbers at risk."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import wording
from dsmb_app.analyses.counting import first_onset, time_at_risk
from dsmb_app.analyses.kaplan_meier import kaplan_meier
from dsmb_app.analyses.time_to_event import FEWEST_AT_RISK, as_curve, at_risk, thin_from
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import Curve, CurveFigure
from dsmb_app.model.words import TOTAL, Level

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

_STEPS = (1, 2, 7, 14, 28, 56, 84, 168, 336, 672)
_MOST_STEPS = 8


class Watched(NamedTuple):
    """By subject: the last day at risk of a first onset (0: never), and whether it came."""

    days: Floats
    event: Bools


def onset(cut: Cut, records: Bools, *, title: str, about: str) -> CurveFigure:
    """Return one minus Kaplan-Meier of the first onset of some records (a mask over ``cut.ae``), in percent, by arm.

    ``title``: of the figure; ``about``: what the records are. A subject with an event is at risk to its first onset,
    one without to the end of its window. An arm's curve ends where fewer than five are at risk.
    """
    arms = cut.arms or (TOTAL,)
    watched = watched_for(cut, records)
    mine = {arm: Watched(watched.days[cut.in_column(arm)], watched.event[cut.in_column(arm)]) for arm in arms}
    small = cut.study.open.small_cells if cut.level is Level.POOLED else 0
    hidden = any(0 < int(found.event.sum()) < small for found in mine.values())
    days = axis_days(mine, max(small, 1))
    return CurveFigure(
        exhibit="F09",
        title=title,
        subtitle=f"{about} · Treatment-emergent, {wording.window(cut)}",
        level=cut.level,
        population=wording.population(cut),
        arms=arms,
        x_label="Study day of first onset",
        y_label="Subjects with an onset (%)",
        curves=() if hidden else tuple(_curve(arm, found) for arm, found in mine.items()),
        at_risk_days=days,
        at_risk={arm: tuple(at_risk(found.days, days).tolist()) for arm, found in mine.items()},
        footnotes=_notes(cut, hidden=hidden),
        hidden_from={arm: thin_from(found.days) for arm, found in mine.items()},
    )


def watched_for(cut: Cut, records: Bools) -> Watched:
    """Return how long each subject was watched for its first onset of some records (a mask over ``cut.ae``)."""
    subjects = cut.ae["SUBJECT"].to_numpy(dtype=np.int64)[records]
    when = cut.ae["ONSETDY"].to_numpy(dtype=float)[records]
    _, who, first = first_onset(np.zeros(len(subjects), np.int64), subjects, when, len(cut.subjects))
    days, event = time_at_risk(cut), np.zeros(len(cut.subjects), dtype=bool)
    # An event counted after the end of study was watched for until then, as in the incidence rate.
    days[who], event[who] = first, True
    return Watched(days, event)


def _curve(arm: str, found: Watched) -> Curve:
    steps = kaplan_meier(found.days, found.event).complement()
    return in_percent(as_curve(arm, steps, found.days[~found.event & (found.days > 0)]))


def in_percent(drawn: Curve) -> Curve:
    """Return a curve of shares as one of percentages."""
    y, low, high = (tuple(100 * value for value in column) for column in (drawn.y, drawn.low, drawn.high))
    return replace(drawn, y=y, low=low, high=high)


def axis_days(mine: dict[str, Watched], fewest: int) -> tuple[float, ...]:
    """Return evenly spaced days up to the last anybody was watched, and only as long as ``fewest`` were (or nobody)."""
    last = max((float(found.days.max(initial=0)) for found in mine.values()), default=0.0)
    step = next((step for step in _STEPS if last <= step * _MOST_STEPS), _STEPS[-1])
    days = np.arange(0, last + 1, step, dtype=float)
    counts = np.array([at_risk(found.days, days) for found in mine.values()])
    return tuple(days[((counts == 0) | (counts >= fewest)).all(axis=0)].tolist())


def _notes(cut: Cut, *, hidden: bool) -> tuple[str, ...]:
    notes = [
        *wording.arms(cut),
        "Cumulative incidence of the first onset: one minus the Kaplan-Meier estimate, pointwise 95% limits on the "
        "log(-log) scale. Subjects without the event are censored at the end of their window; death ends it too.",
        "Numbers below the axis: subjects still watched and without the event on that day. An arm's curve ends where "
        f"fewer than {FEWEST_AT_RISK} are left.",
        *wording.emergent(cut),
    ]
    if hidden:
        small = cut.study.open.small_cells
        notes.insert(0, f"Not drawn: from 1 to {small - 1} subjects have the event, which open sessions do not show.")
    return tuple(notes)
