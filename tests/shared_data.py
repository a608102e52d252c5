"""Where the real data lies that the tests compare with: a folder beside the project, not part of it."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"
CDISC_PILOT = SHARED_DATA / "cdiscpilot01"
EXPECTED = SHARED_DATA / "expected"

needs_shared_data = pytest.mark.skipif(
    not SHARED_DATA.is_dir(), reason="the folder shared/data is not beside the project's folder"
)
