"""Copying a table as text: headers and source go with it, and no cell becomes a formula in a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QTableView

from dsmb_app.model.sheet import Ints, Sheet
from dsmb_app.views.desk import Desk
from dsmb_app.views.tables import is_number

_FORMULA = ("=", "+", "-", "@")


class CopyKey(QObject):
    """Lets Ctrl+C in a list or table of Qt's own do ``copy``: Qt would copy one bare text, past the log."""

    def __init__(self, view: QAbstractItemView, copy: Callable[[], object]) -> None:
        super().__init__(view)
        self._copy = copy
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Copy; let everything else pass."""
        if event.type() is QEvent.Type.KeyPress and event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
            return True
        return super().eventFilter(watched, event)


def copies_list(view: QListWidget, desk: Desk) -> None:
    """Let Ctrl+C copy a list as it is shown, below its name, with source, once the desk's log has it."""
    name = view.accessibleName()
    CopyKey(view, lambda: desk.copy_text(f"list {name}", lambda source: list_text(view, title=name, source=source)))


def list_text(view: QListWidget, *, title: str, source: str) -> str:
    """Return a list's lines, one below the other, below what they are and where they come from."""
    items = [view.item(place) for place in range(view.count())]
    return lines_text([item.text() for item in items if not item.isHidden()], title=title, source=source)


def lines_text(lines: Iterable[str], *, title: str, source: str) -> str:
    """Return lines one below the other, below what they are and where they come from."""
    return _joined(title, source, [[title], *([_safe(line)] for line in lines)])


def as_text(view: QTableView, *, title: str, source: str) -> str:
    """Return the selected cells of a view, or all where none is selected, as tab-separated lines.

    The first lines say what the table is and where it comes from; columns that are hidden are left out.
    """
    model = view.model()
    spans = view.selectionModel().selection()
    rows = chosen_rows(view) or list(range(model.rowCount()))
    columns = _visible(view, _within([(span.left(), span.right()) for span in spans], model.columnCount()))
    picked = {(row, column) for span in spans for row in range(span.top(), span.bottom() + 1)
              for column in range(span.left(), span.right() + 1)}  # fmt: skip
    named = view.verticalHeader().isVisible()
    lines = [[*([""] if named else []), *(_header(model, i, Qt.Orientation.Horizontal) for i in columns)]]
    for row in rows:
        cells = [
            _safe(str(model.index(row, column).data())) if not picked or (row, column) in picked else ""
            for column in columns
        ]
        lines.append([*([_safe(_header(model, row, Qt.Orientation.Vertical))] if named else []), *cells])
    return _joined(title, source, lines)


def chosen_rows(view: QTableView) -> list[int]:
    """Return the rows of which a cell is selected, in their order."""
    spans = [(span.top(), span.bottom()) for span in view.selectionModel().selection()]
    return _within(spans, 0)


def count_chosen(view: QTableView) -> int:
    """Return how many rows are selected, at most: of rows that are selected as a whole without looking at each."""
    return sum(span.bottom() - span.top() + 1 for span in view.selectionModel().selection())


def sheet_text(sheet: Sheet, rows: Ints, *, title: str, source: str) -> str:
    """Return some rows of a listing as tab-separated lines, below what it is and where it comes from.

    Each distinct text is looked at once: tens of thousands of rows are copied while the window waits.
    """
    columns = []
    for column in sheet.columns:
        used, place = np.unique(column.codes[rows], return_inverse=True)
        texts = np.array([_safe(column.texts[code]) for code in used], dtype=object)
        columns.append(texts[place].tolist())
    return _joined(title, source, [sheet.headers, *zip(*columns, strict=True)])


def _within(spans: Sequence[tuple[int, int]], count: int) -> list[int]:
    """Return the places from first to last of each span, each once and in order; all of ``count`` where none is."""
    return sorted({place for first, last in spans for place in range(first, last + 1)}) or list(range(count))


def _joined(title: str, source: str, lines: Iterable[Sequence[str]]) -> str:
    return "\n".join("\t".join(line) for line in ([title], [source], [], *lines)) + "\n"


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
    return f"'{plain}" if plain.startswith(_FORMULA) and not is_number(plain.partition(" ")[0]) else plain
