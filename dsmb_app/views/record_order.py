"""The order in which the window shows the columns of adverse events: what a reader judges first.

Packs and commands keep that of the data, which files of before hold too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from operator import itemgetter

from dsmb_app.model.result import Listing
from dsmb_app.model.sheet import Sheet

_ORDER = (
    "Subject", "Arm", "Preferred term", "Grade", "Severity", "Serious", "Related", "Onset day", "Background",
    "End day", "Outcome", "Action taken", "System organ class", "Reported term",
)  # fmt: skip
"""Beginnings of headers; all others come after these, as they were."""
_OF_EVENTS = {"Preferred term", "Onset day"}


def arranged(listing: Listing) -> Listing:
    """Return a listing, of adverse events with its columns in the window's order."""
    places = _places(listing.headers)
    if places is None:
        return listing
    take = itemgetter(*places)
    return replace(listing, headers=take(listing.headers), rows=tuple(map(take, listing.rows)))


def arranged_sheet(sheet: Sheet) -> Sheet:
    """Return a numbered listing, of adverse events with its columns in the window's order."""
    places = _places(sheet.headers)
    return sheet if places is None else replace(sheet, columns=tuple(sheet.columns[place] for place in places))


def _places(headers: Sequence[str]) -> list[int] | None:
    """Return the columns in the window's order; None for records that are no adverse events."""
    if not set(headers) >= _OF_EVENTS:
        return None
    return sorted(range(len(headers)), key=lambda place: _rank(headers[place]))


def _rank(header: str) -> int:
    return next((rank for rank, begin in enumerate(_ORDER) if header.startswith(begin)), len(_ORDER))
