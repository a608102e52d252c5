"""The core run is what it says: without Qt, and without the tests that need it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROBE = """
import pytest

@pytest.mark.parametrize("name", ["PySide6", "PySide6.QtCore", "shiboken6", "pyqtgraph"])
def test_probe(name):
    __import__(name)
"""


def _pytest(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    # What this run was asked for besides is nothing to the one that it looks at.
    environment = {**os.environ, "PYTEST_ADDOPTS": ""}
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120, env=environment)


@pytest.mark.parametrize("workers", ["0", "1"])
def test_that_no_part_of_qt_can_be_imported_in_the_core_run(project: Path, tmp_path: Path, workers: str) -> None:
    probe = tmp_path / "test_probe.py"
    probe.write_text(PROBE, encoding="utf-8")
    ended = _pytest("-p", "tests.no_qt", "-n", workers, f"--rootdir={tmp_path}", str(probe), cwd=project)
    assert "4 failed" in ended.stdout, ended.stdout + ended.stderr
    assert "belongs in tests/views" in ended.stdout


def test_that_the_core_run_leaves_out_the_tests_of_the_views(project: Path) -> None:
    # Of the whole folder but its many files, so that the folders in it are looked at, and quickly.
    few = ("--collect-only", "-q", "--ignore-glob=tests/test_*.py", "tests")
    ended = _pytest("-p", "tests.no_qt", *few, cwd=project)
    assert "tests/packs/" in ended.stdout, ended.stdout + ended.stderr
    assert "tests/views/" not in ended.stdout
