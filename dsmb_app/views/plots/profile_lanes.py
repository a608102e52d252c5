"""The lanes of a patient's profile: events, laboratory courses and medication, each drawn into a panel of its own."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsRectItem

from dsmb_app.model.profile import EVENTS, LABS, MEDICATION, CountCourse, DrugSpan, EventSpan, PatientProfile, Span
from dsmb_app.model.time_course import Course
from dsmb_app.views.plots.base import pen
from dsmb_app.views.plots.time_course import mark_of_test
from dsmb_app.views.theme import Theme

ROW, DRUG_ROW = 19, 15
LIVER_HEIGHT, COUNT_HEIGHT = 150, 84
LINES = (1.0, 3.0)
"""Multiples of the upper limit that have a line."""
_BAR = 0.66
PALE = 0.35
"""How much of a bar's colour stands where a day is not known."""
_KINDS = {"steroid": 0, "immunosuppressant": 1, "antimicrobial": 2}


@dataclass(frozen=True)
class Target:
    """What can be pointed at in a panel: from ``first`` to ``last`` day at a height, its words, and its record."""

    first: float
    last: float
    y: float
    tip: str
    table: str = ""
    row: int = -1


def rows_of(items: Sequence[tuple[str, Span]]) -> tuple[list[int], list[str]]:
    """Give each item a row: one for a name, another for what overlaps it there; return rows and their names."""
    free: dict[str, list[tuple[int, float]]] = {}
    names: list[str] = []
    order = list(dict.fromkeys(name for name, _ in items))
    by_name = {name: [place for place, item in enumerate(items) if item[0] == name] for name in order}
    places = [0] * len(items)
    for name in order:
        for place in sorted(by_name[name], key=lambda p: items[p][1].first):
            span = items[place][1]
            spare = next((i for i, (_, end) in enumerate(free.get(name, [])) if end < span.first), None)
            if spare is None:
                names.append(name if name not in free else "")
                free.setdefault(name, []).append((len(names) - 1, span.last))
                spare = len(free[name]) - 1
            row = free[name][spare][0]
            free[name][spare] = (row, span.last)
            places[place] = row
    return places, names


def draw_events(panel: pg.PlotItem, profile: PatientProfile, theme: Theme) -> tuple[list[Target], list[str]]:
    """Draw adverse events as bars; return what can be pointed at and the names of the rows."""
    places, names = rows_of([(event.term, event.span) for event in profile.events])
    targets = []
    for event, row in zip(profile.events, places, strict=True):
        _draw_span(panel, event.span, row + 0.5, profile, _fill(event, theme), _outline(event, theme), _BAR)
        if event.infection:
            _symbols(panel, [max(event.span.first, profile.first_day)], [row + 0.5], "star", 10, theme)
        targets.append(Target(event.span.first, event.span.last, row + 0.5, event.words, EVENTS, event.row))
    return targets, names


def _fill(event: EventSpan, theme: Theme) -> QColor:
    return QColor(theme.grades[event.depth - 1] if event.depth else theme.surface)


def _outline(event: EventSpan, theme: Theme) -> object:
    if event.serious:
        return pen(theme.refusal_text, 2.4)
    return pen(theme.muted, 1.0, None if event.emergent else Qt.PenStyle.DotLine)


def draw_drugs(
    panel: pg.PlotItem, profile: PatientProfile, theme: Theme, *, unfolded: bool
) -> tuple[list[Target], list[str]]:
    """Draw medication as thin bars, the kinds that matter first; the others in one row unless ``unfolded``."""
    kinds = sorted((d for d in profile.drugs if d.kind in _KINDS), key=lambda d: (_KINDS[d.kind], d.name))
    others = [drug for drug in profile.drugs if drug.kind not in _KINDS]
    shown = [*kinds, *(others if unfolded else [])]
    places, names = rows_of([(_drug_name(drug), drug.span) for drug in shown])
    targets = [_draw_drug(panel, drug, row, profile, theme) for drug, row in zip(shown, places, strict=True)]
    if others and not unfolded:
        targets += [_draw_drug(panel, drug, len(names), profile, theme) for drug in others]
        names.append(f"Other ({len(others)})")
    return targets, names


def _drug_name(drug: DrugSpan) -> str:
    return f"{drug.name} · {drug.kind}" if drug.kind in _KINDS else drug.name


def _draw_drug(panel: pg.PlotItem, drug: DrugSpan, row: int, profile: PatientProfile, theme: Theme) -> Target:
    colour = QColor(theme.accent if drug.kind in _KINDS else theme.muted)
    _draw_span(panel, drug.span, row + 0.5, profile, colour, pen(theme.surface, 0.5), 0.34)
    return Target(drug.span.first, drug.span.last, row + 0.5, drug.words, MEDICATION, drug.row)


def _draw_span(
    panel: pg.PlotItem, span: Span, y: float, profile: PatientProfile, fill: QColor, outline: object, height: float
) -> None:
    pale = QColor(fill)
    pale.setAlphaF(PALE)
    if span.partial:
        draw_box(panel, span.first, span.last, y, height, pale, outline)
    draw_box(panel, span.begun, span.over, y, height, fill, outline)
    for wanted, day, symbol in (
        (span.open_start or span.first < profile.first_day, max(span.first, profile.first_day), "t3"),
        (span.open_end, span.last, "t2"),
    ):
        if wanted:
            arrow = pg.ScatterPlotItem([day], [y], symbol=symbol, size=9, pxMode=True, pen=outline, brush=fill)
            arrow.setZValue(5)
            panel.addItem(arrow, ignoreBounds=True)


def draw_box(
    panel: pg.PlotItem, first: float, last: float, y: float, height: float, fill: QColor, outline: object
) -> None:
    box = QGraphicsRectItem(QRectF(first - 0.5, y - height / 2, last - first + 1, height))
    box.setPen(outline)
    box.setBrush(fill)
    panel.addItem(box, ignoreBounds=True)


def _symbols(panel: pg.PlotItem, x: Iterable[float], y: Iterable[float], symbol: str, size: int, theme: Theme) -> None:
    item = pg.ScatterPlotItem(
        list(x), list(y), symbol=symbol, size=size, pxMode=True, pen=pen(theme.surface), brush=QColor(theme.text)
    )
    item.setZValue(10)
    panel.addItem(item, ignoreBounds=True)


def draw_liver(panel: pg.PlotItem, courses: Sequence[Course], theme: Theme) -> list[Target]:
    """Draw liver tests as multiples of the upper limit on a log scale, with lines at 1 and 3."""
    heights = [reading.multiple for course in courses for reading in course.readings]
    low, high = min([0.5, *heights]), max([4.0, *heights])
    panel.setYRange(math.log10(low) - 0.08, math.log10(high) + 0.08, padding=0)
    ticks = [t for t in (0.1, 0.2, 0.5, 1, 3, 10, 30, 100) if low <= t <= high]
    panel.getAxis("left").setTicks([[(math.log10(t), f"{t:g}") for t in ticks]])
    for line in LINES:
        _line(panel, math.log10(line), theme, dashed=line != 1)
    targets = []
    for course in courses:
        mark = mark_of_test(course.test, theme)
        y = [math.log10(reading.multiple) for reading in course.readings]
        fills = [QColor(theme.surface if r.bound else mark.colour) for r in course.readings]
        panel.addItem(pg.PlotDataItem(
            [r.day for r in course.readings], y, pen=pen(mark.colour, 1.6, mark.dash), symbol=mark.symbol, symbolSize=7,
            symbolPen=pen(mark.colour, 1.2), symbolBrush=fills, name=course.test,
        ), ignoreBounds=True)  # fmt: skip
        targets += [
            Target(r.day, r.day, height, f"{course.test}, day {r.day:g}\n{r.words}", LABS, r.row)
            for r, height in zip(course.readings, y, strict=True)
        ]
    return targets


def draw_count(panel: pg.PlotItem, course: CountCourse, theme: Theme) -> list[Target]:
    """Draw one blood count on its own scale: the limits as a band, a line where each grade begins."""
    values = [reading.value for reading in course.readings]
    limits = [v for r in course.readings for v in (r.low, r.high) if math.isfinite(v)]
    low, high = min([*values, *limits]), max([*values, *limits])
    cuts = [cut for cut in course.cuts if low * 0.5 <= cut.value <= high]
    low = min([low, *(cut.value for cut in cuts)])
    room = max(high - low, 1e-9) * 0.08
    panel.setYRange(low - room, high + room, padding=0)
    step = [(high - low) * share + low for share in (0.0, 0.5, 1.0)]
    panel.getAxis("left").setTicks([[(value, f"{value:.3g}") for value in step]])
    _band(panel, course, theme)
    for place, cut in enumerate(cuts):
        _line(panel, cut.value, theme, dashed=True, words=cut.words, across=0.02 + 0.05 * place)
    fills = [QColor(theme.grades[r.grade - 1] if r.grade > 0 else theme.text) for r in course.readings]
    panel.addItem(pg.PlotDataItem(
        [r.day for r in course.readings], values, pen=pen(theme.text, 1.3), symbol="o", symbolSize=7,
        symbolPen=pen(theme.text, 1.0), symbolBrush=fills, name=course.test,
    ), ignoreBounds=True)  # fmt: skip
    return [
        Target(r.day, r.day, r.value, f"{course.name}, day {r.day:g}\n{r.words}", LABS, r.row) for r in course.readings
    ]


def _band(panel: pg.PlotItem, course: CountCourse, theme: Theme) -> None:
    known = [r for r in course.readings if math.isfinite(r.low) and math.isfinite(r.high)]
    if not known:
        return
    x = [r.day for r in known]
    edges = [pg.PlotDataItem(x, [getattr(r, side) for r in known], pen=pen(theme.line)) for side in ("low", "high")]
    for edge in edges:
        panel.addItem(edge, ignoreBounds=True)
    band = pg.FillBetweenItem(*edges, brush=QColor(theme.soft))
    band.setZValue(-80)
    panel.addItem(band, ignoreBounds=True)


def _line(
    panel: pg.PlotItem, value: float, theme: Theme, *, dashed: bool, words: str = "", across: float = 0.0
) -> None:
    style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
    options = {"position": across, "anchors": [(0, 1), (0, 1)], "color": theme.muted} if words else None
    line = pg.InfiniteLine(value, angle=0, pen=pen(theme.muted, 0.8, style), label=words or None, labelOpts=options)
    line.setZValue(-50)
    panel.addItem(line, ignoreBounds=True)
