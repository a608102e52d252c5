"""What goes into the built program; read from build.spec and its hook without building anything."""

from __future__ import annotations

import ast
import runpy
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dsmb_app.model.resource_files import resource
from tests.shared_data import ROOT

# These look unused; numpy, scipy and pyqtgraph import them all the same.
NEEDED_UNSEEN = {"numpy.f2py", "PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets"}


@dataclass
class Step:
    """Stand in for what PyInstaller gives a spec file to call: keep the arguments."""

    given: tuple[Any, ...]
    options: dict[str, Any]
    pure: list[Any] = field(default_factory=list)
    scripts: list[Any] = field(default_factory=list)
    binaries: list[tuple[str, str, str]] = field(default_factory=lambda: [("libQt6Gui.so.6", "somewhere", "BINARY")])
    datas: list[tuple[str, str, str]] = field(
        default_factory=lambda: [
            ("PySide6/Qt/translations/qtbase_de.qm", "somewhere", "DATA"),
            ("dsmb_app/resources/demo/current/ae.xpt", "somewhere", "DATA"),
        ]
    )


@pytest.fixture(scope="module")
def steps() -> dict[str, Step]:
    """Return the calls that the spec file makes, by name."""
    made: dict[str, Step] = {}

    def recorder(name: str) -> Any:
        def record(*given: Any, **options: Any) -> Step:
            made[name] = Step(given, options)
            return made[name]

        return record

    runpy.run_path(str(ROOT / "build.spec"), {name: recorder(name) for name in ("Analysis", "PYZ", "EXE", "COLLECT")})
    return made


def test_that_the_program_is_main_py_in_one_folder_called_dsmb(steps: dict[str, Step]) -> None:
    assert steps["Analysis"].given == (["main.py"],)
    assert steps["EXE"].options["name"] == steps["COLLECT"].options["name"] == "dsmb"
    assert steps["EXE"].options["exclude_binaries"] is True
    assert steps["EXE"] in steps["COLLECT"].given
    assert steps["Analysis"].binaries in steps["COLLECT"].given


def test_that_resources_lie_inside_the_package_and_translations_stay_away(steps: dict[str, Step]) -> None:
    datas = dict(steps["Analysis"].options["datas"])
    assert resource() == ROOT / "resources"
    assert datas["resources"] == "dsmb_app/resources"
    assert all((ROOT / source).exists() for source in datas)
    collected = [entry[0] for entry in steps["COLLECT"].given[2]]
    assert collected == ["dsmb_app/resources/demo/current/ae.xpt"]


@pytest.mark.parametrize("step", ["EXE", "COLLECT"])
def test_that_nothing_is_stripped_or_packed(steps: dict[str, Step], step: str) -> None:
    assert steps[step].options["strip"] is False
    assert steps[step].options["upx"] is False


def test_that_nothing_the_program_imports_is_left_out(steps: dict[str, Step]) -> None:
    wanted = NEEDED_UNSEEN | set(_imported(ROOT / "dsmb_app"))
    assert {"PySide6.QtWidgets", "scipy.special"} <= wanted, "the imports were not found"
    left_out = steps["Analysis"].options["excludes"]
    assert [name for name in left_out for want in wanted if want == name or want.startswith(f"{name}.")] == []


def _imported(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (part.name for part in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module
                yield from (f"{node.module}.{part.name}" for part in node.names)


@pytest.mark.parametrize(
    ("plugin", "kept"),
    [
        ("platforms/libqoffscreen.so", True),
        ("platforms/libqxcb.so", True),
        ("platforms/qwindows.dll", True),
        ("platforms/libqcocoa.dylib", True),
        ("imageformats/libqsvg.so", True),
        ("iconengines/libqsvgicon.so", True),
        ("platforms/libqeglfs.so", False),
        ("platformthemes/libqgtk3.so", False),
        ("egldeviceintegrations/libqeglfs-x11-integration.so", False),
        ("imageformats/qpdf.dll", False),
    ],
)
def test_that_qt_plugins_without_use_and_what_they_ask_for_are_left_out(
    monkeypatch: pytest.MonkeyPatch, plugin: str, kept: bool
) -> None:
    source = f"Qt/plugins/{plugin}"
    library = ModuleType("PyInstaller.utils.hooks.qt")
    library.add_qt6_dependencies = lambda _: (["PySide6.QtCore"], [(source, "there")], [])  # type: ignore[attr-defined]
    for name in ("PyInstaller", "PyInstaller.utils", "PyInstaller.utils.hooks"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, library.__name__, library)
    hook = runpy.run_path(str(ROOT / "packaging" / "hooks" / "hook-PySide6.QtGui.py"))
    assert hook["hiddenimports"] == ["PySide6.QtCore"]
    assert hook["binaries"] == ([(source, "there")] if kept else [])
