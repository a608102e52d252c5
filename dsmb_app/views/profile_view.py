"""A patient on screen: who it is, the profile over time, and the records, tied to each other."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QTabWidget, QVBoxLayout, QWidget

from dsmb_app.model.profile import LABS, PatientProfile
from dsmb_app.views.controls import label, tool
from dsmb_app.views.desk import Desk
from dsmb_app.views.dialogs.files import ask_where_to_save
from dsmb_app.views.drill import ListingPanel
from dsmb_app.views.legend import Legend
from dsmb_app.views.notes import Notes
from dsmb_app.views.plots.patient_profile import PatientProfilePlot
from dsmb_app.views.plots.profile_lanes import PALE
from dsmb_app.views.plots.profile_picture import ProfilePicture
from dsmb_app.views.plots.time_course import mark_of_test
from dsmb_app.views.theme import LIGHT, SPACE, Entry, Mark, Theme, current_theme

_PLOT, _RECORDS = 76, 24
"""Shares of the height, in percent."""


class ProfileView(QWidget):
    """Shows one patient; ``stepped`` carries -1 or 1 for the previous or the next."""

    stepped = Signal(int)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.profile: PatientProfile | None = None
        self.title, self.facts = label(kind="title"), label(kind="muted", wraps=True)
        self.previous = tool("Previous patient", "arrow_up", lambda: self.stepped.emit(-1), hint="Previous (PgUp)")
        self.next = tool("Next patient", "arrow_down", lambda: self.stepped.emit(1), hint="Next (PgDn)")
        self.fold = tool("All medication", "chevron_right", self._unfold, hint="A row for every medication", text=True)
        self.save = tool("Save picture", "picture", self.save_picture, hint="Save the profile as PNG or SVG")
        self.legend, self.plot, self.notes = Legend(), PatientProfilePlot(), Notes()
        self.records = QTabWidget()
        self.records.tabBar().setAccessibleName("Records of the patient")
        self.records.setDocumentMode(True)
        self.records.setAccessibleName("Records")
        self.panels: dict[str, ListingPanel] = {}
        self._lay_out()
        self.plot.picked.connect(self.show_record)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        for part in (self.fold, self.save, self.previous, self.next):
            top.addWidget(part)
        frame = QWidget()
        frame.setObjectName("plot")
        frame.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inner = QVBoxLayout(frame)
        inner.setContentsMargins(SPACE // 2, SPACE // 2, SPACE // 2, SPACE // 2)
        inner.addWidget(self.plot)
        self.body = QSplitter(Qt.Orientation.Vertical)
        self.body.setChildrenCollapsible(False)
        self.body.addWidget(frame)
        self.body.addWidget(self.records)
        self.body.setStretchFactor(0, _PLOT)
        self.body.setStretchFactor(1, _RECORDS)
        self.body.setSizes([10 * _PLOT, 10 * _RECORDS])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addLayout(top)
        column.addWidget(self.facts)
        column.addWidget(self.legend)
        column.addWidget(self.body, 1)
        column.addWidget(self.notes)
        self.notes.copies_to(self._desk, lambda: "profile")

    def _unfold(self) -> None:
        self.plot.unfold(not self.plot.unfolded)
        self.fold.icon_name = "chevron_down" if self.plot.unfolded else "chevron_right"
        self.fold.tint()

    def show_profile(self, profile: PatientProfile, tests: tuple[str, ...] = ()) -> None:
        """Show a patient in place of the one before; with ``tests`` the laboratory records of the first of them."""
        self.profile = profile
        self.title.setText(" · ".join(part for part in (profile.subject, profile.arm) if part))
        self.facts.setText(" · ".join(f"{name}: {text}" for name, text in profile.facts.items()))
        self.legend.show_entries(_entries(profile, current_theme()))
        self.fold.setVisible(bool(profile.drugs))
        self.plot.show_result(profile)
        self._show_records(profile)
        self.notes.show_notes(profile.footnotes)
        if tests:
            rows = profile.records[LABS].rows
            self.show_record(LABS, next((place for place, row in enumerate(rows) if row[0] in tests), -1))

    def _show_records(self, profile: PatientProfile) -> None:
        at = self.records.currentIndex()
        self._drop_records()
        for title, listing in profile.records.items():
            panel = ListingPanel(self._desk, listing)
            self.panels[title] = panel
            self.records.addTab(panel, f"{title} ({len(listing.rows)})")
        self.records.setCurrentIndex(max(at, 0))

    def _drop_records(self) -> None:
        for panel in self.panels.values():
            panel.setParent(None)
            panel.deleteLater()
        self.panels = {}

    def show_record(self, table: str, row: int) -> None:
        """Select a record in its table and bring it into sight."""
        panel = self.panels[table]
        self.records.setCurrentWidget(panel)
        index = panel.sorted.mapFromSource(panel.model.index(row, 0))
        if index.isValid():
            how = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            panel.view.selectionModel().setCurrentIndex(index, how)
            panel.view.scrollTo(index)

    def save_picture(self) -> None:
        """Ask for a file and save the profile there, with the source in it, once the log has it."""
        path = ask_where_to_save(self, "Save picture", "profile.png", "Pictures (*.png *.svg)")
        if path:
            self.write_picture(path)

    def write_picture(self, path: Path) -> None:
        """Save the profile in full as PNG, or as SVG where the name says so."""
        profile, unfolded = self.profile, self.plot.unfolded
        if profile is not None:
            legend = _entries(profile, LIGHT)
            self._desk.make_copy(
                "picture profile",
                lambda source: ProfilePicture(profile, legend, unfolded=unfolded, source=source).save(path),
            )

    def forget(self) -> None:
        """Show nobody and keep nothing."""
        self.profile = None
        self.plot.forget()
        self._drop_records()
        self.title.setText("")
        self.facts.setText("")


def _entries(profile: PatientProfile, theme: Theme) -> list[Entry]:
    """Return the legend: the grades that occur, what marks an event, days not known, and the liver tests."""
    degrees = {event.depth: event.degree for event in profile.events if event.depth}
    solid, none = Qt.PenStyle.SolidLine, Qt.PenStyle.NoPen
    found: list[Entry] = [
        (words.capitalize(), Mark(theme.grades[depth - 1], "s", none), False)
        for depth, words in sorted(degrees.items())
    ]
    if any(event.serious for event in profile.events):
        found.append(("Serious", Mark(theme.refusal_text, "s", solid, hollow=True), False))
    if any(event.infection for event in profile.events):
        found.append(("Infection", Mark(theme.text, "star", none), False))
    if any(one.span.partial for one in (*profile.events, *profile.drugs)):
        pale = QColor(theme.text)
        pale.setAlphaF(PALE)
        found.append(("Day not known", Mark(pale.name(QColor.NameFormat.HexArgb), "s", none), False))
    return [*found, *((course.test, mark_of_test(course.test, theme), True) for course in profile.liver)]
