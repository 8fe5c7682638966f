"""Styles of the inner eye: Surrealism and Abstract Expressionism."""

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
    mix,
    positions,
    relief,
    shift,
    step,
    to_bytes,
    unit,
)
from collage.painting.colour import borrow, inks, level, ramp, saturate
from collage.painting.flow import flow_of, streaks, trace
from collage.painting.noise import clouds
from collage.painting.strokes import Wet, lay, sample, scatter, vary
from collage.painting.topmost import Strokes

DUSK = inks("123a5e", "2f7f93", "93b9a6", "f3d08a", "ee9552", "a8506a", "3a2a55")


def surrealism(picture: Picture, rng: Generator) -> Picture:
    """A world going soft at dusk: forms melt downwards and throw long shadows under a pale moon."""
    px = unit(picture)
    height, width = picture.shape[:2]
    x, y = positions(picture.shape)
    column = clouds((1, width), 46 * px, rng)[0]
    fall = 58 * px * step(0.30, 0.95, column)[None, :] * step(0.15, 0.75, y / height)
    sway = 15 * px * np.sin(y / (46 * px) + rng.uniform(0, 6) + x / (150 * px))
    melted = shift(level(picture), sway, -fall)
    light = luminance(melted)
    things = blur(step(0.52, 0.28, light), 2 * px)
    side = float(rng.choice([-1, 1]))
    shadow = np.zeros_like(light)
    for reach in range(6, 90, 12):
        moved = shift(things, side * reach * px, -0.35 * reach * px)
        shadow = np.maximum(shadow, moved * (1 - reach / 110))
    ground = step(0.40, 0.72, y / height)
    air = ramp(y / height, DUSK)
    airy = blur(melted, 0.8 * px)
    scene = mix(airy, airy * air * 1.7, 0.72)
    scene = mix(scene, air, step(0.45, 0.95, light) * 0.5)
    scene = mix(scene, inks("1a1538")[0], blur(shadow, 3 * px) * ground * 0.62)
    mx, my = rng.uniform(0.15, 0.85) * width, rng.uniform(0.10, 0.24) * height
    away = np.hypot(x - mx, y - my) / px
    bite = np.hypot(x - (mx + 11 * side * px), y - (my - 5 * px)) / px
    moon = step(24, 22.5, away) * (0.25 + 0.75 * step(20.5, 22.5, bite))
    glow = np.exp(-away / 52) * 0.42
    scene = mix(scene, inks("fff3cf")[0], np.maximum(moon * step(0.3, 0.55, light), glow))
    return saturate(clip(scene), 1.25)


def abstract_expressionism(picture: Picture, rng: Generator) -> Picture:
    """Fields of colour swept on with a wide brush, then the whole arm: loops, drips and spatter."""
    px = unit(picture)
    field = saturate(borrow(level(picture), picture, 0.3), 1.9)
    flow = flow_of(blur(picture, 3 * px), rng, wander=0.006, swirl=0.9)
    wet = Wet(blur(field, 14 * px), np.full(picture.shape[:2], 0.5, np.float32))
    for spacing, width, length in ((38, 52, 200), (28, 26, 120), (16, 10, 44), (15, 6, 26)):
        places = scatter(picture.shape, spacing * px, rng)
        colours = vary(sample(blur(field, width * px / 4), places), 0.11, 0.09, rng)
        wide = width * px * rng.uniform(0.4, 1.0, len(places))
        paths = trace(flow, places, length * px, 9)
        wet = lay(wet, Strokes(paths, wide, spacing * px), colours, rng)
    marks = streaks(flow, 26 * px, 2 * px, rng)
    swept = wet.picture * deep(0.82 + marks * 0.36)
    body = relief(clip(swept), blur(wet.height, px) * 0.5 + marks * 0.6, 1.0)
    poured = to_bytes(body)
    thick = np.zeros(picture.shape[:2], np.uint8)
    for ink in ("100f12", "f6f1e4", "100f12", "e8b71c", "c4261d"):
        _pour(poured, thick, tuple(int(v) for v in inks(ink)[0] * 255), px, rng)
    enamel = blur(from_bytes(thick), 1.1 * px)
    return relief(from_bytes(poured), enamel, 0.9)


def _pour(
    canvas: NDArray[np.uint8],
    thick: NDArray[np.uint8],
    ink: tuple[int, ...],
    px: float,
    rng: Generator,
) -> None:
    """Flings one looping thread of enamel, its drips and its spatter, on canvas and thickness."""
    height, width = canvas.shape[:2]
    t = np.linspace(0, 1, 280)
    x, y = rng.uniform(0, width) * np.ones_like(t), rng.uniform(0, height) * np.ones_like(t)
    for turns in (1.3, 3.1, 6.7):
        reach = 0.55 * np.sqrt(height * width) / turns**0.9
        x = x + reach * np.sin(t * turns * 2 * np.pi + rng.uniform(0, 6.3)) * rng.uniform(0.4, 1)
        y = y + reach * np.sin(t * turns * 2 * np.pi + rng.uniform(0, 6.3)) * rng.uniform(0.4, 1)
    speed = np.hypot(np.gradient(x), np.gradient(y)) / px
    # A slow hand pours a thick line, a fast one a thread.
    thickness = np.clip(11 * px / (0.6 + speed * 0.6), 1.1 * px, 7 * px)
    points = np.round(np.stack([x, y], axis=1) * 16).astype(int).tolist()
    for start, end, size in zip(points, points[1:], thickness, strict=False):
        pen = max(1, round(size))
        cv2.line(canvas, start, end, ink, pen, cv2.LINE_AA, 4)
        cv2.line(thick, start, end, (255,), pen, cv2.LINE_AA, 4)
    for _ in range(46):
        at = int(rng.integers(len(t)))
        drop = rng.normal(0, 26 * px, 2)
        centre = (int((x[at] + drop[0]) * 16), int((y[at] + drop[1]) * 16))
        radius = int(16 * px * min(7, 0.7 + rng.exponential(1.3)))
        cv2.circle(canvas, centre, radius, ink, -1, cv2.LINE_AA, 4)
        cv2.circle(thick, centre, radius, (255,), -1, cv2.LINE_AA, 4)
    for _ in range(3):
        at = int(rng.integers(len(t)))
        top, run = (round(x[at]), round(y[at])), round(rng.uniform(30, 110) * px)
        cv2.line(canvas, top, (top[0], top[1] + run), ink, max(1, round(1.6 * px)), cv2.LINE_AA)
        cv2.circle(canvas, (top[0], top[1] + run), max(1, round(2.4 * px)), ink, -1, cv2.LINE_AA)
