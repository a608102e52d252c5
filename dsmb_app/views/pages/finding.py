"""Where an exhibit stands, and how a page brings one row of it into sight."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import QTimer

from dsmb_app.model.result import RowKey
from dsmb_app.views.exhibit_view import ExhibitView
from dsmb_app.views.pages import conduct
from dsmb_app.views.pages.adverse_event_views import BY_GRADE, BY_TERM, GRADES

Find = Callable[[Any, str, RowKey], bool]
"""Shows an exhibit on a page with a row at hand, where one is given; False where the page cannot, or not yet.

Asked again while the page is counted, it must not have anything counted anew: what is chosen already is left alone.
"""


def places(number: str) -> Iterator[tuple[str, Find]]:
    """Yield the titles of the pages that may show an exhibit, the best first, and how each is asked to."""
    if number in _PAGES:
        yield _PAGES[number]
    yield "All exhibits", _among_all


def _table(page: Any, number: str, row: RowKey) -> bool:
    page.words.clear() if hasattr(page, "words") else None
    return _at(page.exhibit, number, row)


def _at(exhibit: ExhibitView, number: str, row: RowKey) -> bool:
    return exhibit.go_to(number, row) if row else exhibit.number == number


def _among_all(page: Any, number: str, row: RowKey) -> bool:
    page.which.setCurrentIndex(page.which.findData(number))
    return _table(page, number, row)


def _adverse_events(page: Any, number: str, row: RowKey) -> bool:
    view = BY_GRADE if number == GRADES else BY_TERM
    if page.views.shown != view:
        page.views.show_view(view)
    if number != GRADES:
        page.which.setCurrentIndex(page.which.findData(number))
    return _table(page, number, row)


def _conduct(page: Any, number: str, row: RowKey) -> bool:
    view = next(name for name, own in conduct.EXHIBITS.items() if own == number)
    if page.views.shown != view:
        page.views.choose(view)
    return _at(page.exhibit, number, row)


def _laboratory(page: Any, number: str, row: RowKey) -> bool:
    if not row or row[0] not in page.tests.codes:
        return False
    page.tests.words.clear()
    if page.tests.code != row[0]:
        page.tests.choose(row[0])
    return _on_scrolling(page, number, row)


def _blood_counts(page: Any, number: str, row: RowKey) -> bool:
    if not row or page.which.findData(row[0]) < 0:
        return False
    page.which.setCurrentIndex(page.which.findData(row[0]))
    side = page.side.findData(row[1]) if len(row) > 1 else -1
    if side >= 0:
        page.side.setCurrentIndex(side)
    return _on_scrolling(page, number, row)


def _on_scrolling(page: Any, number: str, row: RowKey) -> bool:
    """Show a row of a page that scrolls: once more when the parts above have their heights."""
    found = [exhibit for exhibit in page.exhibits if exhibit.number == number and exhibit.go_to(number, row)]
    for exhibit in found:
        QTimer.singleShot(0, exhibit, lambda exhibit=exhibit: page.follow(exhibit))
    return bool(found)


_PAGES: dict[str, tuple[str, Find]] = {
    **dict.fromkeys(("T09", "T10", "T11", "T12", "T13"), ("Adverse events", _adverse_events)),
    **dict.fromkeys(conduct.EXHIBITS.values(), ("Conduct", _conduct)),
    **dict.fromkeys(("K17", "K19"), ("Blood counts", _blood_counts)),
    "T16": ("Laboratory", _laboratory),
    "K18": ("Liver", _table),
    "K15": ("Infections", _table),
    "K14": ("Special interest", _table),
    "K20": ("Cycles", _table),
    "T07": ("Data quality", _table),
}
"""Page and way by exhibit; an exhibit that stands on no page of its own is on that of all."""
