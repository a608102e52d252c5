"""What commands share: where state lies, whom to trust, and opening a snapshot at a level."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from dsmb_app.model.errors import Refusal
from dsmb_app.model.words import Level
from dsmb_app.session import Session
from dsmb_app.snapshot import container
from dsmb_app.snapshot.pins import Pins
from dsmb_app.snapshot.secrets_file import SecretsFile
from dsmb_app.store.audit import AuditLog
from dsmb_app.store.state_folder import state_folder


def trusted_signers(file: Path, signer: str | None, secrets: Path | None) -> tuple[str, ...]:
    """Return the fingerprints to trust: the one given, that of the secrets file, or the one pinned for the trial.

    Raises Refusal where none is known: there is no opening of a file whose signer nobody vouches for.
    """
    if signer:
        return (signer,)
    if secrets:
        return (SecretsFile.load(secrets).signer,)
    pinned = Pins(state_folder()).get(container.load(file, signers=None).trial)
    if pinned:
        return (pinned,)
    raise Refusal(
        "SIGNER-NOT-GIVEN",
        "Nobody has said whose signature to trust for this trial.",
        "Give --signer with the fingerprint from the letter to the board, or --secrets.",
        file=file.name,
    )


def open_at_level(file: Path, level: Level, secrets: Path | None, signer: str | None, *, why: str) -> Session:
    """Open a snapshot and unlock what the level needs; phrases come from the secrets file or are asked for."""
    phrases = SecretsFile.load(secrets).phrases if secrets else {}
    signers = trusted_signers(file, signer, secrets)
    session = Session.open(file, _phrase("main", phrases), signers=signers, audit=AuditLog(state_folder()))
    if level is not Level.POOLED:
        session.unlock_codes(_phrase("codes", phrases), why=why)
    if level is Level.NAMED:
        session.unlock_names(_phrase("names", phrases), why=why)
    return session


def _phrase(part: str, phrases: dict[str, str]) -> str:
    if part in phrases:
        return phrases[part]
    if not sys.stdin.isatty():
        raise Refusal("PHRASE-NOT-GIVEN", f"The phrase for {part} is not given.", "Give --secrets FILE.")
    return getpass.getpass(f"Phrase for {part}: ")
