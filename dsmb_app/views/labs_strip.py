"""Who has the labs that a page rests on: present of how many, by arm, in sight above every view of them."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from dsmb_app.model.figures import LabFigure
from dsmb_app.model.lab_tables import panels
from dsmb_app.model.result import Column, ResultTable, Row
from dsmb_app.model.words import TOTAL, Stat
from dsmb_app.views.controls import label, named
from dsmb_app.views.desk import Desk
from dsmb_app.views.flow import flow_of, row_of
from dsmb_app.views.legend import Sample
from dsmb_app.views.theme import SPACE, current_theme, mark_of

PRESENT, EXPECTED = "Labs present", "Expected labs"
_SIDE_BY_SIDE = 2


def panel_of(test: str) -> str:
    """Return the panel of a laboratory test by its code, "" for one that is in none."""
    return next((name for name, tests in panels().items() if test in tests), "")


class _Number(QToolButton):
    """As wide as its words: with Qt's own room beside them they would stand apart from their mark."""

    def sizeHint(self) -> QSize:
        """Return the room of the words."""
        self.ensurePolished()
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + SPACE, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return the same."""
        return self.sizeHint()


class LabsStrip(QWidget):
    """Says of a panel who has it, and at which visit the fewest of those expected do; a number leads to its subjects.

    Every number is a printed cell of the page's own table. ``drilled`` carries exhibit, row and column.
    """

    drilled = Signal(str, object, object)

    def __init__(self, desk: Desk, number: str) -> None:
        """Take the numbers from an exhibit of the desk."""
        super().__init__()
        self._desk, self._number = desk, number
        self.setAccessibleName("Labs present")
        self._first, self._second = flow_of(gap=8, line_gap=2), flow_of(gap=8, line_gap=2)
        self._line = self._first
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for line in (self._first, self._second):
            column.addWidget(line)
        self._second.hide()
        self.told: list[str] = []
        self.numbers: list[QToolButton] = []
        # Another level finds nothing here, also out of sight.
        desk.results_changed.connect(self._wait)

    def _wait(self) -> None:
        """Say nothing until the new numbers are told, and keep their room: all below would be moved and drawn twice."""
        room = self.height() if self.told else self.minimumHeight()
        self.clear()
        self.setMinimumHeight(room)

    def clear(self) -> None:
        """Say nothing."""
        self.told, self.numbers = [], []
        self.setMinimumHeight(0)
        for line in (self._first, self._second):
            while (item := line.layout().takeAt(0)) is not None:
                # Off the window at once: a deletion waits for the event loop.
                item.widget().setParent(None)
        self._line = self._first
        self._second.hide()

    def show_test(self, figure: LabFigure | None) -> None:
        """Say who has the test of a figure: its panel, or the test alone where it is in none. None: say nothing."""
        self.clear()
        if figure is None or figure.test.held:
            return
        panel = panel_of(figure.test.code)
        if panel:
            self.show_panel(panel, {test.code for test in figure.tests})
        else:
            self._show_measured(figure)

    def show_panel(self, panel: str, known: Collection[str]) -> None:
        """Say who has every test of a panel; ``known``: the tests that the data hold. Raises Refusal."""
        self.clear()
        table = self._desk.table(self._number)
        row = next((row for row in table.rows if row.key == (PRESENT, panel)), None)
        if row is None:
            self._say(f"{PRESENT}, {panel}: none, the data hold no test of it.")
            return
        self._say(row.label, hint="Of all treated, those with every test of the panel after baseline")
        self._count(table, row)
        absent = [test for test in panels()[panel] if test not in known]
        if absent:
            self._say(f"not in the data at all: {', '.join(absent)}")
        fewest = _fewest(table, panel)
        if fewest is not None:
            if len(table.arms) > _SIDE_BY_SIDE:
                # Or a line would end between the words and their numbers.
                self._line = self._second
                self._second.show()
            self._say(
                f"Fewest of those expected, {fewest.key[-1]}",
                hint="Of the treated who were still on study, those with every test of the panel at this visit: of all "
                "visits the one with the smallest share. The other visits are rows of the table.",
            )
            # The marks have just been named.
            self._count(table, fewest, named_before=True)
        self.updateGeometry()

    def _show_measured(self, figure: LabFigure) -> None:
        self._say(f"{PRESENT}: {figure.test.name}, at baseline or at a visit")
        for arm, (n, size) in figure.measured.items():
            words = label(_of_all(arm, str(n), str(size)), "strong" if n < size else "")
            self.told.append(words.text())
            self._add(figure, arm, words)
        if not figure.measured:
            self._say(figure.missing or "too few to be shown")
        self.updateGeometry()

    def _say(self, words: str, *, hint: str = "") -> None:
        self.told.append(words)
        said = label(words, "muted")
        said.setToolTip(hint)
        self._line.layout().addWidget(said)

    def _count(self, table: ResultTable, row: Row, *, named_before: bool = False) -> None:
        for arm in table.arms or (TOTAL,):
            n, size = (table.cell(row.key, Column(arm, stat)) for stat in (Stat.N, Stat.DENOMINATOR))
            if n is None or size is None:
                continue
            words = _of_all(arm, n.text, size.text)
            button: QToolButton = named(_Number(), f"{row.label}, {words}", hint="Show these subjects")
            button.setText(words.rpartition(": ")[2] if named_before else words)
            button.setProperty("kind", "number")
            button.setProperty("short", n.value != size.value)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            asked = table.exhibit, row.key, Column(arm, Stat.N)
            button.clicked.connect(lambda _checked=False, asked=asked: self.drilled.emit(*asked))
            self.told.append(words)
            self.numbers.append(button)
            self._add(table, arm, button)

    def _add(self, of: ResultTable | LabFigure, arm: str, words: QWidget) -> None:
        if arm == TOTAL:
            self._line.layout().addWidget(words)
        else:
            self._line.layout().addWidget(
                row_of(Sample(mark_of(current_theme(), of, arm), on_line=False), words, gap=3)
            )


def _fewest(table: ResultTable, panel: str) -> Row | None:
    """Return the visit at which the smallest share of all subjects has the panel, whatever the arms; the last such."""
    found = []
    for row in table.rows:
        cell = table.cell(row.key, Column(TOTAL, Stat.PCT)) if row.key[:2] == (EXPECTED, panel) else None
        if cell is not None and cell.value is not None:
            found.append((cell.value, -len(found), row))
    return min(found, key=lambda one: one[:2])[2] if found else None


def _of_all(arm: str, n: str, size: str) -> str:
    return f"{'' if arm == TOTAL else f'{arm}: '}{n} of {size}"
