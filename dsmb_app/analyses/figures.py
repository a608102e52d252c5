"""The numbered figures: each is asked about a row of an exhibit, or knows what it shows without one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import by_cycle, cycle_days, edish, flow, onset, periods, time_course, time_to_first
from dsmb_app.analyses.exhibit_kinds import Exhibit
from dsmb_app.analyses.exhibits import exhibit
from dsmb_app.analyses.lab_figures import LAB_FIGURES
from dsmb_app.model.cut import Cut
from dsmb_app.model.cycle_rows import term_of
from dsmb_app.model.errors import Refusal
from dsmb_app.model.figures import ONE_A_SUBJECT
from dsmb_app.model.flow import FLOW
from dsmb_app.model.result import Figure, RowKey
from dsmb_app.model.words import ANY, Level

Bools = npt.NDArray[np.bool_]
_INFECTIONS = ("Serious", "Severe", "Opportunistic", "Fatal")
"""Rows of K15 whose name alone does not say what happened."""


def _onset(cut: Cut, row: RowKey, of: str) -> Figure:
    found, key = exhibit(of or "T09"), row or (ANY,)
    if found.records is None:
        raise _no_events(found)
    # "Any" of a table of serious events is any serious one: the table's title says so.
    what = key[-1] if key != (ANY,) else "Any adverse event" if found.id == "T09" else found.title
    return onset.onset(cut, found.records(cut, key), title=f"First onset: {what}", about=found.title)


def _of_a_test(make: Callable[[Cut, RowKey], Figure]) -> Callable[[Cut, RowKey, str], Figure]:
    return lambda cut, row, _of: make(cut, row)


def _about(row: RowKey, of: str) -> tuple[Exhibit, RowKey, str]:
    """Return the exhibit, the row and its words; ("Any",) of K15 where none is asked about.

    What is drawn over time is so over all cycles: a row of K20 stands for its term.
    """
    found, key = exhibit(of or "K15"), row or (ANY,)
    if found.id == by_cycle.EXHIBIT:
        return found, key, (key != (ANY,) and term_of(key)) or "any adverse event"
    anything = {"K15": "any infection", "T09": "any adverse event"}.get(found.id, f"any of {found.title}")
    if found.id == "K15" and key[-1] in _INFECTIONS:
        return found, key, f"{key[-1].lower()} infection"
    return found, key, anything if key == (ANY,) else key[-1]


def _course(cut: Cut, row: RowKey, of: str) -> time_to_first.Course:
    found, key, what = _about(row, of)
    if found.records is not None:
        if not found.narrowed(cut, key):
            raise _no_events(found)  # a row of subjects: when each became one is not its first record
        return time_to_first.of_events(cut, _records(cut, found, key), what, found.title)
    if found.labs is None:
        raise _no_events(found)
    return time_to_first.of_threshold(cut, key, found.title)


def _mean_count(cut: Cut, row: RowKey, of: str) -> Figure:
    found, key, what = _about(row, of)
    return time_to_first.mean_count(cut, _events(cut, found, key), what, found.title)


def _cycle_days(cut: Cut, row: RowKey, of: str) -> Figure:
    found, key, what = _about(row, of or "T09")
    records = _events(cut, found, key) & cut.ae["EMERGENT"].to_numpy(dtype=bool)
    return cycle_days.cycle_days(cut, records, title=f"Onset day: {what}", about=found.title)


def _periods(cut: Cut, row: RowKey, of: str) -> Figure:
    found, key, what = _about(row, of or by_cycle.EXHIBIT)
    return periods.periods(cut, _events(cut, found, key), title=f"By cycle: {what}", about=found.title)


def _events(cut: Cut, found: Exhibit, key: RowKey) -> Bools:
    """Return the mask over ``cut.ae`` of the events of a row. Raises Refusal for a row that counts none."""
    if found.records is None or not found.narrowed(cut, key):
        raise _no_events(found)
    return _records(cut, found, key)


def _records(cut: Cut, found: Exhibit, key: RowKey) -> Bools:
    assert found.records is not None
    return by_cycle.throughout(cut, key) if found.id == by_cycle.EXHIBIT else found.records(cut, key)


def _no_events(found: Exhibit) -> Refusal:
    if found.records is not None:
        told = f"Some rows of {found.id} count no events: this one counts subjects."
        return Refusal("FIGURE-RECORDS", told, "Choose a row that counts events.")
    return Refusal("FIGURE-RECORDS", f"The rows of {found.id} count no events.", "Choose a table of events.")


FIGURES: dict[str, Callable[[Cut, RowKey, str], Figure]] = {
    FLOW: lambda cut, _row, _of: flow.flow_figure(cut),
    "F09": _onset,
    time_to_first.KAPLAN_MEIER: lambda cut, row, of: time_to_first.free_of_event(cut, _course(cut, row, of)),
    time_to_first.AALEN_JOHANSEN: lambda cut, row, of: time_to_first.competing(cut, _course(cut, row, of)),
    time_to_first.MEAN_COUNT: _mean_count,
    cycle_days.FIGURE: _cycle_days,
    periods.FIGURE: _periods,
    "F18": lambda cut, _row, _of: edish.edish(cut),
    "F18B": lambda cut, _row, _of: edish.mdish(cut),
    "F18C": lambda cut, _row, _of: edish.composite(cut),
    "F18T": lambda cut, row, _of: time_course.time_course(cut, row[0] if row else ""),
    **{number: _of_a_test(make) for number, make in LAB_FIGURES.items()},
}
"""Figures that are more than a drawing of their table's cells, by cut, row and exhibit that they are asked about."""
_ABOUT = {
    FLOW: FLOW,
    **dict.fromkeys(("F09", cycle_days.FIGURE), "T09"),
    periods.FIGURE: by_cycle.EXHIBIT,
    **dict.fromkeys((time_to_first.KAPLAN_MEIER, time_to_first.AALEN_JOHANSEN, time_to_first.MEAN_COUNT), "K15"),
    **dict.fromkeys(("F18", "F18B", "F18C", "F18T"), "K18"),
    **dict.fromkeys(LAB_FIGURES, "K17"),
}
"""The exhibit that a figure is about where none is asked about."""


def figures(cut: Cut) -> tuple[str, ...]:
    """List the numbers of the figures that may be seen at the cut's level."""
    if cut.level is not Level.POOLED:
        return tuple(FIGURES)
    # A figure of nothing but single subjects would tell each of them, also without a name.
    kept = (number for number in FIGURES if cut.study.open.patients or number not in ONE_A_SUBJECT)
    return tuple(kept) if cut.study.open.safety else (FLOW,)


def figure(number: str, cut: Cut, row: RowKey, of: str) -> Figure:
    """Return a figure about a row of exhibit ``of`` ("" for its own), its subtitle with the filters that touch it."""
    made = FIGURES[number](cut, row, of)
    about = exhibit(of or _ABOUT[number])
    return replace(made, subtitle=made.subtitle + about.only(cut, row), styles=cut.styles)
