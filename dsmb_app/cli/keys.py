"""A member's own key: made once on the member's computer; its card goes to the statistician."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from dsmb_app.cli.opening import passphrase
from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.member_key import MemberKey, card_of

app = typer.Typer(no_args_is_help=True, help="A member's own key, which opens snapshots locked for its card.")


@app.command(name="new")
def new(
    name: Annotated[str, typer.Option("--name", help="The member's name, as it shall stand on the card.")],
    out: Annotated[Path, typer.Option("--out", help="The key file to write.")],
    passphrase_file: Annotated[
        Path | None, typer.Option("--passphrase-file", help="Passphrase of the key; else it is asked for, twice.")
    ] = None,
) -> None:
    """Make a key file, which opens only with its passphrase."""
    if out.exists():
        raise Refusal(
            "KEY-EXISTS", "The file exists already.", "Give another --out; what is locked for a lost key stays locked.",
            file=out.name,
        )  # fmt: skip
    key = MemberKey.new(name)
    key.save(out, passphrase(out, passphrase_file, twice=True))
    typer.echo(f"Wrote {out}: keep it and its passphrase to yourself, and a backup of both.")
    typer.echo(f"Now make the card for the statistician: dsmb key card {out} --out CARD")
    typer.echo(f"Its check, to be read out by telephone: {key.card.check}")


@app.command(name="card")
def card(
    file: Annotated[Path, typer.Argument(help="The key file.")],
    out: Annotated[Path | None, typer.Option("--out", help="The card to write; standard output without it.")] = None,
) -> None:
    """Write the card of a key, which the statistician locks snapshots for. There is no secret on it."""
    found = card_of(file)
    if out is None:
        typer.echo(json.dumps(found.content(), indent=1, sort_keys=True))
        return
    found.save(out)
    typer.echo(f"Wrote {out}: send it to the statistician.")
    typer.echo(f"Its check, to be read out by telephone: {found.check}")
