"""Cycles: the trial's own rhythm - the table by cycle and phase above, onset days, presence and rates below."""

from __future__ import annotations

from dsmb_app.views.desk import Desk
from dsmb_app.views.pages.row_page import RowPage
from dsmb_app.views.row_figures import LISTING, RATES, RHYTHM, WHEN

TABLE = "K20"
DAYS, MEASURES, FIRST, RECORDS = "Onset day and presence", "First onset and rate", "When and again", "Listing"


class Cycles(RowPage):
    """The table of cycles; a row's term is drawn over all of them."""

    def __init__(self, desk: Desk) -> None:
        choices = {DAYS: RHYTHM, MEASURES: RATES, FIRST: WHEN, RECORDS: LISTING}
        super().__init__(desk, TABLE, choices, "Any adverse event")
