"""Two groups with and without an event, as hypothesis draws them, and an interval as two plain numbers."""

from __future__ import annotations

from hypothesis import strategies as st

from dsmb_app.analyses.intervals import Interval

Table = tuple[int, int, int, int]


@st.composite
def tables(draw: st.DrawFn, largest: int = 60) -> Table:
    """Events and subjects of two groups of 1 to ``largest`` subjects: x1, n1, x2, n2."""
    n1, n2 = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n2)), n2


def limits(interval: Interval) -> tuple[float, float]:
    """Lower and upper limit of a single interval."""
    return float(interval.low), float(interval.high)
