"""The participant flow as a figure: the rows of table F1 as boxes, so that both have the same numbers (F1)."""

from __future__ import annotations

from dsmb_app.analyses.disposition import flow_table
from dsmb_app.model.cut import Cut
from dsmb_app.model.flow import FLOW, FlowBox, FlowFigure
from dsmb_app.model.result import Column, ResultTable, Row
from dsmb_app.model.words import Stat

_ASIDE = ("Not randomised", "Not treated", "Stopped")


def flow_figure(cut: Cut) -> FlowFigure:
    """Return the boxes of the flow; those that are aside hold their reasons."""
    table = flow_table(cut)
    tops = [row for row in table.rows if len(row.key) == 1]
    return FlowFigure(
        exhibit=FLOW,
        title=table.title,
        subtitle=table.subtitle,
        level=table.level,
        population=table.population,
        arms=table.arms,
        boxes=tuple(_box(cut, table, row) for row in tops),
        footnotes=table.footnotes,
    )


def _box(cut: Cut, table: ResultTable, row: Row) -> FlowBox:
    counts = {name: table.cell(row.key, Column(name, Stat.N)) for name in cut.columns}
    parts = (other for other in table.rows if len(other.key) > 1 and other.key[:-1] == row.key)
    return FlowBox(
        key=row.key,
        label=row.label,
        n={name: cell.text for name, cell in counts.items() if cell is not None},
        aside=row.key[0] in _ASIDE,
        reasons=tuple(_box(cut, table, part) for part in parts),
    )
