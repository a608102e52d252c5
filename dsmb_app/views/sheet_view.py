"""The table of a listing of any size: what Qt would do for every row is done for those in sight, or not at all."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QItemSelectionModel, QModelIndex
from PySide6.QtGui import QMouseEvent

from dsmb_app.views.listing_view import ListingView


class SheetView(ListingView):
    """A listing's table in which a click chooses a row, and a double click or Enter asks about its subject."""

    def setModel(self, model: QAbstractItemModel) -> None:
        """Show a model; the header does not look through half a million rows for what is selected of a column."""
        super().setModel(model)
        header = self.horizontalHeader()
        header.setSelectionModel(QItemSelectionModel(model, header))

    def _clicked(self, _index: QModelIndex) -> None:
        return

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Ask about the row."""
        index = self.indexAt(event.position().toPoint())
        if index.isValid():
            self.asked.emit(index)
