"""The command line, a public interface: see docs/commands.md."""

from __future__ import annotations

import sys

import typer

from dsmb_app.cli import selftest
from dsmb_app.cli.commands import app
from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.hardening import no_core_dumps


def main() -> None:
    """Run a command, or the self test. A refusal prints its sentence and exits with 2; nothing is left half-written."""
    if sys.argv[1:] == [selftest.FLAG]:
        raise SystemExit(selftest.run())
    sys.argv[1:] = repeat_options(with_command(sys.argv[1:]))
    try:
        no_core_dumps()
        app()
    except Refusal as refusal:
        typer.echo(refusal.sentence(), err=True)
        raise SystemExit(2) from None


def with_command(arguments: list[str]) -> list[str]:
    """Let a snapshot alone stand for ``open FILE``: so a desktop starts a program for a file that is double-clicked."""
    alone = len(arguments) == 1 and arguments[0].lower().endswith(".dsmb")
    return ["open", *arguments] if alone else arguments


def repeat_options(arguments: list[str], names: tuple[str, ...] = ("--exhibit", "--choice")) -> list[str]:
    """Let ``--exhibit T08 T09`` stand for ``--exhibit T08 --exhibit T09``, up to the next option or a file."""
    out: list[str] = []
    current = ""
    for argument in arguments:
        if argument.startswith("-"):
            current = argument if argument in names else ""
        elif current and out[-1] != current and _continues(current, argument):
            out.append(current)
        elif out and out[-1] != current:
            current = ""
        out.append(argument)
    return out


def _continues(option: str, argument: str) -> bool:
    if option == "--choice":
        return "=" in argument
    return argument[:1].isupper() and argument[1:].isdigit()
