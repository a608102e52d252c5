"""Baskets: named lists of terms of special interest, as editable TOML."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsmb_app.model.errors import Refusal
from dsmb_app.model.resource_files import resource

_NAME = re.compile(r"^[a-z0-9][a-z0-9-]*$")


@dataclass(frozen=True)
class Basket:
    """A basket: preferred terms, casefolded; ``version`` is that of the dictionary it was made on."""

    name: str
    title: str
    version: str
    terms: frozenset[str]

    def holds(self, term: str) -> bool:
        """Tell whether a preferred term belongs to the basket."""
        return term.strip().casefold() in self.terms

    def to_json(self) -> dict[str, object]:
        """Return the basket as JSON values; ``from_json`` is the way back."""
        return {"name": self.name, "title": self.title, "version": self.version, "terms": sorted(self.terms)}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Basket:
        """Return the basket that ``to_json`` wrote."""
        return cls(entry["name"], entry["title"], entry["version"], frozenset(entry["terms"]))


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
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        terms = [str(term) for term in table["terms"]]
        return Basket(name, str(table["title"]), str(table.get("meddra", "")), frozenset(t.casefold() for t in terms))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise Refusal(
            "BASKET-BAD", f"The basket cannot be read: {error}.", "It needs a title and a list 'terms'.", file=path.name
        ) from error


ALWAYS = ("opportunistic-infection", "herpes-zoster")
"""The baskets that the infection exhibit needs whether or not the study file lists them."""


def study_baskets(names: Iterable[str], beside: Path | None = None) -> tuple[Basket, ...]:
    """Return the baskets that a study uses: those it lists, in its order, then those always needed."""
    listed = list(dict.fromkeys([*names, *ALWAYS]))
    return tuple(read_basket(name, beside) for name in listed)


def held_terms(hold_back: Iterable[str], beside: Path | None = None) -> frozenset[str]:
    """Return the casefolded preferred terms that ``ae.hold_back`` names, directly or as ``basket:NAME``."""
    terms: set[str] = set()
    for entry in hold_back:
        if entry.startswith("basket:"):
            terms |= read_basket(entry.removeprefix("basket:"), beside).terms
        else:
            terms.add(entry.strip().casefold())
    return frozenset(terms)
