"""Mean cumulative count: events per subject up to each day, every event of a subject counted."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dsmb_app.analyses.intervals import CONFIDENCE_LEVEL, FloatArray, IntArray, normal_quantile, whole_numbers
from dsmb_app.analyses.time_to_event import EventDays, Steps, chosen, event_days, last_days

# A standard error below this share of the estimate is rounding: the subjects do not differ at all.
_NO_SPREAD: Final = 1e-9


def mean_cumulative_count(
    follow_up: ArrayLike,
    subject: ArrayLike,
    day: ArrayLike,
    members: NDArray[np.bool_] | None = None,
    level: float = CONFIDENCE_LEVEL,
) -> Steps:
    """Mean number of events per subject, M(t) = sum over event days up to t of d/Y (Nelson 1988), all events counted.

    ``follow_up``: last day of each subject, 0 without any (never at risk); ``subject`` and ``day``: one entry per
    event, the index of its subject and its day, several on one day allowed and the last day included; ``members``
    keeps some subjects with their events (an arm). Variance robust against events that cluster in subjects (Lawless
    and Nadeau 1995): sum over subjects of [sum over t_j <= t of Y_i/Y (dN_i - d/Y)]^2. Limits normal for log M,
    M exp(-+ z s/M), because a mean count is never below 0; zero stays zero, and there are none where the subjects do
    not differ (one subject, say), for that is no knowledge of the spread. It is the mean while alive and watched:
    dying ends the risk. Cost: event days times subjects. TypeError for indices that are not whole numbers; ValueError
    for an unknown subject or an event outside day 1 to the end of its subject's follow-up.
    """
    followed = last_days(follow_up)
    who, when = _events(followed, subject, day)
    mask = chosen(members, len(followed))
    kept = mask[who]
    place = np.cumsum(mask) - 1
    return _estimate(followed[mask], place[who[kept]], when[kept], level)


def _estimate(followed: FloatArray, who: IntArray, when: FloatArray, level: float) -> Steps:
    counts = event_days(followed, when)
    mean = np.cumsum(counts.events / counts.at_risk)
    variance = _robust_variance(followed, who, when, counts)
    spread = np.sqrt(variance) / mean
    factor = np.where(spread > _NO_SPREAD, np.exp(normal_quantile(level) * spread), np.nan)
    return Steps(
        day=np.concatenate([[0.0], counts.day]),
        estimate=np.concatenate([[0.0], mean]),
        variance=np.concatenate([[0.0], variance]),
        low=np.concatenate([[0.0], mean / factor]),
        high=np.concatenate([[0.0], mean * factor]),
        at_risk=np.concatenate([[len(followed)], counts.at_risk]),
        events=np.concatenate([[0], counts.events]),
        last_day=float(followed.max(initial=-np.inf)),
    )


def _events(followed: FloatArray, subject: ArrayLike, day: ArrayLike) -> tuple[IntArray, FloatArray]:
    who, when = whole_numbers(subject), np.asarray(day, dtype=np.float64)
    if who.ndim != 1 or who.shape != when.shape or np.any(who >= len(followed)):
        raise ValueError("Each event needs a day and a subject that exists.")
    if not np.all((when >= 1) & (when <= followed[who])):
        raise ValueError("An event lies outside day 1 to the end of its subject's follow-up.")
    return who, when


def _robust_variance(followed: FloatArray, who: IntArray, when: FloatArray, counts: EventDays) -> FloatArray:
    """Lawless-Nadeau variance on each event day, one pass over the days with a running deviation per subject."""
    ranking = _fixed_order(followed, who, when)
    rank = np.empty(len(followed), dtype=np.int64)
    rank[ranking] = np.arange(len(followed))
    by_day = np.argsort(when, kind="stable")
    whose, bounds = rank[who[by_day]], np.concatenate([[0], np.cumsum(counts.events)])
    deviation, variance = np.zeros(len(followed)), np.empty(len(counts.day))
    for j, (d, y) in enumerate(zip(counts.events.tolist(), counts.at_risk.tolist(), strict=True)):
        # The longest followed stand first, so those at risk are the first y.
        seen = np.bincount(whose[bounds[j] : bounds[j + 1]], minlength=y)
        deviation[:y] += (seen - d / y) / y
        variance[j] = np.square(deviation).sum()
    return variance


def _fixed_order(followed: FloatArray, who: IntArray, when: FloatArray) -> list[int]:
    """Rank subjects by follow-up, longest first, then by their event days.

    Subjects arrive in the order of random ids and a sum of floats depends on its order; ranked by what happened to
    them, two sittings on the same data print the same last digit.
    """
    by_subject = np.lexsort((when, who))
    bounds = np.searchsorted(who[by_subject], np.arange(1, len(followed)))
    histories = [days.tolist() for days in np.split(when[by_subject], bounds)]
    last = followed.tolist()
    return sorted(range(len(last)), key=lambda i: (-last[i], histories[i]))
