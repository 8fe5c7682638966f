"""The form of a Deep Zoom pyramid: its levels, the names of its files, its description."""

from typing import Literal

from collage.frozen import Frozen

PREVIEW = 2048
"""Pixels of a preview's longest side, at most: it is a level of the pyramid by itself."""


class Pyramid(Frozen):
    """A Deep Zoom pyramid: ``{folder}/{level}/{column}_{row}.{format}``.

    Its tiles have sides of ``tile_size`` pixels, and ``overlap`` more on each inner side.
    """

    dzi: Literal["collage.dzi"] = "collage.dzi"
    folder: Literal["collage_files"] = "collage_files"
    format: Literal["jpg"] = "jpg"
    tile_size: int = 510
    overlap: int = 1

    def description(self, size: tuple[int, int]) -> bytes:
        """The file ``dzi``, which tells viewers of a picture of ``size`` (width, height)."""
        width, height = size
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<Image xmlns="http://schemas.microsoft.com/deepzoom/2008" Format="{self.format}" '
            f'Overlap="{self.overlap}" TileSize="{self.tile_size}">'
            f'<Size Width="{width}" Height="{height}"/></Image>\n'
        ).encode()


def levels(size: tuple[int, int]) -> list[tuple[int, int]]:
    """The sizes of a picture's levels, each half as large, from its own down to a pixel."""
    sizes = [size]
    while max(sizes[-1]) > 1:
        sizes.append(((sizes[-1][0] + 1) // 2, (sizes[-1][1] + 1) // 2))
    return sizes
