"""Time to first event and events again: Kaplan-Meier, Aalen-Johansen and mean cumulative count of any row, by arm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import wording
from dsmb_app.analyses.competing import aalen_johansen
from dsmb_app.analyses.counting import time_at_risk
from dsmb_app.analyses.kaplan_meier import kaplan_meier
from dsmb_app.analyses.lab_onset import passing
from dsmb_app.analyses.log_rank import log_rank_pairs
from dsmb_app.analyses.mean_count import mean_cumulative_count
from dsmb_app.analyses.onset import Watched, axis_days, in_percent, watched_for
from dsmb_app.analyses.time_to_event import FEWEST_AT_RISK, as_curve, at_risk, thin_from
from dsmb_app.model import formats
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import Curve, CurveFigure, RowKey
from dsmb_app.model.words import TOTAL, Level, Window

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

KAPLAN_MEIER, AALEN_JOHANSEN, MEAN_COUNT = "F15", "F15A", "F15M"
"""Numbers of the figures; each is asked about a row of an exhibit."""

FEWEST_SUBJECTS = 8
"""An arm of fewer subjects gives no informative curve (FDA)."""


@dataclass(frozen=True)
class Course:
    """What happened to each subject: ``days`` at risk (0: never), and what ended it: 1 the event, 2 a competing one.

    ``what``: the event in words; ``about``: where it is from; ``how``: footnotes on how it was placed in time.
    """

    days: Floats
    code: Ints
    what: str
    about: str
    how: tuple[str, ...]

    @property
    def first(self) -> Watched:
        """Return the days and whether the event came, competing events being the end of follow-up."""
        return Watched(self.days, self.code == 1)


def of_events(cut: Cut, records: Bools, what: str, about: str) -> Course:
    """Return the course to the first onset of some records (a mask over ``cut.ae``)."""
    found = watched_for(cut, records)
    code = np.where(found.event, 1, np.where(_competed(cut) & (found.days > 0), 2, 0))
    how = ("Subjects without the event are followed to the end of their window.", *wording.emergent(cut))
    return Course(found.days, code.astype(np.int64), what, f"{about} · Treatment-emergent", how)


def of_threshold(cut: Cut, key: RowKey, about: str) -> Course:
    """Return the course to the first laboratory value beyond the threshold of a row of T16 or K18.

    Without it, a subject is followed to its last value of the tests, or to a competing event. Raises Refusal for a row
    that no single value can pass.
    """
    found = passing(cut, key)
    event, measured = np.isfinite(found.first), found.last > 0
    competed = _competed(cut) & measured & ~event
    days = np.where(event, found.first, np.where(competed, np.maximum(time_at_risk(cut), found.last), found.last))
    code = np.where(event, 1, np.where(competed, 2, 0))
    how = (
        "Day of the first value beyond the threshold after baseline; the true day lies between it and the visit "
        "before. Subjects without one are followed to their last value; who has no value is at risk on no day.",
        *wording.laboratory(cut),
    )
    return Course(days, code.astype(np.int64), found.words, f"{about} · Post-baseline", how)


def _competed(cut: Cut) -> Bools:
    """Return whose window ended by death or, on treatment, of those who stopped before completing the study."""
    ended = cut.subjects["ENDDY"].to_numpy(dtype=float)
    died = cut.subjects["DTHDY"].to_numpy(dtype=float) <= ended
    if cut.choices.window is not Window.ON_TREATMENT:
        return np.asarray(died, dtype=bool)
    reason = cut.subjects["EOSREAS"].str.upper()
    return np.asarray(died | ~reason.isin(("", "COMPLETED")).to_numpy(dtype=bool), dtype=bool)


def free_of_event(cut: Cut, course: Course) -> CurveFigure:
    """Return one minus Kaplan-Meier in percent by arm; closed, with the log-rank test of each pair of arms."""

    def curve(arm: str, members: Bools) -> Curve:
        days, event = course.days[members], course.code[members] == 1
        steps = kaplan_meier(days, event).complement()
        return in_percent(as_curve(arm, steps, days[~event & (days > 0)]))

    notes = [
        "One minus the Kaplan-Meier estimate, pointwise 95% limits on the log(-log) scale. Death ends follow-up: where "
        f"deaths are many, see {AALEN_JOHANSEN}.",
        *_tests(cut, course),
    ]
    return _figure(
        cut, course, KAPLAN_MEIER, f"Time to first: {course.what}", "Subjects with the event (%)", curve, notes
    )


def competing(cut: Cut, course: Course) -> CurveFigure:
    """Return the Aalen-Johansen cumulative incidence in percent by arm: another event can come first."""

    def curve(arm: str, members: Bools) -> Curve:
        days, code = course.days[members], course.code[members]
        return in_percent(as_curve(arm, aalen_johansen(days, code), days[(code == 0) & (days > 0)]))

    others = "death" if cut.choices.window is not Window.ON_TREATMENT else (
        "death, and stopping early (last disposition event other than COMPLETED) at the end of the window"
    )  # fmt: skip
    notes = [
        f"Aalen-Johansen estimate of the cumulative incidence; competing events: {others}, in "
        f"{int(((course.code == 2) & cut.safety).sum())} subject(s) without the event. Pointwise 95% limits on the "
        "log(-log) scale.",
        *_tests(cut, course),
    ]
    title = f"Time to first, with competing events: {course.what}"
    return _figure(cut, course, AALEN_JOHANSEN, title, "Subjects with the event (%)", curve, notes)


def mean_count(cut: Cut, records: Bools, what: str, about: str) -> CurveFigure:
    """Return the mean number of events per 100 subjects by arm: all of ``records``, a mask over ``cut.ae``."""
    who = cut.ae["SUBJECT"].to_numpy(dtype=np.int64)[records]
    when = cut.ae["ONSETDY"].to_numpy(dtype=float)[records]
    # An event counted after the end of study was watched for until then, as in F15.
    followed = time_at_risk(cut)
    np.maximum.at(followed, who, when)
    seen = np.bincount(who, minlength=len(followed)) > 0

    def curve(arm: str, members: Bools) -> Curve:
        steps = mean_cumulative_count(followed, who, when, members)
        return in_percent(as_curve(arm, steps, followed[members & (followed > 0)]))

    notes = [
        "Mean cumulative count: sum over days of events / subjects watched (Nelson), every event of a subject counted. "
        "Robust 95% limits (Lawless and Nadeau), on the log scale. It is the mean while alive and watched.",
        *_again(cut, who),
    ]
    course = Course(
        followed, seen.astype(np.int64), what, f"{about} · Treatment-emergent", tuple(wording.emergent(cut))
    )
    return _figure(cut, course, MEAN_COUNT, f"Mean number of events: {what}", "Events per 100 subjects", curve, notes)


def _again(cut: Cut, who: Ints) -> list[str]:
    """Say how many events and subjects with two or more there are; nothing where small counts are not shown."""
    if cut.level is Level.POOLED and cut.study.open.small_cells:
        return []
    each = np.bincount(who, minlength=len(cut.subjects))
    said = []
    for arm in cut.columns:
        mine = each[cut.in_column(arm)]
        said.append(f"{arm}: {mine.sum()} in {(mine > 0).sum()} subject(s), {(mine > 1).sum()} with two or more")
    return [f"Events. {'; '.join(said)}."]


def _tests(cut: Cut, course: Course) -> list[str]:
    """Return the log-rank p of each contrast; nothing in a pooled figure, which has no arms."""
    if not cut.contrasts:
        return []
    arm, inside = cut.subjects["ARM"].to_numpy(dtype=np.int64), cut.safety
    kept = inside & (arm >= 0)
    found = log_rank_pairs(course.days[kept], (course.code[kept] == 1).astype(np.int64), arm[kept], len(cut.arms))
    said = []
    for one, other in cut.contrasts:
        pair = tuple(sorted((cut.arms.index(one), cut.arms.index(other))))
        p = formats.p_value(found[pair[0], pair[1]].p) or formats.NOT_EVALUABLE
        said.append(f"{one} v {other}: p = {p}")
    return [f"Log-rank test, two-sided, nominal, competing events as end of follow-up. {'; '.join(said)}."]


def _figure(
    cut: Cut,
    course: Course,
    number: str,
    title: str,
    y_label: str,
    curve: Callable[[str, Bools], Curve],
    notes: Sequence[str],
) -> CurveFigure:
    members = {arm: cut.in_column(arm) for arm in cut.arms or (TOTAL,)}
    small = cut.study.open.small_cells if cut.level is Level.POOLED else 0
    hidden = any(0 < int((course.code[mask] == 1).sum()) < small for mask in members.values())
    mine = {arm: Watched(course.days[mask], course.code[mask] == 1) for arm, mask in members.items()}
    days = axis_days(mine, max(small, 1))
    said = [
        *_hidden(small, hidden=hidden),
        *_too_few(mine),
        *wording.arms(cut),
        *notes,
        "Numbers below the axis: subjects at risk on that day. An arm's curve ends where fewer than "
        f"{FEWEST_AT_RISK} are left.",
        *course.how,
    ]
    return CurveFigure(
        exhibit=number,
        title=title,
        subtitle=f"{course.about}, {wording.window(cut)}",
        level=cut.level,
        population=wording.population(cut),
        arms=tuple(members),
        x_label="Study day",
        y_label=y_label,
        curves=() if hidden else tuple(curve(arm, mask) for arm, mask in members.items()),
        at_risk_days=days,
        at_risk={arm: tuple(at_risk(found.days, days).tolist()) for arm, found in mine.items()},
        footnotes=tuple(said),
        hidden_from={arm: thin_from(found.days) for arm, found in mine.items()},
    )


def _hidden(small: int, *, hidden: bool) -> list[str]:
    if not hidden:
        return []
    return [f"Not drawn: from 1 to {small - 1} subjects have the event, which open sessions do not show."]


def _too_few(mine: dict[str, Watched]) -> list[str]:
    small = [arm for arm, found in mine.items() if int((found.days > 0).sum()) < FEWEST_SUBJECTS]
    if not small:
        return []
    return [f"Not informative: fewer than {FEWEST_SUBJECTS} subjects at risk in {', '.join(small)}."]
