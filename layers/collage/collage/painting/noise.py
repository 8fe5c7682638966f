"""Noise and surfaces: clouds, paper fibres, canvas weave, cracks."""

import cv2
import numpy as np
from numpy.random import Generator

from collage.painting.canvas import Plane, clip, positions


def clouds(shape: tuple[int, ...], cell: float, rng: Generator, octaves: int = 2) -> Plane:
    """Smooth value noise in 0..1, (H, W), with features of about `cell` pixels."""
    height, width = shape[:2]
    total = np.zeros((height, width), np.float32)
    weight = 0.0
    for octave in range(octaves):
        size = max(1.0, cell / 2**octave)
        grid = rng.random((int(height / size) + 3, int(width / size) + 3), np.float32)
        layer = cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
        total += np.asarray(layer, np.float32) * 0.5**octave
        weight += 0.5**octave
    return clip(total / weight)


def grain(shape: tuple[int, ...], size: float, rng: Generator) -> Plane:
    """Even grain around 0 with a deviation near 0.3 and specks of `size` pixels, (H, W)."""
    height, width = shape[:2]
    rows, columns = max(2, int(height / max(1, size))), max(2, int(width / max(1, size)))
    specks = rng.random((rows, columns), np.float32) - 0.5
    return np.asarray(
        cv2.resize(specks, (width, height), interpolation=cv2.INTER_LINEAR), np.float32
    )


def paper(shape: tuple[int, ...], size: float, rng: Generator) -> Plane:
    """Fibrous hand-made paper around 0, (H, W): grain stretched along both axes."""
    height, width = shape[:2]
    total = grain(shape, size, rng)
    for stretch in ((9, 1), (1, 9)):
        rows = max(2, int(height / max(1, size * stretch[0])))
        columns = max(2, int(width / max(1, size * stretch[1])))
        fibres = rng.random((rows, columns), np.float32) - 0.5
        total = total + np.asarray(cv2.resize(fibres, (width, height)), np.float32)
    return np.asarray(total / 3, np.float32)


def weave(shape: tuple[int, ...], pitch: float) -> Plane:
    """Linen canvas in 0..1, (H, W): threads of `pitch` pixels going over and under each other."""
    x, y = positions(shape)
    turn = np.pi / max(2.0, pitch)
    return np.asarray(0.5 + 0.25 * (np.sin(x * turn) + np.sin(y * turn)), np.float32)


def cracks(shape: tuple[int, ...], cell: float, rng: Generator) -> Plane:
    """Craquelure, (H, W): 1 on the thin borders between islands about `cell` pixels wide."""
    height, width = shape[:2]
    empty = np.full((height, width), 255, np.uint8)
    count = max(3, int(height * width / cell**2))
    empty[rng.integers(0, height, count), rng.integers(0, width, count)] = 0
    _, islands = cv2.distanceTransformWithLabels(
        empty, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    islands = np.asarray(islands, np.float32)
    lines = np.zeros((height, width), np.float32)
    lines[:, 1:] += islands[:, 1:] != islands[:, :-1]
    lines[1:] += islands[1:] != islands[:-1]
    return clip(lines)
