"""The program finds its own files installed and in the source tree, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsmb_app.model import resource_files
from dsmb_app.model.resource_files import resource


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty package folder that the function takes for its own."""
    folder = tmp_path / "place" / "dsmb_app"
    folder.mkdir(parents=True)
    monkeypatch.setattr(resource_files, "PACKAGE", folder)
    return folder


def _write(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x", encoding="utf-8")
    return path


def test_that_an_installed_package_uses_the_files_inside_it(package: Path) -> None:
    wanted = _write(package / "resources" / "baskets" / "liver.toml")
    _write(package.parent / "pyproject.toml")
    _write(package.parent / "resources" / "baskets" / "liver.toml")
    assert resource("baskets", "liver.toml") == wanted


def test_that_the_source_tree_uses_the_files_beside_the_package(package: Path) -> None:
    _write(package.parent / "pyproject.toml")
    wanted = _write(package.parent / "resources" / "icons" / "open.svg")
    assert resource("icons", "open.svg") == wanted
    assert resource("icons") == wanted.parent


def test_that_a_folder_of_another_package_is_not_taken_for_ours(package: Path) -> None:
    _write(package.parent / "resources" / "icons" / "open.svg")
    with pytest.raises(FileNotFoundError, match="neither"):
        resource("icons", "open.svg")


def test_that_a_missing_file_is_named(package: Path) -> None:
    _write(package / "resources" / "present.txt")
    with pytest.raises(FileNotFoundError, match=r"resources.absent\.txt is missing"):
        resource("absent.txt")


@pytest.mark.parametrize("parts", [("..", "secret.txt"), ("baskets", "..", "..", "secret.txt")])
def test_that_a_path_cannot_lead_out_of_the_folder(package: Path, parts: tuple[str, ...]) -> None:
    _write(package / "secret.txt")
    _write(package / "resources" / "baskets" / "liver.toml")
    with pytest.raises(FileNotFoundError, match="not inside"):
        resource(*parts)


def test_that_an_absolute_path_is_refused(package: Path) -> None:
    _write(package / "resources" / "present.txt")
    outside = _write(package.parent / "secret.txt")
    with pytest.raises(FileNotFoundError, match="not inside"):
        resource(str(outside))


def test_that_this_tree_has_its_resources() -> None:
    assert resource().is_dir()
