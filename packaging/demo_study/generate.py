"""Makes resources/demo: ``python packaging/demo_study/generate.py [--out FOLDER] [--seed N]``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

# Run by path: the folder above is a plain folder, since an importable one would hide PyPI's own `packaging`.
HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1]))

from demo_study.plan import CURRENT, EARLIER, SEED  # noqa: E402
from demo_study.trial import datasets, make_trial  # noqa: E402
from demo_study.write import write_cut  # noqa: E402


def main() -> None:
    """Write both cuts of the demo trial."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE.parents[2] / "resources" / "demo")
    parser.add_argument("--seed", type=int, default=SEED)
    wish = parser.parse_args()
    trial = make_trial(wish.seed)
    for cut in (EARLIER, CURRENT):
        write_cut(wish.out / cut.folder, datasets(trial, cut), cut)


if __name__ == "__main__":
    main()
