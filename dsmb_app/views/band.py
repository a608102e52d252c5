"""The session band: level in words and colour, trial, cut-off, snapshot, N; always in sight."""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from dsmb_app.model.choices import SUBJECT_FILTERS
from dsmb_app.model.words import TOTAL
from dsmb_app.views import wording
from dsmb_app.views.controls import ElidedLabel, label
from dsmb_app.views.desk import Desk
from dsmb_app.views.theme import SPACE, current_theme

_TRIAL = 220
"""Up to so many pixels the name of the trial stands whole."""


class SessionBand(QWidget):
    """One row over the whole window."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("band")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk = desk
        self.level = label(kind="level")
        self.trial = ElidedLabel("strong")
        # Where there is too little room the identifier gives way first: its tooltip and every copy have it whole.
        self.cutoff, self.snapshot, self.size = label(), ElidedLabel(), label()
        self.marks: list[QLabel] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(2 * SPACE, SPACE // 2, 2 * SPACE, SPACE // 2)
        self._row.setSpacing(2 * SPACE)
        for part in (self.level, self.trial, self.cutoff, self.snapshot, self.size):
            self._row.addWidget(part)
        self._row.addStretch(1)
        desk.results_changed.connect(self.refresh)
        self.refresh()

    @property
    def texts(self) -> list[str]:
        """Return everything the band says, whole."""
        parts = (self.level, self.cutoff, self.snapshot, self.size, *self.marks)
        return [self.trial.text(), *(part.text() for part in parts)]

    def refresh(self) -> None:
        """Say what is shown now."""
        session = self._desk.session
        study = session.study.study
        self.level.setText(wording.level_words(session.level, session.arms))
        self.trial.setText(study.id)
        self.trial.ensurePolished()
        self.trial.setMinimumWidth(min(self.trial.sizeHint().width(), _TRIAL))
        self.cutoff.setText(f"Data cut-off {wording.day(study.cutoff)}")
        self.snapshot.setText(f"Snapshot {session.snapshot.snap_id}")
        told = f"{self.snapshot.text()}: {session.snapshot.file_name}, SHA-256 {session.snapshot.sha256}"
        self.snapshot.setToolTip(html.escape(told))
        only = session.only(SUBJECT_FILTERS)
        self.size.setText(f"N={session.arm_sizes[TOTAL]}{' (filtered)' if only else ''}")
        self.size.setToolTip(html.escape(f"Safety population: treated subjects{f'. Only: {only}' if only else ''}"))
        self._show_marks(wording.marks(session))
        self.setAccessibleName(" · ".join(self.texts))
        self._colour()

    def _show_marks(self, words: list[str]) -> None:
        for old in self.marks:
            old.setParent(None)
        self.marks = [label(word, "mark") for word in words]
        for mark in self.marks:
            self._row.addWidget(mark)

    def _colour(self) -> None:
        theme = current_theme()
        colour = theme.of_level(self._desk.level)
        self.level.setStyleSheet(f"background: {colour}; color: {theme.on_level};")

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "trial"):
            self._colour()
