"""Styles of the press: the Japanese Wood Block Print and Op Art."""

import numpy as np
from numpy.random import Generator

from collage.painting.canvas import (
    Picture,
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
from collage.painting.colour import (
    from_lab,
    inks,
    lab_of,
    level,
    main_colours,
    nearest,
    saturate,
    to_lab,
)
from collage.painting.flow import Flow, streaks
from collage.painting.noise import clouds, paper

# Sumi, indigo, Prussian blue, blue-grey, moss, ochre, beni red, then four earths from umber to
# skin, straw and bare paper.
PIGMENTS = inks(
    *("23252b", "1f3a5f", "2f5d86", "86a5ad", "66773f", "b98a3e", "b23a2e"),
    *("8d735c", "a86a48", "c08560", "e3b48e", "e2c892", "f2e8d0"),
)


def japanese_wood_block_print(picture: Picture, rng: Generator) -> Picture:
    """Few flat inks inside dark key lines, bokashi fading from the top, on fibrous paper."""
    px = unit(picture)
    plain = cut(saturate(level(picture), 1.15), 5 * px)
    lab = to_lab(plain)
    found = main_colours(lab, 13, rng)
    block = nearest(lab, found)
    pigments = lab_of(PIGMENTS)
    gaps = (found[:, None] - pigments[None]) * (1.2, 0.9, 0.9)
    chosen = pigments[np.square(gaps).sum(axis=2).argmin(axis=1)]
    printed = from_lab((chosen * 0.82 + found * 0.18).take(block, axis=0).astype(np.float32))
    _, y = positions(picture.shape)
    fall = y / picture.shape[0] + (clouds(picture.shape, 90 * px, rng) - 0.5) * 0.05
    light = luminance(blur(plain, 2 * px))
    printed = mix(printed, inks("1d4a7d")[0], step(0.30, 0.0, fall) * step(0.3, 0.7, light) * 0.9)
    dawn = step(0.17, 0.0, np.abs(fall - 0.44)) * step(0.55, 0.85, light)
    printed = mix(printed, inks("e79b7d")[0], dawn * 0.5)
    ones = np.ones(picture.shape[:2], np.float32)
    lean = rng.uniform(-0.15, 0.15)
    wood = streaks(Flow(np.cos(lean * ones), np.sin(lean * ones)), 60 * px, 1.5 * px, rng)
    texture = (wood - 0.5) * 0.12 + paper(picture.shape, 1.5 * px, rng) * 0.14
    key = np.maximum(edges(plain, 2.0 * px), edges(picture, 1.6 * px) * 0.7)
    return clip(mix(printed * deep(1 + texture), inks("1c1d26")[0], key * 0.92))


def op_art(picture: Picture, rng: Generator) -> Picture:
    """Two inks in bands that bulge and thin with the light until the surface seems to move."""
    px = unit(picture)
    height, width = picture.shape[:2]
    tone = blur(luminance(level(picture)), 1.3 * px)
    x, y = positions(picture.shape)
    x, y = x / px, y / px
    form = blur(tone, 10 * px)
    waves = rng.uniform(14, 24) * np.sin(x / rng.uniform(60, 110) + rng.uniform(0, 6))
    pattern = int(rng.integers(3))
    period = rng.uniform(8, 9.5)
    cx, cy = rng.uniform(0.3, 0.7) * width / px, rng.uniform(0.3, 0.7) * height / px
    lift = form * 44
    if pattern == 0:
        phase = (y + waves + lift) / period
    elif pattern == 1:
        lean = rng.uniform(0.4, 1.1)
        phase = (x * np.cos(lean) + y * np.sin(lean) + waves + lift) / period
    else:
        phase = (np.hypot(x - cx, y - cy) + lift * 0.8) / period
    wave = np.abs(phase - np.floor(phase) - 0.5) * 2
    duty = 0.14 + clip(tone) * 0.72
    soft = 0.9 / px / period * 2
    ink = step(0, 1, (duty - wave) / soft + 0.5)
    hue = blur(saturate(picture, 2.2), 12 * px)
    dark = mix(inks("08080c")[0], hue * 0.35, 0.35)
    pale = mix(inks("fbfaf5")[0], clip(hue * 0.5 + 0.5), 0.55)
    return clip(mix(dark, pale, ink))
