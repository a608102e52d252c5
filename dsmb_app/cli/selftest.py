"""``dsmb --selftest``: does the program work on this machine; ``dsmb selftest``: does it keep what it promises."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from dsmb_app import __version__
from dsmb_app.cli import demo
from dsmb_app.model.errors import Refusal
from dsmb_app.selftests.catalogue import chosen
from dsmb_app.selftests.outcome import Plan, Progress, quiet
from dsmb_app.store.state_folder import VARIABLE as STATE_VARIABLE

FLAG = "--selftest"
OPEN, CLOSED, PICTURE = "open-pack", "closed-pack", "picture of a page"
# How each kind of file begins: a zip file, the container in which Excel keeps an encrypted workbook, a PNG.
BEGINNINGS = {OPEN: b"PK\x03\x04", CLOSED: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", PICTURE: b"\x89PNG\r\n\x1a\n"}


def run() -> int:
    """Carry the demo out in a temporary folder, print one line, return 0 when packs and pictures are whole, else 1."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dsmb-selftest-") as name:
        folder = Path(name)
        # This machine's audit log is for what people do; nobody looks at a screen here; and Qt says four lines more
        # where a locale is not UTF-8.
        os.environ |= {
            STATE_VARIABLE: str(folder / "state"),
            "QT_QPA_PLATFORM": "offscreen",
            "LC_ALL": "C.UTF-8",
        }
        try:
            fault = what_is_missing(demo.run_demo(folder / "demo"))
        except Refusal as refusal:
            fault = refusal.sentence()
    seconds = time.monotonic() - start
    about = f"version {__version__}, Python {sys.version.split()[0]}, {sys.platform}, {seconds:.0f} s"
    typer.echo(f"Self test failed: {fault} ({about})" if fault else f"Self test passed: packs and pictures ({about})")
    return 1 if fault else 0


def what_is_missing(written: Sequence[Path]) -> str:
    """Return in a sentence what the demo did not write as it should, '' when nothing is wrong."""
    kinds = {path: _kind(path) for path in written}
    missing = [kind for kind in BEGINNINGS if kind not in kinds.values()]
    if missing:
        return f"not written: {', '.join(missing)}."
    broken = [path.name for path, kind in kinds.items() if not _begins(path, BEGINNINGS.get(kind, b""))]
    return f"empty or broken: {', '.join(broken)}." if broken else ""


def _kind(path: Path) -> str:
    if path.suffix == ".png":
        return PICTURE
    return next((kind for kind in (OPEN, CLOSED) if path.suffix == ".xlsx" and path.name.startswith(kind)), "")


def _begins(path: Path, beginning: bytes) -> bool:
    data = path.read_bytes() if path.is_file() else b""
    return bool(data) and data.startswith(beginning)


def selftest(
    names: Annotated[list[str] | None, typer.Argument(help="Self-tests to run; all without a name.")] = None,
    full: Annotated[bool, typer.Option("--full", help="As often as it takes to be sure; takes many minutes.")] = False,
    seed: Annotated[int, typer.Option("--seed", help="Other random cases.")] = 1,
) -> None:
    """Try to break the program's promises on synthetic data; one line each. Exit code 1 when a target is missed."""
    missed = False
    for test in chosen(names or []):
        with _own_folder() as folder:
            cases = test.full if full else test.usual
            outcome = test.run(Plan(cases, folder, full, seed, _on_terminal(test.name)))
        typer.echo(outcome.line)
        missed |= not outcome.met
    raise SystemExit(int(missed))


@contextmanager
def _own_folder() -> Iterator[Path]:
    """Yield a temporary folder, in which the state folder lies too: this machine's own is never touched."""
    before = os.environ.get(STATE_VARIABLE)
    with tempfile.TemporaryDirectory(prefix="dsmb-selftest-") as name:
        os.environ[STATE_VARIABLE] = str(Path(name) / "own-state")
        try:
            yield Path(name)
        finally:
            os.environ.pop(STATE_VARIABLE)
            os.environ |= {} if before is None else {STATE_VARIABLE: before}


def _on_terminal(name: str) -> Progress:
    """Return what tells somebody at a terminal how far a self-test is, and nobody else anything."""
    if not sys.stderr.isatty():
        return quiet

    def show(done: int, total: int) -> None:
        end = "\r\x1b[K" if done == total else ""
        typer.echo(f"\r\x1b[K{name}: {done:,} of {total:,}{end}", err=True, nl=False)

    return show
