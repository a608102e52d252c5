"""The demo trial with its arms dealt anew."""

from __future__ import annotations

import random
from pathlib import Path

import pyreadstat


def permute_arms(source: Path, target: Path) -> None:
    """Deal the arms of treated subjects anew: DM.ARM* and what EX says was given; nothing else moves."""
    target.mkdir()
    frames = {path.stem: pyreadstat.read_xport(path)[0] for path in source.glob("*.xpt")}
    dm, ex = frames["dm"], frames["ex"]
    treated = sorted(set(ex["USUBJID"]))
    dealt = dict(zip(treated, random.Random(7).sample(treated, len(treated)), strict=True))
    as_was = dm.set_index("USUBJID")
    given = ex.drop_duplicates("USUBJID").set_index("USUBJID")
    for column in ("ARM", "ARMCD", "ACTARM", "ACTARMCD"):
        dm[column] = [as_was.loc[dealt.get(subject, subject), column] for subject in dm["USUBJID"]]
    for column in ("EXTRT", "EXDOSE", "EXDOSU", "EXLOT"):
        if column in ex:
            ex[column] = [given.loc[dealt[subject], column] for subject in ex["USUBJID"]]
    for name, frame in frames.items():
        frame.to_csv(target / f"{name}.csv", index=False)
