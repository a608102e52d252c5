"""One sitting: one gate, one cut, one set of choices, one memo of results, one audit trail. No Qt."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dsmb_app.analyses import listing
from dsmb_app.analyses.exhibits import EXHIBITS, FIGURES, Exhibit, exhibit
from dsmb_app.blinding.gate import Gate
from dsmb_app.model.choices import Choices
from dsmb_app.model.cut import SnapshotInfo
from dsmb_app.model.errors import Refusal
from dsmb_app.model.result import Cell, Column, Drill, Listing, ResultTable, Row, RowKey, Scatter, Stamp
from dsmb_app.model.study import Study
from dsmb_app.model.words import Level
from dsmb_app.store.audit import AuditLog


@dataclass(frozen=True)
class ExhibitInfo:
    """What a contents list needs of an exhibit."""

    id: str
    title: str


class Session:
    """What pages, packs and the analysis results ask; every number they show comes from ``table``."""

    def __init__(self, gate: Gate, audit: AuditLog) -> None:
        self._gate = gate
        self._audit = audit
        self._choices = Choices.of_study(gate.study)
        self._cut = gate.cut(Level.POOLED, self._choices)
        self._memo: dict[str, ResultTable] = {}
        self._figures: dict[str, Scatter] = {}

    @classmethod
    def open(cls, path: Path, phrase: str, *, signers: Collection[str], audit: AuditLog) -> Session:
        """Open a snapshot pooled, and say so in the audit log, also when it is refused.

        Raises Refusal for a file, signer or phrase that is not right.
        """
        try:
            gate = Gate.open(path, phrase, signers=signers)
        except Refusal as refusal:
            audit.append("load", result=refusal.code, obj=path.name)
            raise
        audit.append("load", snap=gate.info.sha256, result="ok", obj=path.name)
        return cls(gate, audit)

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
        """List the exhibits that may be seen at this level, in printed order."""
        return tuple(ExhibitInfo(e.id, e.title) for e in EXHIBITS if e.allowed(self._cut))

    def table(self, number: str) -> ResultTable:
        """Return an exhibit; asked again, it is the same object until the level or a choice changes."""
        found = self._permitted(number)
        if number not in self._memo:
            self._memo[number] = found.build(self._cut)
        return self._memo[number]

    def figures(self) -> tuple[str, ...]:
        """List the numbers of the figures that may be seen at this level (exhibits draw the others by their cells)."""
        return tuple(FIGURES) if self.level is not Level.POOLED or self.study.open.safety else ()

    def figure(self, number: str) -> Scatter:
        """Return a figure; asked again, it is the same object until the level or a choice changes."""
        if number not in self.figures():
            raise _closed(number)
        if number not in self._figures:
            self._figures[number] = FIGURES[number](self._cut)
        return self._figures[number]

    def walk(self, numbers: Collection[str] = ()) -> Iterator[tuple[ResultTable, Row, Column, Cell]]:
        """Yield every cell of the exhibits asked for (all that may be seen, where none is named)."""
        for number in numbers or [info.id for info in self.exhibits()]:
            table = self.table(number)
            for row, column, cell in table.walk():
                yield table, row, column, cell

    def choose(self, **changes: Any) -> None:
        """Change choices; every result is forgotten and made anew from the gate."""
        self._set(self.level, self._choices.changed(**changes))

    def choose_by_text(self, settings: Collection[str]) -> None:
        """Change choices given as ``key=value``. Raises Refusal for a key or value that is none."""
        if settings:
            self._set(self.level, self._choices.changed_by_text(settings))

    def set_level(self, level: Level) -> None:
        """Show another level that has been unlocked. Raises Refusal for one that has not."""
        self._set(level, self._choices)

    def unlock_codes(self, phrase: str, *, why: str = "") -> None:
        """Open the letters and show arms masked; the log says so before the phrase is used."""
        self._unblind("codes", why, lambda: self._gate.unlock_codes(phrase))
        self._set(Level.MASKED, self._choices)

    def unlock_names(self, phrase: str, *, why: str = "") -> None:
        """Open the arm names and show arms named; the log says so before the phrase is used."""
        self._unblind("names", why, lambda: self._gate.unlock_names(phrase))
        self._set(Level.NAMED, self._choices)

    @property
    def audit_head(self) -> str:
        """Return the head of the audit chain, printed in every export."""
        return self._audit.head()

    def record_export(self, kind: str, data: bytes, file_name: str) -> None:
        """Log an export before it is handed over: its kind, SHA-256 and file name."""
        self._audit.append(
            "export", snap=self.snapshot.sha256, why=f"{kind} {self.level}", result=_sha256(data), obj=file_name
        )

    def record_copy(self, what: str) -> None:
        """Log a copy of a table or picture to the clipboard or a file."""
        self._audit.append("copy", snap=self.snapshot.sha256, why=str(self.level), result="ok", obj=what)

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
            raise _patients_closed()
        label = " > ".join(row)
        subjects, records = self._behind(found, row, column)
        if found.labs is not None:
            shown = listing.lab_listing(self._cut, subjects, found.labs(row))
        else:
            behind = records if records is not None else np.zeros(len(self._cut.ae), dtype=bool)
            shown = listing.record_listing(self._cut, behind, f"{int(behind.sum())} record(s)")
        return Drill(
            question=f"{found.title}: {label}, {self._whose(column)}",
            subjects=listing.subject_listing(self._cut, subjects, f"{int(subjects.sum())} subject(s)"),
            records=shown,
        )

    def subject_records(self, usubjid: str) -> Listing:
        """Return all adverse-event records of one subject."""
        if self.level is Level.POOLED and not (self.study.open.patients and self.study.open.safety):
            raise _patients_closed()
        own = (self._cut.subjects["USUBJID"] == usubjid).to_numpy()[self._cut.ae["SUBJECT"].to_numpy()]
        return listing.record_listing(self._cut, own, f"Adverse events of {usubjid}")

    def subject_labs(self, usubjid: str, tests: tuple[str, ...]) -> Listing:
        """Return the laboratory records of one subject and some tests."""
        if self.level is Level.POOLED and not (self.study.open.patients and self.study.open.safety):
            raise _patients_closed()
        own = (self._cut.subjects["USUBJID"] == usubjid).to_numpy()
        return listing.lab_listing(self._cut, own, tests)

    def _whose(self, column: Column) -> str:
        return f"{column.arm} and {column.arm_ref}" if column.is_contrast else column.arm

    def _behind(self, found: Exhibit, row: RowKey, column: Column) -> tuple[np.ndarray, np.ndarray | None]:
        cut = self._cut
        in_column = found.members(cut, column.arm)
        if column.is_contrast:
            in_column = in_column | found.members(cut, column.arm_ref)
        subjects = found.subjects(cut, row) & in_column
        if found.records is None:
            return subjects, None
        return subjects, found.records(cut, row) & in_column[cut.ae["SUBJECT"].to_numpy()]

    def _permitted(self, number: str) -> Exhibit:
        found = exhibit(number)
        if not found.allowed(self._cut):
            raise _closed(number)
        return found

    def _unblind(self, part: str, why: str, unlock: Callable[[], None]) -> None:
        snap = self.snapshot.sha256
        self._audit.append("unblind", snap=snap, why=why, result="begin", obj=part)
        try:
            unlock()
        except Refusal as refusal:
            self._audit.append("unblind", snap=snap, why=why, result=refusal.code, obj=part)
            raise
        self._audit.append("unblind", snap=snap, why=why, result="ok", obj=part)

    def _set(self, level: Level, choices: Choices) -> None:
        # The memo goes with the cut it was made from: a result that outlived re-blinding would leak an arm.
        self._cut = self._gate.cut(level, choices)
        self._choices = choices
        self._memo, self._figures = {}, {}


def _closed(number: str) -> Refusal:
    return Refusal(
        "EXHIBIT-CLOSED",
        f"{number} is not shown in open sessions of this trial (open.safety is false).",
        "It can be seen in the closed session.",
    )


def _patients_closed() -> Refusal:
    return Refusal(
        "DRILL-CLOSED",
        "Patients are not shown in open sessions of this trial (open.patients is false).",
        "They can be seen in the closed session.",
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
