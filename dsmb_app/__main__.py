"""``python -m dsmb_app COMMAND``: the command line without an installed script."""

from __future__ import annotations

import os
import sys

if not sys.flags.safe_path:
    # Python puts the working folder first: a file pandas.py beside the data would be run in place of the library.
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - see above

from dsmb_app.cli import main

main()
