"""Builds the page before a wheel holds it; a clone builds its own with ``make install``."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageHook(BuildHookInterface[Any]):
    """Has the page built where it is not; the wheel takes it with its layer."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page, unless it is there or a clone is only linked to."""
        root = Path(self.root)
        page = root / "layers" / "collage" / "collage" / "page" / "index.html"
        if version != "editable" and not page.is_file():
            subprocess.run([sys.executable, str(root / "web" / "build.py")], check=True)  # noqa: S603
