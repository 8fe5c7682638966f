"""Pictures written from strips, top to bottom, while nothing but a few strips is held.

A strip is all of the picture's width and some of its height: pixels (rows, width, 3), 8-bit RGB,
never changed after it was handed on. Parts of it are encoded by a pool of threads, which libvips,
zlib and numpy leave to run side by side; what comes out is handed on in order.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from collage.formats import Format

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from collage.provenance import Description

    Pixels = NDArray[np.uint8]
    Take = Callable[[bytes], object]


class Writer(Protocol):
    """Takes the strips of a picture, which together have its height."""

    def write(self, strip: Pixels) -> None:
        """The next strip."""

    def finish(self) -> None:
        """The last strip was written."""


def load(
    name: Format,
    size: tuple[int, int],
    description: Description | None,
    take: Take,
    pool: Executor,
) -> Writer:
    """The writer of a format, for a picture of ``size`` (width, height).

    ``take`` gets the file's bytes in order; ``description`` is what the file says of itself.
    """
    writer = import_module(f"collage.formats.{name}").Writer
    return cast(Writer, writer(size, description, take, pool))
