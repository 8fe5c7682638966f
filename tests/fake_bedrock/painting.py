"""The pictures of the answers: painted in the styles that the prompt names, by the library.

They are painted small and enlarged, so that a large answer costs little more than its encoding.
Where a mask is black the source is kept, and comes back slightly disturbed as from a real model.
"""

import io
import re
import zlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from collage import painting
from collage.painting.techniques import named
from tests.fake_bedrock.drawn import GROW_MASK, SIDES, Request

STYLE_OF = re.compile(r"styles? of ([^.;:()\n]+)", re.IGNORECASE)
BETWEEN_STYLES = re.compile(r",\s*(?:and\s+)?|\s+and\s+|\s+&\s+", re.IGNORECASE)
SMOOTH = Image.Resampling.BICUBIC

Pixels = NDArray[np.uint8]


class Easel:
    """Paints requests; `detail` is the longer side, in pixels, of what is really painted."""

    def __init__(self, detail: int = 320) -> None:
        self.detail = detail

    def paint(self, request: Request, salt: int = 0) -> Image.Image:
        """The picture for a request: the same for the same one, and another for each seed."""
        # No two models paint the same.
        seed = request.seed + salt + zlib.crc32(request.name.encode())
        return PAINTERS[request.name](self, request, seed)

    def small(self, size: tuple[int, int]) -> tuple[int, int]:
        """The size that a picture of this size is painted in."""
        factor = min(1.0, self.detail / max(size))
        return max(16, round(size[0] * factor)), max(16, round(size[1] * factor))

    def drawn(self, request: Request, seed: int) -> Image.Image:
        """Something new."""
        prompt, styles = request.prompt, styles_in(request.prompt)
        made = painting.generate(prompt, styles, self.small(request.size), seed)
        return _enlarged(made, request.size)

    def styled(self, source: Image.Image, styles: Sequence[str], seed: int) -> Image.Image:
        """A picture, painted anew in styles."""
        small = source.resize(self.small(source.size), SMOOTH)
        return _enlarged(painting.paint(np.asarray(small), styles, seed), source.size)

    def redrawn(self, request: Request, seed: int) -> Image.Image:
        """The picture of a request as its prompt says, all of it."""
        source = request.image().resize(request.size, SMOOTH)
        return self.styled(source, styles_in(request.prompt) or (request.prompt,), seed)

    def imagined(self, request: Request, seed: int) -> Image.Image:
        """Something new, or the picture sent as far from itself as `strength` says."""
        if "image" not in request.pictures:
            return self.drawn(request, seed)
        source = request.image().resize(request.size, SMOOTH)
        strength = float(request.options.get("strength", 0.35))
        return Image.blend(source, self.redrawn(request, seed), strength)

    def inpainted(self, request: Request, seed: int) -> Image.Image:
        """Painted anew where the mask is white, or gone on with where no style is named."""
        if not styles_in(request.prompt):
            return self.erased(request, seed)
        return _within(request, self.redrawn(request, seed), seed)

    def erased(self, request: Request, seed: int) -> Image.Image:
        """Filled from around where the mask is white."""
        small = self.small(request.size)
        source = np.asarray(request.image().resize(small, SMOOTH))
        # What lies under the mask shines through beside it in the small picture: that is not known.
        hidden = _mask(request).resize(small, Image.Resampling.BOX).filter(ImageFilter.MaxFilter(5))
        alpha = np.asarray(hidden.point(lambda light: 0 if light else 255))
        if any(not edge.any() for edge in (alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1])):
            # What is to be filled lies along a whole side: the picture goes on there.
            made = painting.extend(source, alpha, request.prompt, (), seed)
        else:
            made = painting.refill(source, alpha, request.prompt, seed)
        return _within(request, _enlarged(made, request.size), seed)

    def extended(self, request: Request, seed: int) -> Image.Image:
        """Continued beyond its borders."""
        left, right, up, down = (int(request.options.get(side, 0)) for side in SIDES)
        source = request.image()
        frame = ImageOps.expand(source, (left, up, right, down))
        inside = Image.new("L", frame.size, 0)
        inside.paste(255, (left, up, left + source.width, up + source.height))
        small = self.small(frame.size)
        made = painting.extend(
            np.asarray(frame.resize(small, SMOOTH)),
            np.asarray(inside.resize(small, Image.Resampling.NEAREST)),
            request.prompt,
            styles_in(request.prompt),
            seed,
        )
        kept = inside.resize(request.size, Image.Resampling.NEAREST)
        return Image.composite(
            disturbed(frame.resize(request.size, SMOOTH), seed),
            _enlarged(made, request.size),
            kept,
        )

    def searched(self, request: Request, seed: int) -> Image.Image:
        """Painted anew in the middle, which is where everything that is searched for lies."""
        middle = _middle(request.size)
        source = disturbed(request.image().resize(request.size, SMOOTH), seed)
        return Image.composite(self.redrawn(request, seed), source, middle)

    def cut_out(self, request: Request, seed: int) -> Image.Image:
        """The middle alone."""
        del seed
        picture = request.image().resize(request.size, SMOOTH)
        picture.putalpha(_middle(request.size))
        return picture

    def guided(self, request: Request, seed: int) -> Image.Image:
        """Something new in the colours of the picture sent."""
        return _coloured(self.drawn(request, seed), request.image())

    def transferred(self, request: Request, seed: int) -> Image.Image:
        """One picture in the manner and the colours of another."""
        source = request.image("init_image").resize(request.size, SMOOTH)
        # Its pixels are all that is known of a style: they stand for its name.
        style = request.pictures["style_image"].digest
        painted = _coloured(self.styled(source, (style,), seed), request.image("style_image"))
        return Image.blend(source, painted, float(request.options.get("style_strength", 1.0)))

    def enlarged(self, request: Request, seed: int) -> Image.Image:
        """Larger, and nothing else."""
        del seed
        return request.image().resize(request.size, Image.Resampling.LANCZOS)


PAINTERS: dict[str, Callable[[Easel, Request, int], Image.Image]] = {
    "core": Easel.drawn,
    "ultra": Easel.imagined,
    "sd3.5-large": Easel.imagined,
    "inpaint": Easel.inpainted,
    "outpaint": Easel.extended,
    "erase": Easel.erased,
    "search-replace": Easel.searched,
    "search-recolor": Easel.searched,
    "remove-background": Easel.cut_out,
    "control-structure": Easel.redrawn,
    "control-sketch": Easel.redrawn,
    "style-guide": Easel.guided,
    "style-transfer": Easel.transferred,
    "fast-upscale": Easel.enlarged,
    "conservative-upscale": Easel.enlarged,
    "creative-upscale": Easel.enlarged,
}


def styles_in(prompt: str) -> tuple[str, ...]:
    """The styles that a prompt speaks of, those without a technique too."""
    if spoken := STYLE_OF.search(prompt):
        parts = BETWEEN_STYLES.split(spoken[1].strip())
        return tuple(part.strip() for part in parts if part.strip())
    return named(prompt)


def encoded(picture: Image.Image, output_format: str) -> bytes:
    """The picture as a file of this format."""
    options: dict[str, int] = {"compress_level": 1} if output_format == "png" else {"quality": 92}
    if output_format == "webp":
        options["method"] = 0
    if output_format == "jpeg":
        picture = picture.convert("RGB")
    file = io.BytesIO()
    picture.save(file, output_format, **options)
    return file.getvalue()


def disturbed(source: Image.Image, seed: int) -> Image.Image:
    """What a model does to the pixels that it was to keep: a little softer, in another tint."""
    tint = np.random.default_rng(seed).uniform(2, 6, 3)
    tables = [np.rint(np.arange(256) * 0.97 + shift).clip(0, 255) for shift in tint]
    soft = source.filter(ImageFilter.BoxBlur(0.5))
    return soft.point(np.concatenate(tables).astype(int).tolist())


def _within(request: Request, painted: Image.Image, seed: int) -> Image.Image:
    source = disturbed(request.image().resize(request.size, SMOOTH), seed)
    return Image.composite(painted, source, _mask(request).resize(request.size, SMOOTH))


def _mask(request: Request) -> Image.Image:
    """White where to paint; grown and blurred as the request says, of the size of its image.

    A mask counts for its light alone, whatever its transparency; without one, what is transparent
    in the image is to be painted.
    """
    image = request.pictures["image"].image
    if "mask" in request.pictures:
        given = request.image("mask").convert("L").resize(image.size, SMOOTH)
    else:
        given = ImageChops.invert(image.getchannel("A"))
    grow = int(request.options.get("grow_mask", GROW_MASK))
    if not grow:
        return given
    # Boxes of three, one after the other: a large one at once takes seconds.
    for _ in range(grow):
        given = given.filter(ImageFilter.MaxFilter(3))
    return given.filter(ImageFilter.GaussianBlur(grow / 2))


def _middle(size: tuple[int, int]) -> Image.Image:
    width, height = size
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).ellipse((width // 4, height // 4, width * 3 // 4, height * 3 // 4), 255)
    return mask.filter(ImageFilter.GaussianBlur(max(1, min(size) // 100)))


def _enlarged(pixels: Pixels, size: tuple[int, int]) -> Image.Image:
    return Image.fromarray(pixels).resize(size, SMOOTH)


def _coloured(picture: Image.Image, other: Image.Image) -> Image.Image:
    """The picture with the mean and the spread of each colour that another has."""
    ours = np.asarray(picture, np.float32)
    theirs = np.asarray(other.resize((64, 64), Image.Resampling.BOX), np.float32)
    spread = theirs.std((0, 1)) / np.maximum(ours.std((0, 1)), 1.0)
    moved = (ours - ours.mean((0, 1))) * np.maximum(spread, 0.5) + theirs.mean((0, 1))
    return Image.fromarray(moved.clip(0, 255).astype(np.uint8))
