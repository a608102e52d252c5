"""What every plot shares: pyqtgraph in the theme's colours, without its own menus."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QFont

from dsmb_app.views.theme import SPACE, Theme

SIDE_BUTTONS = (Qt.MouseButton.BackButton, Qt.MouseButton.ForwardButton)


class Canvas(pg.GraphicsLayoutWidget):
    """A drawing area without pyqtgraph's menus: its Export is broken on new Qt and knows nothing of levels."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        self.scene().contextMenu = []
        self.ci.layout.setContentsMargins(0, 0, 0, 0)
        self.ci.layout.setSpacing(0)
        self.ci.layout.setHorizontalSpacing(SPACE)

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
