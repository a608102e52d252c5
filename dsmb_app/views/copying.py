"""Copying a table as text: headers and source go with it, and no cell becomes a formula in a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableView

from dsmb_app.views.desk import Desk
from dsmb_app.views.tables import is_number

_FORMULA = ("=", "+", "-", "@")


def as_text(view: QTableView, *, title: str, source: str) -> str:
    """Return the selected cells of a view, or all where none is selected, as tab-separated lines.

    The first lines say what the table is and where it comes from; columns that are hidden are left out.
    """
    model = view.model()
    chosen = view.selectionModel().selectedIndexes()
    rows = sorted({index.row() for index in chosen}) or list(range(model.rowCount()))
    columns = _visible(view, sorted({index.column() for index in chosen}) or list(range(model.columnCount())))
    picked = {(index.row(), index.column()) for index in chosen}
    named = view.verticalHeader().isVisible()
    lines = [[title], [source], []]
    lines.append([*([""] if named else []), *(_header(model, i, Qt.Orientation.Horizontal) for i in columns)])
    for row in rows:
        cells = [
            _safe(str(model.index(row, column).data())) if not picked or (row, column) in picked else ""
            for column in columns
        ]
        lines.append([*([_safe(_header(model, row, Qt.Orientation.Vertical))] if named else []), *cells])
    return "\n".join("\t".join(line) for line in lines) + "\n"


def copy_table(desk: Desk, number: str, view: QTableView, title: str) -> None:
    """Copy the selected cells of an exhibit, or the whole table, with headers and source, once the log has it."""
    desk.copy_text(f"table {number}", lambda source: as_text(view, title=title, source=source))


def _visible(view: QTableView, columns: Sequence[int]) -> list[int]:
    return [column for column in columns if not view.isColumnHidden(column)]


def _header(model, section: int, side: Qt.Orientation) -> str:
    return str(model.headerData(section, side, Qt.ItemDataRole.DisplayRole))


def _safe(text: str) -> str:
    """Return a text that stays a text where it is pasted, in one cell."""
    plain = " ".join(text.split())
    is_figure = is_number(plain.partition(" ")[0])
    return f"'{plain}" if plain.startswith(_FORMULA) and not is_figure else plain
