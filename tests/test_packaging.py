"""The lock covers what the project needs, and an installed program finds its command and its own files."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.shared_data import ROOT

PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?: ; (?P<marker>.+?))? \\$")


def _lock() -> list[str]:
    return (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()


def _pins() -> list[re.Match[str]]:
    return [match for line in _lock() if (match := PIN.match(line))]


def _needs() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(text) for text in (*project["dependencies"], *project["optional-dependencies"]["dev"])]


@pytest.mark.parametrize("need", _needs(), ids=str)
def test_that_the_lock_pins_what_the_project_needs(need: Requirement) -> None:
    versions = [pin["version"] for pin in _pins() if pin["name"] == canonicalize_name(need.name)]
    assert versions
    assert all(need.specifier.contains(version) for version in versions)


def test_that_every_line_of_the_lock_is_a_pin_or_a_hash_and_every_pin_has_hashes() -> None:
    lines = _lock()
    shape = "".join("p" if PIN.match(line) else "h" for line in lines)
    assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in lines if not PIN.match(line))
    assert re.fullmatch(r"(ph+)+", shape)


def test_that_the_lock_holds_no_address() -> None:
    assert [line for line in _lock() if "/" in line or "index" in line] == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the project's wheel, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 0, ended.stderr
    return next(folder.glob("dsmb_app-*.whl"))


def test_that_the_wheel_holds_the_package_its_resources_and_its_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as parts:
        names = set(parts.namelist())
        command = next(parts.read(name).decode() for name in names if name.endswith("entry_points.txt"))
    resources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "resources").rglob("*.toml")}
    assert {f"dsmb_app/{name}" for name in resources} <= names
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"dsmb_app"}
    assert "dsmb = dsmb_app.cli:main" in command


def test_that_an_installed_program_finds_its_own_files(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as parts:
        parts.extractall(tmp_path)
    code = "from dsmb_app.model.resource_files import resource; print(resource())"
    ended = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(ended.stdout.strip()) == (tmp_path / "dsmb_app" / "resources").resolve()
