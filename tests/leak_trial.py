"""A made-up trial as it stands in the open part, by plain code: nothing in it depends on the arms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

Frames = dict[str, pd.DataFrame]

TERMS = ("Headache", "Nausea", "Fatigue", "Dizziness", "Cough", "Rash", "Back pain", "Pyrexia", "Insomnia", "Anaemia")
TESTS = {"ALT": 25.0, "AST": 24.0, "CREAT": 70.0, "HGB": 138.0, "WBC": 6.1, "EOS": 0.2}
VISITS = ("SCREENING", "DAY 1", "WEEK 2", "WEEK 4", "WEEK 8", "WEEK 12")
DAYS = (-10, 1, 15, 29, 57, 85)


def made_up(sizes: Sequence[int], seed: int, *, sites: int = 8, blocks: bool = False) -> tuple[Frames, pd.DataFrame]:
    """Return the frames of a trial and who has which arm; ``blocks``: arms are dealt in blocks within sites.

    Sites differ in habits (spelling, units, visits), subjects drop out, and a few take another arm than planned.
    """
    rng = np.random.default_rng(seed)
    n = sum(sizes)
    ids = [f"S-{''.join(rng.choice(list('23456789ABCDEFGHJKLMNPQRSTUVWXYZ'), 6))}" for _ in range(n)]
    site = np.sort(rng.integers(0, sites, n))
    arm = _in_blocks(sizes, site, rng) if blocks else rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    last = np.where(rng.random(n) < 0.2, rng.integers(15, 85, n), 85)
    frames = {
        "dm": _dm(ids, site, last, rng),
        "ae": _ae(ids, site, rng),
        "lb": _lb(ids, site, last, rng),
        "sv": _sv(ids, last, rng),
        "mh": _mh(ids, rng),
    }
    frames = {name: _shuffled(frame, rng) for name, frame in frames.items()}
    planned = np.array([f"Arm {code}" for code in arm])
    actual = planned.copy()
    actual[rng.random(n) < 0.01] = "Arm 0"
    return frames, pd.DataFrame({"USUBJID": ids, "PLANNED": planned, "ACTUAL": actual}, dtype="str")


def _in_blocks(sizes: Sequence[int], site: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    arm = np.zeros(len(site), dtype=np.int64)
    for one in np.unique(site):
        places = np.flatnonzero(site == one)
        blocks = [rng.permutation(len(sizes)) for _ in range(len(places) // len(sizes) + 1)]
        arm[places] = np.concatenate(blocks)[: len(places)]
    return arm


def _shuffled(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    frame = frame.iloc[rng.permutation(len(frame))].reset_index(drop=True)
    frame.insert(0, "RECORD", np.arange(1, len(frame) + 1))
    return frame


def _dm(ids: list[str], site: np.ndarray, last: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    n = len(ids)
    return pd.DataFrame(
        {
            "USUBJID": ids,
            "SITEID": [f"{701 + s}" for s in site],
            "COUNTRY": [("DEU", "FRA", "USA")[s % 3] for s in site],
            "AGE": rng.integers(18, 80, n).astype(float),
            "SEX": rng.choice(["F", "M"], n),
            "RACE": [
                text.title() if s % 4 == 0 else text
                for s, text in zip(site, rng.choice(["WHITE", "ASIAN", "BLACK"], n), strict=True)
            ],
            "RANDFL": "Y",
            "ENRLMON": [f"2019-{m:02d}" for m in rng.integers(1, 13, n)],
            "TRTEDY": last.astype(float),
            "EOSREAS": np.where(last < 85, "ADVERSE EVENT", "COMPLETED"),
        }
    )


def _ae(ids: list[str], site: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    rows = []
    for subject, place in zip(ids, site, strict=True):
        for nth in range(rng.poisson(3)):
            term = str(rng.choice(TERMS))
            rows.append(
                {
                    "USUBJID": subject,
                    "AESEQ": nth + 1.0,
                    "AESPID": f"E{nth + 1:02d}",
                    "AETERM": term.upper() if place % 2 else term,
                    "AEDECOD": term,
                    "AESEV": str(rng.choice(["MILD", "MODERATE", "SEVERE"])),
                    "AESER": str(rng.choice(["N", "N", "N", "Y"])),
                    "AELOC": "",
                    "AESTDY_LO": float(rng.integers(1, 80)),
                }
            )
    return pd.DataFrame(rows)


def _lb(ids: list[str], site: np.ndarray, last: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    rows = []
    for subject, place, end in zip(ids, site, last, strict=True):
        seq = 0
        for visit, day in zip(VISITS, DAYS, strict=True):
            if day > end:
                break
            for test, usual in TESTS.items():
                seq += 1
                value = usual * rng.lognormal(0, 0.2)
                rows.append(
                    {
                        "USUBJID": subject,
                        "LBSEQ": float(seq),
                        "LBTESTCD": test,
                        "LBORRES": f"{value:.{1 + place % 2}f}",
                        "LBORRESU": "g/dL" if place % 3 == 0 else "g/L",
                        "LBSTRESN": round(value, 1 + int(place) % 2),
                        "LBCAT": "CHEMISTRY",
                        "VISIT": visit,
                        "VISITNUM": float(VISITS.index(visit) + 1),
                        "LBDY_LO": float(day),
                        "LBDY_HI": float(day),
                        "LBDY_T": "before" if day == 1 else "",
                    }
                )
    return pd.DataFrame(rows)


def _sv(ids: list[str], last: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    rows = []
    for subject, end in zip(ids, last, strict=True):
        for visit, day in zip(VISITS, DAYS, strict=True):
            if day <= end:
                shift = float(rng.integers(-2, 3)) if day > 1 else 0.0
                rows.append({"USUBJID": subject, "VISIT": visit, "SVSTDY_LO": day + shift})
        if rng.random() < 0.15:
            rows.append({"USUBJID": subject, "VISIT": "UNSCHEDULED 3.1", "SVSTDY_LO": 20.0})
    return pd.DataFrame(rows)


def _mh(ids: list[str], rng: np.random.Generator) -> pd.DataFrame:
    rows = [
        {"USUBJID": subject, "MHSEQ": nth + 1.0, "MHDECOD": str(term)}
        for subject in ids
        for nth, term in enumerate(rng.choice(["Asthma", "Gout", "Migraine", "Obesity", "Eczema"], rng.integers(1, 4)))
    ]
    return pd.DataFrame(rows)
