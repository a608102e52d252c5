"""What an exhibit is, and the kinds that several of them are of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import ae_incidence, disposition, wording
from dsmb_app.analyses.ae_flags import is_severe
from dsmb_app.analyses.ae_lines import Line, line_of, subjects_behind, with_records
from dsmb_app.analyses.findings import Behind
from dsmb_app.analyses.lab_lines import LabLine
from dsmb_app.analyses.lab_lines import behind as behind_line
from dsmb_app.analyses.lab_values import Labs
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import ResultTable, RowKey
from dsmb_app.model.words import Level

Bools = npt.NDArray[np.bool_]


class InOpen(Enum):
    """When an exhibit may be seen in an open session."""

    ALWAYS = "always"
    IF_SAFETY = "if open.safety"
    NEVER = "never"


def never(_cut: Cut, _row: RowKey) -> bool:
    """Tell that no filter of records touches a row."""
    return False


def always(_cut: Cut, _row: RowKey) -> bool:
    """Tell that the filters of records touch every row."""
    return True


def _nothing(_cut: Cut) -> dict[str, list[str]]:
    return {}


@dataclass(frozen=True)
class Exhibit:
    """An exhibit: its number, its title, how it is computed and who stands behind a row.

    ``subjects``: mask over ``cut.subjects``; ``records``: mask over ``cut.ae``, or None where rows count no records;
    ``labs``: the laboratory tests that a row is about, or None; ``behind``: the records behind a row where they are of
    another dataset, or of several by row; ``members``: who belongs to a column; ``narrowed``:
    whether the filters of records touch a row, () the whole exhibit (those of subjects touch every one); ``beside``:
    further columns of its lists of subjects, by header, one text for each of ``cut.subjects``; ``origin``: exhibit and
    row there that a row repeats, None where rows are the exhibit's own; ``whole``: it is made without the share from
    which rows are listed.
    """

    id: str
    title: str
    in_open: InOpen
    build: Callable[[Cut], ResultTable]
    subjects: Callable[[Cut, RowKey], Bools]
    records: Callable[[Cut, RowKey], Bools] | None = None
    labs: Callable[[Cut, RowKey], tuple[str, ...]] | None = None
    behind: Callable[[Cut, RowKey], Behind] | None = None
    members: Callable[[Cut, str], Bools] = Cut.in_column
    narrowed: Callable[[Cut, RowKey], bool] = never
    beside: Callable[[Cut], dict[str, list[str]]] = _nothing
    origin: Callable[[RowKey], tuple[str, RowKey]] | None = None
    whole: bool = False

    def allowed(self, cut: Cut) -> bool:
        """Tell whether the exhibit may be seen at the cut's level."""
        if cut.level is not Level.POOLED:
            return True
        return self.in_open is InOpen.ALWAYS or (self.in_open is InOpen.IF_SAFETY and cut.study.open.safety)

    def made(self, cut: Cut) -> ResultTable:
        """Return the exhibit, its subtitle with the filters that touch it."""
        table = cut.once(self.build)
        return replace(table, subtitle=table.subtitle + self.only(cut), styles=cut.styles)

    def only(self, cut: Cut, row: RowKey = ()) -> str:
        """Return the filters that touch a row, () the whole exhibit, as the end of a line; "" for none."""
        return wording.only(cut, records=self.narrowed(cut, row))


def emergent(cut: Cut) -> Bools:
    """Return the emergent records: a mask over ``cut.ae``."""
    return cut.ae["EMERGENT"].to_numpy(dtype=bool)


def severe(cut: Cut) -> Bools:
    """Return the emergent records of grade 3 or higher, or severe."""
    return emergent(cut) & is_severe(cut.ae, cut.study.ae.grading)


def _no_notes(_: Cut) -> list[str]:
    return []


def term_exhibit(
    number: str, title: str, among: Callable[[Cut], Bools], notes: Callable[[Cut], list[str]] = _no_notes
) -> Exhibit:
    """Return an exhibit of classes and terms, of the records ``among``, with footnotes of its own."""

    def records(cut: Cut, key: RowKey) -> Bools:
        return ae_incidence.records_of(cut, key, among(cut), ae_incidence.terms)

    def subjects(cut: Cut, key: RowKey) -> Bools:
        return with_records(cut, records(cut, key))

    def build(cut: Cut) -> ResultTable:
        return ae_incidence.ae_incidence(cut, exhibit=number, title=title, among=among(cut), notes=notes(cut))

    return Exhibit(number, title, InOpen.IF_SAFETY, build, subjects, records, narrowed=always)


def line_exhibit(
    number: str,
    title: str,
    build: Callable[[Cut], ResultTable],
    lines: Callable[[Cut], list[Line]],
) -> Exhibit:
    """Return an exhibit whose rows are questions about records of adverse events."""

    def records(cut: Cut, key: RowKey) -> Bools:
        return line_of(cut.once(lines), key).records

    def subjects(cut: Cut, key: RowKey) -> Bools:
        return subjects_behind(cut, line_of(cut.once(lines), key))

    def narrowed(cut: Cut, key: RowKey) -> bool:
        return not key or line_of(cut.once(lines), key).subjects is None

    return Exhibit(number, title, InOpen.IF_SAFETY, build, subjects, records, narrowed=narrowed)


def lab_exhibit(
    number: str, title: str, build: Callable[[Cut], ResultTable], lines: Callable[[Cut], list[LabLine]]
) -> Exhibit:
    """Return an exhibit whose rows are questions about laboratory values."""

    def subjects(cut: Cut, key: RowKey) -> Bools:
        return behind_line(cut.once(lines), key).met

    def labs(cut: Cut, key: RowKey) -> tuple[str, ...]:
        return behind_line(cut.once(lines), key).tests

    def records(cut: Cut, key: RowKey) -> Behind:
        line = behind_line(cut.once(lines), key)
        mask = np.zeros(len(cut.lb), dtype=bool)
        for found in map(cut.once(Labs).of, line.tests):
            mask[found.row[line.met[found.subject]]] = True
        return Behind("lb", mask, f"laboratory record(s) of {', '.join(line.tests)}")

    return Exhibit(number, title, InOpen.IF_SAFETY, build, subjects, labs=labs, behind=records)


def randomised_exhibit(
    number: str, title: str, build: Callable[[Cut], ResultTable], subjects: Callable[[Cut, RowKey], Bools]
) -> Exhibit:
    """Return an exhibit of everybody screened or randomised, by planned arm."""
    return Exhibit(number, title, InOpen.ALWAYS, build, subjects, members=disposition.in_column)
