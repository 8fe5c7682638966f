"""Styles made of brush strokes: Impressionism and Expressionism."""

import numpy as np
from numpy.random import Generator

from collage.painting.canvas import (
    Picture,
    Plane,
    blur,
    clip,
    deep,
    edges,
    luminance,
    mix,
    relief,
    step,
    unit,
)
from collage.painting.colour import from_lab, gamma, inks, level, saturate, to_lab
from collage.painting.flow import Flow, flow_of, streaks, trace
from collage.painting.noise import clouds
from collage.painting.strokes import Wet, lay, sample, scatter, vary
from collage.painting.topmost import Strokes


def impressionism(picture: Picture, rng: Generator) -> Picture:
    """Daylight in layers of short broken touches, violet shadows, the paint standing in relief."""
    px = unit(picture)
    light = _sunlit(picture)
    flow = flow_of(picture, rng, wander=0.0025, swirl=1.1)
    detail = step(0.006, 0.05, _busy(picture, 2 * px))
    wet = Wet(blur(light, 6 * px), np.full(picture.shape[:2], 0.5, np.float32))
    layers = ((10, 13, 24, -1.0), (6.5, 7, 15, -0.2), (4.2, 3.6, 9, 0.35), (3, 2, 6, 0.7))
    for spacing, width, length, least in layers:
        places = scatter(picture.shape, spacing * px, rng)
        busy = sample(detail, places) + rng.normal(0, 0.15, len(places))
        places = places[busy > least]
        broken = 0.02 + 0.025 * min(1, width / 7)
        colours = vary(sample(blur(light, width * px / 5), places), broken, broken, rng)
        widths = width * px * rng.uniform(0.6, 1.1, len(places))
        paths = trace(flow, places, length * px, 3, unrest=0.35, rng=rng)
        wet = lay(wet, Strokes(paths, widths, spacing * px), colours, rng)
    return _bristled(wet, flow, px, rng, 0.7)


def expressionism(picture: Picture, rng: Generator) -> Picture:
    """Long swirling strokes of pure colour, bent by feeling and held by dark contours."""
    px = unit(picture)
    flow = flow_of(picture, rng, wander=0.012, swirl=1.7)
    fierce = _fierce(picture, rng)
    wet = Wet(blur(fierce, 8 * px), np.full(picture.shape[:2], 0.5, np.float32))
    for spacing, width, length in ((12, 14, 100), (8, 7, 56), (5.5, 3.4, 26)):
        places = scatter(picture.shape, spacing * px, rng)
        colours = vary(sample(blur(fierce, width * px / 5), places), 0.06, 0.05, rng)
        widths = width * px * rng.uniform(0.5, 1.0, len(places))
        paths = trace(flow, places, length * px, 7)
        wet = lay(wet, Strokes(paths, widths, spacing * px), colours, rng)
    contour = blur(edges(blur(level(picture), 1.2 * px), 4 * px), 0.9 * px)
    painted = _bristled(wet, flow, px, rng, 1.3)
    return mix(painted, inks("0d0a21")[0], contour * 0.85)


def _sunlit(picture: Picture) -> Picture:
    """A lifted, clear palette: no black, shadows towards violet, lights towards butter."""
    open_air = saturate(gamma(level(picture), 0.72), 1.45)
    light = luminance(open_air)[..., None]
    violet, butter = np.array([0.36, 0.36, 0.66], np.float32), np.array([1, 0.95, 0.78], np.float32)
    shaded = mix(open_air, violet, clip(0.62 - light) * 0.85)
    return mix(shaded, butter, clip(light - 0.62) * 0.7)


def _busy(picture: Picture, sigma: float) -> Plane:
    """How much a place differs from its surroundings."""
    light = luminance(picture)
    return blur(np.abs(light - blur(light, sigma)), sigma)


def _fierce(picture: Picture, rng: Generator) -> Picture:
    """Colours turned by lightness: deep blues and greens, burning mids, acid lights."""
    lab = to_lab(level(picture))
    light = lab[..., 0] / 100
    turn = rng.uniform(-0.5, 0.5) + clouds(picture.shape, max(picture.shape) / 2, rng) * 1.2
    chroma = np.hypot(lab[..., 1], lab[..., 2]) * 1.3 + 26
    own = np.arctan2(lab[..., 2], lab[..., 1] + 0.01)
    # Lightness leads the hue: dark is near blue (-1.3), light near yellow (1.5) on the Lab circle.
    felt = -1.5 + step(0.08, 0.75, light) * 3.0 + turn - 0.4
    hue = np.arctan2(np.sin(felt) * 1.1 + np.sin(own), np.cos(felt) * 1.1 + np.cos(own))
    lab[..., 0] = np.clip((lab[..., 0] - 50) * 1.25 + 50, 4, 97)
    lab[..., 1], lab[..., 2] = chroma * np.cos(hue), chroma * np.sin(hue)
    return from_lab(lab)


def _bristled(wet: Wet, flow: Flow, px: float, rng: Generator, strength: float) -> Picture:
    """The finished painting, side-lit: stroke borders and bristle marks along the flow."""
    marks = streaks(flow, 10 * px, 1.2 * px, rng)
    toned = wet.picture * deep(0.9 + marks * 0.2)
    return relief(clip(toned), blur(wet.height, 0.7 * px) * 0.5 + marks * 0.7, strength)
