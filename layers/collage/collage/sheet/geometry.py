"""Where cells lie in a collage, in pixels: what the manifest, the picture itself and pages read."""

from typing import Annotated

from pydantic import Field

from collage.frozen import Frozen

Side = Annotated[int, Field(ge=1, le=2**31)]
Distance = Annotated[int, Field(ge=0, le=2**31)]


class Geometry(Frozen):
    """The places of the cells, each pair as horizontal and vertical, in pixels.

    A cell begins a ``step`` after the one before it, the first at ``offset``, beside and above
    which are border, title and headers. Its picture takes up ``visible``, below which is its label
    of the height ``label``. ``size`` is that of the whole collage.
    """

    rows: Side
    cols: Side
    cell: tuple[Side, Side] = (1, 1)
    gap: int
    offset: tuple[Distance, Distance]
    step: tuple[Side, Side]
    visible: tuple[Side, Side]
    label: Distance
    size: tuple[Side, Side]

    def box(self, row: int, col: int) -> tuple[int, int, int, int]:
        """Left, top, width and height of a cell's picture."""
        left = self.offset[0] + col * self.step[0]
        return left, self.offset[1] + row * self.step[1], *self.visible
