"""The sealed file: bytes to verified parts and back. Format: magic, header, signature, five parts, nothing else."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import struct
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot import age
from dsmb_app.snapshot.header import FORMAT, LIMITS, PART_NAMES, Header, PartEntry, read_header, signer_of
from dsmb_app.snapshot.locks import KEYED_PARTS, NEEDS, Key, Lock, LockList, PhraseLock, read_keys_part, sealed_keys
from dsmb_app.snapshot.phrases import normalise
from dsmb_app.snapshot.signing import SIGNATURE_SIZE, fingerprint, is_signed, same_fingerprint, sign
from dsmb_app.snapshot.words_for_people import FRESH_COPY, PHRASE_NAMES, codes_first

MAGIC = b"DSMBSNP\x01"
# main and receipt open together: one secret, the same locks.
_SECRET_OF = {"main": "main", "receipt": "main", "codes": "codes", "names": "names"}
_START = len(MAGIC) + 4

__all__ = ["LIMITS", "MAGIC", "PART_NAMES", "Snapshot", "build", "fingerprint", "load", "same_fingerprint"]


@dataclass(frozen=True)
class Snapshot:
    """A verified sealed file. ``signer`` is a fingerprint; ``trusted`` says whether it is one the reader pinned."""

    path_name: str
    sha256: str
    snap_id: str
    trial: str
    seq: int
    prev_sha256: str | None
    signer: str
    trusted: bool
    part_sizes: Mapping[str, int]
    _parts: Mapping[str, bytes] = field(repr=False)
    _locks: Mapping[str, LockList] = field(repr=False)
    # The secrets opened so far that another part needs.
    _opened: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def pinned_to(self, signers: Collection[str]) -> Snapshot:
        """Return this snapshot as trusted. Raises Refusal SIGNER-UNKNOWN unless its signer is one of ``signers``."""
        _refuse_unknown_signer(self.signer, signers, self.path_name)
        return replace(self, trusted=True)

    def unlock(self, part: str, key: str | Key) -> bytes:
        """Return the clear bytes of main, receipt, codes or names.

        ``key``: a phrase, or a member's key. A phrase takes about 0.2 s and 64 MiB. Raises Refusal WRONG-PHRASE or
        WRONG-KEY; CODES-FIRST for names when codes has not been opened here; SIGNER-UNCHECKED when the snapshot was
        loaded without saying whom to trust; PART-DAMAGED when the key is right and the part still does not open.
        """
        if not self.trusted:
            raise Refusal(
                "SIGNER-UNCHECKED",
                "Nobody has said whose signature to trust, so this snapshot stays closed.",
                "Give the signer's fingerprint from the statistician's letter.",
                file=self.path_name,
            )
        locked = _SECRET_OF[part]
        wrapped, needs = self._locks[locked].open(key)
        if needs and needs not in self._opened:
            # No courtesy: what the lock gave is encrypted to a secret that nobody here has.
            raise codes_first(self.path_name)
        try:
            secret = (age.decrypt(wrapped, self._opened[needs]) if needs else wrapped).decode("ascii")
            data = age.decrypt(self._parts[part], secret)
        except ValueError as error:
            raise Refusal("PART-DAMAGED", f"Its part {part} does not open.", FRESH_COPY, file=self.path_name) from error
        if locked in NEEDS.values():
            self._opened[locked] = secret
        return data

    def forget(self) -> None:
        """Let go of what was opened: names need codes again."""
        self._opened.clear()


def build(
    *,
    contents: Mapping[str, bytes],
    locks: Mapping[str, Sequence[Lock]],
    trial: str,
    seq: int,
    prev_sha256: str | None,
    signing_key: Ed25519PrivateKey,
    snap_id: str | None = None,
) -> bytes:
    """Return a whole sealed file.

    ``contents``: the clear bytes of main, receipt, codes and names. ``locks``: for main (which opens receipt too),
    codes and names, the locks that open it. ``trial`` is the trial's random handle, ``seq`` counts its snapshots from
    1, ``prev_sha256`` is the SHA-256 of the file before. Raises Refusal for a weak or a repeated phrase, or a part
    over its limit. Whoever opens names must be able to open codes.
    """
    if contents.keys() != _SECRET_OF.keys() or locks.keys() != set(KEYED_PARTS) or not all(locks.values()):
        raise ValueError("contents or locks of other parts than expected, or a part without a lock")
    _refuse_shared_phrases(locks)
    snap_id = snap_id or secrets.token_hex(8)
    identities = {part: age.new_identity() for part in KEYED_PARTS}
    parts = {part: age.encrypt(data, identities[_SECRET_OF[part]][1]) for part, data in contents.items()}
    parts["keys"] = sealed_keys(identities, locks, snap_id)
    for part, data in parts.items():
        if len(data) > LIMITS[part]:
            raise Refusal(
                "PART-LIMIT",
                f"The part {part} would be {len(data)} bytes long; at most {LIMITS[part]} are allowed.",
                "Leave out datasets that the board does not review.",
            )
    header = Header(
        v=FORMAT,
        min_reader=FORMAT,
        snap_id=snap_id,
        trial=trial,
        seq=seq,
        prev_sha256=prev_sha256,
        signer=signing_key.public_key().public_bytes_raw().hex(),
        parts=[PartEntry(n=n, len=len(parts[n]), sha256=hashlib.sha256(parts[n]).hexdigest()) for n in PART_NAMES],
    )
    return assemble(header.to_bytes(), parts, signing_key)


def assemble(header: bytes, parts: Mapping[str, bytes], signing_key: Ed25519PrivateKey) -> bytes:
    """Return magic, header length, header, signature over these, and the parts in their order. Checks nothing."""
    top = MAGIC + struct.pack("<I", len(header)) + header
    return b"".join([top, sign(signing_key, top), *(parts[name] for name in PART_NAMES)])


def _refuse_shared_phrases(locks: Mapping[str, Sequence[Lock]]) -> None:
    owner: dict[str, str] = {}
    for part, part_locks in locks.items():
        for lock in (lock for lock in part_locks if isinstance(lock, PhraseLock)):
            if owner.setdefault(normalise(lock.phrase), part) != part:
                # Masked first, names second is kept by different phrases, not by a button.
                raise Refusal(
                    "PHRASE-SHARED",
                    f"The {PHRASE_NAMES[part]} also opens another part.",
                    "Give each part a phrase of its own.",
                )


def load(path: Path, *, signers: Collection[str] | None) -> Snapshot:
    """Read and verify a sealed file; needs no phrase.

    ``signers`` are the fingerprints that the reader trusts; None checks that the file is whole and signed by the key
    it names, which anybody can make, so such a snapshot does not unlock. Order: size, magic, lengths, signature,
    parse, canonical form, signer, exact length, part hashes, kind of encryption, locks. Raises Refusal at the first
    fault; until the exact length has been found right, no more than the header has been read.
    """
    with _opened(path) as handle:
        size = _size(handle, path.name)
        top = _read_top(handle, size, path.name)
        header = _verified_header(top, path.name)
        signer = fingerprint(Ed25519PublicKey.from_public_bytes(bytes.fromhex(header.signer)))
        if signers is not None:
            _refuse_unknown_signer(signer, signers, path.name)
        if size != len(top) + sum(part.size for part in header.parts):
            raise _refused("SNAPSHOT-LENGTH", "The file is longer or shorter than it should be.", path.name)
        parts = {part.name: _read(handle, part.size, path.name) for part in header.parts}
        if handle.read(1):
            raise _refused("SNAPSHOT-LENGTH", "The file is longer or shorter than it should be.", path.name)
    _check_parts(header, parts, path.name)
    whole = hashlib.sha256(top)
    for data in parts.values():
        whole.update(data)
    return Snapshot(
        path_name=path.name,
        sha256=whole.hexdigest(),
        snap_id=header.snap_id,
        trial=header.trial,
        seq=header.seq,
        prev_sha256=header.prev_sha256,
        signer=signer,
        trusted=signers is not None,
        part_sizes={part.name: part.size for part in header.parts},
        _locks=read_keys_part(parts.pop("keys"), snap_id=header.snap_id, file=path.name),
        _parts=parts,
    )


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        # Asked before opening, because opening a pipe waits for its other end.
        if path.exists() and not path.is_file():
            raise Refusal("SNAPSHOT-NOT-A-FILE", "This is not a file.", "Choose the .dsmb file.", file=path.name)
        with path.open("rb") as handle:
            yield handle
    except FileNotFoundError as error:
        raise Refusal(
            "SNAPSHOT-MISSING", "There is no such file.", "Check the name and the folder.", file=path.name
        ) from error
    except OSError as error:
        raise Refusal(
            "SNAPSHOT-UNREADABLE",
            f"The file cannot be read ({error.strerror or type(error).__name__}).",
            "Copy it to this computer's disk and check that you may read it.",
            file=path.name,
        ) from error


def _size(handle: BinaryIO, file: str) -> int:
    found = os.fstat(handle.fileno())
    if not stat.S_ISREG(found.st_mode):
        raise Refusal("SNAPSHOT-NOT-A-FILE", "This is not a file.", "Choose the .dsmb file.", file=file)
    if found.st_size > _START + SIGNATURE_SIZE + sum(LIMITS.values()):
        raise _refused("SNAPSHOT-SIZE", "The file is larger than any snapshot can be.", file)
    return found.st_size


def _read_top(handle: BinaryIO, size: int, file: str) -> bytes:
    """Return the bytes from the magic to the end of the signature."""
    start = handle.read(_START)
    if start[:7] != MAGIC[:7]:
        raise Refusal(
            "SNAPSHOT-MAGIC",
            "This is not a snapshot.",
            "Choose the .dsmb file that the statistician sent; if this is it, ask for a fresh copy.",
            file=file,
        )
    if start[7:8] not in (MAGIC[7:], b""):
        raise Refusal(
            "SNAPSHOT-FORMAT",
            "This snapshot has a format that this version of the program does not know.",
            "Install the newest version; if that does not help, ask the statistician for a fresh copy.",
            file=file,
        )
    if len(start) < _START:
        raise _refused("SNAPSHOT-SHORT", "The file is cut off.", file)
    length: int = struct.unpack("<I", start[8:])[0]
    if not 2 <= length <= LIMITS["header"]:
        raise _refused("SNAPSHOT-HEADER-LENGTH", "The header has a length that no snapshot has.", file)
    if size < _START + length + SIGNATURE_SIZE:
        raise _refused("SNAPSHOT-SHORT", "The file is cut off.", file)
    return start + _read(handle, length + SIGNATURE_SIZE, file)


def _verified_header(top: bytes, file: str) -> Header:
    signed, signature = top[:-SIGNATURE_SIZE], top[-SIGNATURE_SIZE:]
    raw = signer_of(signed[_START:])
    if raw is None or not is_signed(Ed25519PublicKey.from_public_bytes(raw), signed, signature):
        raise _refused("SNAPSHOT-SIGNATURE", "The file was changed after it was signed, or damaged on its way.", file)
    header = read_header(signed[_START:], file=file)
    if bytes.fromhex(header.signer) != raw:
        raise _refused("SNAPSHOT-SIGNATURE", "The header names another signer than the one who signed it.", file)
    return header


def _refuse_unknown_signer(signer: str, signers: Collection[str], file: str) -> None:
    if not any(same_fingerprint(signer, known) for known in signers):
        raise Refusal(
            "SIGNER-UNKNOWN",
            f"It was signed by {signer}, which is not the signer you trust for this trial.",
            "Do not use it. Compare the fingerprint with the statistician's letter, and ask the statistician for a "
            "fresh copy if they differ.",
            file=file,
        )


def _read(handle: BinaryIO, length: int, file: str) -> bytes:
    data = handle.read(length)
    if len(data) != length:
        raise _refused("SNAPSHOT-SHORT", "The file is cut off.", file)
    return data


def _check_parts(header: Header, parts: Mapping[str, bytes], file: str) -> None:
    for part in header.parts:
        if hashlib.sha256(parts[part.name]).hexdigest() != part.sha256:
            raise _refused("SNAPSHOT-PART", f"Its part {part.name} was changed or damaged.", file)
    for name in _SECRET_OF:
        if not age.only_x25519(parts[name]):
            raise _refused("PART-STANZA", f"Its part {name} is encrypted in a way that snapshots are not.", file)


def _refused(code: str, what: str, file: str) -> Refusal:
    return Refusal(code, what, FRESH_COPY, file=file)
