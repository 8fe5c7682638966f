"""Templates as they were translated before, on the disk.

SAM's translator and what it imports take a third of the processor time in which a cloud starts.
What it makes depends on nothing but what the key is made of: the template, the parameters, where
the stack is to stand, and the code that translates.
"""

import hashlib
import json
import os
import secrets
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

# Some tens of kilobytes each: a template in a few versions, each with a few sets of parameters.
MOST = 32
TRANSLATORS = ("aws-sam-translator", "PyYAML")


def cache_folder() -> Path:
    """Where this package keeps what it can make again, as each system has it."""
    caches = Path("~/Library/Caches" if sys.platform == "darwin" else "~/.cache").expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or caches) / "combinatoric-collage"


def key(template: bytes, parameters: Mapping[str, str], region: str, stack: str, code: Path) -> str:
    """A digest of all that a translation depends on; `code` is the file of its caller."""
    parts = {
        "template": hashlib.sha256(template).hexdigest(),
        "parameters": dict(parameters),
        "place": [region, stack],
        "code": hashlib.sha256(code.read_bytes()).hexdigest(),
        "versions": [version(name) for name in TRANSLATORS],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


class Translations:
    """A folder with the newest of them; one that cannot be used is as one that is empty."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> dict[str, Any] | None:
        """What was put under a key; None where there is nothing, or not all of it."""
        file = self._folder / f"{key}.json"
        try:
            found = json.loads(file.read_bytes())
        except (OSError, ValueError):
            return None
        with suppress(OSError):
            file.touch()
        return found if isinstance(found, dict) else None

    def put(self, key: str, template: Mapping[str, Any]) -> None:
        """Keeps a translation, in one step, and lets go of the one used longest ago."""
        unfinished = self._folder / f"{key}.{secrets.token_hex(4)}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                unfinished.write_text(json.dumps(template), encoding="utf-8")
                unfinished.replace(self._folder / f"{key}.json")
            finally:
                unfinished.unlink(missing_ok=True)
            for old in sorted(self._folder.glob("*.json"), key=_used)[:-MOST]:
                old.unlink(missing_ok=True)
        except OSError:
            # Another time it is translated again.
            return


def _used(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:  # Another cloud has let go of it.
        return 0.0
