"""Disposition: who was screened, randomised and treated, who completed, who left and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import cells
from dsmb_app.model.cut import Cut
from dsmb_app.model.result import ResultTable, Row, RowKey
from dsmb_app.model.words import TOTAL

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Line:
    row: Row
    members: Bools


def randomised(cut: Cut) -> Bools:
    """Return the mask over ``cut.subjects`` of the randomised subjects, within the stratum."""
    return (cut.subjects["RANDFL"] == "Y").to_numpy(dtype=bool) & cut.stratum


def in_column(cut: Cut, name: str) -> Bools:
    """Return the randomised subjects of a planned arm; the total has everybody who was screened."""
    if name == TOTAL:
        return cut.stratum
    return randomised(cut) & (cut.subjects["PLANNEDARM"] == cut.arms.index(name)).to_numpy(dtype=bool)


def lines(cut: Cut) -> list[_Line]:
    """Return the rows: flow first, then end of study with reasons by pooled frequency."""
    subjects, chosen = cut.subjects, randomised(cut)
    reason = subjects["EOSREAS"].to_numpy(dtype=object)
    treated, completed = cut.safety, reason == "COMPLETED"
    ended = reason != ""
    stopped = chosen & ended & ~completed
    found = [
        _line(("Screened",), np.ones(len(subjects), dtype=bool)),
        _line(("Screened, not randomised",), ~chosen, 1),
        _line(("Randomised",), chosen),
        _line(("Treated",), chosen & treated, 1),
        _line(("Not treated",), chosen & ~treated, 1),
        _line(("Completed",), chosen & completed),
        _line(("Discontinued",), stopped),
    ]
    reasons, counts = np.unique(reason[stopped].astype(str), return_counts=True)
    for place in sorted(range(len(reasons)), key=lambda i: (-counts[i], reasons[i])):
        found.append(_line(("Discontinued", str(reasons[place])), stopped & (reason == reasons[place]), 1))
    found.append(_line(("Ongoing or not stated",), chosen & ~ended))
    return found


def _line(key: RowKey, members: Bools, depth: int = 0) -> _Line:
    return _Line(Row(key, key[-1], depth), members)


def subjects_of(cut: Cut, key: RowKey) -> Bools:
    """Return who is counted on a row, over all columns."""
    return next(line.members for line in cut.once(lines) if line.row.key == key)


def disposition(cut: Cut) -> ResultTable:
    """Count subjects on each row by planned arm, out of those randomised; screening is known in total alone."""
    found = cut.once(lines)
    rows = [line.row for line in found]
    columns = [in_column(cut, name) for name in cut.columns]
    n = np.array([[int((line.members & column).sum()) for column in columns] for line in found], dtype=np.int64)
    of = np.array([int((column & randomised(cut)).sum()) for column in columns], dtype=np.int64)
    sizes = np.broadcast_to(of, n.shape).copy()
    sizes[:2, -1] = cut.stratum.sum()
    return ResultTable(
        exhibit="T02",
        title="Disposition",
        subtitle="All screened subjects; arms as randomised",
        level=cut.level,
        population=f"Randomised, N={of[-1]}",
        arms=cut.arms,
        arm_sizes=dict(zip(cut.columns, of.tolist(), strict=True)),
        rows=tuple(rows),
        columns=tuple(cells.arm_columns(cut, cells.COUNTS[:3])),
        cells={
            address: cell
            for address, cell in cells.count_cells(cut, rows, n, None, sizes).items()
            if address[1].arm == TOTAL or not address[0][0].startswith("Screened")
        },
        footnotes=(
            "% of randomised subjects (of screened ones on the first two rows). Arms are the planned ones whatever the "
            "choice elsewhere, because an untreated subject has no actual arm.",
            f"End of study: last disposition event of DS up to the data cut-off ({cut.study.study.cutoff}).",
        ),
    )
