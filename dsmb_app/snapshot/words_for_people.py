"""What the sealed file's refusals call things, the same in each sentence."""

from __future__ import annotations

from dsmb_app.model.errors import Refusal

FRESH_COPY = "Do not use this file; ask the statistician for a fresh copy."

PHRASE_NAMES = {
    "main": "opening phrase",
    "codes": "codes phrase (letters A, B)",
    "names": "names phrase (real arm names)",
}


def codes_first(file: str) -> Refusal:
    """Return what is said to who wants the names before the codes."""
    return Refusal("CODES-FIRST", "Names open only after codes.", "Open the codes first.", file=file)
