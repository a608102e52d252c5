"""The liver page's own plots as files: migration between quadrants, and one subject over time."""

from __future__ import annotations

from dsmb_app.model.result import ResultTable
from dsmb_app.model.time_course import TimeCourse
from dsmb_app.views.plots import time_course
from dsmb_app.views.plots.figure_picture import PLOT_HEIGHT, FigurePicture, Panel
from dsmb_app.views.plots.migration import MigrationPlot, least_height
from dsmb_app.views.plots.time_course import TimeCoursePlot
from dsmb_app.views.theme import LIGHT


def migration_picture(table: ResultTable, *, note: str, source: str) -> FigurePicture:
    """Return the picture of the moves between quadrants; ``note``: how to read it."""

    def make() -> MigrationPlot:
        plot = MigrationPlot(LIGHT)
        plot.show_table(table)
        return plot

    return FigurePicture(
        [Panel(make, ())],
        title=f"{table.exhibit}  {table.title}",
        subtitle=table.population,
        notes=(note, *table.footnotes),
        source=source,
        height=max(PLOT_HEIGHT, least_height(table)),
    )


def time_course_picture(figure: TimeCourse, *, source: str) -> FigurePicture:
    """Return the picture of one subject over time."""

    def make() -> TimeCoursePlot:
        plot = TimeCoursePlot(LIGHT)
        plot.show_figure(figure)
        return plot

    arm = f" · {figure.arm}" if figure.arm else ""
    return FigurePicture(
        [Panel(make, time_course.legend_of(figure, LIGHT))],
        title=f"{figure.exhibit}  {figure.title}{arm}",
        subtitle=figure.subtitle,
        notes=figure.footnotes,
        source=source,
    )
