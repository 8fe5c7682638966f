"""Mixtures: what several styles make of one picture, and what an unknown style looks like."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from collage.painting.canvas import Picture, blur, clip, deep, luminance, mix, step, unit
from collage.painting.colour import borrow, from_lab, ramp
from collage.painting.noise import clouds, weave
from collage.painting.techniques import TECHNIQUES, Technique, key_of


def dice(*words: object) -> Generator:
    """A random generator that is the same for the same words in every process."""
    text = "\x1f".join(str(word) for word in words)
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big"))


def technique_of(style: str) -> Technique:
    """The technique of a style; one with an unknown name gets a technique of its own."""
    key = key_of(style)
    return TECHNIQUES.get(key) or _invent(key)


def blend(picture: Picture, styles: Sequence[str], seed: int) -> Picture:
    """The picture in one style, or in several as one painter would unite them.

    The styles work on each other in the turns of their techniques: planes are cut first and then
    dotted, not laid over dots as a second exposure. Passages of the earlier state stay, with
    wandering borders, and the whole is held together by one palette.
    """
    names = sorted({key_of(style) for style in styles} - {""})
    rng = dice(seed, *names, "mixture")
    order = [technique_of(name) for name in names]
    rng.shuffle(order)
    order.sort(key=lambda technique: technique.turn)
    painted = order[0].paint(picture, dice(seed, *names, order[0].style))
    for technique in order[1:]:
        over = technique.paint(painted, dice(seed, *names, technique.style))
        painted = unite(painted, over, rng)
    return painted


def unite(under: Picture, over: Picture, rng: Generator) -> Picture:
    """The later state with passages of the earlier one, both drawn towards one palette."""
    px = unit(under)
    lender, taken = (under, over) if rng.random() < 0.5 else (over, under)
    amount = float(rng.uniform(0.35, 0.65))
    warm = borrow(taken, lender, amount)
    under, over = (under, warm) if taken is over else (warm, over)
    field = clouds(under.shape, 170 * px, rng, octaves=3)
    # Passages follow the light of the picture a little, so that they keep to its forms.
    field = field + (blur(luminance(under), 8 * px) - 0.5) * rng.uniform(-0.35, 0.35)
    bound = float(np.quantile(field[::4, ::4], rng.uniform(0.28, 0.42)))
    stays = step(bound + 0.02, bound - 0.02, field)
    return mix(over, under, stays * 0.85)


def _invent(key: str) -> Technique:
    """A technique for a name the table does not have: its own palette, hand and canvas."""
    known = list(TECHNIQUES.values())
    rng = dice(key, "invented")
    hand = known[int(rng.integers(len(known)))]
    hue = rng.uniform(0, 2 * np.pi)
    spread = rng.choice([0.6, 1.2, np.pi * 0.8])
    chroma = rng.uniform(22, 52)
    lightness = np.linspace(rng.uniform(6, 18), rng.uniform(88, 96), 5)
    hues = hue + spread * rng.uniform(-1, 1, 5)
    lab = np.stack([lightness, chroma * np.cos(hues), chroma * np.sin(hues)], axis=1)
    palette = from_lab(np.asarray(lab[None], np.float32))[0]
    strength, pitch, thread = rng.uniform(0.45, 0.75), rng.uniform(2.5, 6), rng.uniform(0, 0.16)

    def paint(picture: Picture, dice_of_tile: Generator) -> Picture:
        worked = hand.paint(picture, dice_of_tile)
        graded = mix(worked, ramp(luminance(worked), palette), strength)
        linen = 1 + (weave(picture.shape, pitch * unit(picture)) - 0.5) * thread
        return clip(graded * deep(linen))

    return Technique(key, paint, hand.turn)
