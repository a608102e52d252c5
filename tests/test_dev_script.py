"""The script that sets everything up: what it asks of a machine, and what it says where it cannot go on."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from types import ModuleType

import pytest

import dev as script
from tests.shared_data import ROOT

SCRIPT = ROOT / "dev.py"


@pytest.fixture
def dev(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """Return the script, with an empty folder for its project and no fonts."""
    monkeypatch.setattr(script, "ROOT", tmp_path)
    monkeypatch.setattr(script, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(script, "STAMP", tmp_path / ".venv" / "stamp")
    monkeypatch.setattr(script, "LOCK", tmp_path / "requirements.lock")
    monkeypatch.setattr(script, "FONT_FOLDERS", [str(tmp_path / "fonts")])
    return script


class Calls(list[list[str]]):
    """Stand in for ``subprocess.call``: keep each command, end with 1 for those that hold a given word."""

    def __init__(self, failing: str = "\0") -> None:
        super().__init__()
        self.failing = failing
        self.environments: list[dict[str, str]] = []

    def __call__(self, command: list[str], **options: object) -> int:
        self.append(command)
        environment = options.get("env")
        self.environments.append(dict(environment) if isinstance(environment, dict) else {})
        return int(self.failing in " ".join(command))


def _no_set_up(dev: ModuleType, monkeypatch: pytest.MonkeyPatch, failing: str = "\0") -> Calls:
    calls = Calls(failing)
    monkeypatch.setattr(dev, "set_up", lambda window: None)
    monkeypatch.setattr(dev, "provide_tracer", lambda: None)
    monkeypatch.setattr(dev.subprocess, "call", calls)
    return calls


# ----------------------------------------------------------------------------------------------------------------------
# Python and the virtual environment


def test_that_an_old_python_can_read_the_script_far_enough_to_name_the_one_needed() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 8))
    imported = {
        part.name.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for part in node.names
    }
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names - {"tomllib", "graphlib", "zoneinfo"}, "newer than Python 3.8"


def test_that_an_old_python_is_told_which_one_is_needed(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev.sys, "version_info", (3, 8, 18))
    with pytest.raises(SystemExit, match="1"):
        dev.main(["test"])
    assert "Python 3.11 or newer is needed; this is 3.8.18." in capsys.readouterr().err


def test_that_a_python_without_ensurepip_is_told_the_one_line(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else name)
    with pytest.raises(SystemExit, match="1"):
        dev.make_environment()
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    assert f"sudo apt-get install {package}" in capsys.readouterr().err


def test_that_the_environment_is_made_once_and_made_anew_when_broken(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = Calls()
    monkeypatch.setattr(dev.subprocess, "call", calls)
    dev.make_environment()
    assert [command[1:3] for command in calls] == [["-m", "venv"]]

    dev.python().parent.mkdir(parents=True)
    dev.python().touch()
    calls.clear()
    dev.make_environment()
    assert [command[1] for command in calls] == ["-c"], "a working environment is left alone"

    calls.clear()
    calls.failing = "import pip"
    dev.make_environment()
    assert [command[1] for command in calls] == ["-c", "-m"]
    assert "--clear" in calls[-1]


def test_that_packages_are_installed_by_hash_and_only_when_the_lock_changed(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = Calls()
    monkeypatch.setattr(dev.subprocess, "call", calls)
    monkeypatch.setattr(dev, "add_the_project", lambda: None)
    dev.VENV.mkdir()
    for text in ("a==1", "a==1", "a==2"):
        dev.LOCK.write_text(text, encoding="utf-8")
        dev.install_locked()
    assert len(calls) == 2
    assert {"--require-hashes", "--no-deps"} <= set(calls[0])

    dev.LOCK.write_text("a==3", encoding="utf-8")
    calls.failing = "install"
    for _ in range(2):
        with pytest.raises(SystemExit):
            dev.install_locked()
    assert len(calls) == 4, "a failed installation is tried again"


# ----------------------------------------------------------------------------------------------------------------------
# System libraries


def test_that_each_missing_library_is_named_by_its_package(dev: ModuleType) -> None:
    missing = dev.missing_packages(False, loads=lambda name: name != "libEGL.so.1")
    assert missing == [("libegl1",), ("fonts-dejavu-core",)]


def test_that_a_window_needs_more_than_a_picture(dev: ModuleType) -> None:
    picture = dev.missing_packages(False, loads=lambda name: False)
    window = dev.missing_packages(True, loads=lambda name: False)
    assert ("libxcb-cursor0",) not in picture
    assert {("libxcb-cursor0",), ("libegl1",)} <= set(window)


def test_that_a_font_is_asked_for_only_where_there_is_none(dev: ModuleType, tmp_path: Path) -> None:
    assert not dev.has_font()
    font = tmp_path / "fonts" / "truetype" / "Any.TTF"
    font.parent.mkdir(parents=True)
    font.touch()
    assert dev.has_font()
    assert dev.missing_packages(False, loads=lambda name: True) == []


def test_that_a_library_is_looked_for_by_loading_it(dev: ModuleType) -> None:
    assert not dev.library_loads("libno-such-library.so.99")


@pytest.mark.parametrize(("known", "expected"), [("libglib2.0-0t64", "libglib2.0-0t64"), ("none", "libglib2.0-0")])
def test_that_the_package_name_of_this_release_is_used(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, known: str, expected: str
) -> None:
    calls = Calls()
    monkeypatch.setattr(dev.subprocess, "call", calls)
    monkeypatch.setattr(dev, "apt_knows", lambda name: name == known)
    dev.apt_install([("libglib2.0-0t64", "libglib2.0-0")], ["sudo", "-n"])
    assert [command[-1] for command in calls] == ["update", expected]
    assert all(command[:2] == ["sudo", "-n"] for command in calls)


@pytest.mark.parametrize(
    ("apt", "who", "sudo_works", "expected"),
    [(True, 0, False, []), (True, 1000, True, ["sudo", "-n"]), (True, 1000, False, None), (False, 0, True, None)],
)
def test_that_installing_needs_apt_and_root_or_a_sudo_that_asks_nothing(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, apt: bool, who: int, sudo_works: bool, expected: list[str] | None
) -> None:
    monkeypatch.setattr(dev.shutil, "which", lambda name: name if apt else None)
    monkeypatch.setattr(dev.os, "geteuid", lambda: who, raising=False)
    monkeypatch.setattr(dev.subprocess, "call", Calls("\0" if sudo_works else "sudo"))
    assert dev.rights_to_install() == expected


def test_that_one_line_is_printed_where_qt_cannot_load_and_nothing_may_be_installed(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "library_loads", lambda name: name != "libglib-2.0.so.0")
    monkeypatch.setattr(dev, "has_font", lambda: True)
    monkeypatch.setattr(dev, "rights_to_install", lambda: None)
    monkeypatch.setattr(dev, "why_qt_fails", lambda window: "libglib-2.0.so.0: cannot open")
    with pytest.raises(SystemExit, match="1"):
        dev.provide_libraries(window=False)
    said = capsys.readouterr().err
    assert "Qt cannot load (libglib-2.0.so.0: cannot open)" in said
    assert "sudo apt-get install libglib2.0-0" in said


def test_that_a_missing_library_that_qt_does_not_miss_stops_nobody(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "library_loads", lambda name: False)
    monkeypatch.setattr(dev, "rights_to_install", lambda: None)
    monkeypatch.setattr(dev, "why_qt_fails", lambda window: "")
    dev.provide_libraries(window=True)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Traceback\\nlibEGL.so.1: cannot open", "libEGL.so.1: cannot open"),
        (
            "qt.qpa.xcb: could not connect\\nThis application failed\\nAvailable plugins",
            "qt.qpa.xcb: could not connect",
        ),
    ],
)
def test_that_the_reason_of_qt_is_passed_on(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, said: str, expected: str
) -> None:
    start, command = dev.subprocess.run, [sys.executable, "-c", f"import sys; sys.exit('{said}')"]
    monkeypatch.setattr(dev.subprocess, "run", lambda _, **options: start(command, **options))
    assert dev.why_qt_fails(window=False) == expected


# ----------------------------------------------------------------------------------------------------------------------
# Commands


@pytest.mark.parametrize(
    ("system", "environment", "expected"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_that_only_linux_can_be_without_a_display(
    dev: ModuleType, system: str, environment: dict[str, str], expected: bool
) -> None:
    assert dev.has_display(system, environment) is expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [([], ["output"]), (["here"], ["here"])],
)
def test_that_the_demo_writes_into_a_folder_where_there_is_no_display(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, arguments: list[str], expected: list[str]
) -> None:
    calls = _no_set_up(dev, monkeypatch)
    monkeypatch.setattr(dev, "has_display", lambda system, environment: False)
    assert dev.main(["run", *arguments]) == 0
    assert calls[0][1:] == ["main.py", "demo", *expected]
    assert calls.environments[0]["QT_QPA_PLATFORM"] == "offscreen"


def test_that_the_demo_opens_a_window_where_there_is_a_display(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    calls = _no_set_up(dev, monkeypatch)
    monkeypatch.setattr(dev, "has_display", lambda system, environment: True)
    assert dev.main(["run"]) == 0
    assert calls[0][1:] == ["main.py", "demo"]
    assert "QT_QPA_PLATFORM" not in calls.environments[0]


@pytest.mark.parametrize(
    ("arguments", "folder", "scales"),
    [([], "output/pages", [None]), (["here"], "here", [None]), (["here", "--large"], "here", [None, "2"])],
)
def test_that_pictures_are_drawn_at_both_sizes_and_on_a_large_screen_when_asked(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, arguments: list[str], folder: str, scales: list[str | None]
) -> None:
    monkeypatch.delenv("QT_SCALE_FACTOR", raising=False)
    calls = _no_set_up(dev, monkeypatch)
    assert dev.main(["pictures", *arguments]) == 0
    assert calls[0][1:] == ["main.py", "demo", folder, "--pages", "1024x700", "--pages", "1280x800"]
    assert [environment.get("QT_SCALE_FACTOR") for environment in calls.environments] == scales
    assert all(environment["QT_QPA_PLATFORM"] == "offscreen" for environment in calls.environments)
    calls.failing = "demo"
    assert dev.main(["pictures", *arguments]) == 1


def test_that_the_pictures_of_the_guide_are_drawn_when_asked(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = _no_set_up(dev, monkeypatch)
    assert dev.main(["pictures", "--guide"]) == 0
    assert [command[1:] for command in calls] == [["-m", "tests.views.guide_pictures"]]
    assert calls.environments[0]["QT_QPA_PLATFORM"] == "offscreen"


def test_that_every_check_runs_though_the_first_one_fails_and_the_failure_is_named(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = _no_set_up(dev, monkeypatch, failing="ruff check")
    assert dev.main(["test"]) == 1
    assert len(calls) == len(dev.checks()) == 6
    assert all(environment["QT_QPA_PLATFORM"] == "offscreen" for environment in calls.environments)
    said = capsys.readouterr().out
    assert "Not in order: Style (ruff check)\n" in said
    assert said.count("FAILED") == 1
    calls.failing = "\0"
    assert dev.main(["test"]) == 0


@pytest.mark.parametrize(
    ("there", "rights", "expected"), [(None, ["sudo", "-n"], 1), (None, None, 0), ("strace", ["sudo", "-n"], 0)]
)
def test_that_strace_is_installed_for_the_tests_where_it_is_missing_and_that_is_allowed(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, there: str | None, rights: list[str] | None, expected: int
) -> None:
    asked: list[list[tuple[str, ...]]] = []
    monkeypatch.setattr(dev.sys, "platform", "linux")
    monkeypatch.setattr(dev.shutil, "which", lambda name: there)
    monkeypatch.setattr(dev, "rights_to_install", lambda: rights)
    monkeypatch.setattr(dev, "apt_install", lambda packages, _rights: asked.append(packages))
    dev.provide_tracer()
    assert asked == [[("strace",)]] * expected


def test_that_arguments_choose_the_tests(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = _no_set_up(dev, monkeypatch)
    assert dev.main(["test", "tests/test_x.py", "-k", "short"]) == 0
    assert [command[1:] for command in calls] == [["-m", "pytest", "tests/test_x.py", "-k", "short"]]


@pytest.mark.parametrize(("failing", "code"), [("\0", 0), ("--selftest", 1)])
def test_that_a_built_program_tests_itself_in_an_empty_environment(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, failing: str, code: int
) -> None:
    calls = _no_set_up(dev, monkeypatch, failing)
    monkeypatch.setattr(dev, "provide_window_libraries", lambda: None)
    assert dev.main(["build"]) == code
    assert calls[0][1:3] == ["-m", "PyInstaller"]
    assert calls[0][-1] == "build.spec"
    assert Path(calls[1][0]).parent == dev.ROOT / "dist" / "dsmb"
    assert calls[1][1:] == ["--selftest"]
    assert set(calls.environments[1]) <= {"SYSTEMROOT"}


def test_that_what_was_not_built_is_not_tested(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = _no_set_up(dev, monkeypatch, failing="PyInstaller")
    monkeypatch.setattr(dev, "provide_window_libraries", lambda: None)
    with pytest.raises(SystemExit, match="1"):
        dev.main(["build"])
    assert len(calls) == 1
    assert "could not be built" in capsys.readouterr().err


def test_that_a_program_is_not_built_without_what_its_window_needs(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "library_loads", lambda name: name != "libxcb-icccm.so.4")
    monkeypatch.setattr(dev, "has_font", lambda: True)
    monkeypatch.setattr(dev, "rights_to_install", lambda: None)
    with pytest.raises(SystemExit, match="1"):
        dev.provide_window_libraries()
    assert "sudo apt-get install libxcb-icccm4" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({"PATH": "x", "HOME": "y"}, {}), ({"SYSTEMROOT": "C:", "PATH": "x"}, {"SYSTEMROOT": "C:"})],
)
def test_that_an_empty_environment_keeps_what_windows_cannot_do_without(
    dev: ModuleType, environment: dict[str, str], expected: dict[str, str]
) -> None:
    assert dev.bare_environment(environment) == expected


@pytest.mark.parametrize(("arguments", "code"), [([], 2), (["biuld"], 2), (["--help"], 0)])
def test_that_an_unknown_command_shows_the_known_ones(
    dev: ModuleType, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int
) -> None:
    assert dev.main(arguments) == code
    assert "python3 dev.py COMMAND" in capsys.readouterr().out


def test_that_ci_calls_the_command_of_the_readme() -> None:
    command = "python3 dev.py test"
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1] == f"exec {command}"
    assert f"{command}\n" in (ROOT / "README.md").read_text(encoding="utf-8")
