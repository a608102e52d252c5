"""Overview: the trial in a few lines, adverse events in ten, in closed sessions what stands out between the arms."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from dsmb_app.model.choices import SUBJECT_FILTERS
from dsmb_app.model.result import Column, ResultTable, Row
from dsmb_app.model.words import TOTAL, Stat
from dsmb_app.views import wording
from dsmb_app.views.asking import Asking, GivesUpUnseen
from dsmb_app.views.controls import label
from dsmb_app.views.desk import Desk
from dsmb_app.views.digest import Digest
from dsmb_app.views.flow import column_of
from dsmb_app.views.flow_lines import FlowLines
from dsmb_app.views.layout import Head
from dsmb_app.views.pages.page import Page
from dsmb_app.views.stands_out_view import StandsOut
from dsmb_app.views.theme import SPACE

EVENTS, LINES = "T08", 10
_ADMINISTRATIVE = "AE with "
_SEVERE = ("Any severe AE", "Any grade 3 AE", "Any grade 4 AE", "Any grade 5 AE")


class Overview(GivesUpUnseen, Page):
    """One column that scrolls; every number leads to its subjects, every row's name to its table."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk, self._stale = desk, True
        self.title, self.facts = label(kind="display", wraps=True), label(kind="muted", wraps=True)
        self.flow, self.stands_out = FlowLines(desk), StandsOut(desk)
        self.events = Digest(f"Table {EVENTS}", "Whole table and notes", _is_p, _is_total)
        self.refusal = label(kind="muted", wraps=True)
        self._asking = Asking(desk)
        self._lay_out()
        for part in (self.flow, self.events, self.stands_out):
            part.drilled.connect(self.drilled)
        self.events.copies_to(desk)
        self.events.opened.connect(lambda row: self.linked.emit(EVENTS, row))
        self.stands_out.opened.connect(self.linked)
        desk.results_changed.connect(self.refresh)
        self.refresh()

    def _lay_out(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 2 * SPACE, SPACE)
        column.setSpacing(2 * SPACE)
        for part in (column_of(self.title, self.facts), self.flow, self.refusal, self.events, self.stands_out):
            column.addWidget(part)
        column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)

    def refresh(self) -> None:
        """Say what the data are, and count the lines that are in sight."""
        session = self._desk.session
        study = session.study.study
        self.title.setText(study.title)
        only = session.only(SUBJECT_FILTERS)
        by_arm = ", ".join(f"{arm} {n}" for arm, n in session.arm_sizes.items())
        sizes = by_arm if self._desk.is_closed else session.arm_sizes[TOTAL]
        self.facts.setText(
            f"Meeting {study.meeting}  ·  data cut-off {wording.day(study.cutoff)}"
            f"  ·  locked {wording.moment(session.receipt['locked'])}  ·  safety population: {sizes}"
            f"{f'  ·  Only: {only}' if only else ''}"
        )
        self._stale = not self.isVisible()
        self._show_events()

    def _show_events(self) -> None:
        self._asking.forget()
        if self._stale:
            self._show(None)
        else:
            self._asking.ask(lambda: self._desk.maker(EVENTS), show=self._show, say=lambda why: self._show(None, why))

    def _show(self, table: ResultTable | None, why: str = "") -> None:
        self.events.show_table(table, main_lines, self._is_shown)
        self.events.setVisible(table is not None)
        self.refusal.setText(why)
        self.refusal.setVisible(bool(why))

    def _is_shown(self, column: Column) -> bool:
        # Beside the arms there is room for what compares them, or for the events.
        return column.stat is not Stat.EVENTS or not self._desk.is_closed

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed out of sight."""
        super().showEvent(event)
        if self._stale:
            self.refresh()


def _is_p(head: Head) -> bool:
    return head.group is not None and head.group.stats == (Stat.P_FISHER,)


def _is_total(head: Head) -> bool:
    return head.arm == TOTAL


def main_lines(table: ResultTable) -> list[Row]:
    """Return the main rows of the overview of adverse events, at most ten, in their order; then the severe ones."""
    main = [row for row in table.rows if not row.depth and not row.label.startswith(_ADMINISTRATIVE)]
    severe = [row for name in _SEVERE for row in table.rows if row.label == name]
    wanted = {row.key for row in (main + severe)[:LINES]}
    return [row for row in table.rows if row.key in wanted]
