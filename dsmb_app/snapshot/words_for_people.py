"""What the sealed file's refusals call things, the same in each sentence."""

from __future__ import annotations

FRESH_COPY = "Do not use this file; ask the statistician for a fresh copy."

PHRASE_NAMES = {
    "main": "opening phrase",
    "codes": "codes phrase (letters A, B)",
    "names": "names phrase (real arm names)",
}
