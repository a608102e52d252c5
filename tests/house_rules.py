"""The house rules that a syntax tree can show, each a function over a folder that lists what breaks it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE_LINES, PAGE_LINES, FUNCTION_LINES = 300, 120, 40
IMPORT_STRINGS = frozenset({"exec", "eval", "__import__", "compile"})
IMPORT_MODULES = frozenset({"importlib.import_module", "importlib.util", "runpy", "pkgutil.resolve_name"})
OPENERS = frozenset({"sqlite3.connect", "sqlite3.Connection", "sqlite3.dbapi2", "sqlalchemy.create_engine"})

# Written in halves, so that this file does not hold what it looks for.
REGISTRY_HOSTS = tuple(
    "".join(halves)
    for halves in (
        ("py", "pi.org"),
        ("python", "hosted.org"),
        ("deb.debian", ".org"),
        ("archive.ubuntu", ".com"),
        ("npm", "js.org"),
        ("anaconda", ".org"),
    )
)
MACHINE_PATH = re.compile(r"(?<![\w.\-/])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me|Use" + r"rs)/\w")
TOOL_WORDS = re.compile(
    r"\b(?:chat"
    + r"gpt|open"
    + r"ai|anth"
    + r"ropic|cla"
    + r"ude|cop"
    + r"ilot|gem"
    + r"ini|large lang"
    + r"uage model|ll"
    + r"ms?|ai assis"
    + r"tant|ai[- ]gene"
    + r"rated)\b",
    re.IGNORECASE,
)
TEXT_SUFFIXES = frozenset(
    {"", ".py", ".toml", ".md", ".lock", ".txt", ".spec", ".cfg", ".yml", ".json", ".qss", ".svg"}
)
NOT_OURS = frozenset({"build", "dist", "output", "__pycache__"})


@dataclass(frozen=True, order=True)
class Breach:
    """One place that breaks a rule: file relative to the folder, line from 1, and what is wrong."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _modules(folder: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        yield path.relative_to(folder).as_posix(), _tree(path)


def _imported(tree: ast.Module) -> dict[str, str]:
    """Map each name that an import binds in this file to what it stands for, ``connect`` to ``sqlite3.connect``."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for part in node.names:
                names[part.asname or part.name.partition(".")[0]] = (
                    part.name if part.asname else part.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            names |= {part.asname or part.name: f"{node.module or ''}.{part.name}" for part in node.names}
    return names


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    """Return what an expression such as ``db.connect`` stands for, with imports followed; '' if it is no name."""
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, names)}.{node.attr}"
    return ""


def _calls(folder: Path) -> Iterator[tuple[str, ast.Call, str]]:
    for file, tree in _modules(folder):
        names = _imported(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield file, node, _dotted(node.func, names)


def makers_of_cut(folder: Path, allowed: str = "blinding/gate.py") -> list[Breach]:
    """List what makes a Cut outside the gate: ``Cut(...)``, ``Cut.anything(...)``, ``Cut.__new__``, a changed copy."""
    found = []
    for file, call, name in _calls(folder):
        parts = name.split(".")
        made = "Cut" in parts
        copied = parts[-1] in {"replace", "copy", "deepcopy", "__new__"} and any(map(_is_a_cut, call.args))
        if file != allowed and (made or copied):
            found.append(Breach(file, call.lineno, f"makes a Cut ({name}); only {allowed} may"))
    return found


def _is_a_cut(argument: ast.expr) -> bool:
    name = argument.id if isinstance(argument, ast.Name) else getattr(argument, "attr", "")
    return name in {"cut", "Cut"} or name.endswith("_cut")


def openers_of_sqlite(folder: Path, allowed: str = "store/image.py") -> list[Breach]:
    """List what opens a database outside the one module that sets its locks."""
    return [
        Breach(file, call.lineno, f"opens SQLite ({name}); only {allowed} may")
        for file, call, name in _calls(folder)
        if file != allowed and any(name == opener or name.startswith(f"{opener}.") for opener in OPENERS)
    ]


def import_strings(folder: Path) -> list[Breach]:
    """List what the import contracts cannot see: imports by string, and code made from text."""
    found = [
        Breach(file, call.lineno, f"{name}: imports or runs a string")
        for file, call, name in _calls(folder)
        if name in IMPORT_STRINGS or name.removeprefix("builtins.") in IMPORT_STRINGS
    ]
    for file, tree in _modules(folder):
        found += [
            Breach(file, 1, f"{name}: imports or runs a string")
            for name in sorted(set(_imported(tree).values()) | _attributes(tree))
            if any(name == module or name.startswith(f"{module}.") for module in IMPORT_MODULES)
        ]
    return found


def _attributes(tree: ast.Module) -> set[str]:
    names = _imported(tree)
    return {_dotted(node, names) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def forbidden_words(folder: Path) -> list[Breach]:
    """List registry hosts, paths of one machine and tool words in every text file of the project."""
    found = []
    for path in _text_files(folder):
        file = path.relative_to(folder).as_posix()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            hosts = [host for host in REGISTRY_HOSTS if host in line.lower()]
            rest = [match.group() for rule in (MACHINE_PATH, TOOL_WORDS) if (match := rule.search(line))]
            found += [Breach(file, number, f"holds {word!r}") for word in (*hosts, *rest)]
    return found


def _text_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            # Folders that start with a dot belong to tools; the one of CI is ours.
            if path.name not in NOT_OURS and (not path.name.startswith(".") or path.name == ".ci"):
                yield from _text_files(path)
        elif path.suffix in TEXT_SUFFIXES:
            yield path


def too_long(folder: Path) -> dict[str, int]:
    """Return the files and functions over the house's length, as ``views/desk.py`` or ``views/desk.py:Desk.table``.

    A file counts all its lines; a function counts from ``def`` to its end without its docstring, so that nobody
    saves words there. A page (``views/pages``) has a limit of its own.
    """
    found: dict[str, int] = {}
    for path in sorted(folder.rglob("*.py")):
        file = path.relative_to(folder).as_posix()
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > (PAGE_LINES if file.startswith("views/pages/") else FILE_LINES):
            found[file] = lines
        for name, length in _functions(_tree(path), ""):
            if length > FUNCTION_LINES:
                found[f"{file}:{name}"] = length
    return found


def _functions(node: ast.AST, within: str) -> Iterable[tuple[str, int]]:
    for child in ast.iter_child_nodes(node):
        name = f"{within}.{child.name}".lstrip(".") if hasattr(child, "name") else within
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield name, _length(child)
        yield from _functions(child, name)


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    whole = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function) is None:
        return whole
    docstring = function.body[0]
    return whole - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def without_docstring(folder: Path) -> list[Breach]:
    """List the public modules that do not say in a docstring what they are for."""
    return [
        Breach(file, 1, "has no module docstring")
        for file, tree in _modules(folder)
        if not Path(file).name.startswith("_") or Path(file).name == "__init__.py"
        if not (ast.get_docstring(tree) or "").strip()
    ]
