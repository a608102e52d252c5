"""The table by cycle and phase as plain dictionaries, from dose dates, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from statistics import median

from tests.oracle.events import Event
from tests.oracle.people import Person, is_dose
from tests.oracle.reading import latest, whole
from tests.oracle.tables import TOTAL, Oracle, Results

Place = tuple[str, ...]


class Cycles:
    """Everybody's days by cycle and phase; ``by_dose`` false: as planned from the first dose to the last."""

    def __init__(self, oracle: Oracle, length: int, dosing: int, count: int, *, by_dose: bool = True) -> None:
        self.oracle, self.length, self.dosing, self.count = oracle, length, dosing, count
        self.doses = {p.subject: self._doses(p.subject) for p in oracle.people}
        self.starts = {p.subject: self._starts(p, by_dose=by_dose) for p in oracle.people}

    def _doses(self, subject: str) -> list[date]:
        """Return every day of dosing."""
        days = set()
        for record in self.oracle.data["EX"]:
            if record["USUBJID"] == subject and is_dose(record, stated=True):
                day, end = whole(record["EXSTDTC"]), whole(record["EXENDTC"])
                while day and day <= (end or day):
                    days.add(day)
                    day += timedelta(days=1)
        return sorted(days)

    def _starts(self, person: Person, *, by_dose: bool) -> list[date]:
        if person.first is None or person.last is None:
            return []
        if not by_dose:
            planned = [person.first + timedelta(days=self.length * number) for number in range(self.count)]
            return [day for day in planned if day <= person.last]
        days = self.doses[person.subject]
        return [day for day, before in zip(days, [date.min, *days], strict=False) if (day - before).days > 10]

    def place(self, person: Person, day: date) -> tuple[Place, int]:
        """Return the phase of a day, and its day of the cycle."""
        begun = [start for start in self.starts[person.subject] if start <= day]
        in_cycle = (day - begun[-1]).days + 1
        if len(begun) == len(self.starts[person.subject]) and in_cycle > self.length:
            return ("Post",), in_cycle
        return (f"Cycle {len(begun)}", "dosing" if in_cycle <= self.dosing else "rest"), in_cycle

    def watched(self) -> dict[tuple[Place, str], int]:
        """Return the days watched by phase and subject, counted one by one."""
        found: dict[tuple[Place, str], int] = {}
        for person in self.oracle.people:
            for number in range(person.days):
                assert person.first is not None
                place, _ = self.place(person, person.first + timedelta(days=number))
                found[place, person.subject] = found.get((place, person.subject), 0) + 1
        return found


def results(cycles: Cycles, arms: Sequence[str]) -> Results:
    """Return n, N, events, patient-weeks and days since the dose of every row; no rates."""
    oracle, watched = cycles.oracle, cycles.watched()
    placed = [(cycles.place(event.person, event.onset)[0], event) for event in oracle.events]
    most = max(len(starts) for starts in cycles.starts.values())
    names = [f"Cycle {number}" for number in range(1, most + 1)]
    found: Results = {}
    for arm in arms:
        members = oracle.members(arm)
        mine = [(place, event) for place, event in placed if arm in (TOTAL, event.person.arm)]
        for place in [*((name,) for name in names), *((n, p) for n in names for p in ("dosing", "rest")), ("Post",)]:
            size = len(_began(cycles, place[0], members, mine, watched))
            inside = [event for there, event in mine if there[: len(place)] == place]
            weeks = sum(watched.get((at, p.subject), 0) for p in members for at in _parts(place)) / 7
            rows: dict[str, list[Event]] = {" > ".join(place): inside}
            if len(place) == 2 or place == ("Post",):
                everywhere = [event for there, event in placed if there == place]
                rows |= {
                    " > ".join((*place, pt)): [e for e in inside if e.pt == pt] for pt in {e.pt for e in everywhere}
                }
            for row, events in rows.items():
                of_row = [
                    e for e in oracle.events if len(row.split(" > ")) == len(place) or e.pt == row.split(" > ")[-1]
                ]
                new = {e.person.subject for e in events if not any(_earlier(e, other) for other in of_row)}
                found |= {("K20", arm, "", row, stat): value for stat, value in
                          (("n", len(new)), ("N", size), ("pct", 100 * len(new) / size), ("events", len(events)),
                           ("pw", weeks), ("dose_lag", _lag(cycles, events)))}  # fmt: skip
        found |= _present(cycles, arm, names, members, mine, watched)
    return found


def _parts(place: Place) -> list[Place]:
    return [place] if len(place) == 2 or place == ("Post",) else [(*place, "dosing"), (*place, "rest")]


def _earlier(event: Event, other: Event) -> bool:
    return other.person.subject == event.person.subject and other.onset < event.onset


def _lag(cycles: Cycles, events: Sequence[Event]) -> float | None:
    lags = [(e.onset - max(d for d in cycles.doses[e.person.subject] if d <= e.onset)).days for e in events]
    return median(lags) if lags else None


def _began(
    cycles: Cycles,
    name: str,
    members: Sequence[Person],
    mine: Sequence[tuple[Place, Event]],
    watched: dict[tuple[Place, str], int],
) -> set[str]:
    if name == "Post":
        there = {p.subject for p in members if watched.get((("Post",), p.subject))}
        return there | {event.person.subject for place, event in mine if place == ("Post",)}
    return {p.subject for p in members if len(cycles.starts[p.subject]) >= int(name.split()[1])}


def _present(
    cycles: Cycles,
    arm: str,
    names: Sequence[str],
    members: Sequence[Person],
    mine: Sequence[tuple[Place, Event]],
    watched: dict[tuple[Place, str], int],
) -> Results:
    """Return the rows of events that were there at any time of a cycle, begun in it or before."""
    found: Results = {}
    everyone = cycles.oracle.events
    placed = [(cycles.place(e.person, e.onset)[0], e) for e in everyone]
    for name in [*names, "Post"]:
        began = _began(cycles, name, members, mine, watched)
        there = [e for e in everyone if _there(cycles, name, e)]
        own = [e for e in there if e.person.subject in began]
        everybody = _began(cycles, name, cycles.oracle.people, placed, watched)
        rows = {f"{name} > present": own}
        rows |= {f"{name} > present > {e.pt}": [x for x in own if x.pt == e.pt] for e in there
                 if e.person.subject in everybody}  # fmt: skip
        for row, events in rows.items():
            n = len({e.person.subject for e in events})
            stats = (("n", n), ("N", len(began)), ("pct", 100 * n / len(began)), ("events", len(events)))
            found |= {("K20", arm, "", row, stat): value for stat, value in stats}
    return found


def _there(cycles: Cycles, name: str, event: Event) -> bool:
    starts = cycles.starts[event.person.subject]
    number = len(starts) + 1 if name == "Post" else int(name.split()[1])
    if number > len(starts) + 1 or (name != "Post" and number > len(starts)):
        return False
    after = starts[-1] + timedelta(days=cycles.length)
    first = after if name == "Post" else starts[number - 1]
    last = date.max if name == "Post" else (starts[number] if number < len(starts) else after) - timedelta(days=1)
    end = latest(event.record["AEENDTC"])
    return event.onset <= last and (end is None or max(end, event.onset) >= first)
