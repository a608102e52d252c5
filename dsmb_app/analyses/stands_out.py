"""What stands out between the arms: the rows of all exhibits by the size of their difference against chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import cells, wording
from dsmb_app.analyses.counting import years_by_arm
from dsmb_app.analyses.intervals import mn_score_z
from dsmb_app.model import formats
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import Cell, Column, ResultTable, Row, RowKey
from dsmb_app.model.stopping import go_on
from dsmb_app.model.words import TOTAL, Level, Stat

EXHIBIT, TITLE = "K03", "What stands out between the arms"
FEWEST, MOST = 3, 10
"""Subjects, over all arms, that a row must have to be screened; rows that are listed."""
RESTS_ON = "Rests on"
SCREENED = ("T08", "T09", "T11", "T12", "T13", "K14", "K15", "T16", "K17", "K18", "K19")
"""Exhibits whose rows are screened: those that compare arms."""
_LABS = "T16"
_PRESENT = "Labs present"
_ADMINISTRATIVE = "AE with "
"""How the lines of the overview begin that tell what was done about an event or how it ended."""
_PREFIX = {"T11": "Serious: ", "T12": "Leading to stop: ", "T13": "Severe: ", "K15": "Infections: "}
_OF_LISTS = "K14"
"""Its terms stand below a list of special interest, or below the related events."""
_SHARED = (*cells.COUNTS[:3], *cells.CONTRASTS)


class Source(Protocol):
    """What is screened: an exhibit."""

    @property
    def id(self) -> str:
        """Return the exhibit's number."""

    @property
    def build(self) -> Callable[[Cut], ResultTable]:
        """Return what makes its table."""

    @property
    def subjects(self) -> Callable[[Cut, RowKey], npt.NDArray[np.bool_]]:
        """Return what tells who stands behind a row."""


@dataclass(frozen=True)
class _Candidate:
    """A row that was screened: where it stands, and z by contrast."""

    source: Source
    table: ResultTable
    row: Row
    z: dict[tuple[str, str], float]

    @property
    def size(self) -> float:
        # Rounded, so that equal counts tie whatever the order of the sums.
        return round(max(map(abs, self.z.values())), 10)

    @property
    def key(self) -> RowKey:
        return (self.source.id, *self.row.key)

    @property
    def label(self) -> str:
        below = f"{self.row.key[0]}: " if self.source.id == _OF_LISTS and len(self.row.key) > 1 else ""
        return f"{_PREFIX.get(self.source.id, below)}{self.row.label} ({self.source.id})"


def stands_out(cut: Cut, sources: Sequence[Source]) -> ResultTable:
    """Rank the rows of ``sources`` by the size of z, at most ten, one row for each set of subjects.

    z: Miettinen-Nurminen score at no difference, from n and N of the row itself, the largest of the contrasts by size;
    only rows with three subjects or more over all arms. Of rows with the same subjects the most specific one stays.
    """
    found = [one for source in sources for one in _candidates(cut, source)]
    ranked = sorted(enumerate(found), key=lambda pair: (-pair[1].size, -len(pair[1].row.key), pair[0]))
    chosen = _distinct(cut, [one for _, one in ranked])
    body: cells.Cells = {}
    for one in chosen:
        body |= _cells_of(one)
    rests, resting = _rests_on(cut, next((one.table for one in found if one.source.id == _LABS), None))
    return ResultTable(
        exhibit=EXHIBIT,
        title=TITLE,
        subtitle=f"Largest differences against chance, {wording.window(cut)}",
        level=cut.level,
        population=wording.population(cut),
        arms=cut.arms,
        arm_sizes=dict(zip(cut.columns, cut.sizes.tolist(), strict=True)),
        rows=(*(Row(one.key, one.label) for one in chosen), *rests),
        columns=(*cells.arm_columns(cut, (*cells.COUNTS[:3], Stat.PY)), *_contrast_columns(cut)),
        cells=body | resting,
        footnotes=_footnotes(cut, sources, len(found), len(chosen)),
    )


def origin(key: RowKey) -> tuple[str, RowKey]:
    """Return the exhibit that a row comes from, and its key there."""
    if key[0] != RESTS_ON:
        return key[0], key[1:]
    return ("T06" if len(key) == 2 else _LABS), key[1:]


def _contrast_columns(cut: Cut) -> list[Column]:
    return [Column(arm, stat, ref) for arm, ref in cut.contrasts for stat in (*cells.CONTRASTS, Stat.Z)]


def _candidates(cut: Cut, source: Source) -> Iterator[_Candidate]:
    go_on()
    table = cut.once(source.build)
    rows = [row for row in table.rows if _compared(cut, table, row)]
    if not rows:
        return
    z = {}
    for arm, ref in cut.contrasts:
        n1, size1, n2, size2 = (
            np.array([_value(table, row.key, Column(who, stat)) for row in rows], dtype=np.int64)
            for who in (arm, ref)
            for stat in (Stat.N, Stat.DENOMINATOR)
        )
        z[arm, ref] = np.nan_to_num(mn_score_z(n1, size1, n2, size2))
    for place, row in enumerate(rows):
        yield _Candidate(source, table, row, {pair: float(values[place]) for pair, values in z.items()})


def _compared(cut: Cut, table: ResultTable, row: Row) -> bool:
    """Tell whether a row is screened: it has a contrast, enough subjects, and is about events or values."""
    if not cut.contrasts or row.label.startswith(_ADMINISTRATIVE):
        return False
    arm, ref = cut.contrasts[0]
    defined = table.cell(row.key, Column(arm, Stat.RD, ref)) is not None
    return defined and _value(table, row.key, Column(TOTAL, Stat.N)) >= FEWEST


def _value(table: ResultTable, key: RowKey, column: Column) -> float:
    cell = table.cell(key, column)
    return cell.value or 0.0 if cell else 0.0


def _distinct(cut: Cut, ranked: Sequence[_Candidate]) -> list[_Candidate]:
    seen: set[bytes] = set()
    chosen: list[_Candidate] = []
    for one in ranked:
        if len(chosen) == MOST or not one.size:
            break
        who = np.packbits(one.source.subjects(cut, one.row.key) & cut.safety).tobytes()
        if who not in seen:
            seen.add(who)
            chosen.append(one)
    return chosen


def _cells_of(one: _Candidate) -> cells.Cells:
    """Return the row's own cells, as its exhibit has them, and z."""
    own = {c: cell for c in one.table.columns if c.stat in _SHARED and (cell := one.table.cell(one.row.key, c))}
    found: cells.Cells = {(one.key, column): cell for column, cell in own.items()}
    for (arm, ref), z in one.z.items():
        found[one.key, Column(arm, Stat.Z, ref)] = Cell(formats.half_up(z, 2), z)
    return found


def _rests_on(cut: Cut, labs: ResultTable | None) -> tuple[list[Row], cells.Cells]:
    """Return what the comparison rests on: patient-years, and the subjects with laboratory values of each panel."""
    years = Row((RESTS_ON, "Patient-years"), f"{RESTS_ON}: patient-years in the window")
    body: cells.Cells = {
        (years.key, Column(arm, Stat.PY)): Cell(formats.number(py, 2), py)
        for arm, py in zip(cut.columns, years_by_arm(cut).tolist(), strict=True)
    }
    rows = [years]
    for row in labs.rows if labs else ():
        if labs and row.key[0] == _PRESENT:
            own = Row((RESTS_ON, *row.key), f"{RESTS_ON}: {row.label[0].lower()}{row.label[1:]}")
            rows.append(own)
            for column in cells.arm_columns(cut, cells.COUNTS[:3]):
                if cell := labs.cell(row.key, column):
                    body[own.key, column] = cell
    return rows, body


def _footnotes(cut: Cut, sources: Sequence[Source], screened: int, listed: int) -> tuple[str, ...]:
    chance = formats.half_up(0.05 * screened, 0)
    numbers = ", ".join(source.id for source in sources)
    side = "of either sign" if cut.level is Level.MASKED else "in either direction"
    return (
        f"Screened: {screened} row(s) with a comparison and {FEWEST} or more subjects over all arms, of {numbers}; "
        f"listed: {listed}, at most {MOST}. If the arms did not differ at all, about {chance} of so many would still "
        "exceed 1.96 in size, fewer or more because rows overlap.",
        f"Order: by the size of z, {side}. z: Miettinen-Nurminen score at no difference, (p1 - p2) / sqrt(p (1 - p) "
        "(1/n1 + 1/n2) N/(N - 1)), p the share over both arms; with several contrasts the largest of the row.",
        "Of rows with the very same subjects one is listed, the most specific. Lines about the action taken or the "
        "outcome are not screened. Counts, intervals and p are those of the exhibit named in brackets.",
        *wording.arms(cut),
        *wording.denominators(cut),
        *wording.contrasts(cut),
        *wording.person_time(cut),
    )
