"""Templates as they were translated before, on the disk.

SAM's translator and what it imports take a third of the processor time in which a cloud starts.
What it makes depends on nothing but what the key is made of: the template, the parameters, where
the stack is to stand, and the code that translates.
"""

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from combinatoric_collage.local.cache import Cache

TRANSLATORS = ("aws-sam-translator", "PyYAML")


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
