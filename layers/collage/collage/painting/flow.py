"""Flow: the direction in which a painter's hand would move at each place of a picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from collage.painting.canvas import (
    Picture,
    Plane,
    Values,
    blur,
    luminance,
    positions,
    resize,
    under,
    unit,
)
from collage.painting.noise import clouds


@dataclass(frozen=True)
class Flow:
    """A unit vector for each pixel, as two (H, W) planes; its sign carries no meaning."""

    dx: Plane
    dy: Plane


def flow_of(picture: Picture, rng: Generator, wander: float = 0.002, swirl: float = 1.0) -> Flow:
    """Along the edges where there are some, and along slow curving currents elsewhere.

    The direction is that of least change of the smoothed structure tensor (Kyprianidis and
    Doellner, "Image Abstraction by Structure Adaptive Filtering", 2008). `wander` is how strongly
    the currents count against edges, `swirl` how many half turns they make over the picture.
    """
    height, width = picture.shape[:2]
    reduce = max(1.0, (height * width) ** 0.5 / 256)
    small = resize(luminance(picture), (max(8, int(height / reduce)), max(8, int(width / reduce))))
    sigma = max(0.8, 5 * unit(small) * 2)
    small = blur(small, max(0.5, sigma / 4))
    gx = np.asarray(cv2.Scharr(small, cv2.CV_32F, 1, 0), np.float32) / 16
    gy = np.asarray(cv2.Scharr(small, cv2.CV_32F, 0, 1), np.float32) / 16
    # The doubled angle makes opposite directions equal, so that they can be averaged.
    cosine, sine = blur(gy * gy - gx * gx, sigma), blur(-2 * gx * gy, sigma)
    turn = clouds(small.shape, max(small.shape) / 2.5, rng) * (2 * np.pi * swirl)
    turn = turn + rng.uniform(0, 2 * np.pi)
    cosine = cosine + np.cos(turn) * wander
    sine = sine + np.sin(turn) * wander
    angle = np.arctan2(sine, cosine) / 2
    # Resized as doubled angle too: a field of half angles tears where the angle wraps.
    twice = resize(
        np.asarray(np.dstack([np.cos(2 * angle), np.sin(2 * angle)]), np.float32), picture.shape
    )
    full = np.asarray(cv2.phase(twice[..., 0].copy(), twice[..., 1].copy()), np.float32) / 2
    return Flow(np.cos(full), np.sin(full))


def streaks(flow: Flow, length: float, size: float, rng: Generator) -> Plane:
    """Bristle marks, (H, W) in about 0..1: noise of `size` pixels smeared `length` along the flow.

    Smearing by doubled steps does the work of a line integral convolution (Cabral and Leedom,
    1993) in a few passes.
    """
    shape = flow.dx.shape
    marks = clouds(shape, max(1.0, size), rng, octaves=1)
    x, y = positions(shape)
    # Half a speck to begin with: longer steps would leave gaps between the echoes, like beads.
    reach = max(0.5, size / 2)
    while reach <= length:
        dx, dy = flow.dx * reach, flow.dy * reach
        ahead = cv2.remap(marks, x + dx, y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        behind = cv2.remap(marks, x - dx, y - dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        marks = np.asarray((np.asarray(ahead) + np.asarray(behind)) / 2, np.float32)
        reach *= 2
    spread = float(marks.std()) + 1e-4
    return np.asarray(np.clip((marks - marks.mean()) / (4 * spread) + 0.5, 0, 1), np.float32)


def trace(
    flow: Flow,
    starts: Values,
    length: float,
    points: int,
    *,
    unrest: float = 0,
    rng: Generator | None = None,
) -> Values:
    """Paths of `length` pixels along the flow, (N, points, 2) as x, y, from (N, 2) middles.

    `unrest` is the deviation, in radians, of the direction each path sets out in.
    """
    stride = length / max(1, points - 1)
    ahead = _at(flow, starts)
    if rng is not None:
        turn = rng.normal(0, unrest, len(starts))
        cosine, sine = np.cos(turn), np.sin(turn)
        x, y = ahead[:, 0], ahead[:, 1]
        ahead = np.stack([x * cosine - y * sine, x * sine + y * cosine], axis=1)
    halves = []
    for sign in (1, -1):
        place, course = starts, ahead * sign
        half = [place]
        for _ in range((points - 1) // 2):
            place = place + course * stride
            half.append(place)
            move = _at(flow, place)
            # The flow has no sign: turn it the way the hand is going.
            back = (move * course).sum(axis=1, keepdims=True) < 0
            course = np.where(back, -move, move)
        halves.append(half)
    return np.asarray(np.stack(halves[1][:0:-1] + halves[0], axis=1), np.float32)


def _at(flow: Flow, places: Values) -> Values:
    """The flow under (N, 2) places, (N, 2)."""
    at = under(flow.dx.shape, places)
    return np.stack([flow.dx.take(at), flow.dy.take(at)], axis=1)
