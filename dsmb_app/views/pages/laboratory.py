"""Laboratory: any test of LB - over visits, or from baseline to the worst value - with its rows of the table."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QSplitter

from dsmb_app.model.figures import BOXES, CHANGE, SHIFTS, LabFigure
from dsmb_app.views.controls import focused, named
from dsmb_app.views.copying import copies_list
from dsmb_app.views.desk import Desk
from dsmb_app.views.flow import column_of, flow_of
from dsmb_app.views.lab_choosers import TestList, side_box
from dsmb_app.views.lab_view import LabView
from dsmb_app.views.labs_strip import LabsStrip
from dsmb_app.views.pages.lab_page import LabPage
from dsmb_app.views.theme import SPACE
from dsmb_app.views.view_buttons import ViewButtons

TABLE = "T16"
OVER_VISITS, SHIFT = "Over visits", "Baseline to worst"
_HINTS = {OVER_VISITS: "Box plots over scheduled visits", SHIFT: "Each subject's worst value against its baseline"}
_LIST = 190


class Laboratory(LabPage):
    """The tests at the left; the chosen view and below it the table at the right."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, (TABLE,), BOXES)
        self.tests, self.views = TestList(), ViewButtons(_HINTS)
        copies_list(self.tests.tests, desk)
        self.change: QCheckBox = named(QCheckBox("Change from baseline"), "Change from baseline")
        self.side = side_box("To the lowest", "To the highest", "The lowest value after baseline, or the highest")
        self.figures = {OVER_VISITS: LabView(desk, BOXES), SHIFT: LabView(desk, SHIFTS)}
        self.labs = LabsStrip(desk, TABLE)
        self.labs.drilled.connect(self.drilled)
        self._lay_out()
        for figure in self.figures.values():
            figure.labs_wanted.connect(self.labs_wanted)
            figure.subjects_wanted.connect(self.subjects_wanted)
        self.tests.chosen.connect(lambda _code: self.ask(fresh=True))
        for signal in (self.views.chosen, self.change.toggled, self.side.currentIndexChanged):
            signal.connect(lambda _what: self.ask(fresh=False))
        desk.results_changed.connect(self.refresh)

    def _lay_out(self) -> None:
        tools = flow_of(self.views, self.change, self.side, line_gap=SPACE)
        self.top = column_of(tools, self.labs, *self.figures.values(), gap=SPACE)
        self.column.insertWidget(0, self.top)
        body = QSplitter(Qt.Orientation.Horizontal)
        body.setChildrenCollapsible(False)
        for part in (self.tests, self.area):
            body.addWidget(part)
        body.setStretchFactor(1, 1)
        body.setSizes([_LIST, 4 * _LIST])
        self.layout().addWidget(body)

    def _list(self, found: LabFigure | None) -> bool:
        before = self.tests.code
        if found is None:
            self.tests.clear()
        else:
            self.tests.offer(found.tests, found.test.code)
        return self.tests.code != before

    def _code(self) -> str:
        return self.tests.code if self.tests.tests.count() else ""

    def _hide(self, *, tests: bool) -> None:
        self.labs.clear()
        for figure in self.figures.values():
            figure.hide()
        if tests:
            self.tests.clear()
            self._fill_now()

    def _fill(self) -> Iterator[None]:
        code, shift = self.tests.code, self.views.shown == SHIFT
        there = self.tests.tests.count() > 0
        for part in (self.tests, self.top):
            part.setVisible(there)
        self.change.setVisible(not shift)
        self.side.setVisible(shift)
        found = self._asked(code) if there else None
        self.labs.show_test(found)
        yield
        self.figures[OVER_VISITS].row = (code, CHANGE) if self.change.isChecked() else (code,)
        self.figures[SHIFT].row = (code, str(self.side.currentData()))
        for name, figure in self.figures.items():
            figure.setVisible(there and name == self.views.shown)
            figure.refresh()
        self.exhibits[0].narrow((code,) if there else ())
        self.exhibits[0].setVisible(not (found and found.test.held))

    def focus_search(self) -> bool:
        """Put the cursor into the search."""
        return focused(self.tests.words)
