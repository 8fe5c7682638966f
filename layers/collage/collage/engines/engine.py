"""What an engine is: what is known of it, what it is asked for, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

from collage.engines.provider import Provider
from collage.errors import CollageError
from collage.networks.files import File
from collage.tile import Operation, Tile
from collage.weights import Weights

if TYPE_CHECKING:
    from collage.pictures.pixels import Pixels

Size = tuple[int, int]
"""Width and height in pixels."""


REFERENCE_SIZE = 1024, 1024
"""Width and height in pixels of the pictures of styles that engines with ``references`` take."""

Turn = Callable[[], str]
"""Returns when it is the call's turn to ask, with the place to ask at, where there are several;
raises NoSlotYet when that is far off."""


class Wanted(NamedTuple):
    """What is wanted of an engine: of a request as far as that is known, or of a tile."""

    operation: Operation
    size: Size
    """Of the tile, or of the picture that is made larger."""
    model: str | None = None
    """What the request names, or the tile."""
    prompt: str | None = None
    """None: it is not known yet."""
    options: frozenset[str] = frozenset()
    """The fields that the request asks with, of those that not every operation has a use for."""

    @classmethod
    def of(cls, tile: Tile) -> Wanted:
        """What a tile wants."""
        scale = int(tile.options.get("scale", 1))
        size = tile.size[0] // scale, tile.size[1] // scale
        return cls(tile.operation, size, tile.model, tile.prompt)


@dataclass(frozen=True)
class Capability:
    """What is known of an engine without loading it."""

    operations: frozenset[Operation]
    model: str | None
    """What renders; None where the stack's settings or the request say it."""
    seeded: bool
    """Whether a seed decides the picture. Where it does not, samples are only numbered."""
    trained: bool
    """Whether it holds a trained model, as its pictures then say."""
    networks: Mapping[str, tuple[File, ...]] = field(default_factory=dict)
    """Files of packages that its models are made of, by model."""
    batch: int = 1
    """Tiles that can be made by one call."""
    alike: Callable[[Tile], Any] = lambda tile: tile.model_dump(exclude={"sample"})
    """What tiles of one call have in common."""
    options: tuple[str, ...] = ()
    """Fields of the request that it takes as options. A tile has those that were asked for,
    as text, in its own ``options``."""
    qualities: tuple[str, ...] = ()
    """What the option ``quality`` may be."""
    pinned: Callable[[Operation, str | None, Weights | None], str] | None = None
    """Where its models are weights of the stack's own: the model that a tile names, for its
    operation and the model that is asked for. Such tiles are made by a task, not by a function."""
    qualities_of: Callable[[str], tuple[str, ...] | None] = lambda model: None
    """Those that a model takes, by its name; None where only its server knows."""
    model_of: Callable[[Operation, bool, str], str] = lambda operation, prompted, model: model
    """Where its operations have models of their own: a tile's, by its operation, whether it has a
    prompt, and the model that is asked for or set."""
    unprompted: frozenset[Operation] = frozenset()
    """Operations that it has a way of its own to do without any prompt."""
    check: Callable[[Wanted, Any], None] = lambda wanted, settings: None
    """Raises InvalidRequest for what it, by its provider's settings, could never make."""
    working_size: Callable[[str, Size], Size] = lambda model, size: size
    """The size to prepare a tile's source to, by the model and the tile's size."""
    provider: Provider | None = None
    """Whose service it asks for money; None where calls cost nothing."""
    families: Mapping[Operation, str] = field(default_factory=dict)
    """Where another model is taken for each operation, unless a request names one: those."""
    styles: tuple[str, ...] = ()
    """Styles that it knows beside the default ones, and that are listed in turn with them."""
    style_pictures: bool = False
    """Whether it takes styles from pictures: it is a `StylePictured` then, or a task's."""
    style_pictures_of: Callable[[str, Weights | None], bool] = lambda model, weights: True
    """Whether this model of such an engine does, of the stack's own weights."""
    references: bool = False
    """Whether a style is transferred from a picture of it of `REFERENCE_SIZE`, which is generated
    where none is given. Otherwise the engine knows how every style looks, and what it reads of a
    picture is small."""
    transferred_again: Mapping[str, str] = field(default_factory=dict)
    """Options of a transfer whose source is one already, so that both styles show."""
    identity: bool = False
    """Whether it shows its sources as they are."""
    offered: bool = True
    """Whether a request may name it; a recipe takes others by itself."""


@dataclass(frozen=True)
class Rendered:
    """What an engine made of a tile."""

    png: bytes
    """The tile's picture, of the tile's size."""
    provider: bytes | None = None
    """What the provider answered, untouched, where there is one."""
    usd: float | None = None
    """What the provider says that it cost, in dollars."""
    outside_changed: int | None = None
    """Pixels outside the mask that the model had changed, in the tile's size."""
    cropped_from: tuple[int, int] | None = None
    """The size of the provider's picture, where that was of another shape and lost two sides."""
    measures: dict[str, float] = field(default_factory=dict)
    """What the engine measured of it, by name."""
    pixels: Pixels | None = field(default=None, compare=False, repr=False)
    """Those of the picture, where they are at hand; to decode it takes longer than most else."""

    @classmethod
    def of(cls, pixels: Pixels, **facts: Any) -> Self:
        """A picture that is nothing but its pixels, (height, width, 3), and ``facts`` of it."""
        from collage.pictures.pixels import encoded

        return cls(encoded(pixels), pixels=pixels, **facts)


Outcome = Rendered | CollageError
"""What came of one tile of a call: its picture, or why there is none.

An error here is one tile's matter, while others of the same call have their pictures:

- `NotMade`: the provider made fewer pictures than it was asked for; this one costs nothing.
- `BrokenAnswer`: it answered something here that is no picture, and may bill it.
- `PictureNotFetched`, `PictureElsewhere`: it was made, but could not be fetched, or may not be.
"""


class Engine(Protocol):
    """What every engine is to the steps."""

    def render(
        self, tiles: Sequence[Tile], source: bytes | None, mask: bytes | None, turn: Turn
    ) -> Sequence[Outcome]:
        """What came of each of the tiles, in their order; they differ only in their samples.

        At least one of them has its picture: what leaves all of them without one is raised. So a
        call of one tile brings its picture or raises. The caller keeps the pictures that came,
        settles them by their number, and asks for the others singly, save those whose error is a
        permanent one.

        ``source`` and ``mask`` are PNGs of the engine's working size; the mask's alpha 0 = edit.
        An engine that asks a provider calls ``turn`` right before it does.
        """


class StylePictured(Engine, Protocol):
    """An engine that takes styles from pictures."""

    def with_style_pictures(self, pictures: Mapping[str, bytes]) -> Engine:
        """The same engine where these styles, by name, are those of these pictures' files."""


class TakesPictures(Protocol):
    """An engine that is given the pictures of styles with each call."""

    def render(
        self,
        tiles: Sequence[Tile],
        source: bytes | None,
        mask: bytes | None,
        turn: Turn,
        styles: Mapping[str, bytes] | None = None,
    ) -> Sequence[Outcome]:
        """As `Engine.render`; ``styles`` are the files of pictures, by the styles' names."""


class Pictured(NamedTuple):
    """An engine with pictures of styles; what it notes of its provider is noted for all calls."""

    engine: TakesPictures
    pictures: Mapping[str, bytes]

    def render(
        self, tiles: Sequence[Tile], source: bytes | None, mask: bytes | None, turn: Turn
    ) -> Sequence[Outcome]:
        """As `Engine.render`."""
        return self.engine.render(tiles, source, mask, turn, self.pictures)
