"""What every plot shares: pyqtgraph in the theme's colours, without its own menus."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps

import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFont, QPainter, QPaintEvent, QTextDocumentFragment

from dsmb_app.views.theme import SPACE, Theme, current_theme

SIDE_BUTTONS = (Qt.MouseButton.BackButton, Qt.MouseButton.ForwardButton)


def told_not_thrown(paint: Callable[..., None]) -> Callable[..., None]:
    """Let an item of a plot draw itself; what goes wrong is told as ever, but not thrown.

    Thrown, it is kept until the whole view is drawn, and by then the items after it were drawn as if it were theirs.
    """

    @wraps(paint)
    def drawn(*given: object) -> None:
        try:
            paint(*given)
        except Exception:  # noqa: BLE001 - told by the one who tells of all faults
            sys.excepthook(*sys.exc_info())

    return drawn


class Canvas(pg.GraphicsLayoutWidget):
    """A drawing area without pyqtgraph's menus: its Export is broken on new Qt and knows nothing of levels."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        self.scene().contextMenu = []
        self.ci.layout.setContentsMargins(0, 0, 0, 0)
        self.ci.layout.setSpacing(0)
        self.ci.layout.setHorizontalSpacing(SPACE)
        self._goes = ""

    def name(self, name: str, goes: str) -> None:
        """Say what a screen reader calls the plot, and what the keys do in it."""
        self._goes = goes
        self.setAccessibleName(name)
        self.setAccessibleDescription(goes)

    def tell(self, tip: str) -> None:
        """Let a screen reader say what the keys have reached; with "" again what they do."""
        words = QTextDocumentFragment.fromHtml(tip.replace("\n", "<br>")).toPlainText() if tip else self._goes
        self.setAccessibleDescription(words)

    def settle(self) -> None:
        """Let the scales find their places now: found within the painting, they have everything painted again."""
        self.scene().prepareForPaint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a frame around everything where the keys are."""
        super().paintEvent(event)
        if self.hasFocus():
            with QPainter(self.viewport()) as painter:
                painter.setPen(QColor(current_theme().accent))
                painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draw the frame."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the frame away."""
        super().focusOutEvent(event)
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        """Leave the buttons at the side of the mouse, back and forward, to the window."""
        if event.type() is QEvent.Type.MouseButtonPress and event.button() in SIDE_BUTTONS:
            event.ignore()
            return False
        return super().viewportEvent(event)

    def add_panel(self, column: int) -> pg.PlotItem:
        """Add a panel whose scale stands on top and which the mouse does not move."""
        axis = TopAxis(orientation="top")
        panel = self.addPlot(row=0, col=column, enableMenu=False, axisItems={"top": axis})
        # Below the marks, or the grid would cut through them.
        axis.setZValue(-1000)
        panel.hideButtons()
        panel.setMouseEnabled(x=False, y=False)
        panel.invertY(True)
        panel.vb.setDefaultPadding(0)
        panel.layout.setContentsMargins(0, 0, 0, 0)
        for side in ("left", "bottom", "right"):
            panel.hideAxis(side)
        panel.showAxis("top")
        return panel


class TopAxis(pg.AxisItem):
    """A scale whose words stand in the upper part of its room, beside the table's upper header."""

    def resizeEvent(self, event: object = None) -> None:
        """Place the words."""
        super().resizeEvent(event)
        if self.label is not None:
            self.label.setY(SPACE // 2)


def colour_axis(panel: pg.PlotItem, theme: Theme, font: QFont, label: str) -> None:
    """Give a panel's scale its words, colours and a quiet grid."""
    axis = panel.getAxis("top")
    # Percent and points have no prefix; the label would be made anew whenever the scale moves.
    axis.enableAutoSIPrefix(False)
    axis.setPen(pg.mkPen(theme.line))
    axis.setTextPen(pg.mkPen(theme.muted))
    axis.setStyle(tickLength=-4, tickFont=font, tickTextOffset=4, maxTickLevel=0)
    axis.setLabel(label, color=theme.muted, **{"font-size": f"{font.pointSizeF()}pt"})
    axis.setGrid(60)


def pen(colour: str, width: float = 1.0, dash=None) -> object:
    """Return a pen that keeps its width at any scale."""
    made = pg.mkPen(QColor(colour), width=width)
    if dash is not None:
        made.setStyle(dash)
    return made
