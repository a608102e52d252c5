"""The trial file: what stays the same from one snapshot of a trial to the next, kept by the statistician alone."""

from __future__ import annotations

import hashlib
import random
import secrets
import string
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filelock import FileLock, Timeout
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.header import TEST, Handle, Sha256
from dsmb_app.snapshot.own_files import read_own_file, write_own_file
from dsmb_app.snapshot.signing import fingerprint, same_fingerprint

FORMAT = 1
LETTERS = string.ascii_uppercase
# Without letters and digits that are taken for one another (0 O, 1 I L, 2 Z, 5 S, 8 B), and without the vowels, so
# that no id spells a word.
ID_ALPHABET = "34679CDFGHJKMNPQRTVWXY"
ID_LENGTH = 6


def _all_different(mapping: dict[str, str]) -> dict[str, str]:
    if len(set(mapping.values())) != len(mapping):
        raise ValueError("a value is given to two keys")
    return mapping


_Letter = Annotated[str, Field(pattern=r"^[A-Z]$")]
_SubjectId = Annotated[str, Field(pattern=rf"^S-[{ID_ALPHABET}]{{{ID_LENGTH}}}$")]
_Name = Annotated[str, Field(min_length=1, max_length=1000)]


class _Content(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)

    format: Literal[1]
    trial: Handle
    signing_key: Sha256  # 32 raw bytes in hexadecimal, as a hash is
    letters: Annotated[dict[_Name, _Letter], AfterValidator(_all_different)]
    subject_ids: Annotated[dict[_Name, _SubjectId], AfterValidator(_all_different)]
    seq: Annotated[int, Field(ge=0, le=10**9)]
    prev_sha256: Sha256 | None
    study: _Name | None = None  # files made before the first lock, or before this field was there, have none


@dataclass
class TrialFile:
    """One trial: random handle, signing key, arm -> letter, USUBJID -> random id, and the last snapshot sealed.

    ``study`` is the id of the study file that it was first locked with, None before that.

    ``seq`` counts the snapshots sealed so far, ``prev_sha256`` is the SHA-256 of the last one; who locks sets both
    after the next one. ``test`` marks a throw-away trial, which is never saved.
    """

    trial: str
    signing_key: Ed25519PrivateKey = field(repr=False)
    letters: dict[str, str] = field(default_factory=dict, repr=False)
    subject_ids: dict[str, str] = field(default_factory=dict, repr=False)
    seq: int = 0
    prev_sha256: str | None = None
    study: str | None = None
    test: bool = False

    @classmethod
    def new(cls, study: str | None = None) -> TrialFile:
        """Return a trial with a fresh handle and key, and nothing assigned yet."""
        return cls(f"T-{secrets.token_hex(5)}", Ed25519PrivateKey.generate(), study=study)

    @classmethod
    def for_test(cls, seed: int | None) -> TrialFile:
        """Return a throw-away trial whose handle says TEST; the same for the same seed, a random one for None.

        Its key is made from the seed, so anybody has it: it is never a key that a board could have pinned.
        """
        start = secrets.token_bytes(32) if seed is None else str(seed).encode("ascii")
        key = hashlib.sha256(b"dsmb test trial, signing key\n" + start).digest()
        handle = hashlib.sha256(b"dsmb test trial, handle\n" + start).hexdigest()[:10]
        return cls(f"{TEST}{handle}", Ed25519PrivateKey.from_private_bytes(key), test=True)

    @classmethod
    def load_or_create(cls, path: Path) -> TrialFile:
        """Return the trial in ``path``; a new one, not yet saved, where there is no file.

        Raises Refusal with a code that starts with TRIAL-FILE when there is one that cannot be used.
        """
        try:
            return cls.load(path)
        except Refusal as refusal:
            if refusal.code != "TRIAL-FILE-MISSING":
                raise
            return cls.new()

    @classmethod
    def load(cls, path: Path) -> TrialFile:
        """Return the trial in ``path``. Raises Refusal with a code that starts with TRIAL-FILE."""
        found = read_own_file(path, _Content, kind="a trial file", code="TRIAL-FILE", version=FORMAT)
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(found.signing_key))
        return cls(found.trial, key, found.letters, found.subject_ids, found.seq, found.prev_sha256, found.study)

    def keep_to_study(self, study: str, file: str) -> None:
        """Remember which study this trial is of. Raises Refusal TRIAL-OTHER-STUDY when it is of another one."""
        if self.study not in (None, study):
            raise Refusal(
                "TRIAL-OTHER-STUDY",
                f"This is the trial file of the study {self.study}; the study file says {study}.",
                "Give the trial file of this study, or correct [study].id.",
                file=file,
            )
        self.study = study

    def keep_to_signer(self, signer: str, secrets_file: str, file: str) -> None:
        """Refuse to lock for readers who trust ``signer``, as the secrets file says, when that is somebody else.

        Raises Refusal TRIAL-NONE for a trial that is only now being made, TRIAL-OTHER-SIGNER for another one.
        """
        if same_fingerprint(signer, self.fingerprint):
            return
        if not self.seq and not self.letters:
            raise Refusal(
                "TRIAL-NONE",
                f"This would begin a new trial, but {secrets_file} is of an earlier lock, signed by {signer}.",
                "Give the trial file of that lock; for a new trial give a new name for the secrets file.",
                file=file,
            )
        raise Refusal(
            "TRIAL-OTHER-SIGNER",
            f"It signs as {self.fingerprint}, but {secrets_file} is of a lock signed by {signer}.",
            "Give the trial file and the secrets file of the same trial.",
            file=file,
        )

    def save(self, path: Path) -> None:
        """Write the file whole or not at all, for its owner alone. Raises Refusal when it cannot be written."""
        if self.test:
            raise ValueError("a test trial is never saved: its key is known to everybody")
        content = _Content(
            format=1,
            trial=self.trial,
            signing_key=self.signing_key.private_bytes_raw().hex(),
            letters=self.letters,
            subject_ids=self.subject_ids,
            seq=self.seq,
            prev_sha256=self.prev_sha256,
            study=self.study,
        )
        write_own_file(path, content)

    @property
    def fingerprint(self) -> str:
        """Return the printed form of the public key, for the letter to the board."""
        return fingerprint(self.signing_key.public_key())

    def assign_letters(self, arms: Iterable[str], rng: random.Random) -> dict[str, str]:
        """Give each new arm the next letter, new arms in an order drawn from ``rng``; return arm -> letter of all.

        An arm keeps its letter for good. Neither spelling nor order nor size of an arm decides its letter. Raises
        Refusal TOO-MANY-ARMS beyond 26.
        """
        new = sorted(set(arms) - self.letters.keys())
        rng.shuffle(new)
        free = [letter for letter in LETTERS if letter not in self.letters.values()]
        if len(new) > len(free):
            raise Refusal(
                "TOO-MANY-ARMS",
                f"The trial has {len(self.letters) + len(new)} arms; there are {len(LETTERS)} letters for them.",
                "Group arms in the study file.",
            )
        self.letters.update(zip(new, free, strict=False))
        return dict(self.letters)

    def assign_subject_ids(self, usubjids: Iterable[str], rng: random.Random) -> dict[str, str]:
        """Give each new subject an id such as ``S-7F3K9Q`` drawn from ``rng``; return USUBJID -> id of all.

        A subject keeps its id for good. The order of the input does not matter.
        """
        used = set(self.subject_ids.values())
        for usubjid in sorted(set(usubjids) - self.subject_ids.keys()):
            drawn = _draw_id(rng)
            while drawn in used:
                drawn = _draw_id(rng)
            used.add(drawn)
            self.subject_ids[usubjid] = drawn
        return dict(self.subject_ids)


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Keep every other lock away from a trial file. Raises Refusal TRIAL-BUSY when one is running.

    Two of them would give the same number and could give a subject two ids. The lock file stays: to delete it could
    let two in.
    """
    lock = FileLock(path.with_name(f"{path.name}.lock"), mode=0o600)
    try:
        path.parent.stat()  # the lock would make a folder that is not there
        lock.acquire(timeout=0)
    except Timeout:
        raise Refusal(
            "TRIAL-BUSY",
            "Another lock is using this trial file.",
            "Wait until it has ended, then try again.",
            file=path.name,
        ) from None
    except OSError as error:
        raise Refusal(
            "TRIAL-FILE-FOLDER",
            f"No file can be made beside it ({error.strerror or type(error).__name__}).",
            "Check that its folder exists and may be written to.",
            file=path.name,
        ) from error
    try:
        yield
    finally:
        lock.release()


def _draw_id(rng: random.Random) -> str:
    return "S-" + "".join(rng.choice(ID_ALPHABET) for _ in range(ID_LENGTH))
