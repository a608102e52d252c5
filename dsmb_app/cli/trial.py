"""The trial file: made before the first lock if one likes, and looked at without seeing which arm has which letter."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.trial import TrialFile

app = typer.Typer(no_args_is_help=True, help="The trial file, which stays with the statistician.")


@app.command(name="new")
def new(
    file: Annotated[Path, typer.Argument(help="The trial file to write.")],
    study: Annotated[
        str | None, typer.Option("--id", help="[study].id of the study files it may be used with.")
    ] = None,
) -> None:
    """Make a trial file: a fresh signing key and handle, nothing assigned yet."""
    if file.exists():
        raise Refusal(
            "TRIAL-EXISTS", "The file exists already.", "Use it, or give another name for another trial.",
            file=file.name,
        )  # fmt: skip
    if study is not None and not study.strip():
        raise Refusal("TRIAL-ID", "The id is empty.", "Give the id of the study file, or leave --id out.")
    trial = TrialFile.new(study)
    trial.save(file)
    typer.echo(f"Wrote {file}: keep it, with a backup, and show it to nobody.")
    typer.echo(f"signer {trial.fingerprint}")


@app.command(name="show")
def show(
    file: Annotated[Path, typer.Argument(help="The trial file.")],
    unblind: Annotated[bool, typer.Option("--unblind", help="Also print which arm has which letter.")] = False,
) -> None:
    """Print what a trial file is for; no arm's letter and no subject unless asked."""
    trial = TrialFile.load(file)
    typer.echo(f"trial    {trial.trial}")
    typer.echo(f"study    {trial.study or 'not yet known'}")
    typer.echo(f"signer   {trial.fingerprint}")
    typer.echo(f"last     {f'number {trial.seq}, SHA-256 {trial.prev_sha256}' if trial.seq else 'nothing locked yet'}")
    typer.echo(f"letters  {len(trial.letters)}")
    typer.echo(f"subjects {len(trial.subject_ids)}")
    if unblind:
        for arm, letter in sorted(trial.letters.items(), key=lambda pair: pair[1]):
            typer.echo(f"  {letter}  {arm}")
