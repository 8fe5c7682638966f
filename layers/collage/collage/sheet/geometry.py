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

    @property
    def grid_end(self) -> int:
        """The row of pixels below all cells and their labels."""
        return self.offset[1] + self.rows * self.step[1] - max(0, self.gap)

    def rows_between(self, first: int, end: int) -> range:
        """The rows of cells, labels and gaps included, that have a part in these rows of pixels."""
        above, deep = self.offset[1], self.step[1]
        if first >= self.grid_end or end <= above:
            return range(0)
        return range(max(0, (first - above) // deep), min(self.rows, -((above - end) // deep)))

    def box(self, row: int, col: int) -> tuple[int, int, int, int]:
        """Left, top, width and height of a cell's picture."""
        left = self.offset[0] + col * self.step[0]
        return left, self.offset[1] + row * self.step[1], *self.visible
