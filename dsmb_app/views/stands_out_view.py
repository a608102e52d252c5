"""What stands out between the arms, on the first page: counted in a thread of its own, for closed sessions only."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dsmb_app.model.errors import Refusal
from dsmb_app.model.result import Column, ResultTable, Row, RowKey
from dsmb_app.model.small_numbers import missed_words
from dsmb_app.model.words import TOTAL, Stat
from dsmb_app.views import jobs
from dsmb_app.views.controls import label
from dsmb_app.views.desk import Desk
from dsmb_app.views.digest import Digest
from dsmb_app.views.layout import Head
from dsmb_app.views.theme import SPACE

EXHIBIT = "K03"
COUNTING = "Comparing the rows of all tables: counting …"
_RESTS_ON = "Rests on"
_STATS = (Stat.N, Stat.DENOMINATOR, Stat.PCT, Stat.RD, Stat.RD_LOW, Stat.RD_HIGH, Stat.Z)


class StandsOut(QWidget):
    """``drilled`` carries exhibit, row and column; ``opened`` the exhibit and row that a name stands for."""

    drilled, opened = Signal(str, object, object), Signal(str, object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._stale = True
        self._job: jobs.Job | None = None
        self._soon = QTimer(self, interval=0, singleShot=True)
        self._soon.timeout.connect(self._count)
        self.digest = Digest(f"Table {EXHIBIT}", "Whole table and notes", _is_size, _is_z)
        self.waiting, self.missed = label(kind="muted", wraps=True), label(kind="muted", wraps=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        for part in (self.waiting, self.digest, self.missed):
            column.addWidget(part)
        self.digest.drilled.connect(self.drilled)
        self.digest.copies_to(desk)
        self.digest.opened.connect(self._open)
        desk.results_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Forget what was shown and what is being counted; count again, in sight after the page has been drawn."""
        if self._job is not None:
            self._job.cancel()
        self._job, self._stale = None, True
        self._show(None)
        self.waiting.setText(COUNTING)
        self.missed.setText(self._missed() if self._desk.is_closed else "")
        # Shown before it has a parent, it would flash up as a window of its own.
        if self.parent() is not None or not self._desk.is_closed:
            self.setVisible(self._desk.is_closed)
        if self.isVisible():
            self._soon.start()

    def _missed(self) -> str:
        sizes = self._desk.session.arm_sizes
        return missed_words({name: n for name, n in sizes.items() if name != TOTAL})

    def _count(self) -> None:
        if not self._stale or not self._desk.is_closed:
            return
        self._stale = False
        try:
            make = self._desk.maker(EXHIBIT)
        except Refusal as refusal:
            self.waiting.setText(refusal.sentence())
            return
        self._job = jobs.start(lambda _step: make(), done=self._show, failed=self._say)

    def _show(self, table: ResultTable | None) -> None:
        self.digest.show_table(table, _rows, _is_shown)
        self.digest.setVisible(table is not None)
        listed = table is not None and self.digest.model.rowCount() > 0
        self.digest.view.setVisible(listed)
        self.waiting.setText("" if listed else "No row of any table has a difference between the arms.")
        self.waiting.setVisible(not listed)

    def _say(self, error: Exception) -> None:
        if not isinstance(error, Refusal):
            raise error
        self.waiting.setText(error.sentence())

    def _open(self, key: RowKey) -> None:
        # The key of a row begins with the exhibit that it is from.
        self.opened.emit(*((key[0], key[1:]) if key else (EXHIBIT, ())))

    def showEvent(self, event: QShowEvent) -> None:
        """Count what is new."""
        super().showEvent(event)
        if self._stale:
            self._soon.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Begin nothing out of sight."""
        super().hideEvent(event)
        self._soon.stop()


def _rows(table: ResultTable) -> list[Row]:
    return [row for row in table.rows if row.key[0] != _RESTS_ON]


def _is_size(head: Head) -> bool:
    return head.group is not None and head.group.stats == (Stat.DENOMINATOR,)


def _is_z(head: Head) -> bool:
    return head.group is not None and head.group.stats == (Stat.Z,)


def _is_shown(column: Column) -> bool:
    return column.stat in _STATS and column.arm != TOTAL
