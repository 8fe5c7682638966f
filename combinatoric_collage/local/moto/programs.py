"""Programs that moto's interpreter made of definitions of state machines, on the disk.

To parse the pack's takes half a second of a processor, a quarter of a cloud's start. What comes of
it depends on the definition and on moto alone, and has no state: an execution's is kept in its
environment.
"""

import hashlib
import io
import json
import pickle
import sys
from importlib.metadata import version
from typing import Any

from combinatoric_collage.local.cache import Cache

INTERPRETER = "moto.stepfunctions.parser."
"""What the names of all modules begin with whose classes a program is made of."""

DIGEST = hashlib.sha256().digest_size


def key(definition: str) -> str:
    """A digest of all that a program depends on."""
    made_by = [version("moto"), version("antlr4-python3-runtime"), list(sys.version_info[:2])]
    return hashlib.sha256(json.dumps([definition, made_by]).encode()).hexdigest()


class Programs:
    """The newest of them."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def get(self, definition: str) -> Any:
        """What was put for a definition; None where there is nothing, or nothing that is whole."""
        found = self._cache.get(key(definition))
        if found is None or _digest(found[DIGEST:]) != found[:DIGEST]:
            return None
        try:
            program = _OfTheInterpreter(io.BytesIO(found[DIGEST:])).load()
        except Exception:  # A pickle of something else fails in any way there is.
            return None
        return program if type(program).__name__ == "Program" else None

    def put(self, definition: str, program: Any) -> None:
        """Keeps one, after a digest of it: a pickle that lost a letter may still be one."""
        made = pickle.dumps(program)
        self._cache.put(key(definition), _digest(made) + made)


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


class _OfTheInterpreter(pickle.Unpickler):
    """Makes objects of the interpreter's own classes, and calls nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        found = super().find_class(module, name) if module.startswith(INTERPRETER) else None
        # A name with dots may lead out of the module, to what that has imported.
        if isinstance(found, type) and found.__module__.startswith(INTERPRETER):
            return found
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a program.")
