"""The running step of a long command, on a terminal alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

Progress = Callable[[str, int, int], None]


@contextmanager
def steps(total: int) -> Iterator[Progress]:
    """Yield what shows the running step of ``total``; it stays silent where nobody looks."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    with typer.progressbar(length=total, file=sys.stderr) as bar:

        def show(step: str, done: int, of: int) -> None:
            bar.label = step
            # A step that does not know of how many it is one leaves the bar where it is.
            bar.length = of or bar.length
            bar.update(done - bar.pos if of else 0)

        yield show
