"""The filter bar: boxes with what the data offer to choose from. What is in force, the filter strip says."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from dsmb_app.views.controls import named, tool
from dsmb_app.views.desk import Desk
from dsmb_app.views.flow import flow_of
from dsmb_app.views.theme import SPACE

_BOXES = {
    "serious": ("Seriousness", "Serious or not"),
    "grade": ("Least grade", "Any grade"),
    "related": ("Relatedness", "Related or not"),
    "action": ("Action taken", "Any action"),
    "basket": ("Basket", "Any basket"),
    "soc": ("System organ class", "Any class"),
    "sex": ("Sex", "Any sex"),
    "age": ("Age", "Any age"),
    "site": ("Site", "Any site"),
    "flag": ("Population flag", "Any flag"),
}
"""By filter: the name of its box for a screen reader, and what it says when it chooses everything."""
_LONG = ("action", "basket", "soc")
"""The filters whose words may be long: their boxes keep their width, the lists that they open show them whole."""
_LETTERS = 12


class FilterBar(QWidget):
    """Boxes for the filters, out of the way until ``button`` is pressed."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.boxes: dict[str, QComboBox] = {}
        for name, (said, everything) in _BOXES.items():
            self.boxes[name] = self._box(name, said, everything)
        self.button = tool("Filters", "filter", self._unfold, hint="Choose which events and subjects count", text=True)
        self.button.setCheckable(True)
        self.button.setProperty("kind", "view")
        self.flow = flow_of(*self.boxes.values(), gap=SPACE // 2, line_gap=SPACE // 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.flow)
        desk.results_changed.connect(self.refresh)
        self._unfold()
        self.refresh()

    def _unfold(self) -> None:
        """Take no room while folded up."""
        self.setVisible(self.button.isChecked())

    def _box(self, name: str, said: str, everything: str) -> QComboBox:
        box: QComboBox = named(QComboBox(), said, hint=f"{said}: count only these")
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        if name in _LONG:
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(_LETTERS)
        box.addItem(everything, "")
        box.activated.connect(lambda _place: self._desk.choose(**{name: box.currentData()}))
        return box

    def search_for(self, words: str) -> None:
        """Count only events whose term holds the words; all where there are none."""
        self._desk.choose(text=words.strip())

    def refresh(self) -> None:
        """Offer what the data of the level hold, the choices in force chosen."""
        offered, choices = self._desk.session.offered, self._desk.choices
        for name, box in self.boxes.items():
            chosen = getattr(choices, name)
            # A band that was given as text is not among those offered.
            others = {chosen: self._desk.session.only((name,))} if chosen else {}
            self._offer(box, offered[name] | others, chosen)

    def _offer(self, box: QComboBox, values: dict[str, str], chosen: str) -> None:
        box.blockSignals(True)
        while box.count() > 1:
            box.removeItem(1)
        for value, words in values.items():
            box.addItem(words[:1].upper() + words[1:], value)
        box.setCurrentIndex(max(box.findData(chosen), 0))
        box.setVisible(box.count() > 1)
        box.view().setMinimumWidth(box.view().sizeHintForColumn(0) + 3 * SPACE)
        box.blockSignals(False)
