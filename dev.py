#!/usr/bin/env python3
"""Set up, start, test and build the program on any system: ``python3 dev.py run``, ``test`` and ``build``.

Each does all the set-up: a virtual environment in .venv, the packages of requirements.lock by their hashes, and on
Debian and Ubuntu the system libraries that Qt needs. Standard library only.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import locale
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable, Iterable, Mapping, NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "installed-lock.sha256"
OLDEST = (3, 11)

USAGE = """usage: python3 dev.py COMMAND

  run [ARGUMENTS]    start the program on the demo study; without a display it writes packs and page pictures
                     into output/ instead. ARGUMENTS go to the demo command (a folder).
  test               style, types, import contracts, the core tests with Qt not importable, then the tests that need Qt
  test [ARGUMENTS]   pytest alone with these ARGUMENTS, such as tests/test_house_rules.py -k short
  pictures [FOLDER]  every page of the demo at each level, light and dark, at 1024x700 and 1280x800, and one sheet
                     for each level, into output/pages. With --large also on a 4K screen at 200%, into FOLDER/large.
  pictures --guide   the pictures of README and guide, all anew, into docs/pictures
  build              the program with its own Python in one folder, dist/dsmb, which then tests itself

Each sets up .venv first, and again only when requirements.lock has changed."""

# The shared libraries that Qt loads, by the Debian packages that hold them. Several names: the first that is known.
DRAWING = {
    "libGL.so.1": ("libgl1",),
    "libEGL.so.1": ("libegl1",),
    "libglib-2.0.so.0": ("libglib2.0-0t64", "libglib2.0-0"),
    "libfontconfig.so.1": ("libfontconfig1",),
    "libxkbcommon.so.0": ("libxkbcommon0",),
    "libdbus-1.so.3": ("libdbus-1-3",),
}
WINDOW = {
    "libxcb-cursor.so.0": ("libxcb-cursor0",),
    "libxcb-icccm.so.4": ("libxcb-icccm4",),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1",),
    "libxcb-shape.so.0": ("libxcb-shape0",),
    "libxcb-xkb.so.1": ("libxcb-xkb1",),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0",),
}
FONT = ("fonts-dejavu-core",)
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")

# Two processes; a file stays whole in one of them, so that what its tests share is made once. In the order of their
# names: the longest files have few tests, and would come last.
WORKERS = ("-m", "pytest", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")


def main(arguments: list[str]) -> int:
    """Carry out one command; return the exit code."""
    if sys.version_info < OLDEST:
        needed = f"Python {version(OLDEST)} or newer is needed; this is {version(sys.version_info)}."
        stop(f"{needed} Start it with a newer one, for example: python3.12 dev.py")
    commands = {"run": run, "test": test, "pictures": pictures, "build": build}
    if not arguments or arguments[0] not in commands:
        print(USAGE)
        return 0 if arguments in (["help"], ["-h"], ["--help"]) else 2
    return commands[arguments[0]](arguments[1:])


def run(arguments: list[str]) -> int:
    """Start the program on the demo study, in a window where there is a display."""
    display = has_display(sys.platform, os.environ)
    set_up(window=display)
    environment = dict(os.environ)
    if not display:
        environment["QT_QPA_PLATFORM"] = "offscreen"
        arguments = arguments or ["output"]
        say(f"There is no display: the demo writes its packs and page pictures into the folder {arguments[0]}")
    return subprocess.call([str(python()), "main.py", "demo", *arguments], cwd=str(ROOT), env=environment)


def test(arguments: list[str]) -> int:
    """Run every check, or pytest alone with the given arguments; return 0 when all of it passed."""
    set_up(window=False)
    provide_tracer()
    # Two processes share the processors: threads for sums of small matrices would only wait for each other.
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "OPENBLAS_NUM_THREADS": "1"}
    steps = [("Pytest", ["-m", "pytest", *arguments])] if arguments else checks()
    failed: list[str] = []
    times: list[str] = []
    for title, command in steps:
        say(title)
        start = time.monotonic()
        if subprocess.call([str(python()), *command], cwd=str(ROOT), env=environment):
            failed.append(title)
        times.append(f"{time.monotonic() - start:6.1f} s  {'FAILED' if title in failed else 'ok    '}  {title}")
    say("Summary")
    print("\n".join(times))
    if failed:
        print(f"Not in order: {'; '.join(failed)}")
    return 1 if failed else 0


def checks() -> list[tuple[str, list[str]]]:
    """Return title and arguments for Python of each check, in their order."""
    contracts = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return [
        ("Style (ruff check)", ["-m", "ruff", "check"]),
        ("Layout (ruff format)", ["-m", "ruff", "format", "--check"]),
        ("Types (mypy, strict)", ["-m", "mypy"]),
        ("Import contracts (import-linter)", ["-c", contracts, "--no-logo"]),
        ("Core tests, Qt not importable", [*WORKERS, "-p", "tests.no_qt"]),
        ("Tests that need Qt", [*WORKERS, "tests/views"]),
    ]


def pictures(arguments: list[str]) -> int:
    """Draw every page of the demo for eyes; return 0 when all of it was drawn."""
    set_up(window=False)
    if arguments == ["--guide"]:
        return draw_guide()
    folders = [argument for argument in arguments if argument != "--large"] or ["output/pages"]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    draw = [str(python()), "main.py", "demo"]
    code = subprocess.call(
        [*draw, folders[0], "--pages", "1024x700", "--pages", "1280x800"], cwd=str(ROOT), env=environment
    )
    if "--large" in arguments and not code:
        environment["QT_SCALE_FACTOR"] = "2"
        large = str(Path(folders[0]) / "large")
        code = subprocess.call([*draw, large, "--pages", "1920x1080"], cwd=str(ROOT), env=environment)
    return code


def draw_guide() -> int:
    """Draw the pictures of README and guide; return 0 when all of them were drawn."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.call([str(python()), "-m", "tests.views.guide_pictures"], cwd=str(ROOT), env=environment)


def build(arguments: list[str]) -> int:
    """Make the one-folder program and let it test itself; return 0 when it works."""
    if arguments:
        stop("The build takes no arguments.")
    set_up(window=False)
    if sys.platform.startswith("linux"):
        provide_window_libraries()
    say("Building dist/dsmb (a few minutes)")
    # Without a shared cache: what went into a program must not depend on what was built here before.
    make = [str(python()), "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "WARN", "build.spec"]
    if subprocess.call(make, cwd=str(ROOT)):
        stop("The program could not be built; PyInstaller says above why.")
    program = ROOT / "dist" / "dsmb" / ("dsmb.exe" if os.name == "nt" else "dsmb")
    size = sum(path.stat().st_size for path in program.parent.rglob("*") if not path.is_symlink())
    say(f"Self test of {program.parent} ({size / 1e6:.0f} MB) in an empty environment")
    return subprocess.call([str(program), "--selftest"], cwd=str(program.parent), env=bare_environment(os.environ))


# ----------------------------------------------------------------------------------------------------------------------
# Set-up


def set_up(window: bool) -> None:
    """Bring the virtual environment and the system libraries to what the project needs, or stop with a sentence."""
    make_environment()
    install_locked()
    if sys.platform.startswith("linux"):
        provide_libraries(window)


def make_environment() -> None:
    """Make .venv unless there is one that works."""
    works = f"import pip, sys; sys.exit(sys.version_info < {OLDEST})"
    if python().exists() and subprocess.call([str(python()), "-c", works], stderr=subprocess.DEVNULL) == 0:
        return
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        package = f"python{version(sys.version_info[:2])}-venv"
        stop(f"This Python cannot make virtual environments. On Debian and Ubuntu: {apt_line((package,))}")
    say("Making the virtual environment .venv")
    if subprocess.call([sys.executable, "-m", "venv", "--clear", str(VENV)]):
        stop(f"The virtual environment could not be made in {VENV}; the reason stands above.")


def install_locked() -> None:
    """Install the locked packages by their hashes, unless just these are there already."""
    # With the folder in it, because .venv also records where the project lies.
    wanted = f"{hashlib.sha256(LOCK.read_bytes()).hexdigest()} {ROOT}"
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
        return
    say("Installing the packages of requirements.lock (about 300 MB, once)")
    # The lock is complete, so pip need not look for more; only ready-made packages, so nothing is compiled here.
    pip = ["-m", "pip", "install", "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(LOCK)]
    quiet = [] if sys.stdout.isatty() else ["-qq"]
    if subprocess.call([str(python()), *pip, *quiet, "--no-input", "--disable-pip-version-check"]):
        stop("The packages could not be installed; pip says above why. A connection is needed this once.")
    add_the_project()
    STAMP.write_text(wanted, encoding="utf-8")


def add_the_project() -> None:
    """Let .venv find the project itself, wherever Python is started from."""
    ask = [str(python()), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = subprocess.run(ask, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    # Python reads this file in the encoding of the system.
    text = f"{ROOT}\n".encode(locale.getpreferredencoding(False))
    (Path(packages) / "dsmb-app-source.pth").write_bytes(text)


def provide_libraries(window: bool) -> None:
    """Install the system libraries that Qt misses where that is allowed; stop when Qt cannot load in the end."""
    missing = install_missing(window)
    reason = why_qt_fails(window)
    if reason and missing:
        stop(f"Qt cannot load ({reason}). Install what it needs: {apt_line([names[-1] for names in missing])}")
    if reason:
        stop(f"Qt cannot load: {reason}")


def provide_window_libraries() -> None:
    """Install what a built program takes along for its window where that is allowed; stop when some is missing."""
    missing = install_missing(window=True)
    if missing:
        stop(f"The program could open no window without these: {apt_line([names[-1] for names in missing])}")


def provide_tracer() -> None:
    """Install strace, with which tests see every file a session makes, where that is allowed; else they are skipped."""
    if sys.platform.startswith("linux") and not shutil.which("strace"):
        rights = rights_to_install()
        if rights is not None:
            say("Installing strace for the tests")
            apt_install([("strace",)], rights)


def install_missing(window: bool) -> list[tuple[str, ...]]:
    """Install the system libraries that Qt misses where that is allowed; return the packages still missing."""
    missing = missing_packages(window)
    if missing:
        say("System libraries missing: " + " ".join(names[-1] for names in missing))
        rights = rights_to_install()
        if rights is not None:
            apt_install(missing, rights)
            missing = missing_packages(window)
    return missing


def missing_packages(window: bool, loads: Callable[[str], bool] | None = None) -> list[tuple[str, ...]]:
    """Return the packages, each by its possible names, whose library does not load, and a font if there is none."""
    loads = loads or library_loads
    wanted: dict[str, tuple[str, ...]] = {**DRAWING, **(WINDOW if window else {})}
    missing = [names for library, names in wanted.items() if not loads(library)]
    return missing if has_font() else [*missing, FONT]


def library_loads(name: str) -> bool:
    """Tell whether the system's loader finds and loads a shared library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def has_font() -> bool:
    """Tell whether any font file lies where fontconfig looks."""
    folders = [Path(folder).expanduser() for folder in FONT_FOLDERS]
    return any(path.suffix.lower() in (".ttf", ".otf", ".ttc") for folder in folders for path in folder.rglob("*"))


def rights_to_install() -> list[str] | None:
    """Return what to put before apt-get: nothing for root, sudo where it asks no password; None: not allowed."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.call(["sudo", "-n", "true"], stderr=subprocess.DEVNULL) == 0:
        return ["sudo", "-n"]
    return None


def apt_install(missing: list[tuple[str, ...]], rights: list[str]) -> None:
    """Install the packages, each under the first of its names that this release knows; say so when that fails."""
    apt = [*rights, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    subprocess.call([*apt, "update"])
    known = [next((name for name in names if apt_knows(name)), names[-1]) for names in missing]
    if subprocess.call([*apt, "install", "-y", "--no-install-recommends", *known]):
        print("Not all of them could be installed; the reason stands above.", flush=True)


def apt_knows(package: str) -> bool:
    """Tell whether this release has a package of that name."""
    ask = ["apt-cache", "show", package]
    return subprocess.call(ask, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def why_qt_fails(window: bool) -> str:
    """Start Qt for a moment in a process of its own; return the reason if that fails, else ''."""
    code = "from PySide6.QtWidgets import QApplication; QApplication([])"
    environment = dict(os.environ) if window else {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [str(python()), "-c", code]
    ended = subprocess.run(command, env=environment, check=False, stderr=subprocess.PIPE, text=True)
    if ended.returncode == 0:
        return ""
    lines = ended.stderr.strip().splitlines()
    # Qt says first what went wrong and ends with general advice; Python says it last.
    return next((line for line in lines if line.startswith("qt.")), lines[-1] if lines else f"code {ended.returncode}")


# ----------------------------------------------------------------------------------------------------------------------
# Small things


def python() -> Path:
    """Return the path of the Python in .venv."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def has_display(system: str, environment: Mapping[str, str]) -> bool:
    """Tell whether a window can be shown; only Linux is ever without."""
    if not system.startswith("linux"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def bare_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment as empty as the system allows; Windows starts nothing without its SYSTEMROOT."""
    return {name: environment[name] for name in ("SYSTEMROOT",) if name in environment}


def apt_line(packages: Iterable[str]) -> str:
    """Return the one line that installs these packages."""
    return "sudo apt-get install " + " ".join(packages)


def version(numbers: tuple[object, ...]) -> str:
    """Return (3, 11) as 3.11."""
    return ".".join(map(str, numbers[:3]))


def say(what: str) -> None:
    """Print a heading at once, before what the next process prints."""
    print(f"\n== {what}", flush=True)


def stop(sentence: str) -> NoReturn:
    """End with a sentence and exit code 1."""
    print(f"\n{sentence}", file=sys.stderr, flush=True)
    raise SystemExit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
