"""No process that opens a snapshot leaves its memory on the disk when it dies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dsmb_app.model.errors import Refusal
from dsmb_app.snapshot import hardening
from tests.locked import Locked

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no core dumps")

# The command path as it is, with a look at the limits at the moment when it hands over its first clear bytes.
COMMAND = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
from dsmb_app.snapshot.container import Snapshot

def seen():
    import ctypes
    dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) if sys.platform == "linux" else 0
    return {"core": resource.getrlimit(resource.RLIMIT_CORE), "dumpable": dumpable}

print(json.dumps(seen()), file=sys.stderr)
unlock = Snapshot.unlock

def looked(self, *arguments):
    found = unlock(self, *arguments)
    print(json.dumps(seen()), file=sys.stderr)
    return found

Snapshot.unlock = looked
"""
CLI = "sys.argv = ['dsmb', *sys.argv[1:]]\nfrom dsmb_app.cli import main\nmain()\n"
SESSION = """
from pathlib import Path
from dsmb_app.session import Session
from dsmb_app.snapshot.secrets_file import SecretsFile
from dsmb_app.store.audit import AuditLog
keys = SecretsFile.load(Path(sys.argv[5]))
Session.open(Path(sys.argv[2]), keys.phrases["main"], signers=[keys.signer], audit=AuditLog(Path(sys.argv[-1])))
"""


@pytest.mark.parametrize("way", [CLI, SESSION])
def test_that_core_dumps_are_off_before_anything_is_unlocked(
    demo: Locked, state: Path, project: Path, way: str
) -> None:
    arguments = ["ard", demo.file, "--exhibit=T08", "--secrets", demo.secrets, *([state] if way == SESSION else [])]
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", COMMAND + way, *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=120, cwd=project,
        env={**os.environ, "DSMB_STATE": str(state)},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    first, *later = [json.loads(line) for line in ended.stderr.splitlines() if line.startswith("{")]
    assert len(later) >= 2
    assert {(tuple(one["core"]), one["dumpable"]) for one in later} == {((0, 0), 0)}
    if sys.platform == "linux":
        assert first["dumpable"] == 1, "it is the program that turns it off"


def test_that_a_process_that_cannot_turn_them_off_opens_nothing(
    demo: Locked, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden() -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(hardening, "_no_core_file", forbidden)
    with pytest.raises(Refusal, match="CORE-DUMPS"):
        demo.session("pooled", state)
    assert not (state / "audit.jsonl").exists()
