"""MakeMasks: the source is brought to the size that engines work at, and masks are drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from collage import engines, recipes
from collage.digest import sha256
from collage.engines.diffusion import operations
from collage.engines.engine import REFERENCE_SIZE
from collage.errors import InvalidRequest, SourceChanged
from collage.fields.values import MOST_FONT_BYTES
from collage.pictures import masks
from collage.prepared import Prepared
from collage.recipes.recipe import Boxes, Shape
from collage.request.accepted import Accepted, Font, Source
from collage.request.named_files import Files
from collage.request.request import Request
from collage.services import Services
from collage.steps import capabilities, own_masks
from collage.store.store import Store
from collage.weights import Weights

STYLE_SIZE = 256, 256
"""Pixels of a style picture: what the network reads that makes a style of it."""

StylePictures = dict[str, tuple[bytes, str]]
"""By a style's name the PNG of its picture, and the digest of that one's pixels."""


def make_masks(store: Store, services: Services, collage_id: str) -> None:
    """Prepare the source to the size that the engine works at, and draw the masks over it.

    Raises:
        SourceChanged: when the upload was overwritten since the request was accepted.
    """
    accepted = store.accepted(collage_id)
    most = services.settings.max_source_bytes

    def read(picture: Source | None) -> bytes | None:
        return None if picture is None else _unchanged(store, picture, most)

    data, files = read(accepted.source), _files(read, accepted)
    has_source = bool(accepted.every_source)
    if accepted.font is not None:
        store.put_font(collage_id, _unchanged(store, accepted.font, MOST_FONT_BYTES))
    weights = capabilities.weights(store, accepted.request, services, has_source)
    drawn = prepare(services, accepted.request, data, files, accepted.size, weights)
    for digest, png in drawn.sources.items():
        store.put_prepared_source(collage_id, png, digest if accepted.sources else None)
    for name, mask in drawn.masks.items():
        store.put_mask(collage_id, name, mask)
    small, large = style_pictures(accepted.request, files.style_pictures)
    for png, digest in (*small.values(), *large.values()):
        store.put_style_picture(collage_id, digest, png)
    store.put_prepared(collage_id, with_styles(drawn.digests, small, large))


def _files(read: Callable[[Source | None], bytes | None], accepted: Accepted) -> Files:
    """The files of an accepted request but its font, as they were when it was accepted."""
    styled = {name: read(picture) for name, picture in accepted.style_pictures.items()}
    return Files(
        mask_source=read(accepted.mask),
        mask_files={name: tuple(map(read, every)) for name, every in accepted.mask_files.items()},
        style_pictures={name: data for name, data in styled.items() if data is not None},
        sources=tuple(data for data in map(read, accepted.sources) if data is not None),
    )


def _unchanged(store: Store, file: Source | Font, most: int) -> bytes:
    data = store.upload(file.key, most)
    if sha256(data) != file.sha256:
        raise SourceChanged(f"{file.key} was overwritten after the request was accepted.")
    return data


def style_pictures(
    asked: Request, files: Mapping[str, bytes]
) -> tuple[StylePictures, StylePictures]:
    """The pictures of styles in the sizes that engines of the request take: small, and large.

    Raises:
        TruncatedPicture: when one cannot be decoded.
    """
    from collage.pictures import source

    def brought_to(size: tuple[int, int], *, references: bool) -> StylePictures:
        able = (engines.ENGINES[name] for name in asked.engines)
        if not any(known.style_pictures and known.references == references for known in able):
            return {}
        pngs = {name: source.prepare(data, size, "crop") for name, data in files.items()}
        return {name: (png, source.pixel_digest(png)) for name, png in pngs.items()}

    return brought_to(STYLE_SIZE, references=False), brought_to(REFERENCE_SIZE, references=True)


def with_styles(prepared: Prepared, small: StylePictures, large: StylePictures) -> Prepared:
    """What was prepared, with the digests of the pictures of styles."""
    sets = {"style_pictures": small, "reference_pictures": large}
    return prepared.model_copy(
        update={
            field: {name: digest for name, (_, digest) in pictures.items()}
            for field, pictures in sets.items()
        }
    )


class Drawn(NamedTuple):
    """Prepared sources by their pixels' digests and masks by name, as PNGs; and all digests."""

    sources: Mapping[str, bytes]
    masks: Mapping[str, bytes]
    digests: Prepared


def prepare(
    services: Services,
    asked: Request,
    data: bytes | None,
    files: Files,
    source_size: tuple[int, int] | None,
    weights: Weights | None,
) -> Drawn:
    """Bring the sources to the size that the engine works at, and draw the masks over them.

    Raises:
        InvalidRequest: when a picture that says what to edit selects nothing, or two sources or
            two masks of one are the same at that size.
    """
    from collage.pictures import source

    photos = files.sources or (() if data is None else (data,))
    size = _working_size(asked, services, weights, bool(photos))
    pngs = [source.prepare(photo, size, asked.fit) for photo in photos]
    digests = [source.pixel_digest(png) for png in pngs]
    _different("sources", dict(zip(asked.source_names or (), digests, strict=False)), size)
    shapes = recipes.RECIPES[asked.recipe].masks(asked, source_size)
    drawn = {
        name: masks.encode(_mask_alpha(shape, size, data, files.mask_source))
        for name, shape in shapes.items()
        if not masks.file_of(name)
    }
    own, called = _own_masks(asked, files, size)
    drawn |= own
    return Drawn(
        dict(zip(digests, pngs, strict=True)),
        drawn,
        Prepared(
            source=None if asked.sources or not digests else digests[0],
            sources=tuple(digests) if asked.sources else (),
            masks={name: sha256(mask) for name, mask in drawn.items()},
            mask_files=called,
        ),
    )


def _own_masks(
    asked: Request, files: Files, size: tuple[int, int]
) -> tuple[dict[str, bytes], dict[str, tuple[str | None, ...]]]:
    """The user's own masks by what tiles call them, and that by their names, source by source."""
    drawn: dict[str, bytes] = {}
    called: dict[str, tuple[str | None, ...]] = {}
    for name in asked.mask_files or {}:
        file, found = own_masks.each(files.mask_files[name], asked.source_count), list[str | None]()
        for number, data in enumerate(file):
            if data is None or not asked.has_mask(f"{masks.FILE}{name}", number):
                found.append(None)
                continue
            png = masks.encode(own_masks.alpha(name, data, size, asked.fit))
            found.append(own_masks.drawn_as(png))
            drawn[own_masks.drawn_as(png)] = png
        called[name] = tuple(found)
    for number in range(asked.source_count):
        of_one = {name: each for name, every in called.items() if (each := every[number])}
        _different("mask_files", of_one, size)
    return drawn, called


def _different(field: str, digests: Mapping[str, str], size: tuple[int, int]) -> None:
    """Refuse pictures that are the same once they are prepared: so would be their tiles."""
    names: dict[str, str] = {}
    for name, digest in digests.items():
        if names.setdefault(digest, name) != name:
            raise InvalidRequest(
                f"{field}: {names[digest]} and {name} are the same at {size[0]} x {size[1]} pixels."
            )


def _mask_alpha(
    shape: Shape, size: tuple[int, int], data: bytes | None, mask_file: bytes | None
) -> Any:
    """The alpha (height, width) of a mask, 0 = edit.

    Raises:
        InvalidRequest: when a picture that says what to edit selects nothing.
    """
    from collage.pictures import mask_files, source

    if isinstance(shape, Boxes):
        return masks.boxes(shape.edited, shape.size)
    if shape == "transparency" and data is not None:
        alpha = source.transparency(data, size)
    elif shape == "file" and mask_file is not None:
        alpha = mask_files.alpha(mask_file, size)
    else:
        return masks.draw(shape, size)
    if (alpha == 255).all():
        field = "mask_source" if shape == "file" else shape
        raise InvalidRequest(f"{field}: nothing of it is selected at {size[0]} x {size[1]} pixels.")
    return alpha


def _working_size(
    asked: Request, services: Services, weights: Weights | None, has_source: bool
) -> tuple[int, int]:
    """The size to prepare the source to: the largest that an engine of the request works at."""
    recipe = recipes.RECIPES[asked.recipe]
    if recipe.untouched:
        return asked.size
    # Not by those of single tiles that are changed: all others keep their source, and their keys.
    first = asked.unfolded_engines
    sizes = [
        engines.ENGINES[name].working_size(model, asked.size)
        for name, model in capabilities.models(asked, services).items()
        if name in first
    ]
    if weights is not None and any(engines.ENGINES[name].pinned for name in first):
        named = asked.axes.get("model") or ([asked.model] if asked.model else [])
        done = {recipe.operation_on(has_source)}
        sizes.append(operations.working_size(weights, done, named, asked.size))
    return max(sizes, key=lambda size: size[0] * size[1])
