"""Where the program's own files lie: demo study, gradings, baskets, icons, style sheets."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def resource(*parts: str) -> Path:
    """Return the path of an existing file or folder of ``resources/``, such as ``resource("ctcae", "5.0.toml")``.

    Looks in ``dsmb_app/resources`` (installed, or in a frozen program), and beside the package in the source tree.
    Raises FileNotFoundError, naming the path, where there is none; also for a path that leads out of the folder,
    because a part may be a name from a study file.
    """
    folder = _folder(PACKAGE).resolve()
    found = folder.joinpath(*parts).resolve()
    if not found.is_relative_to(folder):
        raise FileNotFoundError(f"{Path(*parts)} is not inside the program's own files in {folder}")
    if not found.exists():
        raise FileNotFoundError(f"The program's own file {found} is missing")
    return found


def _folder(package: Path) -> Path:
    """Return the resources of this ``package``: inside it, else beside it in a source tree."""
    inside, beside = package / "resources", package.parent / "resources"
    if inside.is_dir():
        return inside
    # Beside an installed package lie the folders of other packages, so the source tree must be known by a mark.
    if beside.is_dir() and (package.parent / "pyproject.toml").is_file():
        return beside
    raise FileNotFoundError(f"The program's own files are missing: neither {inside} nor {beside} is there")
