"""Styles of broken planes: Cubism and Cubo-Futurism."""

import numpy as np
from numpy.random import Generator

from collage.painting.canvas import (
    Picture,
    Plane,
    clip,
    cut,
    deep,
    edges,
    luminance,
    mix,
    positions,
    shift,
    step,
    unit,
)
from collage.painting.colour import contrast, inks, level, ramp, ramps, saturate
from collage.painting.noise import clouds, grain

# Ochre, grey, olive and umber, each from its shadow to its light.
CUBIST = (
    inks("1d140c", "5a3d1e", "a5742f", "cfa45a", "f0dfb4"),
    inks("14161a", "40444a", "7b7f80", "b4b4ac", "ece8dc"),
    inks("14170f", "3b4229", "717547", "aba878", "ebe4c6"),
    inks("180f0c", "4b2c1f", "86573a", "bf9570", "efdcc0"),
)
METAL = inks("090c12", "1d3145", "4d7189", "b3c4ce", "6f8696", "dfe2dc", "a9b4b8", "fbf7ea")


def cubism(picture: Picture, rng: Generator) -> Picture:
    """Seen from several sides at once: tinted facets that slip, turn and shade at one edge."""
    px = unit(picture)
    shape = picture.shape[:2]
    x, y = positions(shape)
    dx, dy, shade, ink = (np.zeros(shape, np.float32) for _ in range(4))
    facet, region = np.zeros(shape, np.int32), np.ones(shape, bool)
    leaning = rng.uniform(-0.25, 0.25)
    for number in range(17):
        # Cubist drawing keeps to a few directions: near upright, near level, two diagonals.
        angle = leaning + rng.choice([0.12, 0.75, 1.45, 2.3]) + rng.normal(0, 0.14)
        nx, ny = float(np.cos(angle)), float(np.sin(angle))
        # One row and one column are enough of what differs along one side alone.
        across = (x[:1] - rng.uniform(0.05, 0.95) * shape[1]) * nx
        distance = across + (y[:, :1] - rng.uniform(0.05, 0.95) * shape[0]) * ny
        beyond = distance > 0
        # Later cuts run only through one side of an earlier one, so that facets differ in size.
        cut_here = region if number > 4 else np.ones_like(region)
        here = cut_here.astype(np.float32)
        side = np.where(beyond, here, -here)
        slip = side * (rng.uniform(3, 9) * px)
        # Away from the cut the view turns: what slides at the edge comes nearer further off.
        near = np.tanh(distance / (90 * px)) * here * (rng.uniform(-9, 9) * px)
        dx, dy = dx - slip * ny + near * nx, dy + slip * nx + near * ny
        fade = np.exp(-np.abs(distance) / (34 * px)) * side
        shade += fade * float(rng.choice([-0.17, 0.17]))
        ink = np.maximum(ink, step(1.5 * px, 0.5 * px, np.abs(distance)) * here)
        facet += (beyond & cut_here) * np.int32(rng.integers(1, 1000))
        if number % 2 == 0:
            region = beyond == (rng.random() < 0.5)
    broken = shift(level(picture), dx, dy)
    plain = cut(broken, 7 * px)
    tone = luminance(mix(plain, broken, 0.45))
    tone = clip(tone * 0.8 + 0.09 + np.clip(shade, -0.3, 0.3))
    painted = ramps(tone, facet % len(CUBIST), CUBIST)
    own = saturate(plain, 0.9) * deep(tone / (luminance(plain) + 0.1))
    painted = mix(painted, clip(own), 0.2)
    dark = np.maximum(ink * clouds(shape, 60 * px, rng), edges(broken, 2.2 * px) * 0.6)
    dabs = grain(shape, 2 * px, rng) + clouds(shape, 7 * px, rng) - 0.5
    return clip(painted * deep((1 - dark * 0.85) * (1 + dabs * 0.16)))


def cubo_futurism(picture: Picture, rng: Generator) -> Picture:
    """Speed in sheet metal: the subject repeated as it moves, cut by rays and arcs of force."""
    px = unit(picture)
    height, width = picture.shape[:2]
    focus = rng.uniform(0.15, 0.85) * width, rng.uniform(0.7, 1.15) * height
    x, y = positions(picture.shape)
    rx, ry = x - focus[0], y - focus[1]
    angle, radius = np.arctan2(ry, rx), np.hypot(rx, ry)
    cuts = np.sort(rng.uniform(-np.pi, 0.4, 22))
    sector = np.searchsorted(cuts, angle).astype(np.int32)
    rings = np.cumsum(rng.uniform(45, 110, 24)) * px
    # Arcs are bowed by sector, so that they do not close into a target.
    ring = np.searchsorted(rings, radius + (sector % 3).astype(np.float32) * (28 * px))
    cell = sector * 31 + ring
    pace = rng.uniform(-1, 1, 2048).astype(np.float32)[cell % 2048]
    stride = 11 * px
    reach = np.maximum(radius, 1)
    frames = level(picture)
    total = np.zeros_like(picture)
    for echo in range(3):
        push = (pace * 0.7 + (echo - 1)) * stride
        total = np.maximum(total * 0.86, shift(frames, push * -ry / reach, push * rx / reach))
    tone = luminance(total)
    bounds = np.concatenate([[-np.pi], cuts, [np.pi]]).astype(np.float32)
    across = (angle - bounds[sector]) / np.maximum(bounds[sector + 1] - bounds[sector], 0.01)
    inner = np.concatenate([[0], rings])[ring].astype(np.float32)
    bend = (radius - inner) / (90 * px)
    sheen = np.where(cell % 2 == 0, across, bend).astype(np.float32)
    tone = clip(tone * 0.8 + (clip(sheen) - 0.45) * 0.34 + 0.03)
    painted = mix(ramp(tone, METAL), contrast(total, 1.2), 0.24)
    rust = np.isin(cell % 11, (3, 7))
    painted = mix(painted, ramp(tone, inks("1a0d0c", "7c1f1a", "d2482b", "f2c089")), rust * 0.6)
    rays = _near(angle, cuts) * radius
    force = step(1.6 * px, 0.5 * px, np.asarray(rays, np.float32))
    dark = np.maximum(force, edges(total, 2 * px) * 0.7)
    return clip(mix(painted, METAL[0], dark * 0.85))


def _near(values: Plane, marks: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Plane:
    """Distance of each value to the nearest of the sorted marks."""
    after = np.clip(np.searchsorted(marks, values), 1, len(marks) - 1)
    gap = np.minimum(np.abs(values - marks[after - 1]), np.abs(values - marks[after]))
    return np.asarray(gap, np.float32)
