"""What pyreadstat returns, in the shapes of a table; its ``meta`` is an object without a type of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dsmb_app.snapshot.delivered import Coder, Column, clean, format_text


def columns_of(values: Mapping[str, Any], meta: Any, names: tuple[str, ...]) -> dict[str, Column]:
    """Return the columns that pyreadstat read as lists, by upper-case name; its missing numbers are None."""
    return {
        name: _column(name, values[said], meta.readstat_variable_types[said])
        for name, said in zip(names, meta.column_names, strict=True)
    }


def _column(name: str, cells: Sequence[Any], kind: str) -> Column:
    if kind != "string":
        return np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)
    coder: Coder[str] = Coder(lambda text: clean(text, name))
    coder.add(["" if cell is None else cell for cell in cells])
    return coder.column()


def formats_of(meta: Any, names: tuple[str, ...]) -> dict[str, str]:
    """Return the display formats that pyreadstat found, by upper-case column name; it says NULL for none."""
    found = {name: meta.original_variable_types.get(said) for name, said in zip(names, meta.column_names, strict=True)}
    return {name: format_text(form) for name, form in found.items() if form and form != "NULL"}


def labels_of(meta: Any, names: tuple[str, ...]) -> dict[str, str]:
    """Return the labels, "" for none, by upper-case column name."""
    return {name: (label or "").strip() for name, label in zip(names, meta.column_labels, strict=True)}
