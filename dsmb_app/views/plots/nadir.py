"""Each subject's nadir (or peak) against the study day of it."""

from __future__ import annotations

from dsmb_app.views.plots.shift_scatter import ShiftScatter
from dsmb_app.views.theme import Theme


class NadirPlot(ShiftScatter):
    """The same points as a shift scatter, over days."""

    def __init__(self, theme: Theme | None = None) -> None:
        """Draw in a theme, or in the one that the window has."""
        super().__init__(theme, name="Nadir and its day")
