"""The techniques by the name of their style, and where each comes in when several are mixed."""

from collections.abc import Callable
from dataclasses import dataclass

from numpy.random import Generator

from collage.painting.brushwork import expressionism, impressionism
from collage.painting.canvas import Picture
from collage.painting.dots import neo_impressionism, pointillism
from collage.painting.dreams import abstract_expressionism, surrealism
from collage.painting.light import baroque, photorealism, realism
from collage.painting.planes import cubism, cubo_futurism
from collage.painting.posters import art_deco, constructivism
from collage.painting.prints import japanese_wood_block_print, op_art

COMPOSITION, DESIGN, LIGHT, TOUCH, OPTICS = range(5)


@dataclass(frozen=True)
class Technique:
    """A way to paint, and its turn when there are others.

    Space is bent first, then come flat shapes, then light, then the touch of the brush; optics
    plays with whatever is there.
    """

    style: str
    paint: Callable[[Picture, Generator], Picture]
    turn: int


_ALL = (
    Technique("Impressionism", impressionism, TOUCH),
    Technique("Cubism", cubism, COMPOSITION),
    Technique("Pointillism", pointillism, TOUCH),
    Technique("Photorealism", photorealism, LIGHT),
    Technique("Japanese Wood Block Print", japanese_wood_block_print, DESIGN),
    Technique("Expressionism", expressionism, TOUCH),
    Technique("Constructivism", constructivism, DESIGN),
    Technique("Abstract Expressionism", abstract_expressionism, TOUCH),
    Technique("Surrealism", surrealism, COMPOSITION),
    Technique("Baroque", baroque, LIGHT),
    Technique("Realism", realism, LIGHT),
    Technique("Neo-Impressionism", neo_impressionism, TOUCH),
    Technique("Art Deco", art_deco, DESIGN),
    Technique("Cubo-Futurism", cubo_futurism, COMPOSITION),
    Technique("Op Art", op_art, OPTICS),
)


def key_of(style: str) -> str:
    """The letters and digits of a name, which are what the table goes by.

    "Op-Art" is "Op Art", and a "Japanese woodblock print" is no unknown style.
    """
    return "".join(c for c in style.casefold() if c.isalnum()) or style.strip()


def named(text: str) -> tuple[str, ...]:
    """The styles of the table that a text speaks of."""
    left = key_of(text)
    found = []
    # Neo-Impressionism does not also mean Impressionism.
    for style in sorted(STYLES, key=len, reverse=True):
        if key_of(style) in left:
            found.append(style)
            left = left.replace(key_of(style), " ")
    return tuple(found)


STYLES: tuple[str, ...] = tuple(technique.style for technique in _ALL)
TECHNIQUES: dict[str, Technique] = {key_of(technique.style): technique for technique in _ALL}
