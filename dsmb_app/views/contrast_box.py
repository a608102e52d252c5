"""The choice of two arms to compare."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox

from dsmb_app.views.controls import named
from dsmb_app.views.plots.dot_plot import Contrast


class ContrastBox(QComboBox):
    """Offers the contrasts of a result and keeps the chosen one where the next result has it too."""

    def __init__(self) -> None:
        super().__init__()
        named(self, "Contrast", hint="Which two arms are compared")
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)

    def offer(self, contrasts: Sequence[Contrast], *, least: int) -> None:
        """Offer these; with fewer than ``least`` there is nothing to choose and the box is hidden."""
        before = self.currentText()
        self.blockSignals(True)
        self.clear()
        for arm, ref in contrasts:
            self.addItem(f"{arm} − {ref}", [arm, ref])
        self.setCurrentIndex(max(self.findText(before), 0))
        self.blockSignals(False)
        self.setVisible(len(contrasts) >= least)

    @property
    def chosen(self) -> Contrast | None:
        """Return the contrast chosen, None where there is none."""
        found = self.currentData()
        return (found[0], found[1]) if found else None

    def drawn(self, most: int) -> list[Contrast] | None:
        """Return what a plot with room for so many draws: of more the one chosen, else all (None)."""
        return [self.chosen] if self.chosen and self.count() > most else None
