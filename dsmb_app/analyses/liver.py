"""Liver: multiples of the upper limit by arm, combined criteria, and the screen for potential Hy's law."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import cells, wording
from dsmb_app.analyses.lab_values import Records, exceeds, has, highest, pairs, post_baseline, tests_present
from dsmb_app.model.cut import Cut
from dsmb_app.model.days import to_offset
from dsmb_app.model.result import ResultTable, Row, RowKey

Bools = npt.NDArray[np.bool_]

SINGLE = {"ALT": (3, 5, 10, 20), "AST": (3, 5, 10, 20), "BILI": (1.5, 2), "ALP": (1.5, 2)}
"""Multiples of the upper limit that a record must exceed (strictly), by test."""

EITHER = "ALT or AST"
SCREEN_AT, SCREEN_BILI, SCREEN_GAP = 3.0, 2.0, 30
"""Potential Hy's law: ALT or AST at least 3 x ULN, then bilirubin at least 2 x ULN within 30 days (inclusive)."""


@dataclass(frozen=True)
class LabLine:
    """A row, who meets it and who was measured for it, as masks over ``cut.subjects``; with or without contrasts."""

    row: Row
    met: Bools
    measured: Bools
    contrasted: bool = True


def aminotransferases(cut: Cut) -> Records:
    """Return the post-baseline records of ALT and AST together, as multiples of their own upper limits."""
    alt, ast = post_baseline(cut, "ALT"), post_baseline(cut, "AST")
    return Records(*(np.concatenate([getattr(alt, name), getattr(ast, name)]) for name in ("subject", "day", "value")))


def lines(cut: Cut) -> list[LabLine]:
    """Return every row of the liver table for the tests that the data set has."""
    found = [line for test in ("ALT", "AST") for line in _levels(cut, test, post_baseline(cut, test), SINGLE[test])]
    either = aminotransferases(cut)
    if {"ALT", "AST"} & tests_present(cut):
        found += _levels(cut, EITHER, either, SINGLE["ALT"], sided=False)
    found += [line for test in ("BILI", "ALP") for line in _levels(cut, test, post_baseline(cut, test), SINGLE[test])]
    if {"BILI"} <= tests_present(cut) and len(either.subject):
        found += _combined(cut, either)
    return found


def _levels(
    cut: Cut, test: str, records: Records, multiples: tuple[float, ...], *, sided: bool = True
) -> list[LabLine]:
    measured = has(cut, records)
    if test != EITHER and test not in tests_present(cut):
        return []
    out = []
    for multiple in multiples:
        criterion = f">{multiple:g} x ULN"
        key = (test, "high", criterion) if sided else (test, criterion)
        out.append(LabLine(Row(key, f"{test} {criterion}", 1), exceeds(cut, records, multiple), measured))
    return out


def _combined(cut: Cut, either: Records) -> list[LabLine]:
    bili, alp = post_baseline(cut, "BILI"), post_baseline(cut, "ALP")
    measured = has(cut, either) & has(cut, bili)
    both = exceeds(cut, either, 3) & exceeds(cut, bili, 2)
    same_day = pairs(either, bili)
    same_day = same_day[(same_day["day_1"] == same_day["day_2"])]
    at_once = np.zeros(len(cut.subjects), dtype=bool)
    at_once[same_day.loc[(same_day["value_1"] > 3) & (same_day["value_2"] > 2), "subject"]] = True
    low_alp = both & ~(highest(cut, alp) >= 2)
    named = f"{EITHER} >3 x ULN and BILI >2 x ULN"
    return [
        LabLine(Row((named,), named), both, measured),
        LabLine(Row((f"{named}, same day",), "on the same day", 1), at_once, measured),
        LabLine(Row((f"{named}, ALP <2 x ULN throughout",), "ALP below 2 x ULN throughout", 1), low_alp, measured),
        LabLine(Row(("Potential Hy's law",), "Potential Hy's law"), potential_hys_law(cut), measured),
    ]


def potential_hys_law(cut: Cut) -> Bools:
    """Return who has bilirubin >= 2 x ULN from 0 to 30 days after ALT or AST >= 3 x ULN (same draw counts).

    A screen, never a diagnosis: other causes have not been excluded. Source: definitions, section 14.
    """
    found = pairs(aminotransferases(cut), post_baseline(cut, "BILI"))
    gap = to_offset(found["day_2"]) - to_offset(found["day_1"])
    hit = (found["value_1"] >= SCREEN_AT) & (found["value_2"] >= SCREEN_BILI) & (gap >= 0) & (gap <= SCREEN_GAP)
    mask = np.zeros(len(cut.subjects), dtype=bool)
    mask[found.loc[np.asarray(hit, dtype=bool), "subject"]] = True
    return mask


def tests_of(key: RowKey) -> tuple[str, ...]:
    """Return the tests whose records explain a row: its own, or the four liver tests for a combined criterion."""
    return (key[0],) if len(key) > 1 and key[0] != EITHER else ("ALT", "AST", "BILI", "ALP")


def behind(found: list[LabLine], key: RowKey) -> Bools:
    """Return who meets the criterion of a row."""
    return next(line.met for line in found if line.row.key == key)


def table(cut: Cut, found: list[LabLine], *, exhibit: str, title: str, footnotes: tuple[str, ...]) -> ResultTable:
    """Count who meets each line out of those measured for it (Ns), by arm."""
    rows = [line.row for line in found]
    columns = [cut.in_column(name) for name in cut.columns]
    shape = (len(rows), len(columns))
    n = np.array([[int((line.met & c).sum()) for c in columns] for line in found], dtype=np.int64).reshape(shape)
    sizes = np.array([[int((line.measured & c).sum()) for c in columns] for line in found], dtype=np.int64)
    sizes = sizes.reshape(shape)
    shown = np.array([line.contrasted for line in found], dtype=bool)
    compared = [line.row for line in found if line.contrasted]
    return ResultTable(
        exhibit=exhibit,
        title=title,
        subtitle=f"Post-baseline, {wording.window(cut)}",
        level=cut.level,
        population=wording.population(cut),
        arms=cut.arms,
        arm_sizes=dict(zip(cut.columns, cut.sizes.tolist(), strict=True)),
        rows=tuple(rows),
        columns=tuple(cells.arm_columns(cut, cells.COUNTS[:3]) + cells.contrast_columns(cut)),
        cells=cells.count_cells(cut, rows, n, None, sizes)
        | cells.contrast_cells(cut, compared, n[shown], sizes[shown]),
        footnotes=footnotes,
    )


def liver(cut: Cut) -> ResultTable:
    """Count who exceeded each multiple, and who meets the combined criteria."""
    title = "Liver tests: multiples of the upper limit and potential Hy's law"
    return table(cut, lines(cut), exhibit="K18", title=title, footnotes=_footnotes(cut))


def _footnotes(cut: Cut) -> tuple[str, ...]:
    enzymes, bili = has(cut, aminotransferases(cut)), has(cut, post_baseline(cut, "BILI"))
    unseen = int((cut.safety & ~enzymes).sum())
    no_bili = int((cut.safety & enzymes & ~bili).sum())
    notes = [
        *wording.arms(cut),
        "Ns (printed as N): treated subjects with a post-baseline value and its upper limit; % is of these.",
        f"{unseen} treated subject(s) have no post-baseline ALT or AST at all; {no_bili} have one but no bilirubin.",
        "Multiples: result over the upper limit (ULN) of the same record, compared at 15 significant digits; criteria "
        "of the table are strict (>). ALP not measured counts as not reaching 2 x ULN.",
        f"Potential Hy's law (a screen, not a diagnosis): ALT or AST >={SCREEN_AT:g} x ULN, then bilirubin "
        f">={SCREEN_BILI:g} x ULN on the same day or within {SCREEN_GAP} days after.",
        *wording.laboratory(cut),
        *wording.contrasts(cut),
    ]
    return tuple(notes)
