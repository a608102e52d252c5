"""The self test of a built program says in one line, and by its exit code, whether the demo was written whole."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dsmb_app import cli
from dsmb_app.cli import demo, selftest
from dsmb_app.model.errors import Refusal

OPEN, CLOSED = b"PK\x03\x04 the rest", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 the rest"
WHOLE = {
    "demo.dsmb": b"DSMB",
    "open-pack.xlsx": OPEN,
    "closed-pack-masked.xlsx": CLOSED,
    "closed-pack-named.xlsx": CLOSED,
    "pooled_overview.png": b"\x89PNG\r\n\x1a\n the rest",
}


def _written(folder: Path, files: dict[str, bytes]) -> list[Path]:
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in files]


def test_that_a_whole_demo_misses_nothing(tmp_path: Path) -> None:
    assert selftest.what_is_missing(_written(tmp_path / "demo", WHOLE)) == ""


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("open-pack.xlsx", b""),
        ("closed-pack-named.xlsx", b""),
        ("closed-pack-named.xlsx", OPEN),  # a closed pack in clear
        ("pooled_overview.png", b"\x89PNG"),
        ("demo.dsmb", b""),
    ],
)
def test_that_an_empty_or_broken_file_is_named(tmp_path: Path, name: str, data: bytes) -> None:
    said = selftest.what_is_missing(_written(tmp_path / "demo", WHOLE | {name: data}))
    assert said == f"empty or broken: {name}."


def test_that_a_file_that_was_only_announced_is_named(tmp_path: Path) -> None:
    written = _written(tmp_path / "demo", WHOLE)
    written[1].unlink()
    assert selftest.what_is_missing(written) == "empty or broken: open-pack.xlsx."


@pytest.mark.parametrize(
    ("left_out", "named"),
    [
        (["open-pack.xlsx"], "open-pack"),
        (["closed-pack-masked.xlsx", "closed-pack-named.xlsx"], "closed-pack"),
        (["pooled_overview.png"], "picture of a page"),
    ],
)
def test_that_a_kind_of_file_that_was_not_written_is_named(tmp_path: Path, left_out: list[str], named: str) -> None:
    files = {name: data for name, data in WHOLE.items() if name not in left_out}
    assert selftest.what_is_missing(_written(tmp_path / "demo", files)) == f"not written: {named}."


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the environment that the self test sets be put back."""
    for name in ("DSMB_STATE", "QT_QPA_PLATFORM", "LC_ALL"):
        monkeypatch.setenv(name, "before")


@pytest.mark.usefixtures("clean_environment")
def test_that_the_flag_runs_the_demo_in_a_folder_of_its_own_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[Path] = []

    def run_demo(folder: Path) -> list[Path]:
        seen.extend([folder, Path(os.environ["DSMB_STATE"])])
        return _written(folder, WHOLE)

    monkeypatch.setattr(demo, "run_demo", run_demo)
    monkeypatch.setattr(sys, "argv", ["dsmb", "--selftest"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    assert ended.value.code == 0
    assert said.out.startswith("Self test passed")
    assert (said.out.count("\n"), said.err) == (1, "")
    assert seen[0].parent == seen[1].parent
    assert not seen[0].parent.exists()


@pytest.mark.usefixtures("clean_environment")
def test_that_a_refusal_fails_the_self_test_with_its_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_: Path) -> list[Path]:
        raise Refusal("XPT-CUT", "The file is cut.", "Ask for a fresh copy.", file="ae.xpt")

    monkeypatch.setattr(demo, "run_demo", refuse)
    assert selftest.run() == 1
    said = capsys.readouterr().out
    assert said.startswith("Self test failed: ae.xpt: The file is cut. Ask for a fresh copy. [XPT-CUT]")
    assert said.count("\n") == 1
