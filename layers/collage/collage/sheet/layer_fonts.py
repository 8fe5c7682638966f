"""The fonts of the layer, as Pango gets to know them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock

PACKAGES = ("manimgx_fonts", "manimgx_fonts_cjk")
SUFFIXES = (".ttf", ".otf", ".ttc")
CONFIGURATION = Path(__file__).with_name("fonts.conf")

_starting = Lock()


@cache
def start() -> None:
    """Make the layer's fonts known to Pango.

    The environment says so only meanwhile: other programs have use for the machine's own fonts.
    """
    import pyvips

    with _starting:
        before = os.environ.get("FONTCONFIG_FILE")
        os.environ["FONTCONFIG_FILE"] = str(CONFIGURATION)
        try:
            for path in paths():
                pyvips.Image.text("a", font="Noto Sans 12", dpi=72, fontfile=str(path))
        finally:
            if before is None:
                del os.environ["FONTCONFIG_FILE"]
            else:
                os.environ["FONTCONFIG_FILE"] = before


def paths() -> Iterator[Path]:
    """The files of the layer's fonts."""
    for package in PACKAGES:
        folder = Path(str(files(package)))
        yield from sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)
