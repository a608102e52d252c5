"""The command that writes a meeting pack, or says what it would hold."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from dsmb_app.cli.opening import open_at_level
from dsmb_app.cli.options import Choice, File, KeyFile, KeyPassphrase, LevelOption, Secrets, Signer
from dsmb_app.cli.progress import steps
from dsmb_app.exporting import export_pack
from dsmb_app.model.errors import Refusal
from dsmb_app.model.result import Stamp
from dsmb_app.model.words import Level
from dsmb_app.packs import meeting_pack
from dsmb_app.packs.sheets import Kind
from dsmb_app.snapshot.own_files import first_line

FROM_THE_WINDOW = "  [figure: in a pack exported from the window, where there is something to draw]"


def pack(  # noqa: PLR0913 - each is an option of a public command
    file: File,
    out: Annotated[Path | None, typer.Option("--out", help="The workbook to write (.xlsx).")] = None,
    level: LevelOption = Level.POOLED,
    choice: Choice = None,
    secrets: Secrets = None,
    signer: Signer = None,
    key: KeyFile = None,
    passphrase_file: KeyPassphrase = None,
    password_file: Annotated[Path | None, typer.Option("--password-file", help="Password of a closed pack.")] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Write a closed pack unencrypted.")] = False,
    i_understand: Annotated[bool, typer.Option("--i-understand", help="Confirms --plain.")] = False,
    stamp: Annotated[Path | None, typer.Option("--stamp", help="Fixed stamp, for byte-for-byte comparison.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file of that name.")] = False,
    contents: Annotated[bool, typer.Option("--contents", help="Only list what the pack will hold.")] = False,
) -> None:
    """Write the open pack (pooled) or the closed pack (masked or named; encrypted unless plain is confirmed)."""
    if out is None and not contents:
        raise Refusal("PACK-OUT", "No file to write is given.", "Give --out PACK.xlsx.")
    if out is not None and not contents:
        _may_write(out, overwrite=overwrite)
    password = None if contents else _pack_password(level, password_file, plain=plain, sure=i_understand)
    session = open_at_level(file, level, secrets, signer, why="pack", key=key, passphrase_file=passphrase_file)
    session.choose_by_text(choice or [])
    if contents or out is None:
        for entry in meeting_pack.contents(session, figures=True):
            typer.echo(f"{entry.line}{FROM_THE_WINDOW if entry.kind is Kind.FIGURE else ''}")
        return
    with steps(1) as show:
        kind = export_pack(session, out, password, stamp=_fixed_stamp(stamp) if stamp else None, progress=show)
    typer.echo(f"Wrote {out} ({kind}, {level}).")


def _may_write(out: Path, *, overwrite: bool) -> None:
    """Refuse to replace what may be the pack of an earlier meeting."""
    if out.exists() and not overwrite:
        raise Refusal(
            "PACK-EXISTS", "There is a file of this name already.", "Give another --out, or --overwrite.", file=out.name
        )


def _pack_password(level: Level, password_file: Path | None, *, plain: bool, sure: bool) -> str | None:
    """Return the password of a closed pack; None for an open pack or a plain one that is confirmed."""
    if level is Level.POOLED:
        return None
    if plain != sure:
        raise Refusal(
            "PACK-PLAIN",
            "A closed pack in clear can unblind the trial by one wrong attachment.",
            "Give both --plain and --i-understand, or neither and a password.",
        )
    if plain:
        return None
    if password_file:
        return first_line(password_file, what="password", code="PACK-PASSWORD")
    if not sys.stdin.isatty():
        raise Refusal("PACK-PASSWORD", "A closed pack needs a password.", "Give --password-file FILE.")
    return str(typer.prompt("Password of the closed pack", hide_input=True, confirmation_prompt=True))


def _fixed_stamp(fixed: Path) -> Stamp:
    try:
        table = json.loads(fixed.read_text(encoding="utf-8"))
        return Stamp(**{key: str(table[key]) for key in ("snap_id", "sha256", "created", "audit_head")})
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refusal(
            "STAMP-BAD",
            f"The stamp cannot be read: {error}.",
            'It is JSON with "snap_id", "sha256", "created" and "audit_head".',
            file=fixed.name,
        ) from error
