"""Pytest plugin for the core run (``-p tests.no_qt``): Qt cannot be imported, and ``tests/views`` is not collected.

It stands for a machine without Qt: whoever imports it, at any depth, gets the error of a package that is not there.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

QT = frozenset({"PySide6", "shiboken6", "pyqtgraph"})
QT_TESTS = Path(__file__).resolve().parent / "views"
# Read by pytest-qt, which is not loaded in this run; strict configuration would call them misspelt.
QT_SETTINGS = ("qt_api", "qt_log_level_fail", "qt_log_ignore")


class NoQt(MetaPathFinder):
    """Refuse to find Qt; leave every other module to the finders behind this one."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in QT:
            raise ModuleNotFoundError(
                f"{fullname} is not there in the core run; a test that needs Qt belongs in tests/views", name=fullname
            )
        return None


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Keep pytest-qt out and Qt unfindable, before any test or other plugin is imported."""
    pluginmanager.set_blocked("pytest-qt")
    sys.meta_path.insert(0, NoQt())
    for name in QT_SETTINGS:
        parser.addini(name, "read by pytest-qt, which is not loaded here")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out the tests that need Qt; None leaves the decision to others."""
    return True if collection_path.is_relative_to(QT_TESTS) else None


def pytest_report_header() -> str:
    """Say at the top of the run which run it is."""
    return "core run: Qt is not importable"
