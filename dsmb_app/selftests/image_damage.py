"""image-damage: a database image that was damaged before it was signed is refused or read right, and kills nothing."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dsmb_app.model.errors import Refusal
from dsmb_app.selftests import sample
from dsmb_app.selftests.outcome import Outcome, Plan
from dsmb_app.selftests.workers import tally
from dsmb_app.snapshot import age, container
from dsmb_app.snapshot.header import FORMAT, PART_NAMES, Header, PartEntry
from dsmb_app.snapshot.locks import PhraseLock, sealed_keys
from dsmb_app.snapshot.trial import TrialFile
from dsmb_app.store.image import open_image

NAME = "image-damage"
_PAGE = 4096
# Where SQLite keeps what it believes: the file's header and the table of tables.
_SCHEMA = 2 * _PAGE


@dataclass(frozen=True)
class Signer:
    """Signs a file whose main part holds any bytes; everything else is made once."""

    parts: Mapping[str, bytes] = field(repr=False)
    recipient: str
    seed: int
    snap_id: str = "self-test"

    @classmethod
    def of(cls, seed: int) -> Signer:
        """Return a signer with the throw-away key of ``seed``."""
        secret, recipient = age.new_identity()
        identities = dict.fromkeys(sample.PHRASES, (secret, recipient))
        locks = {part: [PhraseLock(phrase)] for part, phrase in sample.PHRASES.items()}
        parts = {part: age.encrypt(b"{}", recipient) for part in ("receipt", "codes", "names")}
        return cls({**parts, "keys": sealed_keys(identities, locks, cls.snap_id)}, recipient, seed)

    def signed(self, image: bytes) -> bytes:
        """Return a whole sealed file around an image."""
        book = TrialFile.for_test(self.seed)
        parts = {**self.parts, "main": age.encrypt(image, self.recipient)}
        header = Header(
            v=FORMAT,
            min_reader=FORMAT,
            snap_id=self.snap_id,
            trial=book.trial,
            seq=1,
            prev_sha256=None,
            signer=book.signing_key.public_key().public_bytes_raw().hex(),
            parts=[PartEntry(n=n, len=len(parts[n]), sha256=hashlib.sha256(parts[n]).hexdigest()) for n in PART_NAMES],
        )
        return container.assemble(header.to_bytes(), parts, book.signing_key)


@dataclass(frozen=True)
class Damage:
    """Damage an image, sign it, and read everything that it then holds."""

    image: bytes = field(repr=False)
    rows: tuple[tuple[str, int], ...]
    signer: Signer
    folder: Path

    def __call__(self, number: int) -> list[str]:
        """Return the failure of one damage: a table with another number of rows than was sealed."""
        path = self.folder / f"{NAME}-{os.getpid()}.dsmb"
        path.write_bytes(self.signer.signed(self._damaged(number)))
        try:
            return self._read_wrongly(path, number)
        except Refusal:
            return []
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told as the failure that it is
            return [f"case {number} was neither refused nor read: {type(error).__name__}"]

    def _read_wrongly(self, path: Path, number: int) -> list[str]:
        snapshot = container.load(path, signers=[TrialFile.for_test(self.signer.seed).fingerprint])
        image = open_image(snapshot.unlock("main", sample.PHRASES["main"]), what="main")
        read = {name: len(image.table(name)) for name, _ in self.rows}
        return [
            f"case {number}: {name} was read with {read[name]} rows in place of {rows}"
            for name, rows in self.rows
            if read[name] != rows
        ]

    def _damaged(self, number: int) -> bytes:
        rng = random.Random(f"{NAME} {self.signer.seed} {number}")
        data = bytearray(self.image)
        size = rng.choice((_SCHEMA, len(data), len(data)))
        for _ in range(rng.choice((1, 1, 4, 32))):
            place = rng.randrange(size)
            length = rng.choice((1, 1, 4, 64))
            data[place : place + length] = rng.choice((rng.randbytes(length), b"\xff" * length, bytes(length)))
        if rng.random() < 0.1:
            del data[rng.randrange(1, len(data)) :]
        if rng.random() < 0.1:
            one, other = (_PAGE * rng.randrange(len(self.image) // _PAGE) for _ in range(2))
            data[one : one + _PAGE] = self.image[other : other + _PAGE]
        return bytes(data)


def run(plan: Plan) -> Outcome:
    """Damage ``count`` images."""
    image = sample.images(plan.seed)["main"]
    rows = tuple((name, about["rows"]) for name, about in open_image(image, what="main").manifest["tables"].items())
    found = tally(Damage(image, rows, Signer.of(plan.seed), plan.folder), plan.count, plan.progress)
    counts = f"{found.tried:,} damaged images, {found.failed:,} that ended the process or were read wrongly"
    return Outcome(NAME, found.tried, found.failed, counts, found.first)
