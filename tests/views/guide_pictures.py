"""Draws the pictures of README and guide anew, all of them: ``python -m tests.views.guide_pictures [FOLDER]``."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from dsmb_app import app
from dsmb_app.cli.demo import lock_demo
from dsmb_app.cli.opening import open_at_level
from dsmb_app.model.resource_files import resource
from dsmb_app.model.words import Level
from dsmb_app.store import state_folder
from dsmb_app.views import jobs
from dsmb_app.views.application import drawing_application
from dsmb_app.views.lock_wizard.wizard import LockWizard

OPEN, CLOSED = (1024, 700), (1280, 800)
"""Sizes of the window: the least one shows pooled numbers whole, the usual one the arms and their difference too."""
PAGES = {
    "guide_pooled_overview": (Level.POOLED, "overview"),
    "guide_pooled_liver": (Level.POOLED, "liver"),
    "guide_pooled_listings": (Level.POOLED, "listings"),
    "adverse_events": (Level.NAMED, "adverse_events"),
    "guide_named_infections": (Level.NAMED, "infections"),
}


def draw_pages(folder: Path, work: Path) -> None:
    """Draw the pages of the demo, in a light window."""
    file, _keys = lock_demo(work / "locked")
    for level, size in ((Level.POOLED, OPEN), (Level.NAMED, CLOSED)):
        session = open_at_level(file, level, file.parent / "secrets.json", None, why="pictures of the guide")
        app.pictures(session, work, sizes=[size])
        for name, (of, page) in PAGES.items():
            if of is level:
                shutil.copyfile(work / f"{level}_{page}_{size[0]}x{size[1]}_light.png", folder / f"{name}.png")


def draw_wizard(folder: Path) -> None:
    """Walk through the wizard with the demo, from the current folder: no path of a machine is seen."""
    drawing_application()
    delivery = Path("IL2-SLE-01", "delivery")
    shutil.copytree(resource("demo", "current"), delivery)
    (delivery / "study.toml").unlink()
    wizard = LockWizard(app.make_locker())
    wizard.resize(860, 680)
    wizard.show()

    def draw(name: str) -> None:
        app.settle()
        wizard.grab().save(str(folder / f"guide_lock_{name}.png"), "PNG")

    wizard.delivery.take(delivery)
    wait_for(wizard.delivery.may_go)
    draw("delivery")
    wizard.go_on()
    wizard.study.make_draft()
    wait_for(wizard.study.may_go)
    draw("study")
    wizard.study.settled.setChecked(True)
    for step in (wizard.kept, wizard.work, wizard.report):
        wizard.go_on()
        wait_for(lambda step=step: wizard.step is step)
    draw("report")
    wizard.go_on()
    draw("hand_out")
    wizard.close()


def wait_for(what: Callable[[], bool]) -> None:
    """Let the window work until something holds. Raises RuntimeError where the work ends without it."""
    while not what():
        working = jobs.at_work()
        app.settle()
        if not working and not jobs.at_work() and not what():
            raise RuntimeError("The wizard stands still.")


def main(arguments: list[str]) -> int:
    """Draw all pictures into a folder, that of the documents where none is named; return 0."""
    folder = Path(*arguments or ["docs", "pictures"]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        os.environ[state_folder.VARIABLE] = work
        draw_pages(folder, Path(work))
        draw_wizard(folder)
        os.chdir(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
