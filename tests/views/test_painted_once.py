"""What is shown in steps is painted once, when it is whole: each painting of a large page takes its part of a turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QScrollArea, QWidget

from dsmb_app.model.words import Level
from dsmb_app.views import asking
from dsmb_app.views.controls import painted_whole
from dsmb_app.views.curve_view import AGAIN, CurveView
from dsmb_app.views.desk import Desk
from dsmb_app.views.exhibit_view import ExhibitView
from tests.views.conftest import AtLevel


class Painted(QObject):
    """Counts how often each of some widgets is painted."""

    def __init__(self, **widgets: QWidget) -> None:
        super().__init__()
        self.times: Counter[str] = Counter()
        self._names = {id(widget): name for name, widget in widgets.items()}
        for widget in widgets.values():
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt calls it so
        if event.type() is QEvent.Type.Paint:
            self.times[self._names[id(watched)]] += 1
        return False


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the demo for a large trial."""
    monkeypatch.setattr(asking, "AT_ONCE", 0)


def on_a_page(qtbot, view: QWidget) -> QScrollArea:
    """Show a view as the window does, in a page that scrolls, and return the page, which must be kept."""
    page = QScrollArea()
    page.setWidgetResizable(True)
    page.setWidget(view)
    qtbot.addWidget(page)
    page.resize(1100, 600)
    page.show()
    return page


@pytest.mark.usefixtures("large")
def test_that_a_filter_has_a_table_and_its_plot_painted_once(qtbot, at_level: AtLevel) -> None:
    desk = Desk(at_level(Level.NAMED))
    view = ExhibitView(desk, "T09", plotted=True)
    _page = on_a_page(qtbot, view)
    qtbot.waitUntil(lambda: not view._asking.waits, timeout=30000)
    qtbot.wait(100)
    painted = Painted(table=view.view.viewport(), plot=view.plot.drawing.viewport())
    desk.choose(sex="F")
    qtbot.waitUntil(lambda: not view._asking.waits, timeout=30000)
    qtbot.wait(100)
    assert painted.times == {"table": 1, "plot": 1}


@pytest.mark.usefixtures("large")
def test_that_a_filter_has_a_plot_of_its_own_scales_painted_once(qtbot, at_level: AtLevel) -> None:
    desk = Desk(at_level(Level.NAMED))
    view = CurveView(desk, AGAIN, "T09")
    _page = on_a_page(qtbot, view)
    qtbot.waitUntil(lambda: not view._asking.waits, timeout=30000)
    qtbot.wait(100)
    painted = Painted(plot=view.plot.viewport())
    desk.choose(sex="F")
    qtbot.waitUntil(lambda: not view._asking.waits, timeout=30000)
    qtbot.wait(100)
    assert painted.times == {"plot": 1}


def test_that_what_was_given_up_half_way_is_painted_again(qtbot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)

    def show(_answer: str) -> Iterator[None]:
        yield

    steps = painted_whole(widget, show)("answer")
    next(steps)
    assert not widget.updatesEnabled()
    del steps
    assert widget.updatesEnabled()
