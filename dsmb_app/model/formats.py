"""The only place where a number becomes text; rounding is half up, away from zero."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import numpy.typing as npt

NOT_EVALUABLE = "NE"


def half_up(value: float, digits: int) -> str:
    """Round to ``digits`` decimals, half up on the 15 significant digits that a double carries.

    12.25 gives 12.3 and 2.675 gives 2.68: the decimal a reader would write down is rounded, not the binary
    neighbour that stores it. Negative values round half away from zero; a result of zero carries no sign.
    """
    exact = Decimal(f"{value:.15g}")
    text = f"{exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP):f}"
    return text.removeprefix("-") if not text.strip("-0.") else text


def rounded(values: npt.NDArray[np.float64], digits: int) -> npt.NDArray[np.float64]:
    """Round each value as ``half_up`` prints it; what is not finite becomes NaN."""
    known = (float(half_up(value, digits)) if math.isfinite(value) else math.nan for value in values.tolist())
    return np.array(list(known), dtype=float)


def number(value: float | None, digits: int) -> str:
    """Print a number, or NE where there is none (missing or not finite)."""
    if value is None or not math.isfinite(value):
        return NOT_EVALUABLE
    return half_up(value, digits)


def count(value: int) -> str:
    """Print a count."""
    return f"{int(value)}"


def percent(value: float | None) -> str:
    """Print a percentage (0 to 100) with one decimal; NE where the denominator is zero."""
    return number(value, 1)


def p_value(value: float | None) -> str:
    """Print a p-value with four decimals, with the usual bounds at both ends."""
    if value is None or not math.isfinite(value):
        return ""
    if value < 0.0001:
        return "<0.0001"
    # A p of exactly 1 comes out of sums of probabilities a few units of rounding below it.
    return ">0.9999" if 0.9999 < value < 1 - 1e-9 else half_up(value, 4)


def n_pct(n: str, pct: str) -> str:
    """Join two printed texts the way reports do: ``12 (13.3)``; a zero count stands alone."""
    return n if n == "0" or not pct else f"{n} ({pct})"


def interval(estimate: str, low: str, high: str) -> str:
    """Join an estimate and its limits: ``-13.1 (-31.9, 5.2)``."""
    return f"{estimate} ({low}, {high})"
