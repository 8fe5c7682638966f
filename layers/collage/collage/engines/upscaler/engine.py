"""The embedded upscaler: a network that learned what fine detail looks like, run by OpenCV."""

from collections.abc import Sequence

from collage.engines.engine import Rendered, Turn
from collage.engines.upscaler.enlarge import enlarge
from collage.pictures import pixels
from collage.tile import Tile


class Upscaler:
    """Makes pictures larger by 2 or 4."""

    def render(
        self, tiles: Sequence[Tile], source: bytes | None, mask: bytes | None, turn: Turn
    ) -> list[Rendered]:
        """The source at each tile's size, by the model that the tile names.

        Raises:
            ValueError: without a source.
            EngineUnavailable: when the model's numbers are not installed.
        """
        if source is None:
            raise ValueError("there is no picture to make larger")
        given = pixels.decoded(source, None)
        return [Rendered.of(enlarge(given, tile.size, tile.model)) for tile in tiles]


def load(_tools: object) -> Upscaler:
    """The upscaler; it needs no services, and a network is read when it is first used."""
    return Upscaler()
