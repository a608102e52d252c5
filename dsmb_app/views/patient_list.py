"""The list of patients beside a profile: searched, narrowed to those behind a number, and walked through."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSortFilterProxyModel, Qt, Signal

from dsmb_app.model.result import Listing
from dsmb_app.views.copying import as_text
from dsmb_app.views.desk import Desk
from dsmb_app.views.listing_view import ListingView
from dsmb_app.views.tables import ListingModel, Role, SortedRecords

_WIDEST = 168
"""Of a column after the first, in pixels: a long arm must not push the figures out of sight."""


class _Shown(SortedRecords):
    """Sorts, and shows only the rows that hold all words and are among the chosen."""

    words: tuple[str, ...] = ()
    among: frozenset[str] = frozenset()

    def search(self, words: str) -> None:
        """Show rows that hold all these words."""
        self.beginFilterChange()
        self.words = tuple(words.casefold().split())
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def narrow(self, among: Collection[str]) -> None:
        """Show these patients; all for none."""
        self.beginFilterChange()
        self.among = frozenset(among)
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, row: int, parent: QModelIndex) -> bool:
        """Tell whether a row is shown."""
        listing = self.sourceModel().listing
        if self.among and listing.subjects[row] not in self.among:
            return False
        if not self.words:
            return True
        text = " ".join(listing.rows[row]).casefold()
        return all(word in text for word in self.words)


class PatientList(ListingView):
    """A list whose rows are patients; ``wanted`` carries the id of one that was asked for."""

    wanted = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__("Patients")
        self.copy_wanted.connect(
            lambda: desk.copy_text("list of patients", lambda source: as_text(self, title="Patients", source=source))
        )
        self.asked.connect(lambda index: self.wanted.emit(str(index.data(Role.SUBJECT))))
        self.rows = _Shown(self)
        self.setModel(self.rows)
        # Two arms may differ in their last words alone.
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.rows.setDynamicSortFilter(True)

    def show_listing(self, listing: Listing | None, among: Collection[str]) -> None:
        """Show a list in place of the one before; None for nothing, and take no room."""
        old = self.rows.sourceModel()
        self.rows.among = frozenset(among)
        self.rows.setSourceModel(ListingModel(listing or Listing("", (), (), ()), self))
        if old is not None:
            old.deleteLater()
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.fit_columns()
        for column in range(1, self.rows.columnCount()):
            self.setColumnWidth(column, min(self.columnWidth(column), _WIDEST))
        self.setVisible(listing is not None)

    def search(self, words: str) -> None:
        """Show only the rows that hold these words."""
        self.rows.search(words)

    def narrow(self, among: Collection[str]) -> None:
        """Show only these patients; all for none."""
        self.rows.narrow(among)

    @property
    def shown(self) -> list[str]:
        """Return who is listed, from the top."""
        return [str(self.rows.index(i, 0).data(Role.SUBJECT)) for i in range(self.rows.rowCount())]

    def select(self, usubjid: str) -> None:
        """Mark a patient, and bring it into sight."""
        model = self.rows.sourceModel()
        listed = model.listing.subjects if isinstance(model, ListingModel) else ()
        index = self.rows.mapFromSource(model.index(listed.index(usubjid), 0)) if usubjid in listed else QModelIndex()
        if index.isValid():
            how = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(index, how)
            self.scrollTo(index)

    def beside(self, usubjid: str, by: int) -> str:
        """Return who stands so many rows below a patient, the first for one who is not listed; "" at either end."""
        shown = self.shown
        place = shown.index(usubjid) + by if usubjid in shown else 0
        return shown[place] if 0 <= place < len(shown) else ""
