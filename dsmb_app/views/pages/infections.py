"""Infections: more or fewer, serious or not, when, and again - the table above, the figures of a row below."""

from __future__ import annotations

from dsmb_app.views.desk import Desk
from dsmb_app.views.pages.row_page import RowPage
from dsmb_app.views.row_figures import LISTING, OTHERS_FIRST, RATES, RHYTHM, WHEN

TABLE = "K15"
FIRST, COMPETING, BY_CYCLE, BY_RATE, RECORDS = "When and again", "Competing events", "By day", "By cycle", "Listing"


class Infections(RowPage):
    """The table of infections; its rows are drawn over time, by cycle, and listed."""

    def __init__(self, desk: Desk) -> None:
        choices = {FIRST: WHEN, COMPETING: OTHERS_FIRST, BY_CYCLE: RHYTHM, BY_RATE: RATES, RECORDS: LISTING}
        super().__init__(desk, TABLE, choices, "Any infection")
