"""On which day of the cycle events begin: counts by day and arm, with the subject-days watched on each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import wording
from dsmb_app.analyses.cycles import Rhythm
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import Histogram
from dsmb_app.model.words import TOTAL, Level

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FIGURE = "F20"


def cycle_days(cut: Cut, records: Bools, *, title: str, about: str) -> Histogram:
    """Return the onsets of some emergent records (a mask over ``cut.ae``) by day of the cycle they began in, by arm.

    Without cycles in the study file, by week of the study. Onsets after the last cycle are in no bin; a footnote counts
    them.
    """
    rhythm = Rhythm(cut)
    subjects = cut.ae["SUBJECT"].to_numpy(dtype=np.int64)[records]
    days = cut.ae["ONSETDY"].to_numpy(dtype=float)[records]
    bins = _bins(rhythm, subjects, days)
    watched = _watched(rhythm, int(max(bins.max(initial=1), _longest(rhythm))))
    arms, counts, time, hidden = cut.arms or (TOTAL,), {}, {}, False
    behind: dict[str, tuple[tuple[str, ...], ...]] = {}
    small = cut.study.open.small_cells if cut.level is Level.POOLED else 0
    # In an open session that hides small counts, days on which a few were watched are left out at the end.
    enough = (watched[cut.safety] > 0).sum(axis=0) >= small
    last = len(enough) if enough.all() else int(np.argmin(enough))
    for arm in arms:
        mine = cut.in_column(arm)
        kept = mine[subjects] & (bins > 0) & (bins <= last)
        counts[arm] = tuple(np.bincount(bins[kept], minlength=last + 1)[1:].tolist())
        time[arm] = tuple(watched[mine, :last].sum(axis=0).astype(int).tolist())
        pairs = np.unique(np.column_stack([bins[kept], subjects[kept]]), axis=0)
        each = np.bincount(pairs[:, 0], minlength=last + 1)
        hidden |= bool(((each > 0) & (each < small)).any())
        behind[arm] = _ids(cut, pairs, last)
    return Histogram(
        exhibit=FIGURE,
        title=title,
        subtitle=f"{about} · Treatment-emergent, {wording.window(cut)}",
        level=cut.level,
        population=wording.population(cut),
        arms=arms,
        x_label="Day of the cycle" if rhythm.has_cycles else "Week of the study",
        y_label="Events",
        bins=() if hidden else tuple(range(1, last + 1)),
        counts=dict.fromkeys(arms, ()) if hidden else counts,
        watched=dict.fromkeys(arms, ()) if hidden else time,
        shaded=rhythm.plan.dosing if rhythm.plan else 0,
        subjects=behind if not hidden and (cut.level is not Level.POOLED or cut.study.open.patients) else {},
        footnotes=_notes(cut, rhythm, int((bins == 0).sum()), small if hidden else 0),
    )


def _ids(cut: Cut, pairs: Ints, last: int) -> tuple[tuple[str, ...], ...]:
    """Return the ids behind each bin; ``pairs``: bin and subject, each pair once."""
    names = cut.subjects["USUBJID"].to_numpy(dtype=object)
    return tuple(tuple(names[pairs[pairs[:, 0] == place, 1]].tolist()) for place in range(1, last + 1))


def _bins(rhythm: Rhythm, subjects: Ints, days: Floats) -> Ints:
    """Return the day of its cycle on which each event began, 0 after the last one; without cycles its week."""
    if not rhythm.has_cycles:
        return np.asarray((days.astype(np.int64) + 6) // 7)
    found = np.zeros(len(days), dtype=np.int64)
    for cycle in rhythm.periods[:-1]:
        inside = cycle.holds(subjects, days)
        found[inside] = (days[inside] - cycle.first[subjects[inside]] + 1).astype(np.int64)
    return found


def _longest(rhythm: Rhythm) -> int:
    """Return the last day of the longest cycle, or the last week that anybody was watched."""
    if not rhythm.has_cycles:
        return int(rhythm.watched.max(initial=1) + 6) // 7
    spans = [(cycle.last - cycle.first + 1)[cycle.members] for cycle in rhythm.periods[:-1]]
    return int(np.concatenate([*spans, np.ones(1)]).max())


def _watched(rhythm: Rhythm, last: int) -> Floats:
    """Return the days that each subject was watched on each day of its cycles (of each week): (subjects, ``last``)."""
    if not rhythm.has_cycles:
        begin = 7.0 * np.arange(last)
        return np.clip(rhythm.watched[:, np.newaxis] - begin, 0.0, 7.0)
    total = np.zeros((len(rhythm.watched), last))
    for cycle in rhythm.periods[:-1]:
        began = np.isfinite(cycle.first)
        day = np.where(began, cycle.first, 1.0)[:, np.newaxis] + np.arange(last)
        end = np.fmin(cycle.last, rhythm.watched)[:, np.newaxis]
        total += began[:, np.newaxis] & (day <= end)
    return total


def _notes(cut: Cut, rhythm: Rhythm, outside: int, small: int) -> tuple[str, ...]:
    notes = (
        [f"Not drawn: a bar stands for 1 to {small - 1} subjects, which open sessions do not show."] if small else []
    )
    notes += [*wording.arms(cut), "Every onset counts, also of the same event again."]
    if rhythm.has_cycles:
        later = f"; {outside} began after the last cycle" if not small else ""
        notes.append(f"Day 1 of a cycle is the day of its first dose{later}. Cycles as in K20.")
    return (*notes, *wording.emergent(cut))
