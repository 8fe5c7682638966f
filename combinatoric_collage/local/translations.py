"""Templates as they were translated before, on the disk.

SAM's translator and what it imports take a third of the processor time in which a cloud starts.
What it makes depends on nothing but what the key is made of: the template, the parameters, where
the stack is to stand, and the code that translates.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from combinatoric_collage.local.cache import Cache, cache_folder

TRANSLATORS = ("aws-sam-translator", "PyYAML")


def key(
    template: bytes, parameters: Mapping[str, str], region: str, stack: str, code: Sequence[Path]
) -> str:
    """A digest of all that a translation depends on; `code` are the files that translate."""
    parts = {
        "template": hashlib.sha256(template).hexdigest(),
        "parameters": dict(parameters),
        "place": [region, stack],
        "code": [hashlib.sha256(file.read_bytes()).hexdigest() for file in code],
        "versions": [version(name) for name in TRANSLATORS],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


class Translations:
    """A folder with the newest of them."""

    def __init__(self, folder: Path) -> None:
        self._cache = Cache(folder, ".json")

    def get(self, key: str) -> dict[str, Any] | None:
        """What was put under a key; None where there is nothing, or not all of it."""
        try:
            found = json.loads(self._cache.get(key) or b"null")
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    def put(self, key: str, template: Mapping[str, Any]) -> None:
        """Keeps a translation."""
        self._cache.put(key, json.dumps(template).encode())


def translations() -> Translations:
    """Those in the user's cache."""
    return Translations(cache_folder() / "templates")
