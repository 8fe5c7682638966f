"""The engine that changes nothing: its picture is its source, for a place beside the others."""

from collections.abc import Sequence

from collage.engines.engine import Rendered, Turn
from collage.tile import Tile


class Original:
    """Shows the source, or what a composition puts together, as it is."""

    def render(
        self, tiles: Sequence[Tile], source: bytes | None, mask: bytes | None, turn: Turn
    ) -> list[Rendered]:
        """The source for each of the tiles.

        Raises:
            ValueError: without a source.
        """
        if source is None:
            raise ValueError("there is no picture to show")
        return [Rendered(source) for _ in tiles]


def load(_tools: object) -> Original:
    """The engine; it needs no services."""
    return Original()
