"""The leak check in a lock: refused, accepted with a reason, and where its report goes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from dsmb_app.model.errors import Refusal
from dsmb_app.model.study import accepted_leaks, read_study
from dsmb_app.snapshot import container
from dsmb_app.snapshot.secrets_file import SecretsFile
from dsmb_app.store.image import Image, open_image
from tests.commands import Done, dsmb
from tests.locked import Locked
from tests.shared_data import ROOT

DEMO = ROOT / "resources" / "demo" / "current"
REASON = "Sites enrolled one arm each"


@pytest.fixture(scope="module")
def leaky(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the demo as a delivery in which the site and the units of the laboratory tell the arm."""
    folder = tmp_path_factory.mktemp("leaky")
    frames = {path.stem: pyreadstat.read_xport(path)[0] for path in DEMO.glob("*.xpt")}
    dm, lb = frames["dm"], frames["lb"]
    placebo = set(dm.loc[dm["ACTARM"] == "Placebo", "USUBJID"])
    dm["SITEID"] = ["S1" if subject in placebo else "S2" for subject in dm["USUBJID"]]
    lb["LBMETHOD"] = ["M1" if subject in placebo else "M2" for subject in lb["USUBJID"]]
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    (folder / "study.toml").write_bytes((DEMO / "study.toml").read_bytes())
    return folder


def lock(source: Path, folder: Path, *options: str, study: Path | None = None) -> Done:
    files = ("--out", folder / "x.dsmb", "--secrets", folder / "secrets.json", "--test-seed", "1")
    return dsmb("lock", source, "--study", study or source / "study.toml", *files, *options)


def opened(folder: Path, *parts: str) -> tuple[bytes, ...]:
    keys = SecretsFile.load(folder / "secrets.json")
    snapshot = container.load(folder / "x.dsmb", signers=[keys.signer])
    return tuple(snapshot.unlock(part, keys.phrases["main" if part == "receipt" else part]) for part in parts)


def leaks_of(image: Image) -> pd.DataFrame:
    return image.table("leaks").set_index("COLUMN")


def test_that_a_leak_stops_the_lock_and_nothing_is_written(leaky: Path, tmp_path: Path) -> None:
    done = lock(leaky, tmp_path)
    assert done.returncode == 2
    assert "[LEAK-BLOCK]" in done.stderr
    assert "DM.SITEID" in done.stderr
    assert "LB.LBMETHOD" in done.stderr
    assert "Placebo" not in done.stderr + done.stdout
    assert list(tmp_path.iterdir()) == []


def test_that_accepted_leaks_lock_and_their_reasons_lie_with_the_names_alone(leaky: Path, tmp_path: Path) -> None:
    study = leaky / "accepting.toml"
    told = (leaky / "study.toml").read_text(encoding="utf-8")
    study.write_text(f'{told}\n[blind.accept_leaks]\n"LB.LBMETHOD" = "Two laboratories"\n"AE.AESEV" = "Of last year"\n')
    done = lock(leaky, tmp_path, "--accept-leak", f"DM.SITEID={REASON}", study=study)
    assert done.returncode == 0, done.stderr
    assert f"BLOCK DM.SITEID: value, p <= 0.001; accepted: {REASON}" in done.stdout
    assert "note  AE.AESEV: accepted, but not found to tell the arms" in done.stdout
    main, receipt, codes, names = opened(tmp_path, "main", "receipt", "codes", "names")
    for part in (main, receipt, codes):
        assert REASON.encode() not in part
        assert b"Two laboratories" not in part
    found = leaks_of(open_image(names, what="names"))
    assert set(found.loc[["DM.SITEID"], "REASON"]) == {REASON}
    assert set(found.loc[["LB.LBMETHOD"], "REASON"]) == {"Two laboratories"}
    assert "accept_leaks" not in open_image(main, what="main").manifest["study"]["blind"]


def test_that_the_receipt_commits_to_the_leak_report(leaky: Path, tmp_path: Path) -> None:
    lock(leaky, tmp_path, "--accept-leak", f"DM.SITEID={REASON}", "--accept-leak", "LB.LBMETHOD=Two laboratories")
    receipt, _, names = opened(tmp_path, "receipt", "codes", "names")
    image = open_image(names, what="names")
    text = f"{image.manifest['leaks_salt']}\n{image.table('leaks').to_csv(index=False, lineterminator=chr(10))}"
    assert json.loads(receipt)["leaks"] == hashlib.sha256(text.encode()).hexdigest()


def test_that_the_demo_has_no_leak(demo: Locked) -> None:
    assert demo.report.leaks.blocked == ()
    assert "What tells the arms in the open part:" in demo.report.text()


def test_that_the_pilot_locks_and_its_drop_out_is_told_with_a_reason(pilot: Locked) -> None:
    report = pilot.report.leaks
    assert not [found for found in report.findings if found.verdict == "BLOCK"]
    reasons = {found.column: found.reason for found in report.warned}
    assert reasons["DM.EOSREAS"].startswith("Effect of treatment")
    assert reasons["SV.VISIT"].startswith("Effect of treatment")


@pytest.mark.parametrize(
    "option",
    ["DM.SITEID", "DM.SITEID=", "DM.SITEID=  ", "SITEID=why", "dm.siteid=why", "=why", "DM.SITEID=" + 501 * "x"],
)
def test_that_an_accepted_leak_needs_a_column_and_a_reason(option: str) -> None:
    with pytest.raises(Refusal, match="LEAK-OPTION"):
        accepted_leaks([option])


def test_that_a_reason_may_hold_an_equals_sign_and_a_column_has_one_reason() -> None:
    assert accepted_leaks(["AE.AESTDY_LO=a = b"]) == {"AE.AESTDY_LO": "a = b"}
    with pytest.raises(Refusal, match="LEAK-TWICE"):
        accepted_leaks(["DM.SEX=one", "DM.SEX=two"])


@pytest.mark.parametrize("line", ['"DM.SITEID" = ""', '"SITEID" = "why"', '"DM.SITEID" = " "'])
def test_that_a_study_file_needs_a_column_and_a_reason_too(tmp_path: Path, line: str) -> None:
    path = tmp_path / "study.toml"
    path.write_text(f'[study]\nid = "X"\ntitle = "T"\ncutoff = 2020-01-31\n[blind.accept_leaks]\n{line}\n')
    with pytest.raises(Refusal, match="STUDY-BAD-VALUE"):
        read_study(path)
