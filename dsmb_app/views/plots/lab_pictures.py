"""The nadirs of all blood counts in one picture, for a sheet of a pack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dsmb_app.model.figures import HIGH, PointFigure
from dsmb_app.views.plots.figure_picture import FigurePicture, Panel
from dsmb_app.views.plots.lab_plot import legend_of
from dsmb_app.views.plots.nadir import NadirPlot
from dsmb_app.views.theme import LIGHT

_WIDTH, _LOW, _ACROSS = 1300, 216, 3
"""Six panels and their notes, nearly as wide to high as a printed page."""


def nadir_picture(figures: Sequence[PointFigure], *, absent: Sequence[str], source: str) -> FigurePicture:
    """Return the picture of nadirs (or peaks), a panel a test; ``figures``: at least one, of one level.

    ``absent``: the tests that should be here and are not.
    """
    first = figures[0]
    return FigurePicture(
        [_panel(figure) for figure in figures],
        title=f"{first.exhibit}  Blood counts: nadir and its day",
        subtitle=f"{first.subtitle.partition(' · ')[0]} · {first.population}",
        notes=[*([f"Nothing to draw: {', '.join(absent)}."] if absent else []), *_notes(figures)],
        source=source,
        width=_WIDTH,
        height=_LOW if len(figures) > _ACROSS else 0,
        across=_ACROSS,
    )


def _panel(figure: PointFigure) -> Panel:
    def make() -> NadirPlot:
        plot = NadirPlot(LIGHT)
        plot.show_figure(figure)
        return plot

    what = "peak" if figure.side == HIGH else "nadir"
    return Panel(make, legend_of(figure, LIGHT), f"{figure.test.name}, {what}")


def _notes(figures: Sequence[PointFigure]) -> list[str]:
    """Return who has the tests, what is said of several of them, and a line a test with what is said of it alone."""
    said = Counter(note for figure in figures for note in figure.footnotes)
    have: dict[str, list[str]] = {}
    for figure in figures:
        have.setdefault(figure.subtitle.partition(" · ")[2], []).append(figure.test.name)
    alone = {f.test.name: [note for note in f.footnotes if said[note] == 1] for f in figures}
    return [
        *(f"{', '.join(names)}, {words}." for words, names in have.items()),
        *(note for note, often in said.items() if often > 1),
        *(f"{name}: {' '.join(notes)}" for name, notes in alone.items() if notes),
    ]
