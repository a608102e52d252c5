"""Tab through everything: what has the focus is seen, is named, stands in sight, and comes in reading order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from dsmb_app import app
from dsmb_app.model.errors import Refusal
from dsmb_app.model.words import Level
from dsmb_app.snapshot.pins import Pins
from dsmb_app.snapshot.seen import Seen
from dsmb_app.store.audit import AuditLog
from dsmb_app.views import keys
from dsmb_app.views.dialogs.export_pack import ExportDialog
from dsmb_app.views.dialogs.open_snapshot import OpenDialog
from dsmb_app.views.dialogs.unblind import CODES, UnblindDialog
from dsmb_app.views.ending import dispose
from dsmb_app.views.lock_wizard.wizard import LockWizard
from dsmb_app.views.pages import PAGES
from dsmb_app.views.review import Review
from dsmb_app.views.tables import Role
from dsmb_app.views.window import Services, Window
from tests.views.conftest import AtLevel, ShowWindow
from tests.views.looking import grabbed
from tests.views.shown import review, whole_window

__all__ = ["review", "whole_window"]

MOST = 120
LINE = 24
"""Pixels of height within which two controls stand in one line."""


def spoken(widget: QWidget) -> str:
    """Return what a screen reader calls a control."""
    return widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")


def room(widget: QWidget) -> QRect:
    """Return where a control stands in its window."""
    return QRect(widget.mapTo(widget.window(), QPoint(0, 0)), widget.size())


def in_sight(widget: QWidget) -> bool:
    inner = widget.viewport() if hasattr(widget, "viewport") else widget
    return not (widget.visibleRegion().isEmpty() and inner.visibleRegion().isEmpty())


def could_have_it(root: QWidget) -> set[QWidget]:
    """Return the controls that Tab should reach: in use, with a policy for it, and not a part of another control."""
    every = [w for w in root.findChildren(QWidget) if w.isVisible() and w.isEnabled() and w.window() is root]
    takes = {w for w in every if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.focusProxy() is None}

    def is_part(widget: QWidget) -> bool:
        above = widget.parentWidget()
        return above is not None and (above in takes or is_part(above))

    return {widget for widget in takes if not is_part(widget)}


def walk(qtbot, root: QWidget, first: QWidget) -> tuple[list[str], list[QWidget]]:
    """Press Tab from a control until it has the focus again; return what is wrong, and what was passed."""
    first.setFocus(Qt.FocusReason.TabFocusReason)
    wrong, passed, at = [], [], first
    for _ in range(MOST):
        name, where, with_focus = spoken(at), room(at), grabbed(at)
        if not name.strip():
            wrong.append(f"{at!r} has no name")
        if not in_sight(at):
            wrong.append(f"{name} is out of sight")
        passed.append(at)
        qtbot.keyClick(at, Qt.Key.Key_Tab)
        other = QApplication.focusWidget()
        if (other is at and len(could_have_it(root)) > 1) or (other is not first and other in passed):
            wrong.append(f"{name} leads to {spoken(other)}: a trap")
            break
        if other is not at and grabbed(at) == with_focus:
            wrong.append(f"{name} looks the same with the focus")
        if other is first:
            break
        # Upwards only to the next column at the right: what it was before the page scrolled.
        if other.window() is root and not _scrolled(where, at) and _before(room(other), where):
            wrong.append(f"{spoken(other)} comes after {name}, which is read later")
        at = other
    wrong += [f"{spoken(left)} ({left!r}) is not reached" for left in could_have_it(root) - set(passed)]
    return wrong, passed


def _scrolled(where: QRect, at: QWidget) -> bool:
    return room(at) != where


def _before(one: QRect, other: QRect) -> bool:
    return one.bottom() < other.top() and one.left() <= other.left()


def back_again(qtbot, first: QWidget, passed: list[QWidget]) -> None:
    first.setFocus(Qt.FocusReason.TabFocusReason)
    for wanted in reversed(passed):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
        assert QApplication.focusWidget() is wanted


BEFORE: dict[str, Callable[[Review], object]] = {
    "Adverse events": lambda review: review.page.bar.button.setChecked(True) or review.page.bar._unfold(),
    "Patients": lambda review: review.open_patient(review.desk.session.patients().subjects[0]),
}


@pytest.mark.parametrize("title", [page.title for page in PAGES])
def test_that_tab_goes_through_a_page_in_reading_order_and_is_seen(qtbot, review: Review, title: str) -> None:
    review.choose([page.title for page in PAGES].index(title))
    BEFORE.get(title, lambda _review: None)(review)
    app.settle()
    first = review.navigation.list
    wrong, passed = walk(qtbot, review.window(), first)
    # The way back stands at the top of everything: from the end of a page Tab begins anew there.
    assert [fault for fault in wrong if not fault.startswith("Go back comes after")] == []
    assert len(passed) > 8
    back_again(qtbot, first, passed)


def test_that_what_stands_before_a_page_is_walked_too(qtbot, review: Review) -> None:
    review.choose([page.title for page in PAGES].index("Infections"))
    table = review.page.exhibit
    slot = next(table.rows.index(0, j).data(Role.SLOT) for j in range(table.rows.columnCount()))
    for ask, name in (
        (lambda: review.drill(table.number, slot.row, slot.columns[0]), "Subjects"),
        (table.ask_when, ""),
    ):
        ask()
        app.settle()
        assert review.is_drilled
        wrong, passed = walk(qtbot, review.window(), review.navigation.list)
        assert [fault for fault in wrong if not fault.startswith("Go back comes after")] == []
        assert any(review.stack.currentWidget().isAncestorOf(at) for at in passed), name


DIALOGS: dict[str, Callable[[Window], QWidget]] = {
    "first page": lambda window: window,
    "keys": keys.KeysDialog,
    "open": lambda window: OpenDialog(app.no_opener(), Path("demo.dsmb"), window),
    "unblind": lambda window: UnblindDialog(CODES, lambda *_, **__: None, read_key=lambda *_: None, parent=window),
    **{f"lock, page {place + 1}": lambda window, place=place: at_step(window, place) for place in range(6)},
}


BEGINS = {"open": "Opening phrase", "unblind": "Your name", "lock, page 1": "Delivery folder"}
"""Where a reader begins: at the first field that is not filled in."""


def come_forward(qtbot, dialog: QWidget) -> None:
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog)
    app.settle()


def at_step(window: Window, place: int) -> LockWizard:
    wizard = LockWizard(app.make_locker(), window)
    wizard.stack.setCurrentIndex(place)
    return wizard


@pytest.mark.parametrize("name", list(DIALOGS))
def test_that_tab_goes_through_a_dialog_in_reading_order_and_is_seen(qtbot, state: Path, name: str) -> None:
    opener = app.make_opener(AuditLog(state), Pins(state), (), Seen(state))
    window = Window(Services(opener=opener, demo=lambda _step: None, locker=app.make_locker()))
    window.show()
    dialog = DIALOGS[name](window)
    come_forward(qtbot, dialog)
    assert spoken(QApplication.focusWidget()) == BEGINS.get(name, spoken(QApplication.focusWidget()))
    first = min(could_have_it(dialog), key=lambda at: (room(at).center().y() // LINE, room(at).left()))
    wrong, passed = walk(qtbot, dialog, first)
    dispose(window)
    assert wrong == []
    assert passed


@pytest.mark.parametrize("level", [Level.POOLED, Level.MASKED])
def test_that_tab_goes_through_the_export_in_reading_order(
    qtbot, at_level: AtLevel, show_window: ShowWindow, level: Level
) -> None:
    window = show_window(at_level(level))
    written: list[Path] = []

    def refuse(_session: object, path: Path, _password: object) -> None:
        written.append(path)
        raise Refusal("PACK", "Not now.", "Try again.")

    dialog = ExportDialog(window.review.desk.session, refuse, window)
    come_forward(qtbot, dialog)
    # The reader begins at what is to be filled in or changed; Enter exports when nothing is missing, and only then.
    first = dialog.password if level is Level.MASKED else dialog.file
    assert QApplication.focusWidget() is first
    assert first.selectedText() == first.text()
    qtbot.keyClick(first, Qt.Key.Key_Return)
    assert written == ([] if level is Level.MASKED else [Path(dialog.file.text())])
    assert dialog.isVisible()
    wrong, _ = walk(qtbot, dialog, dialog.file)
    assert wrong == []
