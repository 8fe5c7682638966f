"""What is known of a file format. Each is one file of this folder, and makes one of these."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from collage.formats.description import Description, Read

if TYPE_CHECKING:
    from collage.pixels import Pixels

Sink: TypeAlias = Callable[[bytes], object]
"""Gets a file's bytes, in order."""


class Writer(Protocol):
    """Writes a picture from strips, top to bottom, while nothing but a few of them is held.

    A strip is all of the picture's width and some of its height, and is never changed after it
    was handed on. Parts of it are encoded by a pool of threads, which libvips, zlib and numpy
    leave to run side by side; what comes out is handed on in order.
    """

    def write(self, strip: Pixels) -> None:
        """Take the next strip; together they have the picture's height."""

    def finish(self) -> None:
        """Write what is left, after the last strip."""


class NewWriter(Protocol):
    """Makes a writer for a picture of a size (width, height).

    The picture says of itself what is described, and where the format has a place for it, how many
    pixels of it make an inch.
    """

    def __call__(
        self,
        size: tuple[int, int],
        description: Description | None,
        sink: Sink,
        pool: Executor,
        dpi: int | None = None,
    ) -> Writer:
        """The writer."""


class FileFormat(NamedTuple):
    """A format that pictures are taken in and collages are written in.

    Whatever has no default has to be there: a format that is only half there cannot be made.
    """

    name: str
    """As options name it."""
    title: str
    """As people write it."""
    ending: str
    """Of files' names, without the dot."""
    content_type: str
    longest_side: int
    """Pixels of the longest side that the format, or what nearly every program reads it with, has
    numbers for."""
    begins: Callable[[bytes], bool]
    """Whether a file is of the format, by its first bytes."""
    writer: NewWriter
    embed: Callable[[bytes, Description], bytes]
    """The picture with the description in place of what else it said of itself; no pixel is
    decoded. Raises TruncatedPicture when it ends before its pixels."""
    read: Callable[[bytes], Read]
    """What a picture says, and its size. Raises TruncatedPicture when it ends before that, and
    NoMetadata or ValueError when what it says is damaged or too much."""
    says_dpi: bool = False
    """Whether it has a place for how many pixels make an inch."""
    most_pixels: int = 2**62
    """Width times height, at most."""

    def holds(self, size: tuple[int, int]) -> bool:
        """Whether a picture of ``size`` (width, height) can be written in it."""
        return max(size) <= self.longest_side and size[0] * size[1] <= self.most_pixels
