"""Abstract compositions, for prompts that name nothing a painter could show."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from collage.painting.canvas import Picture, Values, blur, clip, mix, positions, step
from collage.painting.colour import from_lab, inks, lab_of, ramp
from collage.painting.noise import clouds
from collage.painting.scenes.moods import COLOURS


def draw_abstract(colours: tuple[str, ...], shape: tuple[int, int], rng: Generator) -> Picture:
    """A composition of circles, planes, currents or facets, (H, W, 3).

    `colours` are names of `COLOURS` that it is drawn towards.
    """
    kinds: tuple[Callable[[Values, tuple[int, int], Generator], Picture], ...]
    kinds = (_circles, _planes, _currents, _facets)
    return kinds[int(rng.integers(len(kinds)))](_palette(colours, rng), shape, rng)


def _palette(colours: tuple[str, ...], rng: Generator) -> Values:
    """Seven colours from dark to light that go together, (7, 3)."""
    asked = [inks(COLOURS[name])[0] for name in colours]
    hue = rng.uniform(0, 2 * np.pi)
    if asked:
        _, a, b = lab_of(np.array(asked[:1]))[0]
        hue = float(np.arctan2(b, a)) - 0.25
    turns = hue + np.array([0, 0.25, 0.5, np.pi, np.pi + 0.4, 0.1, 0.3]) * rng.choice([-1, 1])
    chroma = np.array([18, 46, 58, 54, 40, 30, 8]) * rng.uniform(0.8, 1.15)
    lightness = np.array([16, 34, 50, 58, 70, 82, 94])
    lab = np.stack([lightness, chroma * np.cos(turns), chroma * np.sin(turns)], axis=1)
    palette = np.asarray(from_lab(np.asarray(lab[None], np.float32))[0], np.float32)
    for i, colour in enumerate(asked):
        palette[1 + i :: max(2, len(asked))] = mix(
            palette[1 + i :: max(2, len(asked))], colour, 0.7
        )
    return palette


def _ground(palette: Values, shape: tuple[int, int], rng: Generator) -> Picture:
    pale = rng.random() < 0.6
    ends = palette[[6, 5]] if pale else palette[[0, 1]]
    return ramp(clouds(shape, max(shape) / 2, rng, 4), ends)


def _circles(palette: Values, shape: tuple[int, int], rng: Generator) -> Picture:
    """Rings in rings, half discs and lines that cross them."""
    picture = _ground(palette, shape, rng)
    x, y = positions(shape)
    side = min(shape)
    for _ in range(int(rng.integers(6, 11))):
        cx, cy = rng.uniform(0, shape[1]), rng.uniform(0, shape[0])
        radius = side * rng.uniform(0.06, 0.3)
        away = np.hypot(x - cx, y - cy)
        turn = rng.uniform(0, 6)
        half = np.clip((x - cx) * np.cos(turn) + (y - cy) * np.sin(turn) + 0.5, 0, 1)
        for ring in np.linspace(1, 0.25, int(rng.integers(2, 5))):
            one, other = palette[rng.integers(0, 7, 2)]
            inside = np.clip(radius * ring - away + 0.5, 0, 1)
            fill = mix(np.broadcast_to(one, picture.shape), other, half)
            picture = mix(picture, fill, (inside * rng.uniform(0.75, 1)).astype(np.float32))
    for _ in range(int(rng.integers(4, 9))):
        turn, off = rng.uniform(0, np.pi), rng.uniform(-0.4, 0.4) * side
        away = np.abs((x - shape[1] / 2) * np.cos(turn) + (y - shape[0] / 2) * np.sin(turn) - off)
        width = side * rng.choice([0.002, 0.004, 0.011])
        picture = mix(picture, palette[int(rng.integers(0, 3))], np.clip(width - away + 0.5, 0, 1))
    return clip(picture)


def _planes(palette: Values, shape: tuple[int, int], rng: Generator) -> Picture:
    """Upright planes of colour between black bars, divided again and again."""
    picture = np.zeros((*shape, 3), np.float32)
    bar = max(1, round(min(shape) * 0.008))

    def divide(top: int, left: int, bottom: int, right: int, depth: int) -> None:
        tall, wide = bottom - top, right - left
        if depth == 0 or min(tall, wide) < 0.14 * min(shape) or rng.random() < 0.08 * (6 - depth):
            ink = palette[int(rng.choice([1, 2, 3, 4, 5, 6, 6, 6]))]
            area = picture[top + bar : bottom - bar, left + bar : right - bar]
            if area.size:
                tone = clouds(area.shape, max(4.0, min(shape) / 4), rng, 3) - 0.5
                area[:] = np.clip(ink * (1 + tone[..., None] * 0.22), 0, 1)
            return
        share = rng.uniform(0.28, 0.72)
        if wide > tall * rng.uniform(0.7, 1.4):
            middle = left + round(wide * share)
            divide(top, left, bottom, middle, depth - 1)
            divide(top, middle, bottom, right, depth - 1)
        else:
            middle = top + round(tall * share)
            divide(top, left, middle, right, depth - 1)
            divide(middle, left, bottom, right, depth - 1)

    picture[:] = palette[0] * 0.5
    divide(-bar, -bar, shape[0] + bar, shape[1] + bar, 5)
    return clip(picture)


def _currents(palette: Values, shape: tuple[int, int], rng: Generator) -> Picture:
    """Bands of colour that flow like silk, with a disc of light behind."""
    x, y = positions(shape)
    side = min(shape)
    turn = rng.uniform(-0.7, 0.7)
    u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    bend = (clouds(shape, side / 1.4, rng, 3) - 0.5) * rng.uniform(1.2, 2.4)
    phase = v / side * rng.uniform(1.2, 2.2) + bend + np.sin(u / side * 3) * 0.14
    bands = phase * rng.uniform(3, 5)
    inside = bands - np.floor(bands)
    order = rng.permutation(7)
    at = np.floor(bands).astype(int) % 7
    colours = palette[order[at]]
    after = palette[order[(at + 1) % 7]]
    edge = step(0.9, 1.0, inside.astype(np.float32))
    silk = mix(colours, after, edge) * (0.72 + 0.42 * np.sin(inside * np.pi) ** 1.5)[..., None]
    cx, cy = rng.uniform(0.2, 0.8) * shape[1], rng.uniform(0.2, 0.6) * shape[0]
    radius = side * rng.uniform(0.12, 0.22)
    disc = np.clip(radius - np.hypot(x - cx, y - cy) + 0.5, 0, 1) * (phase < np.median(phase) + 0.2)
    sun = mix(palette[6], palette[int(rng.integers(2, 5))], 0.5)
    return clip(mix(silk.astype(np.float32), sun, (disc * 0.9).astype(np.float32)))


def _facets(palette: Values, shape: tuple[int, int], rng: Generator) -> Picture:
    """Crystal planes, lit by a gradient across the whole."""
    x, y = positions(shape)
    count = int(rng.integers(22, 48))
    seeds = rng.random((count, 2)) * (shape[1], shape[0])
    first = np.full(shape, np.inf, np.float32)
    second = np.full(shape, np.inf, np.float32)
    owner = np.zeros(shape, int)
    stretch, turn = rng.uniform(0.4, 1), rng.uniform(0, np.pi)
    for number, (cx, cy) in enumerate(seeds):
        dx, dy = x - cx, y - cy
        u, v = (
            dx * np.cos(turn) + dy * np.sin(turn),
            (dy * np.cos(turn) - dx * np.sin(turn)) * stretch,
        )
        away = np.hypot(u, v).astype(np.float32)
        closer = away < first
        second = np.where(closer, first, np.minimum(second, away))
        owner = np.where(closer, number, owner)
        first = np.where(closer, away, first)
    level = (seeds[:, 0] * np.cos(turn) + seeds[:, 1] * np.sin(turn)).argsort().argsort() / count
    tone = clip(level + rng.normal(0, 0.16, count)).astype(np.float32)
    tilt = rng.normal(0, 0.5, (count, 2)) / min(shape)
    lean = tilt[owner, 0] * (x - seeds[owner, 0]) + tilt[owner, 1] * (y - seeds[owner, 1])
    order = palette if rng.random() < 0.5 else palette[rng.permutation(7)]
    faces = ramp((tone[owner] + lean * 0.35).astype(np.float32), order)
    gap = blur(step(2.2, 0.2, second - first), 0.6)
    return clip(mix(faces, palette[0], gap * 0.5))
