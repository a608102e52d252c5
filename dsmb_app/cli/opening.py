"""What commands share: where state lies, whom to trust, and opening a snapshot at a level."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

import typer

from dsmb_app.model.errors import Refusal
from dsmb_app.model.words import Level
from dsmb_app.session import Session
from dsmb_app.snapshot import container
from dsmb_app.snapshot.locks import Key
from dsmb_app.snapshot.member_key import MemberKey
from dsmb_app.snapshot.own_files import first_line
from dsmb_app.snapshot.pins import Pins
from dsmb_app.snapshot.secrets_file import SecretsFile
from dsmb_app.snapshot.seen import Notice, Seen
from dsmb_app.store.audit import AuditLog
from dsmb_app.store.state_folder import state_folder


def trusted_signers(file: Path, signer: str | None, secrets: Path | None) -> tuple[str, ...]:
    """Return the fingerprints to trust: the one given, that of the secrets file, or the one pinned for the trial.

    Raises Refusal where none is known: there is no opening of a file whose signer nobody vouches for. A pinned one
    stays in force: a secrets file may come with the same mail as a forged snapshot.
    """
    pins, trial = Pins(state_folder()), container.load(file, signers=None).trial
    given = signer or (SecretsFile.load(secrets).signer if secrets else "")
    if given:
        pins.agree(trial, given)
        return (given,)
    pinned = pins.get(trial)
    if pinned:
        return (pinned,)
    raise Refusal(
        "SIGNER-NOT-GIVEN",
        "Nobody has said whose signature to trust for this trial.",
        "Give --signer with the fingerprint from the letter to the board, or --secrets.",
        file=file.name,
    )


def open_at_level(
    file: Path,
    level: Level,
    secrets: Path | None,
    signer: str | None,
    *,
    why: str,
    key: Path | None = None,
    passphrase_file: Path | None = None,
) -> Session:
    """Open a snapshot and unlock what the level needs.

    Each part opens with its phrase in the secrets file, else with the member's key, else with a phrase asked for. What
    the reader must know of the file goes to standard error.
    """
    keys: dict[str, str | Key] = dict(SecretsFile.load(secrets).phrases) if secrets else {}
    signers = trusted_signers(file, signer, secrets)
    member = MemberKey.load(key, passphrase(key, passphrase_file)) if key else None

    def opens(part: str) -> str | Key:
        return keys.get(part) or member or _asked(part)

    folder = state_folder()
    session = Session.open(file, opens("main"), signers=signers, audit=AuditLog(folder), seen=Seen(folder))
    warn(session.warnings)
    if level is not Level.POOLED:
        session.unlock_codes(opens("codes"), why=why)
    if level is Level.NAMED:
        session.unlock_names(opens("names"), why=why)
    return session


def warn(notices: tuple[Notice, ...]) -> None:
    """Say on standard error what a reader must know of a file; the command goes on."""
    for notice in notices:
        typer.echo(notice.sentence, err=True)


def passphrase(key: Path, file: Path | None, *, twice: bool = False) -> str:
    """Return the passphrase of a key file: the first line of ``file``, else asked for. Raises Refusal."""
    if file:
        return first_line(file, what="passphrase", code="PASSPHRASE-FILE")
    if not sys.stdin.isatty():
        raise Refusal(
            "PASSPHRASE-NOT-GIVEN", "The passphrase of the key is not given.", "Give --passphrase-file FILE.",
            file=key.name,
        )  # fmt: skip
    return str(typer.prompt(f"Passphrase of {key.name}", hide_input=True, confirmation_prompt=twice))


def _asked(part: str) -> str:
    if not sys.stdin.isatty():
        raise Refusal("PHRASE-NOT-GIVEN", f"The phrase for {part} is not given.", "Give --secrets or --key FILE.")
    return getpass.getpass(f"Phrase for {part}: ")
