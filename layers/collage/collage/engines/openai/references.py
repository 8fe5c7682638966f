"""Reference pictures: what is sent beside a source, and what the prompt says of them."""

from __future__ import annotations

from collections.abc import Mapping

from collage.tile import Tile

MOST = 15
"""Pictures that an edit takes beside its source, whose number may be sixteen in all."""

ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
)  # fmt: skip


def sent(tile: Tile) -> tuple[str, ...]:
    """The styles of a tile that pictures are sent along of, in this order."""
    return tuple(tile.style_pictures)[:MOST]


def count(tile: Tile) -> int:
    """How many pictures are sent for a tile, its source among them."""
    return (tile.source is not None) + len(sent(tile))


def prompt(tile: Tile) -> str:
    """The prompt as it goes out: the tile's, and what each of the pictures is there for."""
    styles = sent(tile)
    if not styles:
        return tile.prompt
    first = int(tile.source is not None)
    if tile.operation == "transfer":
        return (
            f"Repaint all of the first picture {tile.prompt}, as the second picture shows that "
            "style. Everything in the first picture stays what it is and where it is; of the "
            "second picture take only the style, and nothing that it shows."
        )
    told = ", ".join(f"the {ORDINALS[first + i]} picture of {s}" for i, s in enumerate(styles))
    return (
        f"{tile.prompt.rstrip('. ')}. There are examples of styles: {told}. Take only the style of "
        "them, and nothing that they show."
    )


def files(tile: Tile, pictures: Mapping[str, bytes]) -> list[tuple[str, bytes, str]]:
    """The pictures of a tile's styles, as files to send."""
    return [
        (f"style-{number}.png", pictures[name], "image/png")
        for number, name in enumerate(sent(tile), 1)
    ]
