"""Blood counts: one test and direction at a time, as shifts of grade, waterfall, nadirs or courses; and its tables."""

from __future__ import annotations

from collections.abc import Iterator

from dsmb_app.model.figures import COURSES, NADIR, WATERFALL, LabFigure
from dsmb_app.model.lab_tables import panels
from dsmb_app.views.controls import label, together
from dsmb_app.views.desk import Desk
from dsmb_app.views.flow import column_of
from dsmb_app.views.lab_choosers import BloodChooser
from dsmb_app.views.lab_view import LabView
from dsmb_app.views.labs_strip import LabsStrip
from dsmb_app.views.pages.lab_page import LabPage
from dsmb_app.views.plots.shift_matrix import blocks
from dsmb_app.views.shift_matrices import ShiftMatrices
from dsmb_app.views.theme import SPACE

TABLES = ("K17", "K19")
BLOOD = tuple(code for name in ("Blood count", "Eosinophils") for code in panels()[name])
MATRIX, FIGURES = "Shift matrix", {"Waterfall": WATERFALL, "Nadir": NADIR, "Over time": COURSES}
_HINTS = {
    MATRIX: "Baseline grade against worst grade",
    "Waterfall": "Percent change from baseline to the worst value, subject by subject",
    "Nadir": "Each subject's lowest (or highest) value and its day",
    "Over time": "Every value over study days, with median and band",
}
_HOW_TO_READ = (
    "Down: grade at baseline. Across: worst grade after it. Colour: share of the row. Framed: no change; to the right "
    "of the frame: worse."
)


class BloodCounts(LabPage):
    """The chosen view above, the rows of the tables below."""

    about = ("Blood count", "Visits")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, TABLES, COURSES)
        self.chooser = BloodChooser(_HINTS)
        self.which, self.side, self.views = self.chooser.which, self.chooser.side, self.chooser.views
        self.matrices, self.nothing = ShiftMatrices(desk), label(kind="muted", wraps=True)
        self.how = label(_HOW_TO_READ, "muted", wraps=True)
        self.figures = {name: LabView(desk, number) for name, number in FIGURES.items()}
        self.labs = LabsStrip(desk, TABLES[1])
        self.labs.drilled.connect(self.drilled)
        parts = (self.chooser, self.labs, self.how, self.matrices, self.nothing, *self.figures.values())
        self.top = column_of(*parts, gap=SPACE)
        self.column.insertWidget(0, self.top)
        for figure in self.figures.values():
            figure.hide()
            figure.labs_wanted.connect(self.labs_wanted)
        self.chooser.test_changed.connect(lambda: self.ask(fresh=True))
        self.chooser.changed.connect(lambda: self.ask(fresh=False))
        self.matrices.picked.connect(lambda row, column: self.drilled.emit(TABLES[0], row, column))
        desk.results_changed.connect(self.refresh)

    def _list(self, found: LabFigure | None) -> bool:
        tests = {test.code: test for test in found.tests} if found else {}
        fresh = self.which.count() == 0
        self.chooser.offer([tests[code] for code in BLOOD if code in tests])
        return fresh and self.which.count() > 0

    def _code(self) -> str:
        return self.chooser.block[0]

    def _hide(self, *, tests: bool) -> None:
        self.matrices.clear()
        self.labs.clear()
        for part in (self.how, self.matrices, self.nothing, *self.figures.values()):
            part.hide()
        if tests:
            # Out of sight, not emptied: the test chosen stays so.
            self.top.hide()

    def _fill(self) -> Iterator[None]:
        block, there = self.chooser.block, self.which.count() > 0
        # At once, also out of sight: a matrix of another level is never kept.
        self.matrices.clear()
        self.top.setVisible(there)
        found = self._asked(block[0]) if there and block[0] else None
        self.labs.show_test(found)
        yield
        is_matrix = there and self.views.shown == MATRIX
        missing = self._matrix_missing(block) if is_matrix else ""
        yield
        with together(self.top):
            self.nothing.setText(missing)
            self.nothing.setVisible(bool(missing))
            for part in (self.how, self.matrices):
                part.setVisible(is_matrix and not missing)
        yield
        for name, figure in self.figures.items():
            figure.row = block
            figure.setVisible(there and name == self.views.shown)
            figure.refresh()
        for exhibit, rows in zip(self.exhibits, (block, block[:1]), strict=True):
            exhibit.narrow(rows if there else ())
            exhibit.setVisible(not (found and found.test.held))

    def _matrix_missing(self, block: tuple[str, str]) -> str:
        """Show the matrices of a block, or return why there are none."""
        table, found = self._desk.table(TABLES[0]), self._asked(block[0])
        if block in blocks(table):
            self.matrices.show_block(table, block)
            return ""
        return (found.missing if found else "") or "There are no grades in this direction."
