"""What every test may ask for. Qt is drawn offscreen unless the caller says otherwise."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.dealt import permute_arms
from tests.locked import Locked, lock_for_test, shared_between_workers
from tests.remembered_stretch import remembered_stretch
from tests.shared_data import ROOT, SHARED_DATA

__all__ = ["remembered_stretch"]

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# How long an example takes says nothing on a busy machine. In CI the examples are the same each time.
settings.register_profile(
    "project", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("project")


def pytest_collection_finish() -> None:
    """Look for what nobody holds any more as rarely as the program's window does, and never among the libraries."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


@pytest.fixture(scope="session")
def project() -> Path:
    """Return the top folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real data beside the project; skip the test where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the folder shared/data is not beside the project's folder")
    return SHARED_DATA


@pytest.fixture(scope="session")
def of_all_workers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all processes of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def demo(project: Path, of_all_workers: Path) -> Locked:
    """Return the synthetic demo trial, locked once a run."""
    source = project / "resources" / "demo" / "current"
    return shared_between_workers(
        of_all_workers / "demo", lambda folder: lock_for_test(source, source / "study.toml", folder, shared=True)
    )


@pytest.fixture(scope="session")
def dealt_demo(demo: Locked, of_all_workers: Path) -> Locked:
    """Return the demo trial with its arms dealt anew, locked once a run."""

    def lock(folder: Path) -> Locked:
        source = folder / "permuted"
        permute_arms(demo.source, source)
        return lock_for_test(source, demo.study, folder, shared=True)

    return shared_between_workers(of_all_workers / "dealt", lock)


@pytest.fixture(scope="session")
def pilot(project: Path, shared_data: Path, of_all_workers: Path) -> Locked:
    """Return the CDISC pilot study 01, locked once a run; skips where its data are absent."""
    study = project / "resources" / "studies" / "cdiscpilot01" / "study.toml"
    return shared_between_workers(
        of_all_workers / "pilot", lambda folder: lock_for_test(shared_data / "cdiscpilot01", study, folder, shared=True)
    )


@pytest.fixture(autouse=True)
def read_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read source folders in the test's own process, hundreds of them; the mark ``isolated`` keeps the real way."""
    if request.node.get_closest_marker("isolated") is None:
        monkeypatch.setattr("dsmb_app.snapshot.source.ISOLATED", False)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep audit log and settings of every test in a folder of its own."""
    folder = tmp_path / "state"
    monkeypatch.setenv("DSMB_STATE", str(folder))
    return folder
