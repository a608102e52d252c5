"""noninterference: arms dealt anew change no byte that an open session sees."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path

import numpy as np

from dsmb_app import ard, locking
from dsmb_app.analyses import time_course
from dsmb_app.model.result import Column, RowKey
from dsmb_app.model.words import ANY, TOTAL, Level, Stat
from dsmb_app.packs.meeting_pack import meeting_pack
from dsmb_app.selftests import permuted, sample
from dsmb_app.selftests.operations import SECRETS, SNAPSHOT, STAMP
from dsmb_app.selftests.outcome import Outcome, Plan
from dsmb_app.selftests.workers import tally
from dsmb_app.session import Session
from dsmb_app.snapshot import container
from dsmb_app.snapshot.secrets_file import SecretsFile
from dsmb_app.store.audit import AuditLog

NAME = "noninterference"
_SUBJECTS = 5

Seen = tuple[tuple[str, str], ...]
"""What an open session sees: names and SHA-256."""


@dataclass(frozen=True)
class Permute:
    """Deal the arms anew, lock with the same seed, and compare with what the arms as they are gave."""

    expected: Seen
    folder: Path
    seed: int

    def __call__(self, number: int) -> list[str]:
        """Return the first difference that one dealing made, if any."""
        folder = self.folder / f"{NAME}-{os.getpid()}-{number}"
        found = dict(seen(folder, self.seed, 1 + number + 1000 * self.seed))
        expected = dict(self.expected)
        different = [name for name in expected | found if expected.get(name) != found.get(name)]
        return [f"dealing {number} changed {', '.join(different[:3])}"] if different else []


def seen(folder: Path, seed: int, deal: int | None) -> Seen:
    """Lock the demo, its arms dealt anew by ``deal``, and return all that an open session sees of it."""
    folder.mkdir()
    source = permuted.write_source(folder / "source", deal)
    out, secrets = folder / SNAPSHOT, folder / SECRETS
    study = sample.demo() / "study.toml"
    locking.lock(source, study=study, trial=None, out=out, secrets_path=secrets, test_seed=seed)
    keys = SecretsFile.load(secrets)
    image = container.load(out, signers=[keys.signer]).unlock("main", keys.phrases["main"])
    session = Session.open(out, keys.phrases["main"], signers=[keys.signer], audit=AuditLog(folder / "state"))
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in (("image", image), *_shown(session))}
    shutil.rmtree(folder)
    return tuple(digests.items())


def _shown(session: Session) -> Iterator[tuple[str, bytes]]:
    """Yield everything that the pages, the results and the pack of an open session hold, as bytes."""
    if session.level is not Level.POOLED:
        raise ValueError("this is no open session")
    yield "results", ard.results_csv(session).encode("utf-8")
    for info in session.exhibits():
        yield f"table {info.id}", repr(_whole(session.table(info.id))).encode("utf-8")
    for number in session.figures():
        for row in _subjects(session) if number == time_course.NUMBER else [()]:
            yield f"figure {number} {row}", repr(_whole(session.figure(number, row))).encode("utf-8")
    yield "counts", repr((session.counts, session.arms, session.arm_sizes, session.study)).encode("utf-8")
    yield "pack", meeting_pack(session, STAMP)


def _subjects(session: Session) -> list[RowKey]:
    """Return some subjects, as the rows that a figure of one subject is asked about."""
    ids = session.drill("T09", (ANY,), Column(TOTAL, Stat.N)).subjects.subjects
    return [(usubjid,) for usubjid in ids[:_SUBJECTS]]


def _whole(value: object) -> object:
    """Return a result with every field that it has: its own printed form leaves the long ones out."""
    if is_dataclass(value) and not isinstance(value, type):
        return type(value).__name__, [(field.name, _whole(getattr(value, field.name))) for field in fields(value)]
    if isinstance(value, Mapping):
        return [(_whole(key), _whole(one)) for key, one in value.items()]
    if isinstance(value, list | tuple):
        return [_whole(one) for one in value]
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value


def run(plan: Plan) -> Outcome:
    """Deal the arms ``count`` times."""
    expected = seen(plan.folder / NAME, plan.seed, None)
    found = tally(Permute(expected, plan.folder, plan.seed), plan.count, plan.progress)
    counts = f"{found.tried:,} permutations of the arms, {found.failed:,} with other bytes in {len(expected)} things"
    return Outcome(NAME, found.tried, found.failed, counts, found.first)
