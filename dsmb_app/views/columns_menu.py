"""Which columns a table shows: a menu of its statistics and of the total."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton

from dsmb_app.model.words import TOTAL
from dsmb_app.views.controls import Tool
from dsmb_app.views.layout import Head
from dsmb_app.views.table_view import ResultView


class ColumnsMenu(Tool):
    """A button whose menu ticks what is shown; what is seldom asked for starts unticked."""

    icon_name = "columns"
    changed = Signal()

    def __init__(self, view: ResultView) -> None:
        super().__init__()
        self._view = view
        self._hidden: set[str] = set()
        self._met: set[str] = set()
        self._total_chosen, self._total_wanted = False, True
        self.setMenu(QMenu(self))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setText("Columns")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setAccessibleName("Columns")
        self.setToolTip("Choose the columns")
        self.tint()

    def show_result(self, *, with_total: bool) -> None:
        """Offer the columns of the result that the view shows, and show those that are ticked.

        ``with_total``: the total starts ticked; beside a plot, which shows it, others have the room.
        """
        heads, self._total_wanted = self._heads(), with_total
        if not self._total_chosen:
            (self._hidden.discard if with_total else self._hidden.add)(TOTAL)
        for head in heads:
            if head.group and head.sub not in self._met and head.group.more:
                self._hidden.add(head.sub)
            self._met.add(head.sub)
        self.menu().clear()
        names = list(dict.fromkeys(head.sub for head in heads if head.sub))
        if any(head.arm != TOTAL for head in heads):
            names.append(TOTAL)
        for name in names:
            self._offer(name, heads)
        self.setVisible(len(names) > 1 or TOTAL in names)
        self._apply()

    def _heads(self) -> list[Head]:
        header = self._view.arm_header
        return [head for i in range(header.count()) if (head := header.head(i))]

    def _offer(self, name: str, heads: list[Head]) -> None:
        hint = next((head.group.hint for head in heads if head.group and head.sub == name), "")
        action = QAction(f"{name}  –  {hint}" if hint else f"{name} column", self.menu())
        action.setCheckable(True)
        action.setChecked(name not in self._hidden)
        action.setData(name)
        action.toggled.connect(lambda shown, name=name: self.show_column(name, shown))
        self.menu().addAction(action)

    def show_column(self, name: str, shown: bool) -> None:
        """Show or hide a statistic in every arm, or the total."""
        self._total_chosen = self._total_chosen or name == TOTAL
        (self._hidden.discard if shown else self._hidden.add)(name)
        self._apply()
        self.changed.emit()

    def fit_total(self, width: int) -> None:
        """Leave the total out where all others have room in a width without it; what the reader chose stays."""
        if self._total_chosen or not self._total_wanted:
            return
        others = self._hidden - {TOTAL}
        whole, without = (self._view.has_room(width, self._shows(hidden)) for hidden in (others, others | {TOTAL}))
        hidden = others | {TOTAL} if without and not whole else others
        if hidden != self._hidden:
            self._hidden = hidden
            for action in self.menu().actions():
                if action.data() == TOTAL:
                    with QSignalBlocker(action):
                        action.setChecked(TOTAL not in hidden)
            self._apply()

    def _apply(self) -> None:
        self._view.show_columns(self._shows(self._hidden))

    def _shows(self, hidden: set[str]) -> Callable[[Head], bool]:
        """Return what tells whether a column is shown, where these are hidden."""
        # Pooled, the total is all there is.
        without_total = TOTAL in hidden and any(head.arm != TOTAL for head in self._heads())
        return lambda head: head.sub not in hidden and not (head.arm == TOTAL and without_total)
