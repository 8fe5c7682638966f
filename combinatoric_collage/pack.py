"""Where the pack lies: its template, functions, layers, state machine and tasks."""

import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
BUNDLED = PACKAGE / "pack"

ROOT = BUNDLED if BUNDLED.is_dir() else PACKAGE.parent
"""The clone, or its copy inside the installed package."""

LIBRARY = ROOT / "layers" / "collage"
"""The layer of the library ``collage``, which is imported from there as functions do."""


def use_library() -> None:
    """Have ``import collage`` find the layer's library, unless it is on the path already."""
    if str(LIBRARY) not in sys.path:
        sys.path.append(str(LIBRARY))
