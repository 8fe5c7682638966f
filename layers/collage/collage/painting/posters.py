"""Styles of ruler and compass: Constructivism and Art Deco."""

import numpy as np
from numpy.random import Generator

from collage.painting.canvas import (
    Picture,
    Plane,
    blur,
    clip,
    cut,
    deep,
    edges,
    luminance,
    mix,
    positions,
    step,
    unit,
)
from collage.painting.colour import gamma, inks, level, ramp
from collage.painting.noise import grain, paper

RED, BLACK, CREAM = inks("c8261c", "15130f", "eadfc4")
DECO = inks("07090c", "0b2a33", "11505a", "2c8a86", "8fbfae", "d8b45e", "f6edd2")
GOLD = inks("3d2a0c", "8a6420", "d2a545", "fbe9a6", "c08d33", "f0cf7a")


def constructivism(picture: Picture, rng: Generator) -> Picture:
    """A poster for the new world: photomontage in halftone between red wedges and black bars."""
    px = unit(picture)
    height, width = picture.shape[:2]
    tone = luminance(level(picture))
    tone = gamma(clip(tone + (tone - blur(tone, 20 * px)) * 0.7), 0.85)
    lean = float(rng.choice([-1, 1])) * rng.uniform(0.5, 0.85)
    cosine, sine = float(np.cos(lean)), float(np.sin(lean))
    x, y = positions(picture.shape)
    u = (x - width / 2) * cosine + (y - height / 2) * sine
    v = (y - height / 2) * cosine - (x - width / 2) * sine
    screen = _halftone(u, v, 4.6 * px)
    page = mix(BLACK, CREAM, step(-0.10, 0.10, tone - 0.14 - screen * 0.62)[..., None])
    red = mix(BLACK, RED, step(-0.05, 0.05, tone - 0.18 - screen * 0.3)[..., None])
    size = 512 * px
    tip, axis = rng.uniform(-0.1, 0.25) * size, rng.uniform(-0.12, 0.12) * size
    wedge = step(-px, px, (tip - u) * 0.42 - np.abs(v - axis))
    cx, cy = rng.uniform(0.15, 0.85) * width, rng.uniform(0.1, 0.4) * height
    disc = step(px, -px, np.hypot(x - cx, y - cy) - rng.uniform(0.14, 0.24) * size)
    page = mix(page, red, np.abs(wedge - disc))
    for ink in (RED, BLACK, CREAM, BLACK):
        half = float(rng.choice([3, 6, 11])) * px
        start, length = rng.uniform(-0.7, 0.2) * size, rng.uniform(0.35, 0.8) * size
        bar = step(px, -px, np.abs(v - rng.uniform(-0.55, 0.55) * size) - half)
        bar = bar * step(-px, px, u - start) * step(-px, px, start + length - u)
        # The figures stand before the bars: dark and middle tones show through.
        page = mix(page, ink, (bar * step(0.3, 0.5, blur(tone, 2 * px)))[..., None])
    return clip(page * deep(1 + paper(picture.shape, 2 * px, rng) * 0.22))


def art_deco(picture: Picture, rng: Generator) -> Picture:
    """Lacquer and gold: posterised teal, a sunburst behind everything, stepped golden lines."""
    px = unit(picture)
    shape = picture.shape[:2]
    plain = cut(level(picture), 7 * px)
    tone = luminance(plain)
    x, y = positions(shape)
    rx = x - rng.uniform(0.25, 0.75) * shape[1]
    ry = y - float(rng.choice([0.98, 0.62])) * shape[0]
    radius = np.hypot(rx, ry) / px
    count = int(rng.integers(11, 17))
    ray = np.arctan2(rx, -ry) * (count / np.pi)
    ray = (np.abs(ray - np.floor(ray) - 0.5) * 2 - 0.5) * radius * (np.pi / count)
    bright = step(0.42, 0.6, tone)
    tone = clip(tone + (step(-0.7, 0.7, ray) - 0.5) * 0.2 * bright)
    lacquer = blur(ramp(np.round(tone * 6) / 6, DECO), 0.6 * px)
    sheen = clip(0.5 + np.sin((x + y) / (34 * px)) * 0.3 + (tone - 0.5) * 0.6)
    gold = ramp(sheen, GOLD) * deep(1 + grain(shape, px, rng) * 0.14)
    # Arcs in threes, thick and thin, step outwards from the sun.
    arc = np.abs(radius / 74 - np.round(radius / 74)) * 74
    lines = step(1.8, 0.9, arc) + step(0.8, 0.1, np.abs(arc - 5)) + step(0.6, 0.0, np.abs(arc - 9))
    lines = np.maximum(clip(lines), step(1.2, 0.4, np.abs(ray)))
    contour = np.maximum(edges(plain, 2.2 * px), edges(picture, 1.5 * px) * 0.6)
    fans = _fans(x[:1] / px, y[:, :1] / px) * step(0.26, 0.12, tone)
    leaf = np.maximum(contour, np.maximum(fans * 0.8, lines * bright * 0.9))
    return clip(mix(lacquer, gold, leaf))


def _halftone(u: Plane, v: Plane, pitch: float) -> Plane:
    """A printer's screen in 0..1, (H, W): the threshold of round dots `pitch` pixels apart."""
    turn = np.pi * 2 / max(2.0, pitch)
    return np.asarray(0.5 + 0.25 * (np.cos(u * turn) + np.cos(v * turn)))


def _fans(x: Plane, y: Plane) -> Plane:
    """Rows of overlapping scallops as thin lines, (H, W).

    `x`, (1, W), and `y`, (H, 1), are in units of the canvas.
    """
    size = 26
    fans = np.zeros((y.shape[0], x.shape[1]), np.float32)
    # A place lies in the fan of its own row, or behind it in the fan of the next.
    free = np.ones(fans.shape, bool)
    # Every second row is half a fan further.
    even, odd = (x % size - size / 2, (x + size / 2) % size - size / 2)
    for ahead in (2, 1):
        row = np.floor(y / (size / 2)) + ahead
        dx = np.where(row % 2 > 0, odd, even)
        away = np.hypot(dx, y - row * (size / 2))
        inside = (away <= size / 2) & free
        for radius in (12.2, 8.4, 4.6):
            fans = np.maximum(fans, step(1.1, 0.3, np.abs(away - radius)) * inside)
        free &= ~inside
    return fans
