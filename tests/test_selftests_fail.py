"""A self-test must be able to fail: each one, in small, against a program that was weakened on purpose."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from openpyxl.cell.cell import Cell

from dsmb_app import exporting, locking
from dsmb_app.model.errors import Refusal
from dsmb_app.packs import book as pack_book
from dsmb_app.selftests import (
    bitflip,
    diskfull,
    hostile_cells,
    image_damage,
    kill,
    leaks,
    noninterference,
    operations,
    sample,
    truncate,
    truncated_source,
)
from dsmb_app.selftests.outcome import Outcome, Plan
from dsmb_app.selftests.workers import FORKS
from dsmb_app.snapshot import container, manifest, own_files, xpt
from dsmb_app.snapshot.leaks import LeakReport
from dsmb_app.store import audit, image
from dsmb_app.store.split import Splitter
from tests.remembered_stretch import quickly

pytestmark = pytest.mark.skipif(not FORKS, reason="a process that is not forked does not inherit what is weakened here")


@pytest.fixture(autouse=True)
def no_stretching() -> Iterator[None]:
    """Let no phrase be stretched, in this process and in those that it forks."""
    with quickly():
        yield


def failed(outcome: Outcome) -> Outcome:
    assert not outcome.met, outcome.line
    assert outcome.failed > 0
    assert "FAILED; first: " in outcome.line
    assert "\n" not in outcome.line
    return outcome


# ----------------------------------------------------------------------------------------------------------------------
# Sealed files


@pytest.fixture
def opens_when_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let unlocking, which is slow and finds damage of its own, find nothing: the checks before it are on trial."""

    def accepted(path: Path, signer: str) -> bool:
        try:
            container.load(path, signers=[signer])
        except Refusal:
            return False
        return True

    monkeypatch.setattr(sample, "opens", accepted)


@pytest.mark.usefixtures("opens_when_loaded")
def test_that_bitflip_fails_where_signatures_are_not_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "is_signed", lambda *_: True)
    monkeypatch.setattr(container, "_check_parts", lambda *_: None)
    failed(bitflip.run(Plan(60, tmp_path)))


@pytest.mark.usefixtures("opens_when_loaded")
def test_that_bitflip_fails_where_hashes_of_parts_are_not_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "_check_parts", lambda *_: None)
    failed(bitflip.run(Plan(40, tmp_path)))


def test_that_every_bit_of_a_small_file_is_flipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = sample.Sealed(b"abcd", "X")
    monkeypatch.setattr(sample, "tiny", lambda _: small)
    monkeypatch.setattr(sample, "small", lambda _: small)
    monkeypatch.setattr(sample, "places", lambda _: {"header": range(2), "keys": range(2, 4)})
    monkeypatch.setattr(sample, "opens", lambda *_: True)
    found = failed(bitflip.run(Plan(8, tmp_path, full=True)))
    assert (found.tried, found.failed) == (40, 40)


@pytest.mark.usefixtures("opens_when_loaded")
def test_that_truncate_fails_where_hashes_of_parts_are_not_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "_check_parts", lambda *_: None)
    failed(truncate.run(Plan(40, tmp_path)))


def test_that_every_shorter_length_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = tmp_path / "lengths"
    lengths.mkdir()

    def noted(path: Path, _signer: str) -> bool:
        (lengths / f"{path.stat().st_size}").touch()
        return False

    monkeypatch.setattr(sample, "opens", noted)
    whole = truncate.EveryLength(sample.Sealed(b"abcdefg", "X"), tmp_path)
    assert [whole(number) for number in range(7)] == [[]] * 7
    assert sorted(path.name for path in lengths.iterdir()) == list("0123456")


def test_that_a_whole_file_opens_and_one_with_a_damaged_part_does_not(tmp_path: Path) -> None:
    whole, path = sample.tiny(1), tmp_path / "tiny.dsmb"
    path.write_bytes(whole.data)
    assert sample.opens(path, whole.signer)
    assert not sample.opens(path, "A" * 32)
    path.write_bytes(whole.data[:-1] + bytes([whole.data[-1] ^ 1]))
    assert not sample.opens(path, whole.signer)


# ----------------------------------------------------------------------------------------------------------------------
# Writing


def plainly(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Write over what is there, a piece at a time, and so slowly that a kill comes before the last piece."""
    with path.open("wb") as out:
        for start in range(0, len(data), 4096):
            out.write(data[start : start + 4096])
            out.flush()
            time.sleep(kill._JITTER)


@pytest.fixture
def plain_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (exporting, locking, own_files):
        monkeypatch.setattr(module, "write_atomically", plainly)


@pytest.mark.usefixtures("plain_writes")
@pytest.mark.parametrize("operation", [operations.Lock(), operations.Export()], ids=lambda operation: operation.name)
def test_that_kill_fails_where_files_are_written_plainly(tmp_path: Path, operation: operations.Operation) -> None:
    # With this seed several of the ten kills come while the file is written, be the machine idle or busy.
    failed(kill.kill((operation,), Plan(10, tmp_path, seed=5)))


def test_that_kill_fails_where_lines_are_acknowledged_too_early(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, waiting = audit.AuditLog.append, []

    def early(log: audit.AuditLog, ev: str, **fields: str) -> Any:
        if ev != "copy":
            return whole(log, ev, **fields)
        waiting.append(ev)
        if len(waiting) % 10 == 0:
            for one in waiting:
                whole(log, one, **fields)
            waiting.clear()
        time.sleep(0.0005)
        return type("Told", (), {"n": 1 + len(log.entries()) + len(waiting)})

    monkeypatch.setattr(audit.AuditLog, "append", early)
    assert "acknowledged lines lost" in failed(kill.kill((operations.Append(10_000),), Plan(6, tmp_path))).line


@pytest.mark.usefixtures("plain_writes")
def test_that_diskfull_fails_where_files_are_written_plainly(tmp_path: Path) -> None:
    failed(diskfull.fill((operations.Export(),), Plan(1, tmp_path)))


def test_that_diskfull_sees_what_is_not_synced() -> None:
    steps = ["create", "write", "name"]
    assert diskfull.unsynced(steps) == ["a file got its name before it was synced", "written, not synced", "no sync"]
    assert diskfull.unsynced(["create", "write", "sync", "name", "sync"]) == []
    assert diskfull.unsynced(["write", "sync", "write"]) == ["written, not synced"]


def test_that_diskfull_fails_where_nothing_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = audit.AuditLog._write

    def unsynced(log: audit.AuditLog, end: int, lines: bytes) -> None:
        synced, os.fsync = os.fsync, lambda _: None
        try:
            whole(log, end, lines)
        finally:
            os.fsync = synced

    monkeypatch.setattr(audit.AuditLog, "_write", unsynced)
    assert "written, not synced" in failed(diskfull.fill((operations.Append(1),), Plan(1, tmp_path))).line


def test_that_diskfull_fails_where_a_full_disk_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = audit.AuditLog.append

    def silent(log: audit.AuditLog, ev: str, **fields: str) -> Any:
        try:
            return whole(log, ev, **fields)
        except Refusal:
            return type("Told", (), {"n": 0})

    monkeypatch.setattr(audit.AuditLog, "append", silent)
    assert "no refusal" in failed(diskfull.fill((operations.Append(2),), Plan(1, tmp_path))).line


# ----------------------------------------------------------------------------------------------------------------------
# Sources, arms, leaks


def test_that_truncated_source_fails_where_a_short_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def accepting(data: bytes, header: Any, _file: str) -> np.ndarray:
        width = header.record_length
        rows = (len(data) - header.data_start) // width
        return np.frombuffer(data, np.uint8, rows * width, header.data_start).reshape(rows, width)

    monkeypatch.setattr(xpt, "_record_area", accepting)
    monkeypatch.setattr(manifest, "check_hash", lambda *_: None)
    monkeypatch.setattr(manifest, "check_counts", lambda *_: None)
    failed(truncated_source.run(Plan(12, tmp_path)))


def _sorted_by_arm(split: Splitter, dataset: Any, kept: pd.DataFrame) -> Any:
    order = np.argsort(dataset.frame["ARM"].to_numpy(dtype=object), kind="stable") if dataset.name == "DM" else None
    if order is None:
        return _shuffled(split, dataset, kept)
    unshuffled, places = _shuffled(split, dataset, kept)
    back = np.argsort(places)[order]
    frame = unshuffled.iloc[back].reset_index(drop=True).assign(RECORD=range(1, len(kept) + 1))
    return frame, order


_shuffled: Callable[..., Any] = Splitter._shuffled


@pytest.fixture
def no_leak_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LeakReport, "refuse_blocked", lambda _: None)


@pytest.mark.usefixtures("no_leak_check")
def test_that_noninterference_fails_where_rows_stand_in_the_order_of_arms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Splitter, "_shuffled", _sorted_by_arm)
    monkeypatch.setattr(noninterference, "_shown", lambda _: [])  # what stands first in all that is compared will do
    assert "changed image" in failed(noninterference.run(Plan(1, tmp_path))).line


def test_that_leaks_fails_where_the_check_finds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaks, "check_leaks", lambda *_: LeakReport())
    found = failed(leaks.run(Plan(2, tmp_path)))
    assert found.failed == len(leaks.PLANTS)


def test_that_leaks_fails_where_everything_is_blocked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = type("All", (), {"blocked": (type("Column", (), {"column": "DM.SEX"}),), "warned": ()})
    monkeypatch.setattr(leaks, "check_leaks", lambda *_: blocked)
    assert "3 trials without one, 3 blocked" in failed(leaks.run(Plan(3, tmp_path))).line


# ----------------------------------------------------------------------------------------------------------------------
# Packs and images


def test_that_hostile_cells_fails_where_the_writer_may_guess(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_book, "cell_text", lambda text: text if text[:1] == "=" and text.isprintable() else "x")

    class Guessing(Cell):  # type: ignore[misc]
        data_type = property(lambda cell: "f" if str(cell.value).startswith("=") else "s", lambda cell, _: None)

    monkeypatch.setattr(pack_book, "Cell", Guessing)
    assert "formula" in failed(hostile_cells.run(Plan(50, tmp_path))).line


def test_that_hostile_cells_fails_where_texts_lose_their_mark_or_are_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack_book, "needs_quote", lambda _: False)
    assert "typed again" in failed(hostile_cells.run(Plan(50, tmp_path))).line
    monkeypatch.setattr(pack_book, "cell_text", lambda _: "gone")
    assert "is not in the workbook" in failed(hostile_cells.run(Plan(50, tmp_path))).line


def test_that_image_damage_fails_where_rows_are_not_counted_or_a_process_dies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = image.open_image(sample.images(1)["main"], what="main")
    short = {name: whole.table(name).iloc[:-1] for name in whole.manifest["tables"]}
    fake = type("Image", (), {"table": lambda _, name: short[name], "manifest": whole.manifest})
    monkeypatch.setattr(image_damage, "open_image", lambda *_, **__: fake())
    assert "that ended the process or were read wrongly" in failed(image_damage.run(Plan(2, tmp_path))).line


def test_that_arms_dealt_anew_are_other_arms(tmp_path: Path) -> None:
    letters = [*"AABB", "", ""]
    arms = pd.DataFrame({"USUBJID": list("abcdef"), "PLANNED": letters, "ACTUAL": letters})
    new = leaks.dealt(arms, random.Random(3))
    assert sorted(new["PLANNED"]) == sorted(arms["PLANNED"])
    assert new["ACTUAL"].tolist()[4:] == ["", ""]
    assert new["ACTUAL"].tolist() != arms["ACTUAL"].tolist()
