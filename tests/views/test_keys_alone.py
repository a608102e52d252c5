"""A board member's whole way by keys alone: from the first page to a patient, then the closed session and its pack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QTableView, QWidget

from dsmb_app import app
from dsmb_app.model.words import TOTAL, Level, Stat
from dsmb_app.session import Session
from dsmb_app.snapshot.pins import Pins
from dsmb_app.snapshot.seen import Seen
from dsmb_app.store.audit import AuditLog
from dsmb_app.views import jobs
from dsmb_app.views.dialogs.export_pack import ExportDialog
from dsmb_app.views.dialogs.open_snapshot import Opening
from dsmb_app.views.dialogs.unblind import UnblindDialog
from dsmb_app.views.drill import RecordsView
from dsmb_app.views.ending import dispose
from dsmb_app.views.pages import PAGES
from dsmb_app.views.pages.patients import Patients
from dsmb_app.views.tables import Role
from dsmb_app.views.window import Services, Window
from tests.locked import Locked

CTRL = Qt.KeyboardModifier.ControlModifier
MOST_TABS = 90


def named(widget: QWidget) -> str:
    """Return what a screen reader says of a control: its name, else its text."""
    return widget.accessibleName() or (widget.text().replace("&", "") if isinstance(widget, QAbstractButton) else "")


class Hands:
    """Presses keys on whatever has the focus, and nothing else."""

    def __init__(self, qtbot, window: QWidget) -> None:
        self._qtbot, self._window = qtbot, window
        self.passed: list[str] = []

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self._qtbot.keyClick(QApplication.focusWidget() or self._window, key, modifier)
        app.settle()

    def wait_for_window(self) -> None:
        """Wait until no dialog is open, and do what a desktop does then."""
        self._qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
        self._window.activateWindow()
        self._qtbot.waitActive(self._window)
        app.settle()
        assert QApplication.focusWidget() is not None

    def type(self, text: str) -> None:
        self._qtbot.keyClicks(QApplication.focusWidget(), text)

    def go_to(self, name: str, key: Qt.Key = Qt.Key.Key_Tab) -> QWidget:
        """Press Tab until a control of that name has the focus; every one on the way has a name."""
        for _ in range(MOST_TABS):
            self.press(key)
            at = QApplication.focusWidget()
            assert at is not None
            self.passed.append(named(at))
            assert named(at) or isinstance(at, QComboBox), f"{at!r} has no name"
            if named(at) == name:
                assert at.hasFocus()
                assert at.isVisible()
                return at
        raise AssertionError(f"no Tab leads to {name!r}, but to {self.passed[-MOST_TABS:]}")

    def walk_to(self, wanted: Callable[[QModelIndex], bool]) -> QModelIndex:
        """Go by the arrow keys through the table at hand, row by row, to the first cell that is wanted."""
        table = QApplication.focusWidget()
        assert isinstance(table, QTableView)
        self.press(Qt.Key.Key_Home, CTRL)
        for _ in range(table.model().rowCount()):
            for _ in range(table.model().columnCount()):
                if table.currentIndex().isValid() and wanted(table.currentIndex()):
                    return table.currentIndex()
                self.press(Qt.Key.Key_Right)
            self.press(Qt.Key.Key_Home)
            self.press(Qt.Key.Key_Down)
        raise AssertionError("no key leads there")


@pytest.fixture
def windows(qtbot, demo: Locked, state: Path) -> Iterator[Callable[..., Window]]:
    made: list[Window] = []
    log = AuditLog(state)

    def make(*, closed: bool, **services: object) -> Window:
        opener = app.make_opener(log, Pins(state), (demo.keys.signer,), Seen(state))
        window = Window(Services(opener=opener, **services), closed=closed)
        made.append(window)
        window.show()
        qtbot.waitActive(window)
        return window

    with qtbot.captureExceptions() as faults:
        yield make
    assert faults == []
    for window in made:
        dispose(window)
    assert jobs.end(30)


def _is(row: tuple[str, ...], stat: Stat, arm: str) -> Callable[[QModelIndex], bool]:
    def wanted(index: QModelIndex) -> bool:
        slot = index.data(Role.SLOT)
        return bool(slot) and slot.row == row and (slot.columns[0].arm, slot.columns[0].stat) == (arm, stat)

    return wanted


def test_that_a_patient_is_reached_from_the_first_page_by_keys_alone_and_the_closed_session_started(
    qtbot, demo: Locked, windows
) -> None:
    started: list[Opening] = []
    opening = Opening(demo.file, demo.keys.phrases["main"], demo.keys.signer)
    window = windows(closed=False, demo=lambda _step: opening, start_closed=started.append)
    hands = Hands(qtbot, window)
    hands.go_to("Try the demo study")
    hands.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.review is not None, timeout=60000)
    hands.wait_for_window()
    hands.press(Qt.Key(Qt.Key.Key_1 + [page.title for page in PAGES].index("Liver")), CTRL)
    hands.go_to("Table K18")
    cell = hands.walk_to(_is(("ALT", "high", ">3 x ULN"), Stat.N, TOTAL))
    count = window.review.desk.session.table("K18").cell(("ALT", "high", ">3 x ULN"), cell.data(Role.SLOT).columns[0])
    hands.press(Qt.Key.Key_Return)
    listed = window.review.stack.currentWidget()
    assert isinstance(listed, RecordsView)
    assert listed.panels[0].model.rowCount() == count.value > 0
    assert QApplication.focusWidget() is listed.panels[0].view
    hands.press(Qt.Key.Key_Home, CTRL)
    who = listed.panels[0].view.currentIndex().data(Role.SUBJECT)
    hands.press(Qt.Key.Key_Return)
    page = window.review.stack.currentWidget()
    assert isinstance(page, Patients)
    assert page.subject == who != ""
    hands.go_to("Start closed session")
    hands.press(Qt.Key.Key_Space)
    assert [one.file for one in started] == [demo.file]
    assert window.review.banner.isVisible()


def test_that_arms_are_unblinded_compared_and_exported_by_keys_alone(
    qtbot, demo: Locked, windows, tmp_path: Path
) -> None:
    asked: list[tuple[Level, Path, str | None]] = []

    def write_pack(session: Session, path: Path, password: str | None) -> Callable[[jobs.Progress], None]:
        # What is in a pack is tested elsewhere; here it is only reached.
        asked.append((session.level, path, password))
        return lambda _step: None

    window = windows(closed=True, write_pack=write_pack)
    window.begin(demo.file, demo.keys.phrases["main"])
    hands = Hands(qtbot, window)
    qtbot.waitUntil(lambda: isinstance(window.dialog, UnblindDialog), timeout=60000)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is window.dialog)
    assert named(QApplication.focusWidget()) == "Your name"
    for field, text in (
        ("Your name", "A. Reader"),
        ("Your role", "Chair"),
        ("Reason", "Meeting 2"),
        ("Codes phrase", demo.keys.phrases["codes"]),
    ):
        if named(QApplication.focusWidget()) != field:
            hands.go_to(field)
        hands.type(text)
    hands.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.review is not None, timeout=60000)
    hands.wait_for_window()
    session = window.review.desk.session
    assert session.level is Level.MASKED
    hands.press(Qt.Key(Qt.Key.Key_1 + [page.title for page in PAGES].index("Adverse events")), CTRL)
    hands.go_to("Table T09")
    hands.walk_to(lambda index: bool(s := index.data(Role.SLOT)) and s.columns[0].stat is Stat.RD)
    hands.press(Qt.Key.Key_Return)
    listed = window.review.stack.currentWidget()
    assert isinstance(listed, RecordsView)
    # A difference opens those of both arms.
    table = session.table("T09")
    both = sum(table.cell(("Any",), column).value for column in table.columns if column.stat is Stat.N) / 2
    assert listed.panels[0].model.rowCount() == both
    hands.press(Qt.Key.Key_E, CTRL)
    qtbot.waitUntil(lambda: isinstance(window.dialog, ExportDialog) and window.dialog.isVisible())
    hands.go_to("File")
    hands.press(Qt.Key.Key_A, CTRL)
    hands.type(str(tmp_path / "pack.xlsx"))
    for name in ("Password", "Password again"):
        hands.go_to(name)
        hands.type("correct horse")
    hands.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(asked), timeout=30000)
    assert asked == [(Level.MASKED, tmp_path / "pack.xlsx", "correct horse")]
    qtbot.waitUntil(window.review.banner.isVisible, timeout=30000)
    assert "The pack was written" in window.review.banner.text
