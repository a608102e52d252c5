"""The session band: level in words and colour, trial, cut-off, snapshot, N; always in sight."""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from dsmb_app.model.choices import SUBJECT_FILTERS
from dsmb_app.model.words import TOTAL
from dsmb_app.views import wording
from dsmb_app.views.controls import ElidedLabel, label
from dsmb_app.views.desk import Desk
from dsmb_app.views.theme import SPACE, current_theme

_CUTOFF = ("Data cut-off ", "Cut-off ")
"""Before the date: where there is room, and where there is little."""


class SessionBand(QWidget):
    """One row over the whole window.

    Where it is narrow, gaps and words give way first, then the trial's name, and last the identifier of the snapshot,
    which a reader compares with a letter. The level always stands whole.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("band")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk = desk
        self.level = label(kind="level")
        self.trial = ElidedLabel("strong")
        self.cutoff, self.snapshot, self.size = label(), ElidedLabel(), label()
        self.marks: list[QLabel] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(2 * SPACE, SPACE // 2, 2 * SPACE, SPACE // 2)
        for part in (self.level, self.trial, self.cutoff, self.snapshot, self.size):
            self._row.addWidget(part)
        self._row.addStretch(1)
        self._date = ""
        desk.results_changed.connect(self.refresh)
        self.refresh()

    @property
    def texts(self) -> list[str]:
        """Return everything the band says, whole."""
        told = (part.text() for part in (self.snapshot, self.size, *self.marks))
        return [self.trial.text(), self.level.text(), _CUTOFF[0] + self._date, *told]

    def refresh(self) -> None:
        """Say what is shown now."""
        session = self._desk.session
        study = session.study.study
        self.level.setText(wording.level_words(session.level, session.arms))
        self.trial.setText(study.id)
        self._date = wording.day(study.cutoff)
        self.cutoff.setText(_CUTOFF[0] + self._date)
        self.snapshot.setText(f"Snapshot {session.snapshot.snap_id}")
        told = f"{self.snapshot.text()}: {session.snapshot.file_name}, SHA-256 {session.snapshot.sha256}"
        self.snapshot.setToolTip(html.escape(told))
        only = session.only(SUBJECT_FILTERS)
        self.size.setText(f"N={session.arm_sizes[TOTAL]}{' (filtered)' if only else ''}")
        self.size.setToolTip(html.escape(f"Safety population: treated subjects{f'. Only: {only}' if only else ''}"))
        self._show_marks(wording.marks(session))
        self.setAccessibleName(" · ".join(self.texts))
        self._colour()
        if self.isVisible():
            self._share_room()

    def _share_room(self) -> None:
        """Say and space as much as there is room for, each part whole that can be."""
        for words, gap in zip(_CUTOFF, (2 * SPACE, SPACE), strict=True):
            self.cutoff.setText(words + self._date)
            self._row.setSpacing(gap)
            missing = self._needed() - self.width()
            if missing <= 0:
                break
        room = {part: (part.sizeHint().width(), part.minimumSizeHint().width()) for part in (self.trial, self.snapshot)}
        # Under four warnings: Overview says the date, nothing else says these.
        self.cutoff.setVisible(missing <= sum(whole - least for whole, least in room.values()))
        missing -= 0 if self.cutoff.isVisibleTo(self) else self.cutoff.sizeHint().width() + self._row.spacing()
        for part, (whole, least) in room.items():
            width = max(whole - max(missing, 0), min(whole, least))
            part.setFixedWidth(width)
            missing -= whole - width

    def minimumSizeHint(self) -> QSize:
        """Return the room of what never gives way: the widths given out now must not keep the window from narrowing."""
        kept = [part for part in self._parts() if part is not self.cutoff]
        least = (part.minimumSizeHint() if part in (self.trial, self.snapshot) else part.sizeHint() for part in kept)
        sides = self._row.contentsMargins()
        wide = sides.left() + sides.right() + SPACE * (len(kept) - 1) + sum(size.width() for size in least)
        return QSize(wide, super().minimumSizeHint().height())

    def _parts(self) -> list[QWidget]:
        found = [self._row.itemAt(place).widget() for place in range(self._row.count())]
        return [part for part in found if part is not None]

    def _needed(self) -> int:
        """Return the width in which every part stands whole; Qt's own hint is that of before a change."""
        found, sides = self._parts(), self._row.contentsMargins()
        gaps = self._row.spacing() * (len(found) - 1)
        return sides.left() + sides.right() + gaps + sum(part.sizeHint().width() for part in found)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new room."""
        super().resizeEvent(event)
        if self.isVisible():
            self._share_room()

    def showEvent(self, event: QShowEvent) -> None:
        """Share the room: before, the style sheet has not told how wide each part is."""
        super().showEvent(event)
        self._share_room()

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
