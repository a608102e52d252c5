"""The demo with its arms dealt anew among the treated: what an arm decides moves, everything else stays."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from dsmb_app.selftests import sample
from dsmb_app.snapshot.source import read_source

_OF_DM = ("ARM", "ARMCD", "ACTARM", "ACTARMCD")
# Of a dose everything moves but whose it is and when it was: days are the subject's own.
_STAYS_IN_EX = ("STUDYID", "DOMAIN", "USUBJID", "EXSEQ", "EPOCH", "EXSTDTC", "EXENDTC", "EXSTDY", "EXENDY")
_OF_SE = ("ETCD", "ELEMENT")


def write_source(folder: Path, seed: int | None) -> Path:
    """Write the demo into a new folder as CSV, its arms dealt anew by ``seed`` (None: as they are); return it.

    Subject elements (SE), which name the arm, are added; the shipped demo has none.
    """
    folder.mkdir()
    frames = {name: dataset.frame.copy() for name, dataset in read_source(sample.demo()).datasets.items()}
    frames["SE"] = _elements(frames["DM"])
    if seed is not None:
        _deal(frames, random.Random(seed))
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name.lower()}.csv", index=False)
    return folder


def _elements(dm: pd.DataFrame) -> pd.DataFrame:
    treated = dm[dm["RFXSTDTC"] != ""]
    return pd.DataFrame(
        {
            "STUDYID": treated["STUDYID"],
            "DOMAIN": "SE",
            "USUBJID": treated["USUBJID"],
            "SESEQ": 1,
            "ETCD": treated["ACTARMCD"],
            "ELEMENT": treated["ACTARM"],
            "SESTDTC": treated["RFXSTDTC"],
            "SEENDTC": treated["RFXENDTC"],
        }
    )


def _deal(frames: dict[str, pd.DataFrame], rng: random.Random) -> None:
    treated = sorted(set(frames["EX"]["USUBJID"]))
    giver = dict(zip(treated, rng.sample(treated, len(treated)), strict=True))
    in_ex = tuple(column for column in frames["EX"].columns if column not in _STAYS_IN_EX)
    for name, columns in (("DM", _OF_DM), ("EX", in_ex), ("SE", _OF_SE)):
        _move(frames[name], columns, giver)


def _move(frame: pd.DataFrame, columns: tuple[str, ...], giver: Mapping[str, str]) -> None:
    """Give every subject in ``giver`` what the first row of another says in these columns."""
    first = frame.drop_duplicates("USUBJID").set_index("USUBJID")
    source = frame["USUBJID"].map(lambda subject: giver.get(subject, subject))
    for column in columns:
        frame[column] = source.map(first[column]).to_numpy()
