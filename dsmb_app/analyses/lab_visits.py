"""Scheduled visits of a laboratory test: which they are, and one value per subject in each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsmb_app.analyses.lab_series import Bools, Floats, Ints, Series, Texts
from dsmb_app.model.cut import Cut

_LEAST_SHARE = 0.1
"""Without a schedule, a visit counts as scheduled that at least this share of the subjects have."""


@dataclass(frozen=True)
class AtVisits:
    """Values after baseline at scheduled visits, one per subject and visit, aligned arrays.

    ``visit``: place in ``names``. ``repeats``: results left out for a later one in the same visit; ``elsewhere``: those
    of unscheduled or rare visits. ``rule``: which visits count as scheduled, in words.
    """

    names: tuple[str, ...]
    visit: Ints
    subject: Ints
    day: Floats
    value: Floats
    repeats: int
    elsewhere: int
    rule: str


def at_visits(cut: Cut, found: Series) -> AtVisits:
    """Return the last value of each subject in each scheduled visit: by day, then sequence number."""
    names, rule = _scheduled(cut, found)
    place = {name.casefold(): i for i, name in enumerate(names)}
    visit = np.array([place.get(name.casefold(), -1) for name in found.visit], dtype=np.int64)
    at = np.flatnonzero(found.post & (visit >= 0))
    at = at[np.lexsort((found.order[at], np.nan_to_num(found.day[at], nan=-np.inf), visit[at], found.subject[at]))]
    last = np.ones(len(at), dtype=bool)
    last[:-1] = (found.subject[at[1:]] != found.subject[at[:-1]]) | (visit[at[1:]] != visit[at[:-1]])
    kept = at[last]
    seen = sorted(set(visit[kept].tolist()))
    renumbered = np.searchsorted(seen, visit[kept]).astype(np.int64)
    return AtVisits(
        tuple(names[i] for i in seen), renumbered, found.subject[kept], found.day[kept], found.value[kept],
        int((~last).sum()), int((found.post & (visit < 0)).sum()), rule,
    )  # fmt: skip


def _scheduled(cut: Cut, found: Series) -> tuple[tuple[str, ...], str]:
    planned = sorted(cut.study.schedule.visits, key=lambda visit: visit.day)
    if planned:
        return tuple(visit.name.strip() for visit in planned), "the visits of the study file's schedule"
    share = f"{100 * _LEAST_SHARE:g}%"
    return _by_attendance(found), f"visits with a whole number that at least {share} of the subjects measured have"


def _by_attendance(found: Series) -> tuple[str, ...]:
    """Return the visits that are not numbered or named as unscheduled and are not rare, in order of their numbers."""
    whole = np.isnan(found.visit_number) | (found.visit_number % 1 == 0)
    usable = found.post & whole & _named(found.visit)
    least = _LEAST_SHARE * len(np.unique(found.subject[found.post]))
    visits: list[tuple[float, float, str]] = []
    for name in sorted(set(found.visit[usable].tolist())):
        mine = usable & (found.visit == name)
        if len(np.unique(found.subject[mine])) >= least:
            number = found.visit_number[mine]
            known = number[np.isfinite(number)]
            day = found.day[mine & np.isfinite(found.day)]
            visits.append((_median(known), _median(day), name))
    return tuple(name for *_, name in sorted(visits))


def _named(visit: Texts) -> Bools:
    return np.array([bool(name) and not name.casefold().startswith("unsched") for name in visit], dtype=bool)


def _median(values: Floats) -> float:
    return float(np.median(values)) if len(values) else np.inf
