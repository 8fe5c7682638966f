"""Patches: a gap filled with pieces of the picture around it, such that all pieces agree.

The search is Wexler, Shechtman and Irani's, "Space-Time Completion of Video", 2007: for each patch
that touches the gap the most similar patch of what is known, then each pixel as those patches
vote, over and over and from coarse to fine. Colours are compared as whole numbers, so that sums
are exact and the same on every machine.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.random import Generator
from numpy.typing import NDArray

from collage.painting.canvas import Picture, Plane
from collage.painting.noise import clouds
from collage.painting.pieces import Flags, Places, copied, itself, shrunk
from collage.pictures.pull_push import pull_push

REACH = 2
"""Pixels from a patch's middle to its side."""
PATCH = np.ones((2 * REACH + 1, 2 * REACH + 1), np.uint8)
COARSE, FINE = 40, 128
"""The longer side of the smallest level, where anything may match, and of the largest."""
FEWEST = 24
"""Known patches that a filling is made from at least."""
BAND = (0.15, 0.35)
"""The rows and columns from the border of what is known, as its share, that are repeated beyond."""
AT_ONCE = 256
"""Patches that are compared with all others at once: so few that what is found stays in a cache."""
EVERYWHERE = 72
"""Up to this longer side every known patch is looked at; above, only what neighbours found."""


@dataclass(frozen=True)
class Lean:
    """How much a piece should come from its own height and from its own column.

    In units of colour: at 1, being the whole picture away counts as much as black for white.
    """

    x: float = 0.0
    y: float = 0.0


def complete(picture: Picture, gap: Flags, rng: Generator, lean: Lean) -> Picture | None:
    """The picture with its gap filled by pieces from outside it; None where too little is known.

    Args:
        picture: (H, W, 3); what it holds in the gap does not matter.
        gap: (H, W).
        rng: Decides which pieces may be used: other dice, another filling.
        lean: How far pieces keep to their place.
    """
    levels = _levels(picture.shape[:2])
    kept = np.where(gap[..., None], 0, picture).astype(np.float32)
    taken: Places | None = None
    guess: Picture | None = None
    for number, shape in enumerate(levels):
        known = shrunk(np.asarray(~gap, np.float32), shape)
        solid = known > 0.999
        colours = shrunk(kept, shape)
        colours = colours / np.maximum(known, 1e-6)[..., None]
        sources = _sources(solid, rng)
        if len(sources) < FEWEST:
            continue
        if guess is None or taken is None:
            guess = _first(colours, solid)
        else:
            guess, taken = _grow(guess, taken, shape)
        guess = np.where(solid[..., None], colours, guess).astype(np.float32)
        for _ in range((6, 4, 2)[min(number, 2)]):
            if max(shape) <= EVERYWHERE or taken is None:
                taken = _search(guess, solid, sources, lean)
            else:
                taken = _refine(guess, solid, taken, lean)
            guess = _vote(guess, colours, solid, taken)
    return None if taken is None else copied(picture, gap, taken)


def _levels(shape: tuple[int, ...]) -> list[tuple[int, int]]:
    longest = max(shape)
    largest = min(FINE, longest)
    sides = [largest]
    while sides[0] / 2 >= COARSE * 0.75:
        sides.insert(0, sides[0] // 2)
    smallest = 2 * REACH + 2
    return [
        (
            max(min(smallest, shape[0]), round(shape[0] * side / longest)),
            max(min(smallest, shape[1]), round(shape[1] * side / longest)),
        )
        for side in sides
    ]


def _sources(solid: Flags, rng: Generator) -> Places:
    """Middles of patches that are wholly known, (N, 2) as row, column; some left out by chance."""
    places = np.argwhere(_whole(solid))
    field = clouds(solid.shape, max(3.0, max(solid.shape) / 6), rng)
    lucky = field > np.quantile(field, 0.25)
    kept = places[lucky[places[:, 0], places[:, 1]]]
    return kept if len(kept) >= FEWEST else places


def _targets(solid: Flags) -> Places:
    """Middles of patches that touch the gap, (N, 2)."""
    return np.argwhere(np.asarray(cv2.dilate((~solid).astype(np.uint8), PATCH)) > 0)


def _whole(solid: Flags) -> Flags:
    """Where a patch is wholly known, (H, W)."""
    inner = cv2.erode(solid.astype(np.uint8), PATCH, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(inner) > 0


def _features(guess: Picture, solid: Flags, lean: Lean) -> Plane:
    """The patch at every pixel as whole numbers 0..255, (H, W, F), the last two its home."""
    height, width = solid.shape
    rounded = np.round(guess * 255)
    border = (REACH, REACH, REACH, REACH, cv2.BORDER_REPLICATE)
    padded = np.asarray(cv2.copyMakeBorder(rounded, *border)).reshape(height + 2 * REACH, -1)
    # For each place the pixels of one of its patch's rows, which lie side by side.
    rows = sliding_window_view(padded, 3 * (2 * REACH + 1), axis=1)[:, ::3]
    parts = [rows[i : i + height] for i in range(2 * REACH + 1)]
    scale = np.array([lean.y, lean.x]) * 255 * (2 * REACH + 1) / max(solid.shape)
    # Counted from the middle, so that sums of squares stay within what float32 holds exactly.
    home = np.round((_home(itself(solid.shape), solid) - (height / 2, width / 2)) * scale)
    return np.concatenate([*parts, home], axis=2, dtype=np.float32)


def _home(places: Places, solid: Flags) -> NDArray[np.float64]:
    """Where places belong, (N, 2): places beyond what is known to the band at its border."""
    known = np.argwhere(solid)
    low, high = known.min(axis=0), known.max(axis=0)
    band = np.maximum(3, np.round((high - low + 1) * BAND))
    back = np.where(places > high, high - band + (places - high - 1) % band + 1, places)
    return np.where(places < low, low + band - (low - places - 1) % band - 1, back)


def _first(colours: Picture, solid: Flags) -> Picture:
    """The first guess: beside what is known its own border again, elsewhere a membrane.

    Above and below a membrane is better: it lets go of what ends there, as clouds and roofs do.
    """
    height, width = solid.shape
    soft = pull_push(colours, solid.astype(np.float32))
    home = np.clip(_home(itself(solid.shape), solid), 0, (height - 1, width - 1)).astype(np.int64)
    row, column = home[..., 0], home[..., 1]
    beside = solid[row, column] & (row == itself(solid.shape)[..., 0])
    return np.where(beside[..., None], colours[row, column], soft).astype(np.float32)


def _search(guess: Picture, solid: Flags, sources: Places, lean: Lean) -> Places:
    """For every pixel the most similar known patch, (H, W, 2); itself where nothing is missing."""
    features = _features(guess, solid, lean)
    targets = _targets(solid)
    theirs = features[sources[:, 0], sources[:, 1]]
    # Of the squared difference what depends on both, and what on theirs, by one product.
    theirs = np.column_stack([-2 * theirs, np.square(theirs).sum(axis=1)])
    taken, nothing = itself(solid.shape), np.empty(0, np.float32)
    for start in range(0, len(targets), AT_ONCE):
        some = targets[start : start + AT_ONCE]
        mine = np.column_stack([features[some[:, 0], some[:, 1]], np.ones(len(some), np.float32)])
        # All of these sums are of whole numbers below 2**24, so that their order changes nothing.
        differences = cv2.gemm(mine, theirs, 1, nothing, 0, flags=cv2.GEMM_2_T)
        taken[some[:, 0], some[:, 1]] = sources[np.asarray(differences).argmin(axis=1)]
    return taken


def _refine(guess: Picture, solid: Flags, taken: Places, lean: Lean) -> Places:
    """Better matches among what each pixel and its neighbours found, one step around."""
    height, width = solid.shape
    features = _features(guess, solid, lean)
    targets = _targets(solid)
    rows, columns = targets[:, 0], targets[:, 1]
    usable = _whole(solid)
    mine = features[rows, columns]
    best = np.full(len(targets), np.inf, np.float32)
    found = targets.copy()
    flat = features.reshape(height * width, -1)
    for dy, dx in ((0, 0), (0, 1), (1, 0), (0, -1), (-1, 0), (0, 3), (3, 0), (0, -3), (-3, 0)):
        beside = taken[np.clip(rows + dy, 0, height - 1), np.clip(columns + dx, 0, width - 1)]
        place = np.clip(beside - (dy, dx), 0, (height - 1, width - 1))
        difference = flat.take(place[:, 0] * width + place[:, 1], axis=0)
        np.subtract(mine, difference, out=difference)
        gap = np.einsum("nf,nf->n", difference, difference)
        gap[~usable[place[:, 0], place[:, 1]]] = np.inf
        closer = gap < best
        best[closer] = gap[closer]
        found[closer] = place[closer]
    lost = np.isinf(best)
    found[lost] = taken[rows[lost], columns[lost]]
    result = taken.copy()
    result[rows, columns] = found
    return result


def _vote(guess: Picture, colours: Picture, solid: Flags, taken: Places) -> Picture:
    """Every missing pixel as the patches over it say; those near the known say it louder."""
    height, width = solid.shape
    away = np.asarray(cv2.distanceTransform((~solid).astype(np.uint8), cv2.DIST_L2, 3), np.float32)
    loud = np.power(np.float32(1.25), -np.minimum(away, 40)).astype(np.float32)
    rows, columns = np.nonzero(~solid)
    total = np.zeros((3, len(rows)), np.float32)
    weight = np.zeros(len(rows), np.float32)
    from_row, from_column = taken[..., 0].ravel(), taken[..., 1].ravel()
    channels = np.ascontiguousarray(np.moveaxis(colours, 2, 0)).reshape(3, -1)
    for dy in range(-REACH, REACH + 1):
        for dx in range(-REACH, REACH + 1):
            r, c = rows - dy, columns - dx
            inside = (r >= 0) & (r < height) & (c >= 0) & (c < width)
            over = np.clip(r, 0, height - 1) * width + np.clip(c, 0, width - 1)
            where = np.clip(from_row.take(over) + dy, 0, height - 1) * width
            where += np.clip(from_column.take(over) + dx, 0, width - 1)
            inside &= solid.take(where)
            say = loud.take(over) * inside
            total += channels.take(where, axis=1) * say
            weight += say
    voted = guess.copy()
    heard = weight > 0
    voted[rows[heard], columns[heard]] = (total[:, heard] / weight[heard]).T
    return voted


def _grow(guess: Picture, taken: Places, shape: tuple[int, int]) -> tuple[Picture, Places]:
    """The guess and where it was taken from, at a larger size."""
    height, width = shape
    larger = np.asarray(cv2.resize(guess, (width, height), interpolation=cv2.INTER_LINEAR))
    offsets = (taken - itself(taken.shape)).astype(np.float32)
    wide = cv2.resize(offsets, (width, height), interpolation=cv2.INTER_NEAREST)
    scale = np.array([height / taken.shape[0], width / taken.shape[1]], np.float32)
    moved = itself(shape) + np.round(np.asarray(wide) * scale).astype(np.int64)
    return np.asarray(larger, np.float32), np.clip(moved, 0, (height - 1, width - 1))
