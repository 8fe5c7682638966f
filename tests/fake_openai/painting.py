"""Pictures that are visibly someone else's work: the server's answers, quick to make.

Paintings are made small and enlarged, so that their cost is that of the encoder.
"""

import functools
import hashlib
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from tests.fake_openai.images import ImageRequest

COARSENESS = 16


def paint(request: ImageRequest, index: int, seed: int) -> bytes:
    """The picture for a request, encoded; another for each prompt, index and seed."""
    chance = _chance(request.prompt, index, seed)
    if request.image is None:
        picture = _painting(_clouds(request.size, chance), request.size, chance, ())
    else:
        source = request.image.convert("RGB").resize(request.size, Image.Resampling.BILINEAR)
        picture = _painting(source, request.size, chance, request.references)
        if request.mask is not None:
            # Alpha 0 is where the picture is to be painted anew.
            kept = request.mask.getchannel("A").resize(request.size, Image.Resampling.NEAREST)
            picture.paste(_drifted(source, chance), mask=kept)
    if request.background == "transparent":
        picture.putalpha(_outline(request.size))
    return _encode(picture, request)


def paint_cheaply(request: ImageRequest, index: int, seed: int) -> bytes:
    """One of a few flat pictures of the right size, made once: for load tests."""
    shade = int(_chance(request.prompt, index, seed).integers(8))
    return _flat(request.size, request.output_format, shade)


@functools.lru_cache(maxsize=64)
def _flat(size: tuple[int, int], output_format: str, shade: int) -> bytes:
    file = io.BytesIO()
    colour = (40 + 25 * shade, 220 - 20 * shade, 128)
    Image.new("RGB", size, colour).save(file, output_format)
    return file.getvalue()


def _chance(prompt: str, index: int, seed: int) -> np.random.Generator:
    digest = hashlib.sha256(f"{seed}/{index}/{prompt}".encode()).digest()
    return np.random.default_rng(list(digest))


def _clouds(size: tuple[int, int], chance: np.random.Generator) -> Image.Image:
    noise = chance.integers(0, 256, (4, 4), dtype=np.uint8)
    return Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC)


def _painting(
    source: Image.Image,
    size: tuple[int, int],
    chance: np.random.Generator,
    references: Sequence[Image.Image],
) -> Image.Image:
    """The light and shade of the source in five colours, with blots and strokes.

    The colours are those of the first reference picture, and strange where there is none.
    """
    small = (max(1, size[0] // COARSENESS), max(1, size[1] // COARSENESS))
    grey = np.asarray(source.convert("L").resize(small, Image.Resampling.BILINEAR))
    colours = chance.integers(0, 256, (5, 3))
    for reference in references[:1]:
        colours = np.asarray(reference.convert("RGB").resize((5, 1), Image.Resampling.BOX))[0]
    levels = np.linspace(0, 255, len(colours))
    ramp = np.stack([np.interp(np.arange(256), levels, colours[:, i]) for i in range(3)], axis=-1)
    picture = Image.fromarray(ramp.astype(np.uint8)[grey])
    _blots(picture, chance, colours, 12)
    return picture.resize(size, Image.Resampling.NEAREST)


def _drifted(source: Image.Image, chance: np.random.Generator) -> Image.Image:
    """What the real one does to the pixels it was to keep: another tint, and things that were not.

    The tint pulls towards a middle grey, so that black and white change too.
    """
    tint = chance.uniform(6, 18, 3)
    tables = [np.rint(np.arange(256) * 0.9 + shift) for shift in tint]
    picture = source.point(np.concatenate(tables).astype(int).tolist())
    _blots(picture, chance, chance.integers(0, 256, (3, 3)), 5)
    return picture


def _blots(
    picture: Image.Image, chance: np.random.Generator, colours: np.ndarray, count: int
) -> None:
    draw = ImageDraw.Draw(picture)
    short = min(picture.size)
    for _ in range(count):
        x, y = chance.uniform(0, 1, 2) * picture.size
        reach = chance.uniform(0.03, 0.1) * short
        colour = tuple(int(value) for value in colours[chance.integers(len(colours))])
        if chance.random() < 0.5:
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour)
        else:
            draw.line((x, y, x + 3 * reach, y - reach), fill=colour, width=max(1, short // 40))


def _outline(size: tuple[int, int]) -> Image.Image:
    alpha = Image.new("L", size)
    ImageDraw.Draw(alpha).ellipse((0, 0, size[0] - 1, size[1] - 1), fill=255)
    return alpha


def _encode(picture: Image.Image, request: ImageRequest) -> bytes:
    options: dict[str, int] = {"compress_level": 1}
    if request.output_format != "png":
        options = {"quality": request.compression}
    if request.output_format == "webp":
        options["method"] = 0
    file = io.BytesIO()
    picture.save(file, request.output_format, **options)
    return file.getvalue()
