"""Where the reader has been, back and forward as in a browser: pages, lists behind a number, patients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from dsmb_app.views.controls import tool

STEPS = {Qt.MouseButton.BackButton: -1, Qt.MouseButton.ForwardButton: 1}
"""What the buttons at the side of a mouse do."""
_MOST = 60


@dataclass(frozen=True)
class Place:
    """A page, by its number; with ``view`` a list shown before it; with ``subject`` a patient on the page of patients.

    ``question`` and ``among``: the list from which the patient was opened; ``tests``: laboratory tests asked about.
    """

    page: int
    view: QWidget | None = None
    subject: str = ""
    question: str = ""
    among: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


class History(QObject):
    """The places in their order and the one at hand; going somewhere else forgets what lay ahead."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.places: list[Place] = []
        self._at = -1

    @property
    def now(self) -> Place | None:
        """Return the place at hand."""
        return self.places[self._at] if self.places else None

    def can_step(self, by: int) -> bool:
        """Tell whether there is a place so many steps ahead, or back."""
        return 0 <= self._at + by < len(self.places)

    def visit(self, place: Place) -> None:
        """Go to a new place; the same again is no step."""
        if place != self.now:
            self.places = [*self.places[: self._at + 1], place][-_MOST:]
            self._at = len(self.places) - 1
        self.changed.emit()

    def replace(self, place: Place) -> None:
        """Put a place in place of the one at hand."""
        self.places[self._at] = place
        self.changed.emit()

    def step(self, by: int) -> Place | None:
        """Go so many steps ahead, or back; None where there is nothing."""
        if not self.can_step(by):
            return None
        self._at += by
        self.changed.emit()
        return self.now

    def forget(self, place: Place) -> None:
        """Forget everywhere but one place."""
        self.places, self._at = [place], 0
        self.changed.emit()

    def keep(self, wanted: Callable[[Place], bool], *, else_at: Place) -> None:
        """Forget the places that are not wanted; for the one at hand stands ``else_at``, if it is none of them."""
        kept: list[Place] = []
        here = 0
        for at, place in enumerate(self.places):
            stays = place if wanted(place) else else_at if at == self._at else None
            # Two steps to the same place would be one that leads nowhere.
            if stays is not None and (not kept or kept[-1] != stays):
                kept.append(stays)
            if at == self._at:
                here = len(kept) - 1
        self.places, self._at = kept, here
        self.changed.emit()


class StepButtons(QWidget):
    """The buttons back and forward."""

    def __init__(self, history: History, back: Callable[[], object], forward: Callable[[], object]) -> None:
        super().__init__()
        self._history = history
        self.back = tool("Go back", "back", back, hint="Back (Alt+Left)")
        self.forward = tool("Go forward", "forward", forward, hint="Forward (Alt+Right)")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.back)
        row.addWidget(self.forward)
        history.changed.connect(self._offer)
        self._offer()

    def _offer(self) -> None:
        self.back.setEnabled(self._history.can_step(-1))
        self.forward.setEnabled(self._history.can_step(1))
