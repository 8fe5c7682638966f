"""Combinatoric collages from a command line or a notebook, on a laptop or on AWS.

import combinatoric_collage as cc

made = cc.collage("photo.jpg", styles=["Cubism", "Baroque", "Op Art"], rows=2, cols=3)
made                                      # a notebook shows it
[tile.image for tile in made]             # Pillow pictures
"""

from typing import TYPE_CHECKING, Any

from combinatoric_collage import pack

if TYPE_CHECKING:
    from combinatoric_collage.notebook import Collage, Tile, collage, make, matrix

__all__ = ["Collage", "Tile", "collage", "make", "matrix"]

pack.use_library()


def __getattr__(name: str) -> Any:
    # The command's own processes import this package, and make nothing by these names.
    if name in __all__:
        from combinatoric_collage import notebook

        return getattr(notebook, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
