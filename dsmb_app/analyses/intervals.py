"""Risk differences, their intervals and tests, and the limits of one proportion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import comb
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainccinv, betaincinv, ndtri

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
RiskDifferenceMethod = Literal["miettinen-nurminen", "newcombe", "wald"]

# Two-sided confidence level of every interval that names no other; its normal quantile is 1.959963984540054.
CONFIDENCE_LEVEL: Final = 0.95
# A table counts as "no more probable than the observed one" up to this relative difference (rounding of equal terms).
FISHER_TOLERANCE: Final = 1e-7
# Halving a stretch of length 2 at most 60 times leaves 2e-18, below the spacing of doubles near any printed limit.
_HALVINGS: Final = 60


class Interval(NamedTuple):
    """An estimate with its lower and upper limit, as float arrays of one shape (0-d for scalars)."""

    estimate: FloatArray
    low: FloatArray
    high: FloatArray


def risk_difference(
    x1: ArrayLike,
    n1: ArrayLike,
    x2: ArrayLike,
    n2: ArrayLike,
    method: RiskDifferenceMethod = "miettinen-nurminen",
    level: float = CONFIDENCE_LEVEL,
) -> Interval:
    """Difference x1/n1 - x2/n2 with a two-sided interval, in proportions (multiply by 100 for percentage points).

    ``x`` are subjects with the event, ``n`` subjects at risk: whole numbers, 0 <= x <= n, broadcast together. All
    three values are NaN where a group has no subject. Methods: "miettinen-nurminen" inverts the score test with the
    variance times N/(N-1) (Miettinen and Nurminen 1985); "newcombe" joins two Wilson intervals without continuity
    correction (Newcombe 1998, method 10); "wald" is the normal approximation, cut at -1 and 1, and shrinks to a point
    for 0 v 0. ValueError for an unknown method, a level outside (0, 1) or counts out of range; TypeError for counts
    that are not whole numbers.
    """
    if method not in _RISK_DIFFERENCE_LIMITS:
        raise ValueError(f"Unknown interval method {method!r}; known are {', '.join(_RISK_DIFFERENCE_LIMITS)}.")
    z = normal_quantile(level)
    limits = _RISK_DIFFERENCE_LIMITS[method]

    def interval(x1: IntArray, n1: IntArray, x2: IntArray, n2: IntArray) -> list[FloatArray]:
        return [_difference(x1, n1, x2, n2), *limits(x1, n1, x2, n2, z)]

    return Interval(*_per_distinct_row(interval, 3, (x1, n1), (x2, n2)))


def mn_score_z(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> FloatArray:
    """Signed Miettinen-Nurminen score z for "no difference"; positive when the first group has the larger share.

    z = (p1 - p2) / sqrt(p (1 - p) (1/n1 + 1/n2) N/(N - 1)) with the pooled share p. It is 0 where nobody or everybody
    has the event, and NaN where a group has no subject. Arguments and errors as in ``risk_difference``.
    """

    def score(x1: IntArray, n1: IntArray, x2: IntArray, n2: IntArray) -> list[FloatArray]:
        total = n1 + n2
        pooled = (x1 + x2) / total
        variance = pooled * (1 - pooled) * (1 / n1 + 1 / n2) * total / (total - 1)
        estimate = _difference(x1, n1, x2, n2)
        return [np.divide(estimate, np.sqrt(variance), out=np.zeros_like(estimate), where=variance > 0)]

    return _per_distinct_row(score, 1, (x1, n1), (x2, n2))[0]


def fisher_two_sided(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike) -> FloatArray:
    """Fisher's exact two-sided p: all tables with the same margins that are no more probable than the observed one.

    NaN where a group has no subject. 0 v 0 is 1.0 here; that it prints blank is up to the table that prints it.
    Arguments and errors as in ``risk_difference``.
    """

    def p_values(x1: IntArray, n1: IntArray, x2: IntArray, n2: IntArray) -> list[FloatArray]:
        margins, group = np.unique(np.stack([n1, n2, x1 + x2], axis=1), axis=0, return_inverse=True)
        p = np.empty(x1.shape)
        for index, (first, second, events) in enumerate(margins.tolist()):
            rows = np.flatnonzero(group.reshape(-1) == index)
            p[rows] = _fisher_for_margins(first, second, events)[x1[rows] - max(0, events - second)]
        return [p]

    return _per_distinct_row(p_values, 1, (x1, n1), (x2, n2))[0]


def clopper_pearson(x: ArrayLike, n: ArrayLike, level: float = CONFIDENCE_LEVEL, one_sided: bool = False) -> Interval:
    """Exact (Clopper-Pearson) limits of x/n from beta quantiles; NaN where n is 0.

    Two-sided: (1 - level)/2 in each tail. With ``one_sided`` each limit stands alone with 1 - level in its tail: use
    one of them, not both. The lower limit is 0 for x = 0 and the upper limit is 1 for x = n. Errors as in
    ``risk_difference``.
    """
    tail = tail_share(level) * (2 if one_sided else 1)

    def limits(x: IntArray, n: IntArray) -> list[FloatArray]:
        # A beta parameter of 0 has no quantile: those limits are known, and 1 only keeps the library quiet.
        low = np.where(x > 0, betaincinv(np.maximum(x, 1), n - x + 1, tail), 0.0)
        high = np.where(x < n, betainccinv(x + 1, np.maximum(n - x, 1), tail), 1.0)
        return [x / n, low, high]

    return Interval(*_per_distinct_row(limits, 3, (x, n)))


def wilson(x: ArrayLike, n: ArrayLike, level: float = CONFIDENCE_LEVEL) -> Interval:
    """Wilson score limits of x/n, two-sided, without continuity correction; NaN where n is 0.

    Errors as in ``risk_difference``.
    """
    z = normal_quantile(level)

    def limits(x: IntArray, n: IntArray) -> list[FloatArray]:
        return [x / n, *_wilson_limits(x, n, z)]

    return Interval(*_per_distinct_row(limits, 3, (x, n)))


def probability_of_seeing(n: ArrayLike, true_rate: ArrayLike) -> FloatArray:
    """Chance that at least one of n subjects shows an event whose true share is ``true_rate``: 1 - (1 - p)^n.

    Broadcasts. ValueError for n below 0 or a share outside 0 to 1.
    """
    subjects = whole_numbers(n)
    share = np.asarray(true_rate, dtype=np.float64)
    if not np.all((share >= 0) & (share <= 1)):
        raise ValueError("A true rate must lie between 0 and 1.")
    return np.asarray(1 - (1 - share) ** subjects, dtype=np.float64)


def normal_quantile(level: float) -> float:
    """The z of a two-sided interval: 1.959963984540054 for 0.95. ValueError for a level outside (0, 1)."""
    return float(-ndtri(tail_share(level)))


def tail_share(level: float) -> float:
    """What a two-sided interval leaves out on each side: 0.025 for 0.95. ValueError for a level outside (0, 1)."""
    if not 0 < level < 1:
        raise ValueError(f"A confidence level must lie between 0 and 1, not {level}.")
    return (1 - level) / 2


def whole_numbers(counts: ArrayLike) -> IntArray:
    """Counts as an integer array. TypeError for anything but integers, ValueError below 0."""
    array = np.asarray(counts)
    # An empty list has no type of its own, so it may pass.
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(f"Counts must be whole numbers, not {array.dtype}.")
    if np.any(array < 0):
        raise ValueError("A count is below 0.")
    return array.astype(np.int64)


def _per_distinct_row(
    function: Callable[..., list[FloatArray]], outputs: int, *pairs: tuple[ArrayLike, ArrayLike]
) -> list[FloatArray]:
    """Run ``function`` once per distinct row of counts and spread its outputs back; NaN where any n is 0.

    An incidence table repeats the same few small counts over thousands of rows, so most of the work is saved.
    """
    columns = np.broadcast_arrays(*(whole_numbers(values) for pair in pairs for values in pair))
    rows, inverse = np.unique(np.stack([c.ravel() for c in columns], axis=1), axis=0, return_inverse=True)
    if np.any(rows[:, 0::2] > rows[:, 1::2]):
        raise ValueError("A group has more subjects with the event than subjects.")
    usable = (rows[:, 1::2] > 0).all(axis=1)
    values = np.full((outputs, len(rows)), np.nan)
    values[:, usable] = function(*rows[usable].T)
    return [row[inverse.reshape(-1)].reshape(columns[0].shape) for row in values]


def _difference(x1: IntArray, n1: IntArray, x2: IntArray, n2: IntArray) -> FloatArray:
    # One division of whole numbers: 3/20 - 1/80 stays 0.1375, where a difference of quotients falls below the tie.
    return np.asarray((x1 * n2 - x2 * n1) / (n1 * n2), dtype=np.float64)


def _mn_limits(x1: IntArray, n1: IntArray, x2: IntArray, n2: IntArray, z: float) -> tuple[FloatArray, FloatArray]:
    """Where (estimate - d)^2 / variance(d) crosses z^2 below and above the estimate, by bisection to -1 and to 1.

    An estimate of -1 or 1 is itself the limit on that side, as the search then starts where it ends.
    """
    estimate = _difference(x1, n1, x2, n2)

    def crossing(edge: float) -> FloatArray:
        inside, outside = estimate, np.full_like(estimate, edge)
        for _ in range(_HALVINGS):
            middle = (inside + outside) / 2
            # A product instead of a quotient: the variance is 0 at the edges.
            rejected = (estimate - middle) ** 2 > z * z * _restricted_variance(x1, n1, x2, n2, middle)
            inside, outside = np.where(rejected, inside, middle), np.where(rejected, middle, outside)
        return (inside + outside) / 2

    return crossing(-1.0), crossing(1.0)


def _restricted_variance(x1: IntArray, n1: IntArray, x2: IntArray, n2: IntArray, d: FloatArray) -> FloatArray:
    """Variance of the difference under p1 - p2 = d, times N/(N-1).

    The likeliest p2 under that restriction is the middle root of a cubic, here in its trigonometric form
    (Miettinen and Nurminen 1985, appendix 1; Farrington and Manning 1990).
    """
    total, events = n1 + n2, x1 + x2
    c2 = (n1 + 2 * n2) * d - total - events
    c1 = (n2 * d - total - 2 * x2) * d + events
    c0 = x2 * d * (1 - d)
    shift = c2 / (3 * total)
    q = shift**3 - c1 * c2 / (6 * total**2) + c0 / (2 * total)
    p = np.copysign(np.sqrt(np.maximum(shift**2 - c1 / (3 * total), 0)), q)
    cosine = np.divide(q, p**3, out=np.zeros_like(q), where=p != 0)
    angle = (np.pi + np.arccos(np.clip(cosine, -1, 1))) / 3
    p2 = np.clip(2 * p * np.cos(angle) - shift, 0, 1)
    p1 = np.clip(p2 + d, 0, 1)
    return np.asarray((p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * total / (total - 1), dtype=np.float64)


def _wilson_limits(x: IntArray, n: IntArray, z: float) -> tuple[FloatArray, FloatArray]:
    share = x / n
    middle = share + z * z / (2 * n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    # At x = 0 and x = n the limit is 0 or 1; rounding would leave a trace.
    low = np.where(x == 0, 0.0, (middle - half) / scale)
    high = np.where(x == n, 1.0, (middle + half) / scale)
    return low, high


def _newcombe_limits(x1: IntArray, n1: IntArray, x2: IntArray, n2: IntArray, z: float) -> tuple[FloatArray, FloatArray]:
    p1, p2 = x1 / n1, x2 / n2
    low1, high1 = _wilson_limits(x1, n1, z)
    low2, high2 = _wilson_limits(x2, n2, z)
    estimate = _difference(x1, n1, x2, n2)
    return estimate - np.hypot(p1 - low1, high2 - p2), estimate + np.hypot(high1 - p1, p2 - low2)


def _wald_limits(x1: IntArray, n1: IntArray, x2: IntArray, n2: IntArray, z: float) -> tuple[FloatArray, FloatArray]:
    p1, p2 = x1 / n1, x2 / n2
    estimate = _difference(x1, n1, x2, n2)
    half = z * np.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    return np.maximum(estimate - half, -1.0), np.minimum(estimate + half, 1.0)


_Limits = Callable[[IntArray, IntArray, IntArray, IntArray, float], tuple[FloatArray, FloatArray]]
_RISK_DIFFERENCE_LIMITS: Final[Mapping[str, _Limits]] = MappingProxyType(
    {"miettinen-nurminen": _mn_limits, "newcombe": _newcombe_limits, "wald": _wald_limits}
)


def _fisher_for_margins(n1: int, n2: int, events: int) -> FloatArray:
    """Two-sided p for each number of events possible in the first group, from the fewest to the most."""
    probability = _hypergeometric(n1, n2, events)
    ascending = np.sort(probability)
    no_more_probable = np.searchsorted(ascending, probability * (1 + FISHER_TOLERANCE), side="right")
    return np.minimum(np.cumsum(ascending)[no_more_probable - 1], 1.0)


def _hypergeometric(n1: int, n2: int, events: int) -> FloatArray:
    """Chance of each possible number k of events in the first group: C(n1, k) C(n2, events - k) / C(n1 + n2, events).

    Counted in whole numbers, each ``ways`` from the one before, and rounded once, by the division.
    """
    first, last = max(0, events - n2), min(n1, events)
    every, ways = comb(n1 + n2, events), comb(n1, first) * comb(n2, events - first)
    found = np.empty(last - first + 1)
    for k in range(first, last + 1):
        found[k - first] = ways / every
        ways = ways * (n1 - k) * (events - k) // ((k + 1) * (n2 - events + k + 1))
    return found
