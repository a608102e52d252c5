"""One sitting: one gate, one cut, one set of choices, one memo of results, one audit trail. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from dsmb_app.analyses import listing, listings
from dsmb_app.analyses.drilling import drilled
from dsmb_app.analyses.exhibit_kinds import Exhibit
from dsmb_app.analyses.exhibits import EXHIBITS, exhibit
from dsmb_app.analyses.figures import figure, figures
from dsmb_app.analyses.maturity import maturity
from dsmb_app.analyses.patients import patients
from dsmb_app.analyses.profile import profile
from dsmb_app.blinding.gate import Gate
from dsmb_app.model import filters
from dsmb_app.model.choices import FILTERS, Choices
from dsmb_app.model.closed import difference_closed, exhibit_closed, patients_closed
from dsmb_app.model.cut import SnapshotInfo
from dsmb_app.model.errors import Refusal
from dsmb_app.model.figures import ONE_A_SUBJECT
from dsmb_app.model.maturity import Maturity
from dsmb_app.model.profile import PatientProfile
from dsmb_app.model.result import Cell, Column, Drill, ExhibitInfo, Figure, Listing, ResultTable, Row, RowKey, Stamp
from dsmb_app.model.sheet import Sheet
from dsmb_app.model.study import Study
from dsmb_app.model.words import Level, Order
from dsmb_app.snapshot.hardening import no_core_dumps
from dsmb_app.snapshot.locks import Key
from dsmb_app.snapshot.seen import Notice, Seen
from dsmb_app.store.audit import AuditLog
from dsmb_app.store.trail import Trail


class Session:
    """What pages, packs and the analysis results ask; every number they show comes from ``table``."""

    def __init__(self, gate: Gate, audit: AuditLog, warnings: tuple[Notice, ...] = ()) -> None:
        self._gate = gate
        self._trail = Trail(audit, gate.info.sha256)
        self._warnings = warnings
        self._choices = Choices.of_study(gate.study)
        self._cut = gate.cut(Level.POOLED, self._choices)
        self._memo: dict[str, ResultTable] = {}
        self._figures: dict[tuple[str, RowKey, str], Figure] = {}
        self._profiles: dict[str, PatientProfile] = {}
        self._sheets: dict[str, Sheet] = {}
        self._offered: dict[Level, dict[str, dict[str, str]]] = {}

    @classmethod
    def open(
        cls, path: Path, key: str | Key, *, signers: Collection[str], audit: AuditLog, seen: Seen | None = None
    ) -> Session:
        """Open a snapshot pooled, and say so in the audit log, also when it is refused.

        ``key``: the opening phrase or a member's key. ``seen``: what was opened here before; this one is added to it.
        Raises Refusal for a file, signer, phrase or key that is not right.
        """
        no_core_dumps()
        try:
            gate = Gate.open(path, key, signers=signers)
        except Refusal as refusal:
            audit.append("load", result=refusal.code, obj=path.name)
            raise
        warnings = seen.warnings(gate.place) if seen else ()
        audit.append("load", snap=gate.info.sha256, result="ok", obj=path.name)
        if seen:
            seen.remember(gate.place)
        return cls(gate, audit, warnings)

    @property
    def warnings(self) -> tuple[Notice, ...]:
        """Return what a reader must know of the file before its content: an older one, one of two that differ."""
        return self._warnings

    @property
    def level(self) -> Level:
        """Return the level of everything shown."""
        return self._cut.level

    @property
    def highest_level(self) -> Level:
        """Return the highest level that has been unlocked."""
        return self._gate.highest

    @property
    def choices(self) -> Choices:
        """Return the choices in force."""
        return self._choices

    @property
    def offered(self) -> dict[str, dict[str, str]]:
        """Return what each filter of the choices may be set to at this level, as value -> words."""
        if self.level not in self._offered:  # no choice changes it
            some = filters.offered(self._cut, filters.allowed(self._cut))
            self._offered[self.level] = {name: some.get(name, {}) for name in FILTERS}
        return self._offered[self.level]

    def only(self, among: Collection[str] = FILTERS) -> str:
        """Return the filters in force in words, "" for none."""
        return filters.words(self._cut, among)

    @property
    def study(self) -> Study:
        """Return the study settings that the level may see."""
        return self._cut.study

    @property
    def snapshot(self) -> SnapshotInfo:
        """Return which file this is."""
        return self._cut.snapshot

    @property
    def arms(self) -> tuple[str, ...]:
        """Return the arm labels of the level, in printed order; empty when pooled."""
        return self._cut.arms

    @property
    def arm_sizes(self) -> dict[str, int]:
        """Return N of the safety population by arm, and in total under "Total"."""
        return dict(zip(self._cut.columns, self._cut.sizes.tolist(), strict=True))

    @property
    def receipt(self) -> dict[str, Any]:
        """Return where the data came from: source files with hashes, lock time."""
        return self._gate.receipt

    @property
    def counts(self) -> dict[str, int]:
        """Return how often each derivation rule had to be applied."""
        return dict(self._cut.counts)

    def stamp(self, *, created: str, audit_head: str) -> Stamp:
        """Return what every printed exhibit says of its source."""
        return Stamp(self.snapshot.snap_id, self.snapshot.sha256, created, audit_head)

    def exhibits(self) -> tuple[ExhibitInfo, ...]:
        """List the exhibits of the level, in printed order."""
        return tuple(ExhibitInfo(e.id, e.title) for e in EXHIBITS if e.allowed(self._cut))

    def table(self, number: str) -> ResultTable:
        """Return an exhibit; asked again, it is the same object until the level or a choice changes."""
        return self.maker(number)()

    def maker(self, number: str) -> Callable[[], ResultTable]:
        """Return what makes an exhibit at the level and choices of now, also in another thread. Raises Refusal, now."""
        found, memo = self._permitted(number), self._memo
        if number in memo:
            return lambda: memo[number]
        # Which rows a reader lists must not decide which ones are looked at.
        cut = self._gate.cut(self.level, self._choices.changed(at_least=0.0)) if found.whole else self._cut
        # Into the memo of the level that was asked for: after a change it is nobody's any more.
        return lambda: memo.setdefault(number, found.made(cut))

    def figures(self) -> tuple[str, ...]:
        """List the numbers of the figures that may be seen at this level (exhibits draw the others by their cells)."""
        return figures(self._cut)

    def figure(self, number: str, row: RowKey = (), of: str = "") -> Figure:
        """Return a figure; asked again, it is the same object until the level or a choice changes."""
        return self.figure_maker(number, row, of)()

    def figure_maker(self, number: str, row: RowKey = (), of: str = "") -> Callable[[], Figure]:
        """Return what makes a figure, as ``maker`` does; ``row`` of exhibit ``of``: which row it is about."""
        if number not in self.figures():
            raise patients_closed() if number in ONE_A_SUBJECT and self.study.open.safety else exhibit_closed(number)
        if of:
            self._permitted(of)
        memo, cut, key = self._figures, self._cut, (number, row, of)
        return lambda: memo[key] if key in memo else memo.setdefault(key, figure(number, cut, row, of))

    def maturity(self) -> Maturity:
        """Return what the numbers rest on; the same object until the level or a choice changes."""
        return self._cut.once(maturity)

    def walk(self, numbers: Collection[str] = ()) -> Iterator[tuple[ResultTable, Row, Column, Cell]]:
        """Yield every cell of the exhibits asked for (all that may be seen, where none is named)."""
        for number in numbers or [info.id for info in self.exhibits()]:
            table = self.table(number)
            for row, column, cell in table.walk():
                yield table, row, column, cell

    def choose(self, **changes: Any) -> None:
        """Change choices; every result is forgotten and made anew from the gate."""
        self._choose(self._choices.changed(**changes))

    def choose_by_text(self, settings: Collection[str]) -> None:
        """Change choices given as ``key=value``. Raises Refusal for a key or value that is none."""
        if settings:
            self._choose(self._choices.changed_by_text(settings))

    def set_level(self, level: Level) -> None:
        """Show another level that has been unlocked, and log it. Raises Refusal for one that has not."""
        self._gate.cut(level, self._choices)  # refuses one that is locked, before the log says that it is shown
        self._trail.change_level(self.level, level, lambda: self._set(level, self._choices))

    def unlock_codes(self, key: str | Key, *, why: str = "", who: str = "") -> None:
        """Open the letters and show arms masked; the log says so, and who, before the phrase or key is used."""
        self._trail.unblind("codes", lambda: self._gate.unlock_codes(key), why=why, who=who)
        self._set(Level.MASKED, self._choices)

    def unlock_names(self, key: str | Key, *, why: str = "", who: str = "") -> None:
        """Open the arm names and show arms named; the log says so, and who, before the phrase or key is used."""
        self._trail.unblind("names", lambda: self._gate.unlock_names(key), why=why, who=who)
        self._set(Level.NAMED, self._choices)

    @property
    def audit_head(self) -> str:
        """Return the head of the audit chain, printed in every export."""
        return self._trail.head

    def record_export(self, kind: str, data: bytes, file_name: str) -> None:
        """Log an export before it is handed over: its kind, SHA-256 and file name."""
        self._trail.export(kind, self.level, data, file_name)

    def record_copy(self, what: str) -> None:
        """Log a copy of a table or picture to the clipboard or a file."""
        self._trail.copy(what, self.level)

    def forget(self) -> None:
        """Let go of everything unlocked and of every result; the session can be asked nothing after that."""
        self._gate.forget()
        del self._gate, self._cut, self._memo, self._figures, self._profiles, self._sheets, self._offered

    def drill(self, number: str, row: RowKey, column: Column) -> Drill:
        """Return the subjects and records behind a cell.

        An n cell opens exactly n subjects and an events cell that many records; any other cell opens the subjects of
        its row and column, a contrast those of both arms. Raises Refusal for a suppressed cell, and in an open
        session where ``open.patients`` is false.
        """
        found = self._permitted(number)
        cell = self.table(number).cell(row, column)
        if cell is None or (not cell.drills and cell.note.startswith("suppressed")):
            raise Refusal("DRILL-SUPPRESSED", "This cell is suppressed.", "Nothing stands behind it for this session.")
        if self.level is Level.POOLED and not self.study.open.patients:
            raise patients_closed()
        return drilled(self._cut, found, row, column)

    def listings(self) -> dict[str, str]:
        """Return number -> title of the listings that may be seen at this level, in order."""
        return listings.available(self._cut)

    def sheet(self, number: str) -> Sheet:
        """Return a listing. Raises Refusal for a number that is none, and where an open session shows no patients."""
        return self.sheet_maker(number)()

    def sheet_maker(self, number: str) -> Callable[[], Sheet]:
        """Return what makes a listing, as ``maker`` does."""
        if not listings.allowed(self._cut):
            raise patients_closed()
        memo, cut = self._sheets, self._cut
        return lambda: memo[number] if number in memo else memo.setdefault(number, listings.sheet(cut, number))

    def patients(self) -> Listing:
        """List the safety population. Raises Refusal in an open session that shows no patients."""
        return self.patients_maker()()

    def patients_maker(self) -> Callable[[], Listing]:
        """Return what makes the list of patients, as ``maker`` does, and is refused where they are not shown."""
        return partial(self._cut.once, patients)

    def profile(self, usubjid: str) -> PatientProfile:
        """Return everything the level may know of one subject, whatever the filters; asked again, the same object."""
        if usubjid not in self._profiles:
            self._profiles[usubjid] = profile(self._gate.cut(self.level, self._choices.without()), usubjid)
        return self._profiles[usubjid]

    def chosen_subjects(self, usubjids: Collection[str]) -> Listing:
        """Return the list of some subjects."""
        if self.level is Level.POOLED and not (self.study.open.patients and self.study.open.safety):
            raise patients_closed()
        own = self._cut.subjects["USUBJID"].isin(set(usubjids)).to_numpy()
        return listing.subject_listing(self._cut, own, f"{int(own.sum())} subject(s) chosen")

    def _permitted(self, number: str) -> Exhibit:
        found = exhibit(number)
        if not found.allowed(self._cut):
            raise exhibit_closed(number)
        return found

    def _choose(self, choices: Choices) -> None:
        if self.level is Level.POOLED and choices.order is Order.DIFFERENCE:
            raise difference_closed()
        choices = filters.fitted(self._cut, choices)
        filters.refuse_subtractable(self._gate.cut(self.level, choices))
        self._set(self.level, choices)

    def _set(self, level: Level, choices: Choices) -> None:
        if level is Level.POOLED and choices.order is Order.DIFFERENCE:
            choices = choices.changed(order=Order.FREQUENCY)
        # The memo goes with the cut it was made from: a result that outlived re-blinding would leak an arm.
        self._choices = filters.kept(self._gate.cut(level, choices), choices)
        self._cut = self._gate.cut(level, self._choices)
        self._memo, self._figures, self._profiles, self._sheets = {}, {}, {}, {}
