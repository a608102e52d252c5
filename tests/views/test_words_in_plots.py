"""Words in plots and headers stand clear of what they speak of: bars, panels, lines and each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QGraphicsRectItem, QVBoxLayout, QWidget

from dsmb_app.app import settle
from dsmb_app.model.profile import DayMark
from dsmb_app.model.words import Level
from dsmb_app.views.header import MOST_TOP_LINES, TOP_LINES, ArmHeader
from dsmb_app.views.layout import Head
from dsmb_app.views.plots.base import Canvas
from dsmb_app.views.plots.curves import CurvePlot
from dsmb_app.views.plots.edish import EDish
from dsmb_app.views.plots.histogram import HistogramPlot
from dsmb_app.views.plots.patient_profile import PatientProfilePlot
from dsmb_app.views.plots.words import written_in
from tests.locked import Locked

Draw = Callable[..., Canvas]


@pytest.fixture
def draw(qtbot) -> Draw:
    """Return what draws a figure into a plot of a size, on a page as the window has it."""
    kept = []

    def on_page(plot: Canvas, figure: object, width: int, height: int) -> Canvas:
        page = QWidget()
        qtbot.addWidget(page)
        kept.append((page, plot))
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(plot)
        page.resize(width, height)
        page.show()
        qtbot.waitExposed(page)
        settle()
        (plot.show_result if isinstance(plot, PatientProfilePlot) else plot.show_figure)(figure)
        settle()
        return plot

    return on_page


def words(panel: pg.PlotItem) -> dict[str, QRectF]:
    """Return where each text of a panel stands in its scene."""
    return {item.text(): item.room_at(panel.vb.mapViewToScene(item.pos())) for item in written_in(panel)}


@pytest.mark.parametrize("height", [240, 420])
def test_that_the_word_for_dosing_stands_above_the_highest_bar(
    draw: Draw, demo: Locked, tmp_path: Path, height: int
) -> None:
    figure = demo.session(Level.MASKED, tmp_path).figure("F20")
    plot = draw(HistogramPlot(), figure, 500, height)
    highest = min(plot.position_of(place).y() for place in range(len(plot.bars)))
    # A text has four pixels of air round its words.
    assert words(plot.panel)["dosing"].bottom() - 4 <= highest


@pytest.mark.parametrize(("width", "height"), [(300, 240), (600, 500)])
def test_that_no_quadrants_name_lies_over_a_panel_of_the_composite_plot(
    draw: Draw, demo: Locked, tmp_path: Path, width: int, height: int
) -> None:
    figure = demo.session(Level.NAMED, tmp_path).figure("F18C")
    plot = draw(EDish(), figure, width, height)
    frames = [item.mapRectToScene(item.rect()) for item in plot.panel.items if isinstance(item, QGraphicsRectItem)]
    found, inside = words(plot.panel), plot.panel.vb.sceneBoundingRect()
    assert len(frames) == 4
    assert set(figure.quadrants) <= set(found)
    for name, room in found.items():
        clear = room.adjusted(4, 4, -4, -4)
        assert inside.adjusted(-4, -4, 4, 4).contains(clear), name
        assert not any(frame.intersects(clear) for frame in frames), name


def test_that_a_long_arms_name_stands_whole_before_the_numbers_at_risk(
    draw: Draw, demo: Locked, tmp_path: Path
) -> None:
    figure = demo.session(Level.MASKED, tmp_path).figure("F15")
    name = "Xanomeline High Dose"
    longer = replace(
        figure,
        arms=(name, *figure.arms[1:]),
        curves=tuple(replace(c, arm=name) if c.arm == figure.arms[0] else c for c in figure.curves),
        at_risk={name if arm == figure.arms[0] else arm: counts for arm, counts in figure.at_risk.items()},
    )
    plot = draw(CurvePlot(), longer, 480, 300)
    assert name in [text for _, text in plot.risk.getAxis("left")._tickLevels[0]]


def test_that_marks_of_one_day_are_one_sentence_and_others_have_rows_of_their_own(
    draw: Draw, demo: Locked, tmp_path: Path
) -> None:
    session = demo.session(Level.MASKED, tmp_path)
    plot = PatientProfilePlot()
    days = (DayMark("end", 182.0, "End of study"), DayMark("last dose", 182.0, "Last dose"), DayMark("x", 175.0, "Why"))
    draw(plot, replace(session.profile(session.patients().subjects[0]), marks=days), 600, 500)
    found = {text: room for text, room in words(plot.head.panels[0][0]).items() if ", day " in text}
    assert set(found) == {"End of study, last dose, day 182", "Why, day 175"}
    one, other = (room.adjusted(4, 5, -4, -5) for room in found.values())
    assert not one.intersects(other)


def test_that_an_arms_name_is_narrower_on_three_lines_and_whole_on_each(qtbot) -> None:
    header, head = ArmHeader(), Head("Xanomeline High Dose", "", "84")
    qtbot.addWidget(header)
    one, two, three = (header.width_for_top(head, lines) for lines in (1, TOP_LINES, MOST_TOP_LINES))
    assert one > two > three
