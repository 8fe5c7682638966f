"""Strokes: thousands of paths of paint laid over each other, and the relief they leave."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from collage.painting.canvas import Picture, Plane, Values, blur, positions, under
from collage.painting.topmost import Strokes, topmost

Points = Values


@dataclass(frozen=True)
class Wet:
    """A painting in progress: its colours (H, W, 3) and how high the paint stands (H, W)."""

    picture: Picture
    height: Plane


def scatter(shape: tuple[int, ...], spacing: float, rng: Generator) -> Points:
    """Places about `spacing` pixels apart, (N, 2) as x, y: a jittered grid in random order."""
    height, width = shape[:2]
    spacing = max(1.5, spacing)
    rows, columns = int(np.ceil(height / spacing)), int(np.ceil(width / spacing))
    x, y = positions((rows, columns))
    grid = np.stack([x.ravel(), y.ravel()], axis=1)
    places = (grid + rng.random(grid.shape, np.float32)) * spacing
    return np.asarray(rng.permutation(places), np.float32)


def sample(picture: Values, places: Points) -> Values:
    """The values of a picture or plane under (N, 2) places."""
    pixels = picture.reshape(-1, *picture.shape[2:])
    return np.asarray(pixels.take(under(picture.shape, places), axis=0), np.float32)


def lay(wet: Wet, strokes: Strokes, colours: Points, rng: Generator) -> Wet:
    """Strokes of (N, 3) colours laid over what is there, the last one on top.

    Strokes are drawn as numbers and coloured all at once, which is what makes them cheap.
    """
    count = len(strokes.paths)
    if count == 0:
        return wet
    top = topmost(strokes, wet.height.shape)
    bare = (top == 0).view(np.uint8)
    owner = top.astype(np.intp)
    picture = np.asarray(np.insert(colours, 0, 0, axis=0).take(owner, axis=0), np.float32)
    height = np.insert(rng.random(count, np.float32), 0, 0).take(owner)
    cv2.copyTo(wet.picture, bare, picture)
    cv2.copyTo(wet.height, bare, height)
    return Wet(blur(picture, 0.6), height)


def vary(colours: Points, hue: float, value: float, rng: Generator) -> Points:
    """Broken colour: (N, 3) colours pushed warm or cool by `hue` and up or down by `value`."""
    warmth = rng.normal(0, hue, len(colours)).astype(np.float32)
    green = rng.normal(0, hue / 2, len(colours)).astype(np.float32)
    lift = rng.normal(0, value, len(colours)).astype(np.float32)
    push = np.stack([warmth + lift, green + lift, lift - warmth], axis=1)
    return np.asarray(np.clip(colours + push, 0, 1), np.float32)
