"""Collages from Python: made by the same stacks as the command's, and looked at as objects.

With nothing said, the laptop cloud is started for each collage, and what was made before is found
in its state again; ``stack`` names a deployed one.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

if TYPE_CHECKING:
    from collage.manifest import Manifest, TileRecord
    from collage.request.named_files import Files
    from collage.settings import Settings
    from collage.steps.start_collage import Started
    from combinatoric_collage.cli.stacks.stack import Stack

Picture = str | Path | Image.Image
"""A picture: its file, or one of Pillow's."""

AS_PUT = "sources/mask"
"""A mask file's key until it is put in."""


@dataclass(frozen=True)
class Tile:
    """One picture of a collage, and what it was made by.

    ``state`` is done, reused or replaced; of a refused or failed tile there is no picture.
    """

    file: Path
    key: str
    state: str
    engine: str
    prompt: str
    styles: tuple[str, ...]
    mask: str | None
    seed: int | None
    axes: Mapping[str, str]
    usd: float
    error: str | None = None
    message: str | None = None

    @property
    def image(self) -> Image.Image:
        """The picture, read anew.

        Raises:
            FileNotFoundError: when the tile was not made; ``error`` and ``message`` say why.
        """
        return _opened(self.file)

    def _repr_png_(self) -> bytes | None:
        return self.file.read_bytes() if self.file.is_file() else None


@dataclass(frozen=True)
class Collage:
    """A collage that was made, in a folder of its own. Iterating gives the tiles that exist.

    ``usd`` is what was paid in this run; ``stopped`` says why it ended early, if it did.
    """

    id: str
    folder: Path
    file: Path
    page: Path
    usd: float
    stopped: str | None
    tiles: tuple[Tile, ...] = field(repr=False)

    @property
    def image(self) -> Image.Image:
        """The whole picture."""
        return _opened(self.file)

    def __iter__(self) -> Iterator[Tile]:
        return (tile for tile in self.tiles if tile.file.is_file())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _repr_jpeg_(self) -> bytes:
        return (self.folder / "preview.jpg").read_bytes()


def make(
    recipe: str,
    source: Picture | Sequence[Picture] | None = None,
    *,
    mask_file: Picture | None = None,
    mask_files: Mapping[str, Picture] | None = None,
    style_pictures: Mapping[str, Picture] | None = None,
    out: str | Path | None = None,
    force: bool = False,
    stack: str | None = None,
    state: str | Path | None = None,
    parameters: Mapping[str, str] | None = None,
    retry_refused: bool = False,
    yes: bool = False,
    **options: Any,
) -> Collage:
    """Make a collage by a recipe, and wait for it.

    Args:
        recipe: Its name, such as ``collage``, ``matrix`` or ``variations``.
        source: The picture, or several; some recipes need none.
        mask_file: A picture that says what to erase.
        mask_files: Masks of one's own by their names, for the recipes that have ``masks``.
        style_pictures: Pictures that styles are taken from, by the styles' names.
        out: The folder of the result; a new one below ``out`` if none is named.
        force: Replace another collage in ``out``.
        stack: A deployed stack's name; without it, the laptop cloud.
        state: Where the laptop cloud keeps what was made, if not in the user's cache.
        parameters: Of the laptop cloud's template.
        retry_refused: Ask again for what moderation refused in an earlier run.
        yes: Make more than a hundred paid calls. Without it such a request is refused.
        **options: The request's fields, as docs/schemas/request.schema.json has them.

    Raises:
        collage.errors.CollageError: by its name, when the request is wrong or the run fails;
            what was made of it is kept, and the same call goes on from there.
    """
    from collage.request import parse, rules
    from combinatoric_collage.cli import confirmation
    from combinatoric_collage.cli.output_folder import Output
    from combinatoric_collage.cli.stacks.which import WhereConfigured

    given = [f"{name}={value}" for name, value in (parameters or {}).items()]
    where = WhereConfigured(stack, _path(state), lasting=True, parameters_given=given)
    photo, sources = _parted(source)
    beside = _Beside(mask_file, mask_files or {}, style_pictures or {}, sources)
    fields = {"recipe": recipe, **beside.names, **options}
    asked = parse.parse({**fields, **beside.as_put})
    rules.served(asked, photo is not None)
    # A seed that was drawn is that of the estimate and of the run.
    fields["seed"] = asked.seed
    to = Output(_path(out), force, next(filter(None, map(_name, (photo, *sources))), recipe))
    to.check(_files(photo, *beside.pictures))
    data, files = _data(photo, where.settings), beside.read(where.settings)
    with where.reached(asked) as reached:
        if not yes and confirmation.may_be_paid(asked):
            confirmation.agree(reached.estimate(data, asked, files), None)
        to.hold(lambda: reached.identify(data, asked, files))
        started = reached.start(data, fields, files, retry_refused=retry_refused)
        return _finished(reached, started, to.folder(started["id"]))


def collage(source: Picture, **options: Any) -> Collage:
    """Repaint parts of a picture in pairs of styles, as `make` does by the recipe ``collage``."""
    return make("collage", source, **options)


def matrix(source: Picture | None = None, **options: Any) -> Collage:
    """Make every value of an axis with every other, as `make` does by the recipe ``matrix``."""
    return make("matrix", source, **options)


@dataclass(frozen=True)
class _Beside:
    """The pictures beside the source, by the fields of the request that they stand for."""

    mask_source: Picture | None
    mask_files: Mapping[str, Picture]
    style_pictures: Mapping[str, Picture]
    sources: tuple[Picture, ...]

    @property
    def pictures(self) -> tuple[Picture | None, ...]:
        named = (*self.mask_files.values(), *self.style_pictures.values())
        return (self.mask_source, *named, *self.sources)

    @property
    def as_put(self) -> dict[str, Any]:
        """The fields, before the pictures are put in."""
        put: dict[str, Any] = {} if self.mask_source is None else {"mask_source": AS_PUT}
        if self.sources:
            put["sources"] = [AS_PUT] * len(self.sources)
        named = {"mask_files": self.mask_files, "style_pictures": self.style_pictures}
        return put | {
            field: dict.fromkeys(given, AS_PUT) for field, given in named.items() if given
        }

    @property
    def names(self) -> dict[str, Any]:
        """The field that says what several sources are called."""
        called = [_called(*each) for each in enumerate(self.sources, 1)]
        return {"source_names": called} if called else {}

    def read(self, limits: Settings) -> Files:
        """The bytes of all of them."""
        from collage.request.named_files import Files

        def read(given: Mapping[str, Picture]) -> dict[str, bytes]:
            found = {name: _data(picture, limits) for name, picture in given.items()}
            return {name: data for name, data in found.items() if data is not None}

        return Files(
            mask_source=_data(self.mask_source, limits),
            mask_files=read(self.mask_files),
            style_pictures=read(self.style_pictures),
            sources=tuple(data for one in self.sources if (data := _data(one, limits))),
        )


def _finished(reached: Stack, started: Started, folder: Path) -> Collage:
    """A collage that was started, once it is made."""
    for _ in reached.follow(started):
        pass
    return _read(reached.fetch(started["id"], folder), folder)


def _read(manifest: Manifest, folder: Path) -> Collage:
    tiles = tuple(_tile(record, folder) for record in manifest.tiles)
    ended = manifest.stopped
    return Collage(
        id=manifest.id,
        folder=folder,
        file=folder / (manifest.files.collage or manifest.files.preview),
        page=folder / "index.html",
        usd=manifest.usd,
        stopped=f"{ended.error}: {ended.message}" if ended else None,
        tiles=tiles,
    )


def _tile(record: TileRecord, folder: Path) -> Tile:
    tile = record.tile
    return Tile(
        file=folder / "tiles" / f"{record.key}.png",
        key=record.key,
        state=record.state,
        engine=tile.engine,
        prompt=tile.prompt,
        styles=tile.styles,
        mask=tile.mask,
        seed=tile.seed,
        axes=record.axes,
        usd=record.usd,
        error=record.error,
        message=record.message,
    )


def _parted(
    source: Picture | Sequence[Picture] | None,
) -> tuple[Picture | None, tuple[Picture, ...]]:
    """A picture alone, or several."""
    if source is None or isinstance(source, str | Path | Image.Image):
        return source, ()
    return (source[0], ()) if len(source) == 1 else (None, tuple(source))


def _called(number: int, picture: Picture) -> str:
    """What one of several pictures is called: as its file is."""
    from collage.text import called

    return called(Path(picture).name) if isinstance(picture, str | Path) else str(number)


def _files(*pictures: Picture | None) -> list[Path]:
    """Those of the pictures that are files."""
    return [Path(given) for given in pictures if isinstance(given, str | Path)]


def _data(picture: Picture | None, limits: Settings) -> bytes | None:
    """The bytes of a picture that a stack with these limits will accept."""
    from combinatoric_collage.cli import input_files, picture_process

    if picture is None:
        return None
    if isinstance(picture, Image.Image):
        file = io.BytesIO()
        picture.save(file, "PNG")
        data = file.getvalue()
    else:
        data = input_files.read(Path(picture), limits.max_source_bytes)
    picture_process.inspect(
        data, max_bytes=limits.max_source_bytes, max_pixels=limits.max_source_pixels
    )
    return data


def _name(picture: Picture | None) -> str | None:
    """What a picture is called."""
    return Path(picture).stem if isinstance(picture, str | Path) else None


def _path(given: str | Path | None) -> Path | None:
    return None if given is None else Path(given)


def _opened(file: Path) -> Image.Image:
    with Image.open(file) as picture:
        picture.load()
    return picture
