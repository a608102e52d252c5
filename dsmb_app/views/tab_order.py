"""Tab in reading order: what stands above first, side by side from the left, whenever it was made."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

_MARGIN = 12
"""Pixels in sight around what has the focus, where a page scrolls."""


class ReadingOrder:
    """A window in which Tab and Shift+Tab go through the controls in the order in which they are read.

    Qt goes in the order in which they were made, and pages make much of what they show later than what stands below it.
    """

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Give the focus to the next control in sight, or to the one before; Qt asks the window for it."""
        found, at = in_order(self), QApplication.focusWidget()
        if at not in found:
            return super().focusNextPrevChild(forward)  # type: ignore[misc]
        other = found[(found.index(at) + (1 if forward else -1)) % len(found)]
        other.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
        bring_into_sight(other)
        return True


def in_order(widget: QWidget) -> list[QWidget]:
    """Return the controls below a widget that are in use and take the focus by Tab, in reading order."""
    inside = [child for child in widget.children() if isinstance(child, QWidget) and _is_part(child)]
    found: list[QWidget] = []
    for child in sorted_as_read(inside):
        takes = child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.focusProxy() is None
        # What is inside a control - a field of a spin box, a header of a table - is the control's own.
        found += [child] if takes else in_order(child)
    return found


def _is_part(child: QWidget) -> bool:
    return child.isVisible() and child.isEnabled() and not child.isWindow()


def sorted_as_read(widgets: list[QWidget]) -> list[QWidget]:
    """Return widgets of one parent line by line; those that stand beside each other make a line."""
    lines: list[tuple[QRect, list[QWidget]]] = []
    for widget in sorted(widgets, key=lambda one: one.geometry().top()):
        room = widget.geometry()
        if lines and _beside(lines[-1][0], room):
            lines[-1] = lines[-1][0].united(room), [*lines[-1][1], widget]
        else:
            lines.append((room, [widget]))
    return [widget for _, line in lines for widget in sorted(line, key=lambda one: one.geometry().left())]


def _beside(line: QRect, room: QRect) -> bool:
    shared = min(line.bottom(), room.bottom()) - max(line.top(), room.top()) + 1
    return 2 * shared > min(line.height(), room.height())


def bring_into_sight(widget: QWidget) -> None:
    """Scroll every page around a control so that it is seen."""
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(widget, _MARGIN, _MARGIN)
        above = above.parentWidget()
