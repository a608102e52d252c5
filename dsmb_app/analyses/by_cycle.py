"""Adverse events by cycle and phase: first onsets, events, event rates, who had one present, days since the dose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import numpy.typing as npt
import pandas as pd

from dsmb_app.analyses import cells, wording
from dsmb_app.analyses.ae_incidence import terms as terms_of
from dsmb_app.analyses.ae_lines import plain_table
from dsmb_app.analyses.codes import first_of_each
from dsmb_app.analyses.counting import by_arm, clustering, first_onset
from dsmb_app.analyses.cycles import PAUSE, Period, Rhythm, Stretch
from dsmb_app.analyses.rates import poisson_rate, robust_rate
from dsmb_app.model import formats
from dsmb_app.model.cut import Cut
from dsmb_app.model.cycle_rows import PRESENT, term_of
from dsmb_app.model.result import Cell, Column, ResultTable, Row, RowKey
from dsmb_app.model.words import Level, Order, Stat

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EXHIBIT, TITLE = "K20", "Adverse events by cycle and phase"
RATES = (Stat.WEEKS, Stat.EAER_WEEK, Stat.EAER_WEEK_LOW, Stat.EAER_WEEK_HIGH)
_HIDDEN = "suppressed: small count"


@dataclass(frozen=True)
class Line:
    """A row: of which period, of which stretch of it (None: events present in the period), of which term ("": any)."""

    row: Row
    period: Period
    stretch: Stretch | None
    term: str = ""


class ByCycle:
    """The emergent events of a cut, placed in its rhythm; ``lines`` in printed order.

    ``among``: only these events, a mask over ``cut.ae``; without ``terms`` there are no lines of single terms.
    """

    def __init__(self, cut: Cut, among: Bools | None = None, *, terms: bool = True) -> None:
        self.cut, self.rhythm, self._listed = cut, Rhythm(cut), terms
        emergent = cut.ae["EMERGENT"].to_numpy(dtype=bool)
        chosen = np.ones(len(emergent), dtype=bool) if among is None else among
        self.place, kept = np.flatnonzero(emergent & chosen), chosen[emergent]
        self.subjects, self.onset = self.rhythm.subjects[kept], self.rhythm.onset[kept]
        end = cut.ae["AEENDY_HI"].to_numpy(dtype=float)[self.place]
        self.end = np.where(np.isfinite(end), np.fmax(end, self.onset), np.inf)
        codes, names = pd.factorize(cut.once(terms_of)[1].to_numpy(dtype=object)[self.place])
        self.codes, self.names = codes.astype(np.int64), [str(name) for name in names]
        self._code = {name: code for code, name in enumerate(self.names)}
        zeros = np.zeros(len(self.codes), dtype=np.int64)
        self._any_first = first_onset(zeros, self.subjects, self.onset, len(cut.subjects))
        self._first = first_onset(self.codes, self.subjects, self.onset, len(cut.subjects))
        self.lines = list(chain.from_iterable(self._of(period) for period in self.rhythm.periods))

    def events(self, line: Line) -> Ints:
        """Return the places of the emergent records behind a line: begun in its stretch, or present in its period."""
        mask = self._in(line.period, line.stretch)
        return np.flatnonzero(mask & (self.codes == self._code[line.term]) if line.term else mask)

    def whose(self, line: Line) -> Ints:
        """Return who is counted on a line, each once: whose first onset of it at all lies there, or who had one."""
        if line.stretch is None:
            return np.unique(self.subjects[self.events(line)])
        code, (rows, who, first) = (self._code[line.term], self._first) if line.term else (0, self._any_first)
        mine = rows == code
        return np.asarray(who[mine][line.stretch.holds(who[mine], first[mine])], dtype=np.int64)

    def line(self, key: RowKey) -> Line:
        """Return the line of a key."""
        return next(line for line in self.lines if line.row.key == key)

    def _in(self, period: Period, stretch: Stretch | None) -> Bools:
        return self._present(period) if stretch is None else stretch.holds(self.subjects, self.onset)

    def _present(self, period: Period) -> Bools:
        first, last = period.first[self.subjects], period.last[self.subjects]
        return np.asarray((self.onset <= last) & (self.end >= first) & period.members[self.subjects], dtype=bool)

    def _of(self, period: Period) -> list[Line]:
        name = period.key
        found = [Line(Row(name, name[0]), period, period)]
        for phase in period.phases:
            found += [Line(Row(phase.key, phase.key[-1], 1), period, phase), *self._terms(period, phase, phase.key, 2)]
        if not period.phases:
            found += self._terms(period, period, name, 1)
        key = (*name, PRESENT)
        return [*found, Line(Row(key, "present at any time", 1), period, None), *self._terms(period, None, key, 2)]

    def _terms(self, period: Period, stretch: Stretch | None, key: RowKey, depth: int) -> list[Line]:
        if not self._listed:
            return []
        mask = self._in(period, stretch)
        often = np.bincount(self.codes[mask], minlength=len(self.names))
        by_name = self.cut.choices.order is Order.ALPHABETICAL
        listed = [code for code in np.flatnonzero(often).tolist() if self._frequent(code)]
        listed.sort(key=lambda code: (0 if by_name else -often[code], self.names[code].casefold()))
        return [Line(Row((*key, t), t, depth), period, stretch, t) for t in (self.names[code] for code in listed)]

    def _frequent(self, code: int) -> bool:
        """Tell whether a term reaches the pooled share from which terms are listed, at any time of the study."""
        n = int((self._first[0] == code).sum())
        return n >= self.cut.choices.at_least / 100 * int(self.cut.sizes[-1])


def records(cut: Cut, key: RowKey) -> Bools:
    """Return the mask over ``cut.ae`` of the records behind a row."""
    mask = np.zeros(len(cut.ae), dtype=bool)
    mask[cut.once(_behind)[key][0]] = True
    return mask


def subjects(cut: Cut, key: RowKey) -> Bools:
    """Return the mask over ``cut.subjects`` of those counted on a row."""
    mask = np.zeros(len(cut.subjects), dtype=bool)
    mask[cut.once(_behind)[key][1]] = True
    return mask


def throughout(cut: Cut, key: RowKey) -> Bools:
    """Return the mask over ``cut.ae`` of a row's events in all cycles and phases: any emergent one, or its term's."""
    emergent, term = cut.ae["EMERGENT"].to_numpy(dtype=bool), term_of(key)
    return emergent & (cut.once(terms_of)[1] == term).to_numpy(dtype=bool) if term else emergent


def _behind(cut: Cut) -> dict[RowKey, tuple[Ints, Ints]]:
    """Return, by row, the places of its records in ``cut.ae`` and of its subjects; nothing in it holds the cut."""
    found = ByCycle(cut)
    return {line.row.key: (found.place[found.events(line)], found.whose(line)) for line in found.lines}


def by_cycle(cut: Cut) -> ResultTable:
    """Count first onsets and events of each period, phase and term, with person-weeks and rates, and who had one."""
    return tabulate(ByCycle(cut))


def tabulate(found: ByCycle) -> ResultTable:
    """Count the lines of some events."""
    cut = found.cut
    rows = [line.row for line in found.lines]
    who, what = [found.whose(line) for line in found.lines], [found.events(line) for line in found.lines]
    n = by_arm(cut, _codes(who), _joined(who), len(rows))
    placed = _codes(what), found.subjects[_joined(what)]
    events = by_arm(cut, *placed, len(rows))
    sizes = np.array(
        [[int((line.period.members & cut.in_column(name)).sum()) for name in cut.columns] for line in found.lines],
        dtype=np.int64,
    ).reshape(len(rows), len(cut.columns))
    hidden = _few(cut, *placed, len(rows))
    body = cells.count_cells(cut, rows, n, events, sizes)
    body |= _rate_cells(found, events, placed, hidden)
    lagged = bool(len(found.rhythm.dose_days))
    if lagged:
        body |= _lag_cells(found, what, hidden)
    for i, j in zip(*np.nonzero(hidden), strict=True):
        body[rows[i].key, Column(cut.columns[j], Stat.EVENTS)] = Cell("", None, _HIDDEN)
    table = plain_table(cut, rows, body, exhibit=EXHIBIT, title=TITLE, footnotes=_footnotes(found))
    stats = (*cells.COUNTS, *RATES, *((Stat.DOSE_LAG,) if lagged else ()))
    return replace(table, columns=tuple(cells.arm_columns(cut, stats)))


def _codes(found: Sequence[Ints]) -> Ints:
    return np.repeat(np.arange(len(found), dtype=np.int64), [len(one) for one in found])


def _joined(found: Sequence[Ints]) -> Ints:
    return np.concatenate([*found, np.zeros(0, dtype=np.int64)]).astype(np.int64)


def _few(cut: Cut, rows: Ints, whose: Ints, n_rows: int) -> Bools:
    """Tell which cells have events of so few subjects that an open session does not show them."""
    once = first_of_each(rows, whose)
    with_events = by_arm(cut, rows[once], whose[once], n_rows)
    small = cut.study.open.small_cells if cut.level is Level.POOLED else 0
    return np.asarray((with_events > 0) & (with_events < small), dtype=bool)


def _rate_cells(found: ByCycle, events: Ints, placed: tuple[Ints, Ints], hidden: Bools) -> cells.Cells:
    """Return patient-weeks and events per 100 of them, exact or robust limits, of the rows that count onsets."""
    cut, body = found.cut, cells.Cells()
    by_stretch: dict[RowKey, list[int]] = {}
    for place, line in enumerate(found.lines):
        if line.stretch is not None:
            by_stretch.setdefault(line.stretch.key, []).append(place)
    for places in by_stretch.values():
        line = found.lines[places[0]]
        assert line.stretch is not None
        days = found.rhythm.days_in(line.stretch)
        weeks = np.array([float(days[cut.in_column(name)].sum()) / 7 for name in cut.columns])
        mine = np.isin(placed[0], places)
        codes = np.searchsorted(np.array(places), placed[0][mine])
        clustered, spread = clustering(cut, codes, placed[1][mine], len(places), days, line.period.members)
        whole = np.broadcast_to(weeks, events[places].shape)
        exact, robust = poisson_rate(events[places], whole), robust_rate(events[places], whole, spread)
        limits = [np.where(clustered, *pair) for pair in zip(robust[1:], exact[1:], strict=True)]
        for i, place in enumerate(places):
            for j, arm in enumerate(cut.columns):
                at, row = [Column(arm, stat) for stat in RATES], found.lines[place].row.key
                body[row, at[0]] = Cell(formats.half_up(weeks[j], 1), weeks[j])
                for column, values in zip(at[1:], (exact.estimate, *limits), strict=True):
                    note = cells.ROBUST if clustered[i, j] and column is not at[1] else ""
                    body[row, column] = _rate(float(values[i, j]), note, hidden=bool(hidden[place, j]))
    return body


def _rate(value: float, note: str, *, hidden: bool) -> Cell:
    if hidden:
        return Cell("", None, _HIDDEN)
    if not np.isfinite(value):
        return Cell(formats.NOT_EVALUABLE, None, "no patient-weeks")
    return Cell(formats.half_up(value, 1), value, note)


def _lag_cells(found: ByCycle, what: Sequence[Ints], hidden: Bools) -> cells.Cells:
    """Return the median days from the latest dose to the onset, of the rows that count onsets."""
    cut, body = found.cut, cells.Cells()
    lag = found.rhythm.days_since_dose(found.subjects, found.onset)
    members = [cut.in_column(name)[found.subjects] for name in cut.columns]
    for place, (line, events) in enumerate(zip(found.lines, what, strict=True)):
        if line.stretch is None:
            continue
        for j, arm in enumerate(cut.columns):
            known = np.sort(lag[events[members[j][events]]])
            known = known[np.isfinite(known)]
            at = line.row.key, Column(arm, Stat.DOSE_LAG)
            if hidden[place, j]:
                body[at] = Cell("", None, _HIDDEN)
            elif not len(known):
                body[at] = Cell("", None, "no events")
            else:
                body[at] = Cell(formats.half_up(float(np.median(known)), 1), float(np.median(known)))
    return body


def _footnotes(found: ByCycle) -> list[str]:
    cut, rhythm = found.cut, found.rhythm
    notes = [
        *wording.arms(cut),
        *_periods(rhythm),
        "n: subjects whose first onset at all of the row (any event; the term) lies in that cycle and phase, so that "
        "each subject stands once over the whole table. Events: every onset there. N: subjects who began the cycle; "
        "of the time after it, who was watched or had an event in it. Present: events begun by the end of the cycle "
        "and not ended before it; an event without an end goes on.",
        "Patient-weeks: days in the window, by phase, over 7; they add up to the person-time of T06. Rates: events per "
        "100 patient-weeks, 95% interval exact (Poisson), robust where events cluster in subjects.",
        *wording.emergent(cut),
        *wording.share_listed(cut),
    ]
    if len(rhythm.dose_days):
        notes.append("Days since dose: median over events, from the latest day of dosing to the onset, 0 on that day.")
    return notes


def _periods(rhythm: Rhythm) -> list[str]:
    if rhythm.plan is None:
        return [
            "Periods: from one planned visit to the day before the next; without visits in the study file, by weeks."
        ]
    plan = rhythm.plan
    told = int((rhythm.treated & ~rhythm.by_schedule).sum())
    return [
        f"Cycle: begins on day 1 and with the first dose after {PAUSE} days or more without one, in {told} subject(s); "
        f"in {int(rhythm.by_schedule.sum())} without dose days here, every {plan.length} days as planned up to the "
        f"last dose. Dosing: days 1 to {plan.dosing} of a cycle, rest: to the next one, after the last cycle to day "
        f"{plan.length}; Post: later. Planned: {plan.count} cycle(s)."
    ]
