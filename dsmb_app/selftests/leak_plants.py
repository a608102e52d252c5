"""Leaks planted in an open part: what each is called, where it must be found, and whether it must block."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Frames = dict[str, pd.DataFrame]
InFirst = Callable[[str], npt.NDArray[np.bool_]]
"""Tells which rows of a table belong to the first arm."""


@dataclass(frozen=True)
class Plant:
    """A leak: what it changes, the column in which it must be found, and whether it must block or may only warn."""

    name: str
    spoil: Callable[[Frames, InFirst], None]
    column: str
    blocks: bool = True


def _value(frames: Frames, first: InFirst) -> None:
    frames["dm"]["ETHNIC"] = np.where(first("dm"), "P", "Q")


def _value_of_some(frames: Frames, first: InFirst) -> None:
    some = np.arange(len(frames["dm"])) % 3 > 0
    frames["dm"]["ETHNIC"] = np.where(first("dm") & some, "P", "")


def _blank(frames: Frames, first: InFirst) -> None:
    frames["dm"]["RACE"] = frames["dm"]["RACE"].mask(first("dm"), "")


def _length(frames: Frames, first: InFirst) -> None:
    frames["dm"]["SITEID"] = frames["dm"]["SITEID"].mask(first("dm"), "0" + frames["dm"]["SITEID"])


def _case(frames: Frames, first: InFirst) -> None:
    ae = frames["ae"]
    ae["AETERM"] = ae["AEDECOD"].str.upper().where(first("ae"), ae["AEDECOD"])


def _full_stop(frames: Frames, first: InFirst) -> None:
    ae = frames["ae"]
    ae["AETERM"] = ae["AEDECOD"].mask(first("ae"), ae["AEDECOD"] + ".")


def _decimals(frames: Frames, first: InFirst) -> None:
    lb = frames["lb"]
    more = first("lb")
    lb["LBORRES"] = [f"{v:.{2 if m else 1}f}" for v, m in zip(lb["LBSTRESN"], more, strict=True)]


def _unit(frames: Frames, first: InFirst) -> None:
    frames["lb"]["LBORRESU"] = np.where(first("lb"), "one unit", "other unit")


def _sequence_start(frames: Frames, first: InFirst) -> None:
    # Not of LB or AE: where rows are held back the open part has no numbers of theirs.
    frames["vs"]["VSSEQ"] = frames["vs"]["VSSEQ"] + 1000.0 * first("vs")


def _sequence_parity(frames: Frames, first: InFirst) -> None:
    frames["mh"]["MHSEQ"] = 2.0 * frames["mh"]["MHSEQ"] - first("mh")


def _order(frames: Frames, first: InFirst) -> None:
    order = np.argsort(~first("lb"), kind="stable")
    frames["lb"] = frames["lb"].iloc[order].reset_index(drop=True)
    frames["lb"]["RECORD"] = np.arange(1, len(order) + 1)


def _record_numbers(frames: Frames, first: InFirst) -> None:
    frames["dm"]["RECORD"] = 2 * np.arange(1, len(frames["dm"]) + 1) + first("dm")


def _visit(frames: Frames, first: InFirst) -> None:
    sv = frames["sv"]
    sv["VISIT"] = sv["VISIT"].mask(first("sv") & (sv["VISIT"] == "Week 2").to_numpy(), "Week 2, longer")


def _severity(frames: Frames, first: InFirst) -> None:
    frames["ae"]["AETOXGR"] = np.where(first("ae"), "1", "3")


def _event(frames: Frames, first: InFirst) -> None:
    ae = frames["ae"]
    once = first("ae") & ~ae.duplicated("USUBJID").to_numpy()
    elsewhere = ~first("ae") & (ae["AEDECOD"] == "Pyrexia").to_numpy()
    for column in ("AEDECOD", "AETERM"):
        ae[column] = ae[column].mask(once, "Pyrexia").mask(elsewhere, "Cough")


def _results(frames: Frames, first: InFirst) -> None:
    lb = frames["lb"]
    later = first("lb") & ((lb["LBTESTCD"] == "ALT") & (lb["LBDY_LO"] > 1)).to_numpy()
    lb["LBSTRESN"] = lb["LBSTRESN"].mask(later, lb["LBSTRESN"] * 8)


def _rows(frames: Frames, first: InFirst) -> None:
    more = frames["ae"][first("ae")]
    both = pd.concat([frames["ae"], more, more]).sample(frac=1, random_state=3).reset_index(drop=True)
    frames["ae"] = both.assign(RECORD=np.arange(1, len(both) + 1))


PLANTS = (
    Plant("a value", _value, "DM.ETHNIC"),
    Plant("a value of some", _value_of_some, "DM.ETHNIC"),
    Plant("a blank", _blank, "DM.RACE"),
    Plant("a length", _length, "DM.SITEID"),
    Plant("upper case", _case, "AE.AETERM"),
    Plant("a full stop", _full_stop, "AE.AETERM"),
    Plant("decimals", _decimals, "LB.LBORRES"),
    Plant("a unit", _unit, "LB.LBORRESU"),
    Plant("where numbers start", _sequence_start, "VS.VSSEQ"),
    Plant("odd and even numbers", _sequence_parity, "MH.MHSEQ"),
    Plant("the order of rows", _order, "LB.RECORD"),
    Plant("record numbers", _record_numbers, "DM.RECORD"),
    Plant("a visit", _visit, "SV.VISIT"),
    Plant("severity, an outcome", _severity, "AE.AETOXGR", blocks=False),
    Plant("an event, an outcome", _event, "AE.AEDECOD", blocks=False),
    Plant("results, an outcome", _results, "LB.LBSTRESN", blocks=False),
    Plant("numbers of rows, an outcome", _rows, "AE.ROWS", blocks=False),
)
