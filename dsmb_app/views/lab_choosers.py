"""How a reader chooses a laboratory test: from a list with a search, or a blood count with its direction and view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from dsmb_app.model.figures import HIGH, LOW, LabFigure, LabTest
from dsmb_app.views.controls import captioned, named, search_box
from dsmb_app.views.flow import flow_of
from dsmb_app.views.theme import SPACE
from dsmb_app.views.view_buttons import ViewButtons

_CODE = Qt.ItemDataRole.UserRole


def side_box(low: str, high: str, hint: str) -> QComboBox:
    """Return a box that offers the two directions in these words."""
    box: QComboBox = named(QComboBox(), "Direction", hint=hint)
    for words, side in ((low, LOW), (high, HIGH)):
        box.addItem(words, side)
    return box


def choose_side(box: QComboBox, found: LabFigure | None) -> None:
    """Go, without a word, to the direction that matters for the test of a figure."""
    with QSignalBlocker(box):
        box.setCurrentIndex(box.findData(found.side if found else LOW))


class TestList(QWidget):
    """Every test by name, with a search above; ``chosen`` carries the code of one."""

    __test__ = False
    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.words = search_box("Search tests")
        self.tests: QListWidget = named(QListWidget(), "Tests", hint="Which laboratory test")
        self.tests.setObjectName("rows")
        self.tests.setUniformItemSizes(True)
        self.tests.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.code = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self.words)
        column.addWidget(self.tests, 1)
        self.words.textChanged.connect(self._filter)
        self.tests.currentItemChanged.connect(self._choose)

    def offer(self, tests: Sequence[LabTest], first: str) -> None:
        """List tests, the chosen one still chosen where it is there, else the one given."""
        wanted = self.code if self.code in {test.code for test in tests} else first
        self.code = wanted
        with QSignalBlocker(self.tests):
            self.tests.clear()
            for test in tests:
                item = QListWidgetItem(f"{test.name} (held back)" if test.held else test.name)
                item.setData(_CODE, test.code)
                item.setToolTip(f"{test.name} ({test.code})")
                self.tests.addItem(item)
                if test.code == wanted:
                    self.tests.setCurrentItem(item)
        self._filter()

    def clear(self) -> None:
        """List none; the chosen one stays so, for when it is listed again."""
        # Taken away one by one, each test would be chosen in the place of the one before.
        with QSignalBlocker(self.tests):
            self.tests.clear()

    @property
    def codes(self) -> list[str]:
        """Return the codes of the tests that are listed."""
        return [str(self.tests.item(place).data(_CODE)) for place in range(self.tests.count())]

    def choose(self, code: str) -> None:
        """Choose a test by its code."""
        items = [self.tests.item(place) for place in range(self.tests.count())]
        self.tests.setCurrentItem(next(item for item in items if item.data(_CODE) == code))

    def _choose(self, item: QListWidgetItem | None, _before: object) -> None:
        if item is not None:
            self.code = str(item.data(_CODE))
            self.chosen.emit(self.code)

    def _filter(self) -> None:
        words = self.words.text().casefold().strip()
        for item in (self.tests.item(place) for place in range(self.tests.count())):
            item.setHidden(words not in f"{item.text()} {item.data(_CODE)}".casefold())


class BloodChooser(QWidget):
    """A blood count, its direction and a view; ``test_changed`` where another count is chosen, else ``changed``."""

    test_changed, changed = Signal(), Signal()

    def __init__(self, hints: Mapping[str, str]) -> None:
        """Offer views; ``hints``: what each shows, by its name."""
        super().__init__()
        self.which: QComboBox = named(QComboBox(), "Blood count", hint="Which blood count")
        self.side = side_box("Low", "High", "Falls below the limits, or rises above them")
        self.views = ViewButtons(hints)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(flow_of(captioned("Blood count", self.which), self.side, self.views, line_gap=SPACE))
        self.which.currentIndexChanged.connect(lambda _place: self.test_changed.emit())
        self.side.currentIndexChanged.connect(lambda _place: self.changed.emit())
        self.views.chosen.connect(lambda _name: self.changed.emit())

    def offer(self, tests: Sequence[LabTest]) -> None:
        """List tests, the chosen one still chosen."""
        chosen = self.which.currentData()
        with QSignalBlocker(self.which):
            self.which.clear()
            for test in tests:
                self.which.addItem(test.name, test.code)
            self.which.setCurrentIndex(max(self.which.findData(chosen), 0))

    @property
    def block(self) -> tuple[str, str]:
        """Return test code and direction."""
        return str(self.which.currentData() or ""), str(self.side.currentData())
