"""The reading process: what it hands over, its limits, and what its death means."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot import reader_process
from dsmb_app.snapshot import source as source_module
from dsmb_app.snapshot.reader_process import read_isolated
from dsmb_app.snapshot.reading import read_folder
from dsmb_app.snapshot.source import Source, read_source
from tests.sending import ID_TERM, build, send
from tests.shared_data import CDISC_PILOT, ROOT, needs_shared_data

pytestmark = pytest.mark.isolated

AE, DM = b"USUBJID,AETERM\nS1,M\xc3\xa9ni\xc3\xa8re\nS2,Pain\n", b"USUBJID,SEX\nS1,F\nS2,M\n"
LARGE = b"USUBJID,AETERM\n" + b"".join(b"S%06d,Rash number %06d\n" % (place, place) for place in range(40_000))
posix = pytest.mark.skipif(os.name != "posix", reason="the system has no such limits or signals")


def refused(folder: Path) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_source(folder)
    return caught.value


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Return the list of processes that are started from now on."""
    real, seen = subprocess.Popen, []

    def popen(*args: Any, **more: Any) -> subprocess.Popen[bytes]:
        seen.append(real(*args, **more))
        return seen[-1]

    monkeypatch.setattr(reader_process.subprocess, "Popen", popen)
    return seen


def assert_same(one: Source, two: Source) -> None:
    assert (one.notes, one.study, list(one.datasets)) == (two.notes, two.study, list(two.datasets))
    for name, first in one.datasets.items():
        second = two.datasets[name]
        pd.testing.assert_frame_equal(first.frame, second.frame)
        for told in ("file_name", "sha256", "labels", "kinds", "columns_in_file", "formats"):
            assert getattr(first, told) == getattr(second, told)


def in_both_ways(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Source, Source]:
    apart = read_source(folder)
    monkeypatch.setattr(source_module, "ISOLATED", False)
    return apart, read_source(folder)


def test_that_one_process_reads_all_files_and_hands_over_what_is_read_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[subprocess.Popen[bytes]]
) -> None:
    columns = [("USUBJID", 2, 4), ("LBSTRESN", 1, 8)]
    one, missing = bytes.fromhex("4110000000000000"), b"." + bytes(7)
    lb = build(columns, b"S1  " + one + b"S2  " + missing, member="LB")
    send(tmp_path / "in", {"ae.csv": AE, "DM.CSV": DM, "lb.xpt": lb, "vs.csv": b"USUBJID,VSDY\n", "old.zip": b"x"})
    assert_same(*in_both_ways(tmp_path / "in", monkeypatch))
    assert len(started) == 1
    assert started[0].poll() is not None


@needs_shared_data
def test_that_the_pilot_is_handed_over_as_it_is_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    assert_same(*in_both_ways(CDISC_PILOT, monkeypatch))


def test_that_frames_from_the_process_can_be_changed(tmp_path: Path) -> None:
    send(tmp_path / "in", {"ae.xpt": build([("USUBJID", 2, 4), ("AESEQ", 1, 8)], b"S1  " + b"." + bytes(7))})
    frame = read_source(tmp_path / "in").datasets["AE"].frame
    frame.loc[0, "AESEQ"] = 2.0
    assert frame["AESEQ"].tolist() == [2.0]


def test_that_a_refusal_comes_back_with_file_and_row(tmp_path: Path, started: list[subprocess.Popen[bytes]]) -> None:
    send(tmp_path / "in", {"ae.csv": b"USUBJID,AETERM\nS1,Rash\nS2\n"})
    refusal = refused(tmp_path / "in")
    assert (refusal.code, refusal.file, refusal.row) == ("SRC-CSV-RAGGED", "ae.csv", 2)
    assert started[0].poll() is not None


def test_that_progress_is_told_from_the_process(tmp_path: Path) -> None:
    send(tmp_path / "in", {"ae.csv": AE, "dm.csv": DM})
    seen: list[tuple[str, int, int]] = []
    read_source(tmp_path / "in", progress=lambda *told: seen.append(told))
    assert seen == [("ae.csv", 0, 2), ("dm.csv", 1, 2), ("", 2, 2)]


@posix
def test_that_a_killed_reader_is_a_refusal_that_names_the_file(
    tmp_path: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    def kill(file: str, done: int, total: int) -> None:
        if file == "dm.csv":
            os.kill(started[0].pid, signal.SIGKILL)

    # More than a pipe holds: the process cannot have handed dm.csv over when the step to it is told.
    send(tmp_path / "in", {"ae.csv": AE, "dm.csv": LARGE})
    with pytest.raises(Refusal) as caught:
        read_source(tmp_path / "in", progress=kill)
    assert (caught.value.code, caught.value.file) == ("SRC-READER-DIED", "dm.csv")
    assert "(SIGKILL)" in caught.value.what


@posix
@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not hold to a limit of address space")
def test_that_a_file_that_takes_too_much_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # One cell of 200 MB in a quoted field: the text, the field and the cell are three copies.
    monkeypatch.setattr(reader_process, "MEMORY", 700 * 1024**2)
    monkeypatch.setattr(reader_process, "MEMORY_PER_BYTE", 0)
    send(tmp_path / "in", {"ae.csv": AE, "dm.csv": b"USUBJID,SEX\n" + (b"S1," + b"F" * 100_000 + b"\n") * 2_500})
    refusal = refused(tmp_path / "in")
    assert (refusal.code, refusal.file) == ("SRC-READER-MEMORY", "dm.csv")


def test_that_a_reader_that_takes_too_long_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[subprocess.Popen[bytes]]
) -> None:
    monkeypatch.setattr(reader_process, "command", lambda: [sys.executable, "-c", "import time; time.sleep(600)"])
    monkeypatch.setattr(reader_process, "SECONDS", 0.2)
    send(tmp_path / "in", {"ae.csv": AE})
    assert refused(tmp_path / "in").code == "SRC-READER-SLOW"
    assert started[0].poll() is not None


@posix
def test_that_an_endless_loop_ends_at_the_limit_of_processor_time() -> None:
    loop = "from dsmb_app.snapshot.reading_child import _limit; _limit(1 << 33, 0.0)\nwhile True: pass"
    assert subprocess.run([sys.executable, "-c", loop], cwd=ROOT, check=False).returncode == -signal.SIGXCPU


@posix
def test_that_the_reader_can_write_no_file(tmp_path: Path) -> None:
    write = "from dsmb_app.snapshot.reading_child import _limit; _limit(1 << 33, 60.0); open(%r, 'wb', 0).write(b'x')"
    target = tmp_path / "left"
    ended = subprocess.run([sys.executable, "-c", write % str(target)], cwd=ROOT, check=False, capture_output=True)
    assert ended.returncode != 0
    assert not target.exists() or target.read_bytes() == b""


def test_that_code_beside_the_data_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = b"raise SystemExit('run from the delivery')"
    send(
        tmp_path / "in",
        {"ae.csv": AE, "numpy.py": trap, "json.py": trap, "dsmb_app.py": trap, "sitecustomize.py": trap},
    )
    monkeypatch.chdir(tmp_path / "in")
    assert len(read_source(Path()).datasets["AE"].frame) == 2


def test_that_the_program_itself_reads_when_it_is_frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert reader_process.command() == [sys.executable, reader_process.FLAG]
    main = [sys.executable, str(ROOT / "main.py"), reader_process.FLAG]
    monkeypatch.setattr(reader_process, "command", lambda: main)
    send(tmp_path / "in", {"ae.csv": AE})
    assert list(read_source(tmp_path / "in").datasets) == ["AE"]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ([sys.executable, "-c", "import not_installed_here"], "No module named 'not_installed_here'"),
        ([sys.executable, "-c", ""], "it ended at once"),
        (["/not/a/program"], "No such file or directory"),
    ],
)
def test_that_a_reader_that_cannot_start_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], words: str
) -> None:
    monkeypatch.setattr(reader_process, "command", lambda: command)
    send(tmp_path / "in", {"ae.csv": AE})
    refusal = refused(tmp_path / "in")
    assert refusal.code == "SRC-READER-START"
    assert words in refusal.what


SAYS = "import sys; from dsmb_app.snapshot.handover import send; sys.stdin.readline(); out = sys.stdout.buffer\n"


READY = "send(out, 'ready', {})"


def say(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(reader_process, "command", lambda: [sys.executable, "-c", SAYS + script])


def test_that_a_fault_of_a_reader_is_no_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    send(tmp_path / "in", {"ae.csv": AE})
    say(monkeypatch, "send(out, 'ready', {}); send(out, 'fault', {'file': 'ae.csv', 'traceback': 'KeyError: 7'})")
    with pytest.raises(RuntimeError, match=r"Reading ae\.csv failed:\nKeyError: 7"):
        read_source(tmp_path / "in")


@pytest.mark.parametrize(
    "answer",
    [
        "out.write(b'\\x05\\0\\0\\0\\0\\0\\0\\0hello')",
        "out.write(b'\\x02\\0\\0\\0\\0\\0\\0\\0[]')",
        "out.write(b'\\xff' * 8)",
        "send(out, 'other', {})",
        "send(out, 'step', {})",
        "send(out, 'dataset', {'rows': 1, 'columns': [{'name': 'A', 'words': ['x']}]}, (array('i', [7]),))",
    ],
)
def test_that_an_answer_without_form_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    send(tmp_path / "in", {"ae.csv": AE})
    say(monkeypatch, f"from numpy import array as make; array = lambda _, cells: make(cells, '<i4')\n{READY}\n{answer}")
    assert refused(tmp_path / "in").code == "SRC-READER-DIED"


def test_that_who_stops_listening_ends_the_process(tmp_path: Path, started: list[subprocess.Popen[bytes]]) -> None:
    send(tmp_path / "in", {"ae.csv": LARGE, "dm.csv": LARGE})
    events = read_isolated(tmp_path / "in")
    next(events)
    events.close()
    assert started[0].poll() is not None


def test_that_both_ways_give_the_same_steps(tmp_path: Path) -> None:
    send(tmp_path / "in", {"ae.csv": AE, "dm.csv": DM})
    kinds = [type(event).__name__ for event in read_isolated(tmp_path / "in")]
    assert kinds == ["Step", "Delivered", "Step", "Delivered", "End"]
    assert kinds == [type(event).__name__ for event in read_folder(tmp_path / "in")]


def test_that_columns_without_rows_arrive_too(tmp_path: Path) -> None:
    send(tmp_path / "in", {"ae.xpt": build(ID_TERM, b"")})
    assert list(read_source(tmp_path / "in").datasets["AE"].frame.columns) == ["USUBJID", "AETERM"]
