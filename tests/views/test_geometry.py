"""No widget of a page lies over its neighbour, no plot is without marks or a sentence. What is cut off: test_window.

Each check is first shown a page that is broken on purpose.
"""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QLabel, QVBoxLayout, QWidget

from dsmb_app.app import settle
from dsmb_app.model.words import Level
from dsmb_app.views.pages import PAGES
from dsmb_app.views.plots.base import Canvas
from tests.views.conftest import AtLevel, ShowWindow

LEAST_COLUMNS = 4
"""Of pixels that hold ink: a line of reference, which an empty plot has too, fills fewer."""


def overlaps(root: QWidget) -> list[tuple[str, str]]:
    """Return each pair of visible siblings that share pixels; Qt's own parts of lists and fields are left out."""
    found = []
    for parent in [root, *root.findChildren(QWidget)]:
        # A list lays its parts out itself, and fields with a layout of their own have buttons on purpose.
        if not parent.isVisible() or isinstance(parent, QAbstractScrollArea) or parent.layout() is None:
            continue
        children = [
            child
            for child in parent.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
            if _stands(child)
        ]
        for one, other in itertools.combinations(children, 2):
            if one.geometry().intersects(other.geometry()):
                found.append((_name(one), _name(other)))
    return found


def _stands(child: QWidget) -> bool:
    return child.isVisible() and not child.isWindow() and not child.objectName().startswith("qt_")


def _name(widget: QWidget) -> str:
    words = widget.accessibleName() or (widget.text() if isinstance(widget, QLabel) else widget.objectName())
    return f"{type(widget).__name__} {words}".strip()


def empty_plots(root: QWidget) -> list[str]:
    """Return the visible plots that show neither marks nor words where their data stand."""
    plots = [plot for plot in root.findChildren(Canvas) if plot.isVisible()]
    return [_name(plot) for plot in plots if _columns_with_ink(plot) < LEAST_COLUMNS]


def _columns_with_ink(plot: Canvas) -> int:
    image = plot.viewport().grab().toImage()
    scale = image.devicePixelRatio()
    columns = 0
    for panel in plot.ci.items:
        room = plot.mapFromScene(panel.getViewBox().sceneBoundingRect()).boundingRect().intersected(plot.rect())
        across = range(round(room.left() * scale), min(round(room.right() * scale), image.width()))
        down = range(round(room.top() * scale), min(round(room.bottom() * scale), image.height()), 2)
        columns += sum(any(_is_ink(image.pixelColor(x, y)) for y in down) for x in across)
    return columns


def _is_ink(colour: QColor) -> bool:
    return colour.lightness() < (220 if colour.hslSaturation() > 130 else 150)


def test_that_a_broken_layout_is_seen(qtbot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    for words in ("above", "below"):
        column.addWidget(QLabel(words))
    page.show()
    settle()
    assert overlaps(page) == []
    upper, lower = page.findChildren(QLabel)
    lower.move(upper.pos())
    assert overlaps(page) == [("QLabel above", "QLabel below")]


def test_that_a_plot_without_marks_is_seen(qtbot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(400, 300)
    plot = Canvas()
    plot.setParent(page)
    plot.resize(400, 300)
    plot.setBackground("w")
    panel = plot.add_panel(0)
    page.show()
    settle()
    panel.addLine(x=0.5, pen="k")
    QApplication.processEvents()
    assert len(empty_plots(page)) == 1
    panel.plot([0.1, 0.5, 0.9], [0.2, 0.5, 0.8], pen=None, symbol="o", symbolBrush="b")
    QApplication.processEvents()
    assert empty_plots(page) == []


@pytest.mark.parametrize("level", [Level.POOLED, Level.NAMED])
def test_that_on_no_page_a_widget_lies_over_its_neighbour_or_a_plot_is_empty(
    at_level: AtLevel, show_window: ShowWindow, level: Level
) -> None:
    window = show_window(at_level(level), size=(1024, 700))
    plots = 0
    for place, page in enumerate(PAGES):
        window.show_page(place)
        settle()
        assert overlaps(window) == [], page.title
        assert empty_plots(window) == [], page.title
        plots += sum(plot.isVisible() for plot in window.findChildren(Canvas))
    assert plots >= 6


def test_that_a_patient_in_the_least_window_leaves_a_row_of_the_liver_table_in_sight(
    at_level: AtLevel, show_window: ShowWindow
) -> None:
    session = at_level(Level.NAMED)
    window = show_window(session, size=(1024, 700))
    window.show_page([page.title for page in PAGES].index("Liver"))
    settle()
    page = window.review.page
    page.views.picked.emit(session.patients().subjects[4])
    settle()
    view = page.exhibit.view
    assert page.patient.isVisible()
    assert view.rowHeight(0) <= view.viewport().height()


def test_that_the_least_window_leaves_a_figure_the_height_of_its_rows_of_numbers(
    at_level: AtLevel, show_window: ShowWindow
) -> None:
    window = show_window(at_level(Level.NAMED), size=(1024, 700))
    for title in ("Infections", "Cycles"):
        window.show_page([page.title for page in PAGES].index(title))
        settle()
        for view in window.review.page.figures.shown:
            assert view.height() >= view.layout().minimumSize().height() > 250, title
