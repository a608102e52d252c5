"""Refusals of what an open session does not show."""

from __future__ import annotations

from dsmb_app.model.errors import Refusal
from dsmb_app.model.words import Order


def exhibit_closed(number: str) -> Refusal:
    """Return the refusal of an exhibit that only closed sessions have."""
    return Refusal(
        "EXHIBIT-CLOSED",
        f"{number} is not shown in open sessions of this trial (open.safety is false).",
        "It can be seen in the closed session.",
    )


def difference_closed() -> Refusal:
    """Return the refusal of an order of rows that looks at the arms."""
    return Refusal(
        "CHOICE-CLOSED",
        "Rows are not ordered by a difference between arms in open sessions.",
        f"Take one of: {', '.join(order for order in Order if order is not Order.DIFFERENCE)}.",
    )


def patients_closed() -> Refusal:
    """Return the refusal of patients where an open session shows none."""
    return Refusal(
        "DRILL-CLOSED",
        "Patients are not shown in open sessions of this trial (open.patients is false).",
        "They can be seen in the closed session.",
    )
