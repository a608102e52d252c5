"""Every exhibit as the window shows it: cells of every kind open as many subjects or records as they say."""

from __future__ import annotations

import pytest

from dsmb_app.model.result import Cell, Column, ResultTable, RowKey
from dsmb_app.model.words import Level, Stat
from dsmb_app.views.drill import RecordsView
from dsmb_app.views.pages import PAGES
from dsmb_app.views.review import Review
from dsmb_app.views.tables import Role
from tests.views.conftest import AtLevel, ShowWindow

ALL = next(place for place, page in enumerate(PAGES) if page.title == "All exhibits")
COUNTS = (Stat.N, Stat.EVENTS)


def _opened(review: Review) -> RecordsView | None:
    view = review.stack.currentWidget()
    return view if isinstance(view, RecordsView) else None


def _chosen(review: Review, level: Level) -> list[tuple[int, int]]:
    """Return places of the table shown, the last that is not of nobody of each kind: counts; named, others too."""
    rows = review.page.exhibit.rows
    kinds: dict[str, tuple[int, int]] = {}
    for row in range(rows.rowCount()):
        for column in range(rows.columnCount()):
            slot = rows.index(row, column).data(Role.SLOT)
            if slot is None or not slot.value:
                continue
            first = slot.columns[0]
            kind = first.stat if first.stat in COUNTS else "contrast" if first.arm_ref else "other"
            if level is Level.NAMED or kind in COUNTS:
                kinds[kind] = row, column
    return list(kinds.values())


def _subjects(table: ResultTable, row: RowKey, column: Column, cell: Cell) -> float | None:
    """Return how many subjects the cell says that it opens; None where nothing beside it says so."""
    if column.stat is Stat.N:
        return cell.value
    n = table.cell(row, Column(column.arm, Stat.N, column.arm_ref))
    return n.value if n is not None and not column.arm_ref else None


@pytest.mark.parametrize("level", list(Level))
def test_that_cells_of_every_exhibit_open_in_the_window_what_they_count(
    at_level: AtLevel, show_window: ShowWindow, level: Level
) -> None:
    window = show_window(at_level(level), ALL)
    review, wrong, opened = window.review, [], 0
    page = review.page
    for place in range(page.which.count()):
        page.which.setCurrentIndex(place)
        table = review.desk.table(page.exhibit.number)
        for at in _chosen(review, level):
            index = page.exhibit.rows.index(*at)
            slot = index.data(Role.SLOT)
            column = slot.columns[0]
            cell = table.cell(slot.row, column)
            page.exhibit.view.asked.emit(index)
            view = _opened(review)
            if view is None:
                # Only what is suppressed, or is blank, opens nothing.
                if cell.value is not None:
                    wrong.append((table.exhibit, slot.row, column, "opens nothing", review.banner.text))
                continue
            opened += 1
            listings = [panel.model.listing for panel in view.panels]
            subjects = _subjects(table, slot.row, column, cell)
            if subjects is not None and len(listings[0].rows) != subjects:
                wrong.append((table.exhibit, slot.row, column, subjects, len(listings[0].rows)))
            records = len(listings[1].rows) if len(listings) > 1 else 0
            if column.stat is Stat.EVENTS and records != cell.value:
                wrong.append((table.exhibit, slot.row, column, cell.value, records))
            if len(set(listings[0].subjects)) != len(listings[0].rows):
                wrong.append((table.exhibit, slot.row, column, "somebody is listed twice"))
            review.back()
        assert review.stack.currentWidget() is page
    assert wrong == []
    assert opened > page.which.count()
