"""The self-tests meet their targets, once, through the command; and what they print and how they end."""

from __future__ import annotations

import faulthandler
import os
from pathlib import Path

import pytest

from dsmb_app.selftests import catalogue
from dsmb_app.selftests.catalogue import SelfTest
from dsmb_app.selftests.outcome import Outcome, Plan
from dsmb_app.selftests.workers import tally
from tests.commands import dsmb
from tests.remembered_stretch import quickly


@pytest.mark.parametrize("name", [test.name for test in catalogue.ALL])
def test_that_a_self_test_meets_its_target(name: str) -> None:
    with quickly():  # processes that are forked stretch no phrase either: hundreds of locks are about their files
        done = dsmb("selftest", name)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"{name}: ")
    assert done.stdout.endswith(" ok\n")
    assert done.stdout.count("\n") == 1


def _outcome(name: str, failed: int) -> SelfTest:
    outcome = Outcome(name, 10_000, failed, f"10,000 flips, {failed} accepted", "bit 3 of byte 7")
    return SelfTest(name, lambda _: outcome, 1, 1)


def test_that_each_named_test_prints_one_line_and_a_missed_target_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "ALL", (_outcome("one", 0), _outcome("two", 2), _outcome("three", 0)))
    done = dsmb("selftest", "two", "one")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        "one: 10,000 flips, 0 accepted (target 0) ok",
        "two: 10,000 flips, 2 accepted (target 0) FAILED; first: bit 3 of byte 7",
    ]
    assert dsmb("selftest", "three").returncode == 0
    assert dsmb("selftest").stdout.count("\n") == 3


def test_that_what_tried_nothing_has_failed() -> None:
    assert not Outcome("none", 0, 0, "0 flips").met


def test_that_an_unknown_name_is_refused() -> None:
    done = dsmb("selftest", "bitflop")
    assert done.returncode == 2
    assert done.stderr.endswith("hostile-cells, image-damage. [SELFTEST-NAME]\n")


def test_that_counts_options_and_an_own_state_folder_reach_the_self_test(
    monkeypatch: pytest.MonkeyPatch, state: Path
) -> None:
    seen: list[tuple[int, bool, int, bool]] = []

    def run(plan: Plan) -> Outcome:
        seen.append((plan.count, plan.full, plan.seed, Path(os.environ["DSMB_STATE"]).is_relative_to(plan.folder)))
        return Outcome("own", plan.count, 0, "counts")

    monkeypatch.setattr(catalogue, "ALL", (SelfTest("own", run, 10, 1000),))
    dsmb("selftest")
    dsmb("selftest", "own", "--full", "--seed", "7")
    assert seen == [(10, False, 1, True), (1000, True, 7, True)]
    assert os.environ["DSMB_STATE"] == str(state)
    assert not state.exists()


def _dies(number: int) -> list[str]:
    if number in (3, 8):
        faulthandler.disable()  # this death is wanted, and needs no report
        os.abort()
    return ["five"] if number == 5 else []


def test_that_a_case_which_kills_its_process_is_counted_and_the_rest_goes_on() -> None:
    told: list[tuple[int, int]] = []
    found = tally(_dies, 10, lambda done, total: told.append((done, total)))
    assert found.tried == 10
    assert sorted(fault[:6] for fault in found.faults) == ["case 3", "case 8", "five"]
    assert told[-1] == (10, 10)
