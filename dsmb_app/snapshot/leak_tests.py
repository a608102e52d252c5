"""The statistics of the leak check: patterns of subjects against arms, judged by permuting the arms.

A pattern is one number or one yes/no for each subject. For a yes/no pattern the statistic is -log10 of the two-sided
exact hypergeometric p of the arm that fits worst; for a number it is the same of the rank-sum test of one arm against
the others. Arms are then dealt anew, and a pattern's p is the share of deals whose LARGEST statistic over the whole
family of patterns reaches its own (single-step max-T, Westfall and Young 1993). So the p already accounts for how much
was looked at, and a value too rare to separate arms surely costs the others nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, log_ndtr

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

DEALS = 999
"""Permutations: the smallest p is 1 / (DEALS + 1) = .001."""

PURE = 0.95
LEAST_HOLDERS, LEAST_SHARE = 5, 0.10
CHUNK = 128
"""Patterns scored at a time, which bounds the memory."""

_SEED = 20190630
_TIE = 1e-6


@dataclass(frozen=True)
class Assignment:
    """One way of counting arms: ``codes`` by subject (-1 none), and for each arm and deal who is in it.

    ``dealt``: one array (subjects x deals + 1) for each arm; column 0 is the truth.
    """

    codes: Ints
    dealt: tuple[npt.NDArray[np.float32], ...]

    @property
    def present(self) -> Bools:
        """Tell who has an arm; a deal never changes it."""
        return np.asarray(self.codes >= 0)


def assignments(ways: Sequence[Ints]) -> list[Assignment]:
    """Deal the arms ``DEALS`` times. ``ways``: planned and actual arm codes, which move together.

    Subjects change places only with others who have the same kinds of arm (planned, actual or both). Arms of 0 or 1
    subjects take part, but nothing can be sure about them. The seed is fixed, so the same data give the same p.
    """
    distinct = [way for nth, way in enumerate(ways) if not any(_same(way, other) for other in ways[:nth])]
    subjects = len(ways[0])
    rng = np.random.default_rng(_SEED)
    order = np.tile(np.arange(subjects), (DEALS + 1, 1))
    strata = sum((way >= 0).astype(np.int64) << nth for nth, way in enumerate(ways))
    for stratum in np.unique(strata):
        places = np.flatnonzero(strata == stratum)
        order[1:, places] = places[rng.permuted(np.tile(np.arange(len(places)), (DEALS, 1)), axis=1)]
    return [
        Assignment(way, tuple((way[order] == arm).T.astype(np.float32) for arm in np.unique(way[way >= 0])))
        for way in distinct
    ]


def _same(one: Ints, other: Ints) -> bool:
    """Tell whether two codings put the same subjects together."""
    return len({*zip(one.tolist(), other.tolist(), strict=True)}) == len(np.unique(one)) == len(np.unique(other)) and (
        bool(((one < 0) == (other < 0)).all())
    )


@dataclass(frozen=True)
class Scores:
    """Statistics of patterns (patterns x deals + 1): ``any`` difference; ``pure`` the same where one arm is pure.

    ``alone`` is ``pure`` where the holders are pure, left out where only those WITHOUT the value are: drop-out makes
    absence of late visits pure, but not presence.
    """

    any: npt.NDArray[np.float32]
    pure: npt.NDArray[np.float32]
    alone: npt.NDArray[np.float32]


def score_flags(flags: Bools, ways: Sequence[Assignment]) -> Scores:
    """Score yes/no patterns (patterns x subjects); purity as in the rule of ``leaks.check_leaks``."""
    shape, own = (len(flags), DEALS + 1), flags.astype(np.float32)
    found = Scores(*(np.zeros(shape, dtype=np.float32) for _ in range(3)))
    for way in ways:
        held = (flags & way.present).sum(axis=1)
        total = int(way.present.sum())
        least = max(LEAST_HOLDERS, LEAST_SHARE * total)
        for dealt in way.dealt:
            size = int(dealt[:, 0].sum())
            counts = np.rint(own @ dealt).astype(np.intp)
            # What a deal scores follows from how many hold the value, and how many of them are in the arm.
            score, inside = _tail_table(total, size)[held], np.arange(size + 1)[None, :]
            holders, others = held[:, None], total - held[:, None]
            alone = (holders >= least) & (inside >= PURE * holders) & (inside * total > holders * size)
            without = size - inside
            absent = (others >= least) & (without >= PURE * others) & (without * total > others * size)
            _raise(found.any, np.take_along_axis(score, counts, axis=1))
            _raise(found.alone, np.take_along_axis(np.where(alone, score, 0), counts, axis=1))
            _raise(found.pure, np.take_along_axis(np.where(alone | absent, score, 0), counts, axis=1))
    return found


def _raise(best: npt.NDArray[np.float32], score: npt.NDArray[np.float32]) -> None:
    np.maximum(best, score, out=best)


@lru_cache(maxsize=16)
def _tail_table(total: int, size: int) -> npt.NDArray[np.float32]:
    """Return -log10 p, two-sided hypergeometric, by number of holders (rows) and how many of them are in the arm."""
    held, k = np.arange(total + 1)[:, None], np.arange(size + 1)[None, :]
    possible = (k <= held) & (held - k <= total - size)
    rest = np.where(possible, held - k, 0)
    ways = _choose(size, k) + _choose(total - size, rest) - _choose(total, held)
    chance = np.where(possible, np.exp(ways), 0.0)
    below = np.cumsum(chance, axis=1)
    above = np.cumsum(chance[:, ::-1], axis=1)[:, ::-1]
    p = np.clip(2 * np.minimum(below, above), 1e-300, 1.0)
    return np.asarray(-np.log10(p), dtype=np.float32)


def _choose(n: int, k: npt.NDArray[np.int64]) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def score_numbers(numbers: Floats, ways: Sequence[Assignment]) -> Scores:
    """Score numbers (patterns x subjects, NaN unknown); pure: one arm lies almost wholly on one side (AUC >= .95)."""
    found = Scores(*(np.zeros((len(numbers), DEALS + 1), dtype=np.float32) for _ in range(3)))
    for way in ways:
        known = np.isfinite(numbers) & way.present
        # Twice the mid-ranks are whole numbers: sums are exact, in whichever order a computer adds them.
        ranks = np.array([_double_ranks(row, here) for row, here in zip(numbers, known, strict=True)])
        total = known.sum(axis=1).astype(float)[:, None]
        spread = np.where(known, ranks - (total + 1), 0.0)
        variance = (spread**2).sum(axis=1)[:, None] / np.maximum(total - 1, 1)
        # As long as no sum can reach 2**24, the numbers of half the length hold whole numbers as exactly.
        exact: type[np.floating[Any]] = np.float32 if 2 * numbers.shape[1] ** 2 < 2**24 else np.float64
        for dealt in way.dealt:
            size, above = (_product(part, dealt, exact) for part in (known, spread))
            usable = (size > 0) & (size < total) & (variance > 0)
            wide = np.where(usable, size * (total - size) * variance / np.maximum(total, 1), 1.0)
            z = np.where(usable, np.abs(above) / np.sqrt(wide), 0.0)
            score = (-(log_ndtr(-z) + np.log(2)) / np.log(10)).astype(np.float32)
            score = np.maximum(score, 0)
            # AUC = 1/2 + (rank sum - its mean) / (n of the arm * n of the others); ranks are doubled here.
            auc = 0.5 + np.where(usable, np.abs(above) / 2 / np.maximum(size * (total - size), 1), 0.0)
            least = max(LEAST_HOLDERS, LEAST_SHARE * int(way.present.sum()))
            split = (auc >= PURE) & (size >= least) & (total - size >= 1)
            _raise(found.any, score)
            _raise(found.pure, np.where(split, score, 0))
    found.alone[:] = found.pure
    return found


def _product(part: npt.NDArray[Any], dealt: npt.NDArray[np.float32], exact: type[np.floating[Any]]) -> Floats:
    """Return a matrix product that is worked out in numbers of the kind ``exact``."""
    return np.asarray(np.matmul(part.astype(exact), dealt.astype(exact, copy=False)), dtype=np.float64)


def _double_ranks(row: Floats, here: Bools) -> Floats:
    ranks = np.zeros(len(row))
    if here.any():
        ordered = np.sort(row[here])
        # Equal values share the mean of their places, from how many are smaller, plus 1, to how many are not larger.
        smaller, up_to = (np.searchsorted(ordered, row[here], side=side) for side in ("left", "right"))
        ranks[here] = smaller + up_to + 1
    return ranks


@dataclass
class Family:
    """Patterns judged together: their statistics in the data, and the largest of each deal."""

    largest: npt.NDArray[np.float32]
    own: dict[int, float]

    @classmethod
    def empty(cls) -> Family:
        """Start a family without members."""
        return cls(np.zeros(DEALS, dtype=np.float32), {})

    def add(self, members: Sequence[int], scores: npt.NDArray[np.float32]) -> None:
        """Take in patterns by number, with their scores (one row each, column 0 the data)."""
        if len(members):
            self.own |= dict(zip(members, scores[:, 0].astype(float).tolist(), strict=True))
            np.maximum(self.largest, scores[:, 1:].max(axis=0), out=self.largest)

    def p(self, member: int) -> float:
        """Return the family-wise p of a pattern; 1 for a stranger or a statistic of 0."""
        own = self.own.get(member, 0.0)
        return 1.0 if own <= 0 else (1 + int((self.largest >= own - _TIE).sum())) / (DEALS + 1)


def together(counts: Floats, ways: Sequence[Assignment]) -> tuple[float, float]:
    """Return how well counts taken together tell the arm (balanced accuracy, ten-fold cross-validated), and its p.

    ``counts``: subjects x features. Nearest centroid after whitening with the covariance of all subjects, a linear
    discriminant that needs no arm but for its centroids, so every deal costs only a matrix product.
    """
    white = _whitened(counts)
    best = np.zeros(DEALS + 1)
    if white.shape[1] == 0:
        return 0.0, 1.0
    for way in ways:
        if len(way.dealt) > 1:
            best = np.maximum(best, _accuracy(white[way.present], np.stack([d[way.present] for d in way.dealt])))
    return float(best[0]), (1 + int((best[1:] >= best[0] - _TIE).sum())) / (DEALS + 1)


def _whitened(counts: Floats) -> Floats:
    spread = counts.std(axis=0) if len(counts) else np.zeros(0)
    if not (spread > 0).any():
        return np.zeros((len(counts), 0))
    scaled = (counts[:, spread > 0] - counts[:, spread > 0].mean(axis=0)) / spread[spread > 0]
    values, vectors = np.linalg.eigh(scaled.T @ scaled / len(scaled))
    return np.asarray(scaled @ vectors / np.sqrt(np.maximum(values, 0) + 0.05))


def _accuracy(white: Floats, dealt: npt.NDArray[np.float32]) -> Floats:
    """Balanced accuracy of each deal (``dealt``: arms x subjects x deals)."""
    arms, subjects, deals = dealt.shape
    fold = np.arange(subjects) % 10
    right = np.zeros((arms, deals))
    for nth in range(10):
        test, train = fold == nth, fold != nth
        sizes = dealt[:, train].sum(axis=1)
        centres = np.einsum("sf,asd->adf", white[train], dealt[:, train], optimize=True)
        centres /= np.maximum(sizes, 1)[..., None]
        far = (centres**2).sum(axis=2)[:, None, :] - 2 * np.einsum("sf,adf->asd", white[test], centres, optimize=True)
        nearest = np.where(sizes[:, None, :] > 0, far, np.inf).argmin(axis=0)
        for arm in range(arms):
            right[arm] += ((nearest == arm) & (dealt[arm][test] > 0)).sum(axis=0)
    return np.asarray((right / np.maximum(dealt.sum(axis=1), 1)).mean(axis=0))
