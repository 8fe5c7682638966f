"""Styles of light and finish: Photorealism, Realism and Baroque."""

import cv2
import numpy as np
from numpy.random import Generator

from collage.painting.canvas import (
    Picture,
    across,
    blur,
    clip,
    deep,
    luminance,
    mix,
    positions,
    relief,
    resize,
    step,
    unit,
)
from collage.painting.colour import contrast, gamma, inks, level, ramp, saturate
from collage.painting.flow import flow_of, streaks, trace
from collage.painting.noise import clouds, cracks, grain, weave
from collage.painting.strokes import Wet, lay, sample, scatter, vary
from collage.painting.topmost import Strokes


def photorealism(picture: Picture, rng: Generator) -> Picture:
    """An airbrushed enamel sheen: every edge crisp, clean local contrast, glowing highlights."""
    px = unit(picture)
    smooth = _smooth(picture, px)
    crisp = smooth + (smooth - blur(smooth, 1.4 * px)) * 1.3
    crisp = crisp + (smooth - blur(smooth, 18 * px)) * 0.42
    shine = contrast(saturate(level(clip(crisp)), 1.25), 1.08)
    glow = blur(step(0.7, 1.0, luminance(shine)), 7 * px) * rng.uniform(0.22, 0.34)
    sky = np.array([0.93, 0.98, 1.0], np.float32)
    shine = 1 - (1 - shine) * (1 - deep(glow) * across(sky, glow.shape[1]))
    # A cool window light from one side, as on a studio table.
    x, y = positions(picture.shape)
    side = rng.uniform(-0.8, 0.8)
    fall = (x / picture.shape[1] - 0.5) * side - (y / picture.shape[0] - 0.5) * 0.3
    cool = across(np.array([0.10, 0.14, 0.22], np.float32), fall.shape[1])
    return clip(shine * (1 + deep(fall) * cool))


def realism(picture: Picture, rng: Generator) -> Picture:
    """Sober oil paint: earth colours, soft blended strokes that follow the form, fine linen."""
    px = unit(picture)
    earth = saturate(_smooth(level(picture), px), 0.62)
    tone = luminance(earth)
    earth = mix(earth, ramp(tone, inks("17120e", "4a3a2a", "8a7758", "bfae8c", "e6dcc4")), 0.36)
    flow = flow_of(picture, rng, wander=0.001, swirl=0.4)
    wet = Wet(earth, np.full(tone.shape, 0.5, np.float32))
    for spacing, width, length in ((7, 6, 16), (4.5, 2.6, 9), (3.2, 1.6, 5)):
        places = scatter(picture.shape, spacing * px, rng)
        colours = vary(sample(earth, places), 0.008, 0.018, rng)
        wide = np.full(len(places), width * px)
        paths = trace(flow, places, length * px, 3)
        wet = lay(wet, Strokes(paths, wide, spacing * px), colours, rng)
    blended = mix(wet.picture, earth, 0.55)
    linen = weave(picture.shape, 2.7 * px) * 0.13
    marks = streaks(flow, 8 * px, 1.2 * px, rng) * 0.3
    return relief(blended, linen + marks, 0.45)


def baroque(picture: Picture, rng: Generator) -> Picture:
    """One warm light in deep umber darkness, glazed in gold and crimson, the varnish cracked."""
    px = unit(picture)
    height, width = picture.shape[:2]
    scene = saturate(_smooth(level(picture), px), 1.25)
    x, y = positions(picture.shape)
    cx, cy = rng.uniform(0.3, 0.7), rng.uniform(0.25, 0.55)
    lean = float(rng.choice([-0.5, 0.5]))
    u, v = x / width - cx, y / height - cy
    pool = np.exp(-((u + lean * v) ** 2 / 0.13 + v**2 / 0.22)).astype(np.float32)
    tone = luminance(scene)
    # Light falls on what is light already; the rest sinks, as in tenebrism.
    lit = clip(gamma(tone, 1.5) * (0.30 + pool * 1.2))
    oil = ramp(gamma(lit, 0.85), inks("070404", "2a120b", "5f2813", "a9642a", "e0ad5c", "fdf0c4"))
    own = scene * deep(lit / (tone + 0.08))
    warm, gold = np.array([[1.12, 0.95, 0.72], [0.30, 0.20, 0.08]], np.float32)
    glazed = mix(oil, clip(own * across(warm, width)), 0.5)
    halo = blur(step(0.55, 0.95, lit), 16 * px)
    glazed = 1 - (1 - glazed) * (1 - deep(halo) * across(gold, width))
    flow = flow_of(picture, rng, wander=0.002, swirl=0.7)
    painted = relief(clip(glazed), streaks(flow, 16 * px, 1.5 * px, rng) * 0.5, 0.4)
    age = cracks(picture.shape, 13 * px, rng) * step(0.4, 0.7, clouds(picture.shape, 120 * px, rng))
    return clip(painted * deep(1 - age * 0.3) + deep(grain(picture.shape, px, rng) * 0.02))


def _smooth(picture: Picture, px: float) -> Picture:
    """Flat inside forms, sharp at their edges; large pictures by way of a 512 x 512 copy."""
    reduce = max(1.0, px)
    shape = tuple(max(2, int(side / reduce)) for side in picture.shape[:2])
    small = resize(picture, shape) if reduce > 1 else picture
    small = np.asarray(cv2.bilateralFilter(small, 7, 0.12, max(1.0, 3 * px)), np.float32)
    if reduce == 1:
        return small
    # The detail smaller than the copy is given back softly, lest big pictures look enlarged.
    return clip(resize(small, picture.shape) + (picture - blur(picture, reduce)) * 0.5)
