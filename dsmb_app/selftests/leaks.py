"""leaks: what tells the arm is found and judged as specified, and what tells nothing is let be."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache

import pandas as pd

from dsmb_app.model.study import read_study
from dsmb_app.selftests import sample
from dsmb_app.selftests.leak_plants import PLANTS, Frames
from dsmb_app.selftests.outcome import Outcome, Plan
from dsmb_app.selftests.workers import tally
from dsmb_app.snapshot.leak_features import Before
from dsmb_app.snapshot.leaks import check_leaks
from dsmb_app.snapshot.source import read_source
from dsmb_app.snapshot.trial import TrialFile
from dsmb_app.store.image import open_image
from dsmb_app.store.parts import make_parts, prepared

NAME = "leaks"
NULL_SHARE = 200
"""One in so many trials in which nothing tells the arm may be blocked."""


@cache
def open_part(seed: int) -> tuple[Frames, pd.DataFrame]:
    """Return the tables of the demo's open part, and who has which letter."""
    study = sample.demo() / "study.toml"
    work = prepared(read_source(sample.demo()), read_study(study), study.parent)
    parts = make_parts(work, TrialFile.for_test(seed), random.Random(seed), test=True)
    return dict(parts.split.main), open_image(parts.images["codes"], what="codes").table("subjects")


def dealt(arms: pd.DataFrame, rng: random.Random) -> pd.DataFrame:
    """Return the arms dealt anew among those who have one: now nothing can tell them."""
    letters = arms[["PLANNED", "ACTUAL"]]
    with_arm = arms.index[(letters != "").any(axis=1)].tolist()
    new = arms.copy()
    new.loc[with_arm, ["PLANNED", "ACTUAL"]] = letters.loc[rng.sample(with_arm, len(with_arm))].to_numpy()
    return new


@cache
def seen_before(seed: int) -> Before:
    """Return what a check has seen in the tables of ``open_part``: nothing in it depends on who has which arm."""
    before: Before = {}
    check_leaks(*open_part(seed), None, before)
    return before


class Spoilt(Frames):
    """Tables of which each is a copy of its own once it is asked for: what is not spoilt stays the very same."""

    def __init__(self, tables: Frames) -> None:
        super().__init__(tables)
        self._own: set[str] = set()

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._own:
            self._own.add(name)
            self[name] = super().__getitem__(name).copy()
        return super().__getitem__(name)


@dataclass(frozen=True)
class Planted:
    """Plant a leak in the demo, its arms dealt anew, and see whether it is judged as it must be."""

    seed: int

    def __call__(self, number: int) -> list[str]:
        """Return the failure of one planted leak."""
        plant = PLANTS[number]
        tables, arms = open_part(self.seed)
        frames = Spoilt(tables)
        arms = dealt(arms, random.Random(f"{NAME} {self.seed} {number}"))
        first = set(arms.loc[arms["ACTUAL"] == "A", "USUBJID"])
        plant.spoil(frames, lambda table: frames[table]["USUBJID"].isin(first).to_numpy(dtype=bool))
        report = check_leaks(frames, arms, None, dict(seen_before(self.seed)))
        blocked = {found.column for found in report.blocked}
        if blocked != ({plant.column} if plant.blocks else set()):
            return [f"{plant.name}: {', '.join(sorted(blocked)) or 'nothing'} blocked"]
        if not plant.blocks and plant.column not in {found.column for found in report.warned}:
            return [f"{plant.name}: no warning"]
        return []


@dataclass(frozen=True)
class Null:
    """Deal the arms anew and change nothing: nothing may block."""

    seed: int

    def __call__(self, number: int) -> list[str]:
        """Return the failure of one trial, if it was blocked."""
        frames, arms = open_part(self.seed)
        new = dealt(arms, random.Random(f"{NAME} null {self.seed} {number}"))
        report = check_leaks(frames, new, None, dict(seen_before(self.seed)))
        return [f"null trial {number}: blocked by {report.blocked[0].column}"] if report.blocked else []


def run(plan: Plan) -> Outcome:
    """Try every planted leak, and ``count`` trials in which nothing tells the arm."""
    seen_before(plan.seed)  # once, before the processes start
    planted = tally(Planted(plan.seed), len(PLANTS), plan.progress)
    null = tally(Null(plan.seed), plan.count, plan.progress)
    allowed = plan.count // NULL_SHARE
    counts = (
        f"{planted.tried} planted leaks, {planted.failed} not judged as specified; "
        f"{null.tried:,} trials without one, {null.failed:,} blocked"
    )
    # A planted leak that is missed cannot be made up for by trials that were let be.
    failed = planted.failed * (allowed + 1) + null.failed
    both = planted.plus(null)
    return Outcome(NAME, both.tried, failed, counts, both.first, allowed, " blocked, 0 not as specified")
