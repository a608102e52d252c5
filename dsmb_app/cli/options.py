"""Arguments and options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dsmb_app.model.words import Level

File = Annotated[Path, typer.Argument(help="The snapshot (.dsmb).")]
Secrets = Annotated[Path | None, typer.Option("--secrets", help="File with the phrases, as dsmb lock writes it.")]
Signer = Annotated[str | None, typer.Option("--signer", help="Fingerprint of the signer to trust.")]
KeyFile = Annotated[Path | None, typer.Option("--key", help="A member's key file, for what --secrets does not open.")]
KeyPassphrase = Annotated[Path | None, typer.Option("--passphrase-file", help="Passphrase of --key; else asked for.")]
LevelOption = Annotated[Level, typer.Option("--level", help="How much of the assignment to show.")]
Choice = Annotated[list[str] | None, typer.Option("--choice", help="A choice as key=value; may be repeated.")]
Out = Annotated[Path | None, typer.Option("--out", help="File to write; standard output without it.")]
