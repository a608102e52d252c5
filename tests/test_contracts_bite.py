"""Each import contract, and each ruff rule that stands beside one, is broken in a copy of the tree, and seen."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.shared_data import ROOT

LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


@dataclass(frozen=True)
class Offence:
    """One forbidden line: the contract's id, where the line is planted, and what the report must name."""

    contract: str
    file: str
    line: str
    named: str


OFFENCES = (
    Offence(
        "layers", "model/planted.py", "import dsmb_app.store", "dsmb_app.model is not allowed to import dsmb_app.store"
    ),
    Offence("layers", "snapshot/planted.py", "import dsmb_app.store", "dsmb_app.snapshot is not allowed"),
    Offence(
        "layers", "views/planted.py", "import dsmb_app.packs", "dsmb_app.views is not allowed to import dsmb_app.packs"
    ),
    Offence("layers", "analyses/planted.py", "import dsmb_app.blinding", "dsmb_app.analyses is not allowed"),
    Offence("layers", "app.py", "import dsmb_app.cli", "dsmb_app.app is not allowed to import dsmb_app.cli"),
    Offence("layers", "stowaway/__init__.py", "", "dsmb_app.stowaway"),
    Offence(
        "layers",
        "exporting.py",
        "import dsmb_app.selftests",
        "dsmb_app.exporting is not allowed to import dsmb_app.self",
    ),
    Offence("circles", "model/planted.py", "import dsmb_app.model.planted_too", "dsmb_app.model"),
    Offence("circles", "model/planted_too.py", "import dsmb_app.model.planted", "dsmb_app.model"),
    Offence(
        "views-packs", "views/planted.py", "import dsmb_app.analyses", "dsmb_app.views.planted -> dsmb_app.analyses"
    ),
    Offence("views-packs", "ard.py", "import dsmb_app.drafting", "dsmb_app.ard -> dsmb_app.drafting"),
    Offence("views-packs", "packs/planted.py", "import dsmb_app.store", "dsmb_app.packs.planted -> dsmb_app.store"),
    Offence("analyses", "analyses/planted.py", "import dsmb_app.store", "dsmb_app.analyses.planted -> dsmb_app.store"),
    Offence("gate", "packs/planted.py", "import dsmb_app.blinding", "dsmb_app.packs.planted -> dsmb_app.blinding"),
    Offence("qt", "packs/planted.py", "from PySide6.QtGui import QColor", "dsmb_app.packs.planted -> PySide6"),
    Offence("qt", "analyses/planted.py", "import pyqtgraph", "dsmb_app.analyses.planted -> pyqtgraph"),
    Offence("sql", "analyses/planted.py", "import sqlite3", "dsmb_app.analyses.planted -> sqlite3"),
    Offence("sql", "blinding/planted.py", "from sqlalchemy import text", "dsmb_app.blinding.planted -> sqlalchemy"),
    Offence("qt", "session.py", "import PySide6", "dsmb_app.session -> PySide6"),
    Offence("excel", "snapshot/planted.py", "import openpyxl", "dsmb_app.snapshot.planted -> openpyxl"),
    Offence("excel", "selftests/planted.py", "import openpyxl", "dsmb_app.selftests.planted -> openpyxl"),
    Offence("excel", "views/planted.py", "import openpyxl", "dsmb_app.views.planted -> openpyxl"),
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a copy of the package and its settings, to be spoilt."""
    shutil.copytree(ROOT / "dsmb_app", tmp_path / "dsmb_app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def _plant(tree: Path, file: str, text: str) -> None:
    path = tree / "dsmb_app" / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'"""Planted."""\n\n{text}\n', encoding="utf-8")


def _lint(tree: Path, contract: str) -> tuple[int, str]:
    command = [sys.executable, "-c", LINT, "--no-logo", "--no-cache", "--contract", contract]
    ended = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, timeout=120)
    return ended.returncode, re.sub(r"\s+", " ", ended.stdout + ended.stderr)


@pytest.mark.parametrize("contract", sorted({offence.contract for offence in OFFENCES}))
def test_that_planted_imports_break_their_contract(tree: Path, contract: str) -> None:
    offences = [offence for offence in OFFENCES if offence.contract == contract]
    for offence in offences:
        _plant(tree, offence.file, offence.line)
    code, report = _lint(tree, contract)
    assert code == 1, report
    assert "Contracts: 0 kept, 1 broken." in report
    assert [offence for offence in offences if offence.named not in report] == [], report


def test_that_every_contract_is_among_those_broken_here() -> None:
    ids = re.findall(r'^id = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert {offence.contract for offence in OFFENCES} == set(ids)


RUFF_OFFENCES = {
    "model/sql.py": ("TID251", "import sqlite3"),
    "model/alchemy.py": ("TID251", "from sqlalchemy import text"),
    "analyses/qt.py": ("TID251", "from PySide6.QtCore import QObject"),
    "blinding/plots.py": ("TID251", "import pyqtgraph"),
    "snapshot/excel.py": ("TID251", "from openpyxl import load_workbook"),
    "model/by_name.py": ("TID251", "import importlib\n\nimportlib.import_module('sqlite3')"),
    "analyses/private.py": ("SLF001", "from dsmb_app import session\n\nsession._memo.clear()"),
    "views/late.py": ("PLC0415", "def page():\n    import dsmb_app.session\n\n    return dsmb_app.session"),
    "views/blind.py": ("BLE001", "try:\n    print\nexcept Exception:\n    pass"),
}


def test_that_ruff_sees_what_does_not_belong(tree: Path) -> None:
    for file, (_, text) in RUFF_OFFENCES.items():
        _plant(tree, file, text)
    files = [f"dsmb_app/{file}" for file in RUFF_OFFENCES]
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise", *files]
    ended = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, timeout=60)
    seen = {re.sub(r"^dsmb_app/(\S+?):\S+ (\w+) .*", r"\1 \2", line) for line in ended.stdout.splitlines()}
    assert {f"{file} {rule}" for file, (rule, _) in RUFF_OFFENCES.items()} - seen == set(), ended.stdout
