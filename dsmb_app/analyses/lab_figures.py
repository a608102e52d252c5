"""The laboratory figures of any test, by number."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dsmb_app.analyses.lab_over_time import boxes, courses
from dsmb_app.analyses.nadir import nadir
from dsmb_app.analyses.shift_scatter import shift_scatter
from dsmb_app.analyses.waterfall import waterfall
from dsmb_app.model.cut import Cut
from dsmb_app.model.figures import BOXES, COURSES, NADIR, SHIFTS, WATERFALL
from dsmb_app.model.result import Figure, RowKey

LAB_FIGURES: Mapping[str, Callable[[Cut, RowKey], Figure]] = {
    BOXES: boxes,
    SHIFTS: shift_scatter,
    WATERFALL: waterfall,
    NADIR: nadir,
    COURSES: courses,
}
"""Each is asked about a row: test code, then what its function says."""
