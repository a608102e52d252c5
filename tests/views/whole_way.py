"""A board member's whole way by keys alone, in the program's own two processes.

Run as ``python tests/views/whole_way.py FOLDER [ARGUMENT ...]``: it is the program, started with these arguments, with
hands on its keyboard. They go the open session's way, or with ``--closed`` the other, and write what they saw to
``FOLDER/open.json`` or ``FOLDER/closed.json``. The closed session's process is started by the window itself, with the
command that it always has, only run by this file too.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Started as a file, it finds the tests and the program where it lies itself.
sys.path[0] = str(Path(__file__).parents[2])

from PySide6.QtCore import QModelIndex, Qt, QTimer  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from dsmb_app.model.words import TOTAL, Stat  # noqa: E402
from dsmb_app.views import closed_process  # noqa: E402
from dsmb_app.views.application import start_application  # noqa: E402
from dsmb_app.views.dialogs.export_pack import ExportDialog  # noqa: E402
from dsmb_app.views.dialogs.unblind import UnblindDialog  # noqa: E402
from dsmb_app.views.drill import RecordsView  # noqa: E402
from dsmb_app.views.tables import Role  # noqa: E402
from main import main  # noqa: E402
from tests.views.hands import CTRL, Hands, named, the_window, wait_until  # noqa: E402

PASSWORD = "correct horse"
ABOVE_3 = ("ALT", "high", ">3 x ULN")
Told = dict[str, Any]


def _is(row: tuple[str, ...] | None, stat: Stat, arm: str = "") -> Callable[[QModelIndex], bool]:
    """Return what knows a cell by its row (None: any), its statistic and its arm ('': any)."""

    def wanted(index: QModelIndex) -> bool:
        slot = index.data(Role.SLOT)
        if not slot or (row is not None and slot.row != row):
            return False
        return slot.columns[0].stat is stat and arm in ("", slot.columns[0].arm)

    return wanted


def _shown() -> Any:
    return the_window().review.stack.currentWidget()


def open_session(hands: Hands, folder: Path) -> Told:
    """Open the demo, find who has ALT > 3 x ULN, see one of them, and start the closed session."""
    hands.go_to("Try the demo study")
    hands.press(Qt.Key.Key_Space)
    hands.wait_for_window()
    note = the_window().review.banner.text
    # What the closed session's reader is told by hand: where the phrases of a made-up study are.
    (folder / "phrases").write_text(note.rpartition(" in ")[2].rstrip("."), encoding="utf-8")
    hands.choose_page("Liver")
    hands.go_to("Table K18")
    count = hands.walk_to(_is(ABOVE_3, Stat.N, TOTAL)).data()
    hands.press(Qt.Key.Key_Return)
    listed = _shown()
    assert isinstance(listed, RecordsView)
    assert QApplication.focusWidget() is listed.panels[0].view
    hands.press(Qt.Key.Key_Home, CTRL)
    chosen = listed.panels[0].view.currentIndex().data(Role.SUBJECT)
    rows = listed.panels[0].model.rowCount()
    hands.press(Qt.Key.Key_Return)
    patient = getattr(_shown(), "subject", "")
    hands.go_to("Start closed session")
    hands.press(Qt.Key.Key_Space)
    said = the_window().review.banner.text if the_window().review.banner.isVisible() else ""
    wait_until((folder / "closed.json").is_file, "the closed session's end")
    # The open window lived meanwhile, and lives on.
    hands.choose_page("Overview")
    told = {"count": count, "rows": rows, "chosen": chosen, "patient": patient, "said": said}
    return {**told, "band": the_window().review.band.texts, "page": the_window().review.navigation.list.currentRow()}


def closed_session(hands: Hands, folder: Path) -> Told:
    """Type the codes phrase, compare the arms, export the closed pack with a password, and end the session."""
    wait_until(lambda: isinstance(the_window().dialog, UnblindDialog), "the question for the phrase")
    wait_until(lambda: QApplication.activeModalWidget() is the_window().dialog, "the dialog to be active")
    first = named(QApplication.focusWidget())
    phrases = json.loads(Path((folder / "phrases").read_text("utf-8")).read_text("utf-8"))
    for name, text in (("Your name", "A. Reader"), ("Your role", "Chair"), ("Reason", "Meeting 2")):
        hands.fill(name, text)
    hands.fill("Codes phrase", phrases["phrases"]["codes"])
    hands.press(Qt.Key.Key_Return)
    hands.wait_for_window()
    band = the_window().review.band.texts
    hands.choose_page("Adverse events")
    hands.go_to("Table T09")
    arms = {arm: hands.walk_to(_is(("Any",), Stat.N, arm)).data() for arm in "AB"}
    difference = hands.walk_to(_is(("Any",), Stat.RD)).data()
    hands.press(Qt.Key.Key_Return)
    listed = _shown()
    assert isinstance(listed, RecordsView)
    rows = listed.panels[0].model.rowCount()
    said = export(hands, folder)
    told = {"first": first, "band": band, "arms": arms, "difference": difference, "rows": rows, "said": said}
    hands.go_to("End closed session")
    hands.press(Qt.Key.Key_Space)
    return told


def export(hands: Hands, folder: Path) -> str:
    """Write the closed pack; return what the window says of it."""
    hands.press(Qt.Key.Key_E, CTRL)
    wait_until(lambda: isinstance(QApplication.activeModalWidget(), ExportDialog), "the export's dialog")
    hands.fill("File", str(folder / "pack.xlsx"))
    hands.fill("Password", PASSWORD)
    hands.fill("Password again", PASSWORD)
    hands.press(Qt.Key.Key_Return)
    banner = the_window().review.banner
    wait_until(banner.isVisible, "the pack")
    hands.wait_for_window()
    return banner.text


def act(folder: Path, name: str, way: Callable[[Hands, Path], Told]) -> None:
    """Go one way, and keep what was seen, or what went wrong, for the end of the process."""
    hands = Hands()
    try:
        told = way(hands, folder)
    except BaseException:  # noqa: BLE001 - told by the test, whatever it is
        told = {"wrong": traceback.format_exc()}
    told["passed"] = hands.passed
    (folder / f"{name}.part").write_text(json.dumps(told), encoding="utf-8")
    if "wrong" in told or name == "open":
        # No key of the program's: what a desktop's own does.
        QApplication.exit(1 if "wrong" in told else 0)


def run(folder: Path, arguments: list[str]) -> None:
    """Be the program, with hands; say how it ended, last of all."""
    closed = "--closed" in arguments
    name, way = ("closed", closed_session) if closed else ("open", open_session)
    command = closed_process.closed_command

    def with_hands(file: Path) -> list[str]:
        python, _main, *given = command(file)
        return [python, "-W", "error", __file__, str(folder), *given]

    closed_process.closed_command = with_hands
    sys.argv = ["main.py", *arguments]
    start_application()
    QTimer.singleShot(0, lambda: act(folder, name, way))
    code: Any = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    told = json.loads((folder / f"{name}.part").read_text("utf-8"))
    (folder / f"{name}.whole").write_text(json.dumps({**told, "code": code}), encoding="utf-8")
    (folder / f"{name}.whole").replace(folder / f"{name}.json")


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2:])
