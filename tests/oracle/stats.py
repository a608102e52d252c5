"""Intervals and tests the slow way: sums of probabilities, and bisection on the equation that defines each limit."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from math import comb, exp, inf, isclose, lgamma, log, sqrt
from statistics import NormalDist

Z = NormalDist().inv_cdf(0.975)
DAYS_PER_YEAR = 365.25


def root(rising: Callable[[float], float], low: float, high: float) -> float:
    """Return where a rising function crosses zero between two points."""
    # A ten-millionth of what two results may differ by: the last bits cost a third of the time and decide nothing.
    while high - low > 1e-13:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2


def percent(n: int, of: int) -> float | None:
    """Return n of N in percent, or None where N is zero."""
    return 100 * n / of if of else None


def half_up(value: Fraction, digits: int) -> str:
    """Print an exact number, halves away from zero, by whole-number arithmetic."""
    scaled = abs(value) * 10**digits
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    text = str(whole).rjust(digits + 1, "0")
    sign = "-" if value < 0 and whole else ""
    return f"{sign}{text[:-digits]}.{text[-digits:]}" if digits else sign + text


def rate(count: int, years: float) -> float | None:
    """Return a rate per 100 patient-years, or None without person-time."""
    return 100 * count / years if years > 0 else None


@cache
def poisson_limits(count: int) -> tuple[float, float]:
    """Return the exact 95% limits of a Poisson mean: each tail holds 2.5%."""

    def at_most(mean: float, k: int) -> float:
        return sum(exp(i * log(mean) - mean - lgamma(i + 1)) for i in range(k + 1))

    top = 10.0 + 3 * count
    low = root(lambda mean: 1 - at_most(mean, count - 1) - 0.025, 1e-12, top) if count else 0.0
    return low, root(lambda mean: 0.025 - at_most(mean, count), 1e-12, top)


@cache
def fisher(x1: int, n1: int, x2: int, n2: int) -> float | None:
    """Return the two-sided p: the tables with the same margins that are no likelier than the one seen."""
    total = x1 + x2
    if total == 0 or n1 == 0 or n2 == 0:
        return None
    ways = {k: comb(n1, k) * comb(n2, total - k) for k in range(max(0, total - n2), min(n1, total) + 1)}
    seen = ways[x1]
    return sum(w for w in ways.values() if w <= seen or isclose(w, seen, rel_tol=1e-7)) / comb(n1 + n2, total)


def _likeliest(x1: int, n1: int, x2: int, n2: int, d: float) -> float:
    """Return the p2 that makes the table likeliest when p1 - p2 = d: the zero of the falling score."""

    def falling(p2: float) -> float:
        p1 = p2 + d
        parts = ((x1, p1), (-(n1 - x1), 1 - p1), (x2, p2), (-(n2 - x2), 1 - p2))
        return sum(0.0 if k == 0 else k / p if p > 0 else inf * k for k, p in parts)

    return root(lambda p2: -falling(p2), max(0.0, -d), min(1.0, 1 - d))


def _score(x1: int, n1: int, x2: int, n2: int, d: float) -> float:
    """Return Miettinen and Nurminen's signed score at a difference d; infinite where no variance is left."""
    p2 = _likeliest(x1, n1, x2, n2, d)
    p1 = min(1.0, max(0.0, p2 + d))
    size = n1 + n2
    variance = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * size / (size - 1)
    gap = d - (x1 / n1 - x2 / n2)
    return gap / sqrt(variance) if variance > 0 else (inf if gap > 0 else -inf if gap < 0 else 0.0)


@cache
def miettinen_nurminen(x1: int, n1: int, x2: int, n2: int) -> tuple[float, float]:
    """Return the 95% score limits of p1 - p2."""
    seen = x1 / n1 - x2 / n2
    low = root(lambda d: _score(x1, n1, x2, n2, d) + Z, -1.0, seen) if seen > -1 else -1.0
    high = root(lambda d: _score(x1, n1, x2, n2, d) - Z, seen, 1.0) if seen < 1 else 1.0
    return low, high
