"""One patient's profile: lanes of doses, events, laboratory tests and medication on one axis of study days."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from dsmb_app.model.profile import PatientProfile
from dsmb_app.views.plots import profile_lanes as lanes
from dsmb_app.views.plots.base import pen
from dsmb_app.views.plots.lanes import GAP, LEFT, Lanes
from dsmb_app.views.plots.profile_lanes import Target
from dsmb_app.views.plots.words import write
from dsmb_app.views.theme import SPACE, Theme, current_theme

_HEAD_ROWS = ("Cycles", "Doses", "Visits")
_SEEN = 40
"""Pixels in sight above and below of what the keys have reached."""


class PatientProfilePlot(QWidget):
    """Draws a profile; ``picked`` carries table and row of a record that was clicked."""

    picked = Signal(str, int)

    def __init__(self, theme: Theme | None = None) -> None:
        """Draw in a theme, or in the one that the window has."""
        super().__init__()
        self._own_theme = theme
        self.profile: PatientProfile | None = None
        self.unfolded = False
        self.head = Lanes("Doses, cycles and visits over time", wheel_zooms=True)
        self.body = Lanes("Events, laboratory tests and medication over time", wheel_zooms=False)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Its keys are those of the lanes, which bring what they reach into sight.
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(self.body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        top = QVBoxLayout()
        top.setContentsMargins(0, 0, self.area.verticalScrollBar().sizeHint().width(), 0)
        top.addWidget(self.head)
        column.addLayout(top)
        column.addWidget(self.area, 1)
        for part in (self.head, self.body):
            part.asked.connect(self.picked)
            part.reset.connect(self.show_all)
        self._dressed = QTimer(self, interval=0, singleShot=True)
        self._dressed.timeout.connect(self._redraw)
        self.body.reached.connect(lambda where: self.area.ensureVisible(int(where.x()), int(where.y()), 0, _SEEN))

    @property
    def theme(self) -> Theme:
        """Return the theme drawn in."""
        return self._own_theme or current_theme()

    @property
    def targets(self) -> list[Target]:
        """Return everything in the lanes that can be pointed at."""
        return [target for _, found in self.body.panels for target in found]

    @property
    def days(self) -> tuple[float, float]:
        """Return the first and last day in sight."""
        return tuple(self.head.panels[0][0].vb.viewRange()[0])

    def show_result(self, profile: PatientProfile) -> None:
        """Draw a profile in place of the one before."""
        self.profile = profile
        self._redraw()

    def unfold(self, unfolded: bool) -> None:
        """Give every medication a row of its own, or one to those that are neither steroid nor the like."""
        self.unfolded = unfolded
        self._redraw()

    def forget(self) -> None:
        """Draw nothing and keep nothing."""
        self.profile = None
        self.head.forget()
        self.body.forget()

    def show_all(self) -> None:
        """Show the whole time."""
        if self.profile is not None and self.head.panels:
            self.head.panels[0][0].setXRange(*self._limits(self.profile), padding=0)

    @staticmethod
    def _limits(profile: PatientProfile) -> tuple[float, float]:
        margin = max(profile.last_day - profile.first_day, 10.0) * 0.025
        return profile.first_day - margin, profile.last_day + margin

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.88)
        return font

    def _redraw(self) -> None:
        profile = self.profile
        if profile is None:
            return
        for part in (self.head, self.body):
            part.forget()
            part.setBackground(self.theme.surface)
        self._draw_head(profile)
        self._draw_body(profile)
        first = self.head.panels[0][0]
        low, high = self._limits(profile)
        for panel, _ in [*self.head.panels, *self.body.panels]:
            panel.vb.setLimits(xMin=low, xMax=high, minXRange=min(4.0, high - low))
            if panel is not first:
                panel.setXLink(first)
            for mark in profile.marks:
                colour = self.theme.refusal_text if mark.kind == "death" else self.theme.accent
                panel.addItem(pg.InfiniteLine(mark.day, angle=90, pen=pen(colour, 1.6)), ignoreBounds=True)
        self.show_all()

    def _draw_head(self, profile: PatientProfile) -> None:
        theme, font = self.theme, self._font()
        words = QFontMetrics(font).height()
        rows = _HEAD_ROWS if profile.phases else _HEAD_ROWS[1:]
        marks = _by_day(profile)
        # Each in a row of its own: side by side they would cover each other.
        top = max(len(marks), 1)
        height = (words + 2) * (len(rows) + top) + 2 * words + SPACE
        panel = self.head.add_lane(height, "", theme, font)
        panel.showAxis("top")
        axis = panel.getAxis("top")
        axis.setPen(pg.mkPen(theme.line))
        axis.setTextPen(pg.mkPen(theme.muted))
        axis.setStyle(tickLength=-4, tickFont=font, tickTextOffset=3, maxTickLevel=0)
        axis.setLabel("Study day", color=theme.muted, **{"font-size": f"{font.pointSizeF()}pt"})
        panel.invertY(True)
        panel.setYRange(0, len(rows) + top, padding=0)
        middle = {row: top + 0.5 + place for place, row in enumerate(rows)}
        panel.getAxis("left").setTicks([[(y, row) for row, y in middle.items()]])
        self.head.setFixedHeight(height + 2)
        for place, (day, told) in enumerate(marks.items()):
            write(panel, told, (day, place + 0.5), (1, 0.5), font=font, colour=theme.text)
        self._draw_phases(panel, profile, middle.get("Cycles", 0.0))
        self._draw_days(panel, profile, middle["Doses"], middle["Visits"])

    def _draw_phases(self, panel: pg.PlotItem, profile: PatientProfile, y: float) -> None:
        targets = []
        for phase in profile.phases:
            colour = QColor(self.theme.accent if phase.dosing else self.theme.soft)
            colour.setAlphaF(0.45 if phase.dosing else 1.0)
            lanes.draw_box(panel, phase.first, phase.last, y, 0.7, colour, pen(self.theme.line))
            what = "dosing" if phase.dosing else "rest"
            tip = f"{phase.cycle}, {what}\nday {phase.first:g} to {phase.last:g}"
            targets.append(Target(phase.first, phase.last, y, tip))
        self.head.aim(targets)

    def _draw_days(self, panel: pg.PlotItem, profile: PatientProfile, doses: float, visits: float) -> None:
        targets = []
        for first, last in profile.doses:
            x, y = ([first, first], [doses - 0.35, doses + 0.35]) if first == last else ([first, last], [doses] * 2)
            width = 2.0 if first == last else 6.0
            panel.addItem(pg.PlotCurveItem(x, y, pen=pen(self.theme.accent, width)), ignoreBounds=True)
            said = f"day {first:g}" if first == last else f"day {first:g} to {last:g}"
            targets.append(Target(first, last, doses, f"Dose\n{said}"))
        if not profile.doses:
            at, words = (profile.first_day, doses), "no dose days at this level"
            write(panel, words, at, (0, 0.5), font=self._font(), colour=self.theme.muted)
        for day, name in profile.visits:
            panel.addItem(
                pg.PlotCurveItem([day, day], [visits - 0.25, visits + 0.25], pen=pen(self.theme.muted, 1.2)),
                ignoreBounds=True,
            )
            targets.append(Target(day, day, visits, f"{name}\nday {day:g}"))
        self.head.aim(targets)

    def _draw_body(self, profile: PatientProfile) -> None:
        theme, font = self.theme, self._font()
        body, total = self.body, 0

        def lane(height: int, title: str = "") -> pg.PlotItem:
            nonlocal total
            total += height + GAP
            return body.add_lane(height, title, theme, font)

        _, names = lanes.rows_of([(event.term, event.span) for event in profile.events])
        panel = lane(max(len(names), 1) * lanes.ROW + SPACE)
        targets, names = lanes.draw_events(panel, profile, theme)
        self._name_rows(panel, names or ["No adverse events"], font)
        body.aim(targets)
        if profile.liver:
            panel = lane(lanes.LIVER_HEIGHT, "Liver tests, x ULN")
            body.aim(lanes.draw_liver(panel, profile.liver, theme))
        for course in profile.counts:
            panel = lane(lanes.COUNT_HEIGHT, f"{course.name}\n{course.unit}")
            body.aim(lanes.draw_count(panel, course, theme))
        if profile.drugs:
            panel = lane(1)
            targets, names = lanes.draw_drugs(panel, profile, theme, unfolded=self.unfolded)
            height = len(names) * lanes.DRUG_ROW + SPACE
            panel.setFixedHeight(height)
            total += height
            self._name_rows(panel, names, font)
            body.aim(targets)
        body.setFixedHeight(total + SPACE)

    def _name_rows(self, panel: pg.PlotItem, names: list[str], font: QFont) -> None:
        metrics, room = QFontMetrics(font), LEFT - 2 * SPACE
        panel.invertY(True)
        panel.setYRange(0, len(names), padding=0)
        cut = [metrics.elidedText(_spoken(name), Qt.TextElideMode.ElideRight, room) for name in names]
        panel.getAxis("left").setTicks([[(place + 0.5, name) for place, name in enumerate(cut)]])

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and getattr(self, "profile", None) is not None:
            # Not at once: Qt is going through the items of the scene, which are taken away. And once: it tells of one
            # change of theme many times.
            self._dressed.start()


def _by_day(profile: PatientProfile) -> dict[float, str]:
    """Return the words of each day that is marked, the last day first."""
    found: dict[float, list[str]] = {}
    for mark in sorted(profile.marks, key=lambda mark: -mark.day):
        found.setdefault(mark.day, []).append(mark.words)
    return {day: f"{', '.join([told[0], *map(str.lower, told[1:])])}, day {day:g}" for day, told in found.items()}


def _spoken(name: str) -> str:
    """Return a term that was delivered in capitals as words; others as they are."""
    return name.capitalize() if name.isupper() else name
