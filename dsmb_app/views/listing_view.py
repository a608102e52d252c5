"""The table of a listing: whole rows are chosen, and a click on a header sorts."""

from __future__ import annotations

from PySide6.QtCore import QSortFilterProxyModel, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractItemView, QWidget

from dsmb_app.views.table_view import TableView
from dsmb_app.views.tables import SUBJECT

_LOOKED_AT = 200
"""So many rows tell how wide a listing's columns are."""
_WHOLE = 1200


class ListingView(TableView):
    """A listing's table; a click on a header sorts."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.verticalHeader().hide()
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setAlternatingRowColors(True)
        self.setSortingEnabled(True)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setMaximumSectionSize(340)
        # For a double click beside a header, which asks for every role of every cell.
        header.setResizeContentsPrecision(_LOOKED_AT)
        header.setSortIndicatorClearable(True)
        self.fix_rows()

    def fit_columns(self) -> None:
        """Give every column the width of its header and of the texts of its first rows; subjects stand whole in all.

        As ``resizeColumnsToContents``, which asks for every role of every cell and keeps the window from answering for
        a fifth of a second.
        """
        model, header = self.model(), self.horizontalHeader()
        for part in (self, header):
            # Before its first show Qt would leave out the room that the style sheet puts around a text.
            part.ensurePolished()
        metrics = QFontMetrics(self.font())
        listed = model.sourceModel() if isinstance(model, QSortFilterProxyModel) else model
        for column in range(model.columnCount()):
            wide = header.sectionSizeHint(column)
            if model.rowCount():
                first = model.index(0, column)
                around = self.sizeHintForIndex(first).width() - metrics.horizontalAdvance(str(first.data()))
                whole = listed.headerData(column, Qt.Orientation.Horizontal) == SUBJECT
                texts = listed.every_text(column) if whole else set(listed.first_texts(column, _LOOKED_AT))
                wide = max(wide, max(map(metrics.horizontalAdvance, texts)) + around)
            self.setColumnWidth(column, wide)

    def show_whole(self) -> None:
        """Give every column the width that its longest text needs, in a listing of few columns."""
        header = self.horizontalHeader()
        header.setMaximumSectionSize(_WHOLE)
        header.setStretchLastSection(False)
        self.fit_columns()

    def _chosen(self) -> int:
        return len(self.selectionModel().selectedRows())
