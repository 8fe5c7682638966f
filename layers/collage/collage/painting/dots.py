"""Styles of divided colour: Pointillism in round dots, Neo-Impressionism in mosaic touches."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from collage.painting.canvas import (
    Picture,
    blur,
    clip,
    deep,
    from_bytes,
    luminance,
    to_bytes,
    unit,
)
from collage.painting.colour import from_lab, gamma, inks, level, saturate, to_lab
from collage.painting.flow import flow_of
from collage.painting.noise import grain
from collage.painting.strokes import Points, sample, scatter


def pointillism(picture: Picture, rng: Generator) -> Picture:
    """Round dots of pure colour beside their complements on a pale ground; the eye mixes them."""
    px = unit(picture)
    light = saturate(gamma(level(picture), 0.85), 1.5)
    ground = _primed(picture, "f3ecd8")
    smooth = blur(light, 1.1 * px)
    for spacing, radius, hue, opposite in ((5.6, 3.2, 0.45, 0.12), (4.0, 1.75, 0.3, 0.05)):
        places = scatter(picture.shape, spacing * px, rng)
        colours = _divide(sample(smooth, places), hue, opposite, rng)
        tone = 1 - luminance(np.ascontiguousarray(colours[None]))[0]
        radii = radius * px * (0.72 + 0.4 * tone) * rng.uniform(0.85, 1.1, len(places))
        _stamp(ground, places, np.maximum(0.6, radii), colours)
    return from_bytes(ground)


def neo_impressionism(picture: Picture, rng: Generator) -> Picture:
    """Square chromatic touches set like mosaic along the forms, pale seams between them."""
    px = unit(picture)
    light = saturate(gamma(level(picture), 0.72), 1.6)
    flow = flow_of(picture, rng, wander=0.004, swirl=0.5)
    ground = _primed(picture, "efe3cf")
    smooth = blur(light, 1.5 * px)
    for spacing, size in ((10.5, 1.25), (8.2, 0.9)):
        places = scatter(picture.shape, spacing * px, rng)
        colours = _divide(sample(smooth, places), 0.42, 0.045, rng)
        along = np.stack([sample(flow.dx, places), sample(flow.dy, places)], axis=1)
        scale = size * px * rng.uniform(0.85, 1.15, (len(places), 1))
        _tile(ground, places, along * scale, colours)
    return clip(from_bytes(ground) * deep(1 + grain(picture.shape, 2 * px, rng) * 0.12))


def _primed(picture: Picture, code: str) -> NDArray[np.uint8]:
    """A ground of one colour, as large as the picture, (H, W, 3)."""
    return to_bytes(np.broadcast_to(inks(code)[0], picture.shape))


def _divide(colours: Points, hue: float, opposite: float, rng: Generator) -> Points:
    """Each of the (N, 3) colours as one of the pure ones which together look like it.

    The hue strays by `hue` radians; a share of `opposite` becomes the complement.
    """
    lab = to_lab(np.ascontiguousarray(colours[None]))[0]
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    angle = np.arctan2(lab[:, 2], lab[:, 1]) + rng.normal(0, hue, len(lab)).astype(np.float32)
    # Grey has no hue of its own: it is made of blue and orange.
    grey = chroma < 14
    angle = np.where(grey, np.where(rng.random(len(lab)) < 0.5, -1.2, 1.1), angle)
    angle = np.where(rng.random(len(lab)) < opposite, angle + np.pi, angle)
    pure = np.clip(chroma * 1.15 + 16, 0, 85)
    lab[:, 0] = np.clip(lab[:, 0] + rng.normal(0, 6, len(lab)), 14, 96)
    lab[:, 1], lab[:, 2] = pure * np.cos(angle), pure * np.sin(angle)
    return np.asarray(from_lab(np.ascontiguousarray(lab[None]))[0])


def _stamp(ground: NDArray[np.uint8], places: Points, radii: Points, colours: Points) -> None:
    """Draws a filled round dot on the ground at each of the (N, 2) places."""
    centres = np.round(places * 16).astype(int).tolist()
    sizes = np.round(radii * 16).astype(int).tolist()
    paint = np.round(colours * 255).astype(int).tolist()
    for centre, size, colour in zip(centres, sizes, paint, strict=True):
        cv2.circle(ground, centre, size, colour, -1, cv2.LINE_AA, 4)


def _tile(ground: NDArray[np.uint8], places: Points, along: Points, colours: Points) -> None:
    """Draws a filled block, twice as long as wide, on the ground along each direction."""
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) * 3.2
    along = along * 6
    corners = np.stack([along + across, along - across, -along - across, across - along], axis=1)
    blocks = np.round((places[:, None] + corners) * 16).astype(np.int32)
    paint = np.round(colours * 255).astype(int).tolist()
    for block, colour in zip(blocks, paint, strict=True):
        cv2.fillConvexPoly(ground, block, colour, cv2.LINE_AA, 4)
