"""Helpers of the window's tests: where things stand, clicks on cells, what is drawn."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QTableView, QWidget

from dsmb_app.model.result import Column, RowKey
from dsmb_app.views import drill
from dsmb_app.views.exhibit_view import ExhibitView
from dsmb_app.views.tables import Role
from dsmb_app.views.window import Window


def exhibit(window: Window) -> ExhibitView:
    """Return the exhibit of the page shown."""
    return window.review.page.exhibit


def labels(view: ExhibitView) -> list[str]:
    """Return the names of the rows shown, from the top."""
    return [view.rows.headerData(i, Qt.Orientation.Vertical) for i in range(view.rows.rowCount())]


def place_of(view: ExhibitView, key: RowKey, column: Column) -> QModelIndex:
    """Return where a cell of the result is shown."""
    for i in range(view.rows.rowCount()):
        for j in range(view.rows.columnCount()):
            slot = view.rows.index(i, j).data(Role.SLOT)
            if slot and slot.row == key and column in slot.columns:
                return view.rows.index(i, j)
    raise AssertionError(f"{key} {column} is not shown")


def click(qtbot, view: QTableView, index: QModelIndex) -> None:
    """Click a cell as a reader does: where it stands."""
    view.scrollTo(index)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(index).center())


def drilled(window: Window) -> drill.RecordsView:
    """Return the patients shown."""
    shown = window.review.stack.currentWidget()
    assert isinstance(shown, drill.RecordsView)
    return shown


def counts(view: drill.RecordsView) -> list[int]:
    """Return how many rows each listing shows."""
    return [panel.view.model().rowCount() for panel in view.panels]


def top_of(window: Window, widget, point: QPoint) -> int:
    """Return the height of a widget's point in the window."""
    return widget.mapTo(window, point).y()


def drop(onto: QWidget, *files: Path) -> None:
    """Drop files onto a widget, as a reader drags them there."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    # Qt hands a drop to the widget that welcomed it on its way in.
    QApplication.sendEvent(onto, QDragEnterEvent(QPoint(5, 5), copy, data, left, none))
    QApplication.sendEvent(onto, QDropEvent(QPointF(5, 5), copy, data, left, none))


def grabbed(widget: QWidget) -> bytes:
    """Return what a widget draws now, pixel by pixel."""
    image = widget.grab().toImage()
    return bytes(image.constBits())
