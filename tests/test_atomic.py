"""A file is written whole or not at all, and nothing is left behind."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot.atomic import write_atomically

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")


def test_that_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "out.bin"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["out.bin"]


@posix
@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_that_a_file_gets_the_permissions_asked_for(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "out.bin"
    path.write_bytes(b"")
    path.chmod(0o666)
    write_atomically(path, b"one", mode=mode)
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_that_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "out.bin"
    path.write_bytes(b"old")
    monkeypatch.setattr(f"os.{call}" if call == "fsync" else f"pathlib.Path.{call}", full)
    with pytest.raises(Refusal) as caught:
        write_atomically(path, b"new" * 1000)
    assert caught.value.code == "WRITE-FAILED"
    assert "out.bin: " in caught.value.sentence()
    assert os.strerror(errno.ENOSPC) in caught.value.sentence()
    assert str(tmp_path) not in caught.value.sentence()
    assert [path.name for path in tmp_path.iterdir()] == ["out.bin"]
    assert path.read_bytes() == b"old"


def test_that_an_interrupt_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "out.bin", b"new")
    assert list(tmp_path.iterdir()) == []


def test_that_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        write_atomically(tmp_path / "no" / "out.bin", b"new")
    assert caught.value.code == "WRITE-FAILED"


@posix
@pytest.mark.parametrize(("code", "told"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_that_a_folder_that_cannot_be_synced_is_told_only_where_it_should_have_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, told: bool
) -> None:
    whole = os.fsync

    def no_folders(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(code, os.strerror(code))
        whole(handle)

    monkeypatch.setattr(os, "fsync", no_folders)
    path = tmp_path / "out.bin"
    if told:
        with pytest.raises(Refusal) as caught:
            write_atomically(path, b"new")
        assert caught.value.code == "WRITE-UNSURE"
    else:
        write_atomically(path, b"new")
    assert path.read_bytes() == b"new"


def test_that_a_device_or_a_folder_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(Refusal, match="WRITE-NO-FILE"):
        write_atomically(tmp_path / "folder", b"x")
    device = Path(os.devnull)
    with pytest.raises(Refusal, match="WRITE-NO-FILE"):
        write_atomically(device, b"x")
    assert not device.is_file()
