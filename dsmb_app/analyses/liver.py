"""Liver: multiples of the upper limit by arm, combined criteria, potential Hy's law, and grades by baseline."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsmb_app.analyses import lab_notes, lab_presence
from dsmb_app.analyses.hys_law import NEAR_ALP, SCREEN_AT, SCREEN_BILI, SCREEN_GAP, days_above, gaps, hys_law, r_ratio
from dsmb_app.analyses.lab_grades import by_baseline, directions, version
from dsmb_app.analyses.lab_levels import level_line
from dsmb_app.analyses.lab_lines import LabLine, summarised, table
from dsmb_app.analyses.lab_values import Labs, Records, above, aminotransferases, reaches, rounded
from dsmb_app.model.cut import Cut
from dsmb_app.model.lab_tables import Level
from dsmb_app.model.result import ResultTable, Row
from dsmb_app.model.words import Level as Unblinding

Bools = npt.NDArray[np.bool_]

TITLE = "Liver tests: multiples of the upper limit and potential Hy's law"
SINGLE = {"ALT": (3, 5, 10, 20), "AST": (3, 5, 10, 20), "BILI": (1.5, 2), "ALP": (1.5, 2)}
"""Multiples of the upper limit that a record must exceed (strictly), by test."""

EITHER, HYS_LAW, ABNORMAL = "ALT or AST", "Potential Hy's law", "Abnormal baseline"
PANEL = ("Liver tests",)
INR_LIMIT = 1.5


def lines(cut: Cut) -> list[LabLine]:
    """Return every row of the liver table for the tests that the data set has."""
    labs = cut.once(Labs)
    found = lab_presence.present(cut, labs, PANEL)
    found += _levels(labs, "ALT") + _levels(labs, "AST") + _either(labs) + _levels(labs, "BILI") + _levels(labs, "ALP")
    found += _inr(labs)
    if {"ALT", "AST"} & set(labs.tests):
        found += _no_bilirubin(labs)
        if "BILI" in labs.tests:
            found += _combined(labs) + _hys_law(labs)
        found += _ratios(labs) + (_days_above(cut, labs) if cut.level is not Unblinding.POOLED else [])
    return found + _by_baseline(cut, labs) + lab_presence.expected(cut, labs, PANEL)


def _levels(labs: Labs, test: str) -> list[LabLine]:
    if test not in labs.tests:
        return []
    return [level_line(labs, Level(test, "high", "uln", float(limit))) for limit in SINGLE[test]]


def _either(labs: Labs) -> list[LabLine]:
    if not {"ALT", "AST"} & set(labs.tests):
        return []
    found, out = aminotransferases(labs), []
    for limit in SINGLE["ALT"]:
        row = Row((EITHER, f">{limit:g} x ULN"), f"{EITHER} >{limit:g} x ULN", 1)
        met = labs.who(found.where(above(found.xuln, found.bound, limit)))
        out.append(LabLine(row, met, labs.who(found), ("ALT", "AST")))
    return out


def _high_inr(labs: Labs) -> Records:
    inr = labs.of("INR").known("value")
    return inr.where(above(inr.value, inr.bound, INR_LIMIT))


def _inr(labs: Labs) -> list[LabLine]:
    if "INR" not in labs.tests:
        return []
    row = Row(("INR", "high", f">{INR_LIMIT:g}"), f"INR >{INR_LIMIT:g}", 1)
    return [LabLine(row, labs.who(_high_inr(labs)), labs.who(labs.of("INR").known("value")), ("INR",))]


def _no_bilirubin(labs: Labs) -> list[LabLine]:
    enzymes, bili = labs.who(aminotransferases(labs)), labs.who(labs.of("BILI").known("xuln"))
    row = Row((f"{EITHER} without BILI",), f"{EITHER} measured, no bilirubin")
    return [LabLine(row, enzymes & ~bili, enzymes, tuple(SINGLE))]


def _combined(labs: Labs) -> list[LabLine]:
    """Return ALT or AST > 3 x ULN with bilirubin > 2 x ULN at any time, near in time, without ALP, and with INR."""
    either, bili, alp = aminotransferases(labs), labs.of("BILI").known("xuln"), labs.of("ALP").known("xuln")
    measured = labs.who(either) & labs.who(bili)
    high = either.where(above(either.xuln, either.bound, 3))
    yellow = bili.where(above(bili.xuln, bili.bound, 2))
    apart = gaps(high, yellow)
    both = labs.who(high) & labs.who(yellow)
    named = f"{EITHER} >3 x ULN and BILI >2 x ULN"
    tests = tuple(SINGLE)
    found = [LabLine(Row((named,), named), both, measured, tests)]
    for days, words, label in (
        (0, "same day", "on the same day"),
        (14, "within 14 days", "within 14 days, in either order"),
        (30, "within 30 days", "within 30 days, in either order"),
    ):
        near = np.zeros(len(both), dtype=bool)
        near[apart.loc[apart["gap"].abs() <= days, "subject"].to_numpy(dtype=np.int64)] = True
        found.append(LabLine(Row((f"{named}, {words}",), label, 1), near, measured, tests))
    low_alp = both & ~labs.who(alp.where(reaches(alp.xuln, alp.bound, 2)))
    row = Row((f"{named}, ALP <2 x ULN throughout",), "ALP below 2 x ULN throughout", 1)
    found.append(LabLine(row, low_alp, measured, tests))
    if "INR" in labs.tests:
        with_inr = f"{EITHER} >3 x ULN and INR >{INR_LIMIT:g}"
        seen = labs.who(either) & labs.who(labs.of("INR").known("value"))
        met = labs.who(high) & labs.who(_high_inr(labs))
        found.append(LabLine(Row((with_inr,), with_inr), met, seen, ("ALT", "AST", "INR")))
    return found


def _hys_law(labs: Labs) -> list[LabLine]:
    found, tests = hys_law(labs), tuple(SINGLE)
    measured = labs.who(aminotransferases(labs)) & labs.who(labs.of("BILI").known("xuln"))
    alp = {"yes": found.low_alp == 1, "no": found.low_alp == 0, "unknown": np.isnan(found.low_alp)}
    out = [LabLine(Row((HYS_LAW,), HYS_LAW), found.within, measured, tests)]
    for said, mask in alp.items():
        words = f"ALP <2 x ULN: {said}"
        out.append(LabLine(Row((HYS_LAW, words), words, 1), found.within & mask, measured, tests))
    for words, mask in (("later than 30 days", found.later), ("reversed order, not counted", found.reversed)):
        out.append(LabLine(Row((HYS_LAW, words), words, 1), mask, measured, tests))
    return out


def _ratios(labs: Labs) -> list[LabLine]:
    """Return the class of R at the highest ALT of those with ALT above 3 x ULN."""
    high, ratio = r_ratio(labs, 3)
    ratio = rounded(ratio)
    classes = {
        "hepatocellular (R >=5)": ratio >= 5,
        "mixed (R 2 to 5)": (ratio > 2) & (ratio < 5),
        "cholestatic (R <=2)": ratio <= 2,
        "unknown (no ALP that day)": np.isnan(ratio),
    }
    head = "R at highest ALT"
    return [
        LabLine(Row((head, name), f"{head}: {name}", 1), high & mask, high, ("ALT", "ALP"), contrasted=False)
        for name, mask in classes.items()
    ]


def _days_above(cut: Cut, labs: Labs) -> list[LabLine]:
    enzymes = aminotransferases(labs)
    return [
        summarised(
            cut,
            Row((EITHER, f"days >{limit:g} x ULN"), f"{EITHER}: days above {limit:g} x ULN", 1),
            days_above(enzymes, limit, len(cut.subjects)),
            ("ALT", "AST"),
        )
        for limit in SINGLE["ALT"][:2]
    ]


def _by_baseline(cut: Cut, labs: Labs) -> list[LabLine]:
    """Return grades by multiples of the baseline of those whose baseline was abnormal, where the version has them."""
    found = []
    for (test, side), direction in directions(cut).items():
        if not direction.xbl or test not in labs.tests:
            continue
        of = by_baseline(labs, test, direction)
        measured = cut.safety & of.abnormal & np.isfinite(of.worst)
        for g in range(len(direction.xbl) + 1):
            row = Row((test, side, ABNORMAL, f"Grade {g} (x baseline)"), f"{test}, abnormal baseline: grade {g}", 1)
            found.append(LabLine(row, measured & (of.worst == g), measured, (test,), contrasted=False))
    return found


def liver(cut: Cut) -> ResultTable:
    """Count who exceeded each multiple, and who meets the combined criteria."""
    labs = cut.once(Labs)
    return table(cut, cut.once(lines), exhibit="K18", title=TITLE, footnotes=_footnotes(cut, labs))


def _footnotes(cut: Cut, labs: Labs) -> list[str]:
    enzymes, bili = labs.who(aminotransferases(labs)), labs.who(labs.of("BILI").known("xuln"))
    unseen, no_bili = int((cut.safety & ~enzymes).sum()), int((cut.safety & enzymes & ~bili).sum())
    sides = directions(cut)
    notes = [
        *lab_notes.heading(cut),
        f"{unseen} treated subject(s) have no post-baseline ALT or AST at all; {no_bili} have one but no bilirubin.",
        "Criteria of the table are strict (>). ALP not measured counts as not reaching 2 x ULN throughout.",
        f"Potential Hy's law (a screen, not a diagnosis; inclusive): ALT or AST >={SCREEN_AT:g} x ULN, then bilirubin "
        f">={SCREEN_BILI:g} x ULN on the same day or within {SCREEN_GAP} days after. ALP: the nearest within "
        f"{NEAR_ALP} days of the first such bilirubin; unknown stays in. Only bilirubin first: reversed order, listed, "
        "not counted.",
        "R: ALT over ALP of the same day, in multiples of their upper limits, at the highest ALT of those above 3 x "
        "ULN (printed as N).",
    ]
    if cut.level is not Unblinding.POOLED:
        notes.append(
            "Days above: each value holds until the next day with one, the last for its own day; those ever above."
        )
    if any(direction.xbl for direction in sides.values()):
        notes.append(
            f"Abnormal baseline (above the upper limit of its record): worst grade by multiples of the baseline value, "
            f"{version(cut)}; N: those with such a baseline and a later value. Not to be set against grades by limits."
        )
    return [
        *notes,
        *lab_presence.notes(cut, labs, PANEL),
        *lab_notes.records(cut, labs, (*SINGLE, "GGT", "INR"), sides),
    ]
