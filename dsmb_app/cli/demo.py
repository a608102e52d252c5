"""The demo: the synthetic trial locked, opened, and everything that a board would receive, in one folder."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from dsmb_app import ard, locking
from dsmb_app.cli.opening import open_at_level
from dsmb_app.exporting import export_pack
from dsmb_app.model.resource_files import resource
from dsmb_app.model.words import Level
from dsmb_app.session import Session
from dsmb_app.snapshot.atomic import write_atomically
from dsmb_app.snapshot.secrets_file import SecretsFile

Say = Callable[[str], None]

PASSWORD = "synthetic demo"
"""Of the demo's closed packs. A real one is chosen for each meeting and told to the members by another way."""

_READ_ME = """\
A synthetic trial: low-dose hrIL-2 against placebo in lupus. Its adverse-event margins are published, all else is made.

demo.dsmb, demo-earlier.dsmb   the locked snapshots of the second and the first meeting
secrets.json                   the phrases that open main, codes and names, and the signer's fingerprint
trial.json                     what the statistician keeps from meeting to meeting
open-pack.xlsx                 for everybody in the open session: no arms
closed-pack-masked.xlsx        arms A and B; opens in Excel or LibreOffice with the password: {password}
closed-pack-named.xlsx         arms named; the same password
results-*.csv                  every number of the exhibits, one statistic a line
pages/                         a picture of every page at each level

The opening phrase is: {main}
The phrase for the closed session (codes) is: {codes}
The phrase for the arm names is: {names}
"""


def lock_demo(folder: Path) -> tuple[Path, SecretsFile]:
    """Lock both cuts of the demo into ``folder``; return the current snapshot and what opens it."""
    folder.mkdir(parents=True, exist_ok=True)
    secrets = folder / "secrets.json"
    for cut, name in (("earlier", "demo-earlier.dsmb"), ("current", "demo.dsmb")):
        source = resource("demo", cut)
        locking.lock(
            source,
            study=source / "study.toml",
            trial=folder / "trial.json",
            out=folder / name,
            secrets_path=secrets,
        )
    return folder / "demo.dsmb", SecretsFile.load(secrets)


def run_demo(folder: Path, say: Say = lambda _: None) -> list[Path]:
    """Lock the demo, open it at each level, and write packs, results and pictures of the pages into ``folder``.

    Returns the files written. Where Qt cannot load, packs have no figures and there are no pictures; ``say`` is told.
    """
    file, keys = lock_demo(folder)
    say(f"Locked {file}.")
    written = [file]
    for level in Level:
        session = open_at_level(file, level, folder / "secrets.json", None, why="demo")
        results = folder / f"results-{level}.csv"
        data = ard.results_csv(session).encode("utf-8")
        session.record_export("ard", data, results.name)
        write_atomically(results, data)
        written += [results, *_pack_and_pictures(session, folder, say)]
        say(f"Wrote pack, results and pictures at level {level}.")
    read_me = folder / "read-me.txt"
    write_atomically(read_me, _READ_ME.format(password=PASSWORD, **keys.phrases).encode("utf-8"))
    return [*written, read_me]


def run_pages(folder: Path, sizes: Collection[tuple[int, int]], say: Say = lambda _: None) -> list[Path]:
    """Lock the demo and draw every page at each level, in both themes and each size, into ``folder``.

    ``sizes``: of the window, in pixels at 100%. Returns the pictures, and a sheet of them for each level. Needs Qt.
    """
    from dsmb_app import app as window  # noqa: PLC0415 - the other commands work where Qt cannot load

    file, _ = lock_demo(folder / "locked")
    written = []
    for level in Level:
        session = open_at_level(file, level, file.parent / "secrets.json", None, why="pictures of the pages")
        drawn = window.pictures(session, folder, sizes=[*sizes], themes=("light", "dark"))
        written += [*drawn, window.write_contact_sheet(drawn, folder / f"sheet_{level}.png")]
        say(f"Drew {len(drawn)} pictures at level {level}.")
    return written


def _pack_and_pictures(session: Session, folder: Path, say: Say) -> list[Path]:
    closed = session.level is not Level.POOLED
    pack = folder / (f"closed-pack-{session.level}.xlsx" if closed else "open-pack.xlsx")
    password = PASSWORD if closed else None
    try:
        # Qt is needed for figures only; the tables of a pack are complete without it.
        from dsmb_app import app as window  # noqa: PLC0415
    except ImportError as error:
        say(f"No pictures and no figures in the packs, because Qt cannot load: {error}")
        export_pack(session, pack, password)
        return [pack]
    window.write_pack(session, pack, password)(lambda *_: None)
    return [pack, *window.pictures(session, folder / "pages")]
