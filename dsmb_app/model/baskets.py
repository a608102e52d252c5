"""Baskets: named lists of terms of special interest, as editable TOML."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dsmb_app.model.errors import Refusal
from dsmb_app.model.resource_files import resource

_NAME = re.compile(r"^[a-z0-9][a-z0-9-]*$")
Scope = Literal["narrow", "broad"]


@dataclass(frozen=True)
class Basket:
    """A basket: preferred terms by name (casefolded) or by MedDRA code (its digits), narrow and broad ones.

    ``version`` is that of the dictionary it was made on. With scope "narrow" the broad terms do not count.
    """

    name: str
    title: str
    version: str
    narrow: frozenset[str]
    broad: frozenset[str] = frozenset()
    scope: str = "narrow"

    @property
    def members(self) -> frozenset[str]:
        """Return the names and codes that count: the narrow ones, with scope "broad" all."""
        return self.narrow | self.broad if self.scope == "broad" else self.narrow

    @property
    def everything(self) -> frozenset[str]:
        """Return the names and codes of both scopes, whichever counts."""
        return self.narrow | self.broad

    def to_json(self) -> dict[str, object]:
        """Return the basket as JSON values; ``from_json`` is the way back."""
        lists = {"terms": sorted(self.narrow), "broad": sorted(self.broad)}
        return {"name": self.name, "title": self.title, "version": self.version, "scope": self.scope, **lists}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Basket:
        """Return the basket that ``to_json`` wrote, also an earlier version of it, which knew no scopes."""
        broad, scope = frozenset(entry.get("broad", ())), str(entry.get("scope", "narrow"))
        return cls(entry["name"], entry["title"], entry["version"], frozenset(entry["terms"]), broad, scope)


class _File(BaseModel):
    """What a basket's file may hold; a whole number in a list is the MedDRA code of a preferred term."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    title: str = Field(min_length=1, max_length=120)
    meddra: str = ""
    terms: list[str | int]
    broad: list[str | int] = []
    scope: Scope = "narrow"


def read_basket(name: str, beside: Path | None = None) -> Basket:
    """Read basket ``name`` from the study file's folder if it has ``name.toml``, else from the built-in ones.

    Raises Refusal when neither has it or the file is not a basket.
    """
    if not _NAME.match(name):
        raise Refusal("BASKET-NAME", f"'{name}' is not a basket's name.", "Use lower-case letters, digits and hyphens.")
    path = beside / f"{name}.toml" if beside else None
    if path is None or not path.is_file():
        path = resource("baskets") / f"{name}.toml"
    if not path.is_file():
        raise Refusal(
            "BASKET-MISSING",
            f"There is no basket '{name}', neither beside the study file nor among the built-in ones.",
            f"Write {name}.toml beside the study file or correct the name.",
        )
    try:
        file = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except ValidationError as error:
        raise _refusal(error, path) from error
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits, lists in lists without end
        raise _bad(f"it is not TOML: {error}", path) from error
    return Basket(name, file.title, file.meddra, _members(file.terms), _members(file.broad), file.scope)


def _members(entries: Iterable[str | int]) -> frozenset[str]:
    return frozenset(text for entry in entries if (text := str(entry).strip().casefold()))


def _refusal(error: ValidationError, path: Path) -> Refusal:
    first = error.errors(include_url=False)[0]
    key = str(first["loc"][0])
    if first["type"] != "extra_forbidden":
        return _bad(f"the key '{key}' is missing" if first["type"] == "missing" else f"'{key}': {first['msg']}", path)
    near = difflib.get_close_matches(key, _File.model_fields, n=1, cutoff=0.0)[0]
    return Refusal(
        "BASKET-KEY",
        f"The key '{key}' is not known in a basket; the nearest known key is '{near}'.",
        "Correct or remove it.",
        file=path.name,
    )


def _bad(why: str, path: Path) -> Refusal:
    return Refusal(
        "BASKET-BAD",
        f"The basket cannot be read: {why}.",
        "It needs a title and a list 'terms' of preferred terms, by name or by code.",
        file=path.name,
    )


NOT_A_TITLE = "Related AE"
"""The title of a list that every study has."""
ALWAYS = ("opportunistic-infection", "herpes-zoster")
"""The baskets that the infection exhibit needs whether or not the study file lists them."""


def study_baskets(names: Iterable[str], beside: Path | None = None) -> tuple[Basket, ...]:
    """Return the baskets that a study uses: those it lists, in its order, then those always needed."""
    used = dict.fromkeys(names)
    listed = [read_basket(name, beside) for name in used]
    titles = [basket.title for basket in listed]
    for basket in listed:
        if titles.count(basket.title) > 1 or basket.title == NOT_A_TITLE:
            raise Refusal(
                "BASKET-TITLE",
                f"The title '{basket.title}' stands for another list too.",
                "Give each basket of the study a title of its own.",
                file=f"{basket.name}.toml",
            )
    return (*listed, *(read_basket(name, beside) for name in ALWAYS if name not in used))


def held_terms(hold_back: Iterable[str], beside: Path | None = None) -> frozenset[str]:
    """Return what ``ae.hold_back`` names: casefolded preferred terms, and the names and codes of ``basket:NAME``.

    A basket is held back with its broad terms, whether or not they count.
    """
    terms: set[str] = set()
    for entry in hold_back:
        if entry.startswith("basket:"):
            terms |= read_basket(entry.removeprefix("basket:"), beside).everything
        else:
            terms.add(entry.strip().casefold())
    return frozenset(terms)
