"""Sealed files to be spoilt: made from the shipped synthetic demo, in memory, marked TEST."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from dsmb_app.model.errors import Refusal
from dsmb_app.model.resource_files import resource
from dsmb_app.model.study import read_study
from dsmb_app.snapshot import container
from dsmb_app.snapshot.container import MAGIC
from dsmb_app.snapshot.locks import PhraseLock
from dsmb_app.snapshot.signing import SIGNATURE_SIZE
from dsmb_app.snapshot.source import Source, read_source
from dsmb_app.snapshot.trial import TrialFile
from dsmb_app.store.parts import make_parts, prepared

PARTS = ("main", "receipt", "codes", "names")
PHRASES = {part: f"self test, phrase of {part}" for part in ("main", "codes", "names")}
_DATASETS = ("DM", "EX", "AE")
_SUBJECTS = 12
_LENGTH = struct.Struct("<I")


@dataclass(frozen=True)
class Sealed:
    """A sealed file, and whose signature is the right one; its phrases are ``PHRASES``."""

    data: bytes
    signer: str


def demo() -> Path:
    """Return the folder of the shipped demo."""
    return resource("demo", "current")


@cache
def few_subjects() -> Source:
    """Return three datasets of the demo's first subjects."""
    source = read_source(demo())
    keep = set(source.datasets["DM"].frame["USUBJID"].iloc[:_SUBJECTS])
    small = {
        name: replace(dataset, frame=dataset.frame[dataset.frame["USUBJID"].isin(keep)].reset_index(drop=True))
        for name, dataset in source.datasets.items()
        if name in _DATASETS
    }
    return replace(source, datasets=small)


def write_few(folder: Path) -> Path:
    """Write the datasets of the first subjects into a new folder as CSV and return it: a source that locks fast."""
    folder.mkdir()
    for name, dataset in few_subjects().datasets.items():
        dataset.frame.to_csv(folder / f"{name.lower()}.csv", index=False)
    return folder


@cache
def images(seed: int) -> Mapping[str, bytes]:
    """Return the images of main, codes and names of the first subjects; the same for the same seed."""
    study = demo() / "study.toml"
    work = prepared(few_subjects(), read_study(study), study.parent)
    return make_parts(work, TrialFile.for_test(seed), random.Random(seed), test=True).images


def small(seed: int, *, number: int = 1) -> Sealed:
    """Return a snapshot of the demo's first subjects; another ``number`` is a later one of the same trial."""
    return sealed(images(seed), seed, number=number)


def tiny(seed: int) -> Sealed:
    """Return the smallest file of all: the format whole, with a few letters in place of each image."""
    return sealed({part: part.encode("ascii") for part in PHRASES}, seed)


def sealed(contents: Mapping[str, bytes], seed: int, *, number: int = 1) -> Sealed:
    """Return a file of these images, sealed with the throw-away key of ``seed``."""
    book = TrialFile.for_test(seed)
    data = container.build(
        contents={**contents, "receipt": b'{"files":[]}'},
        locks={part: [PhraseLock(phrase)] for part, phrase in PHRASES.items()},
        trial=book.trial,
        seq=number,
        prev_sha256=None,
        signing_key=book.signing_key,
    )
    return Sealed(data, book.fingerprint)


def places(file: Sealed) -> dict[str, range]:
    """Return where each part lies in a file, and under "header" all that comes before the parts, by its layout."""
    end = _LENGTH.size + len(MAGIC) + _LENGTH.unpack_from(file.data, len(MAGIC))[0] + SIGNATURE_SIZE
    header = json.loads(file.data[_LENGTH.size + len(MAGIC) : end - SIGNATURE_SIZE])
    found = {"header": range(end)}
    for part in header["parts"]:
        found[part["n"]] = range(end, end + part["len"])
        end += part["len"]
    return found


def opens(path: Path, signer: str) -> bool:
    """Tell whether a file is accepted: verified for the right signer, and every part unlocked."""
    try:
        snapshot = container.load(path, signers=[signer])
        for part in PARTS:
            snapshot.unlock(part, PHRASES["main" if part == "receipt" else part])
    except Refusal:
        return False
    return True
