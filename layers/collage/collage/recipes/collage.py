"""The combinatoric collage: draws of (mask, combination of styles), spread evenly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from collage import prompts, styles
from collage.digest import shuffled
from collage.recipes import Ingredients, Shape, Size, Unfolded

if TYPE_CHECKING:
    from collage.request import Request
    from collage.tile import Operation, Tile

Draw = tuple[str, tuple[str, ...]]


def complete(request: Request, source: Size | None) -> dict[str, Any]:
    """Everything has a default."""
    return {}


def operations(request: Request, source: bool) -> set[Operation]:
    """It repaints the source."""
    return {"inpaint"}


def masks(request: Request, source: Size | None) -> Mapping[str, Shape]:
    """Those that are asked for."""
    return {name: name for name in request.masks}


def unfold(ingredients: Ingredients) -> Unfolded:
    """One tile a draw; when more are asked for than there are draws, each draw's next sample.

    Without a number of tiles every draw is made at most once, and at most one for each cell:
    nothing is paid for that the grid cannot show. Where the template has alternatives, a draw has
    each of them once. Spares are the draws that come next.
    """
    request = ingredients.request
    templates = prompts.expand(request.prompt_template, request.words)
    combinations = styles.combine(ingredients.styles, request.combine)
    names = request.masks
    space = len(names) * len(combinations)
    full = space * len(templates)
    wanted = request.tiles or min(request.rows * request.cols, full)
    order = random_order if request.order == "random" else balanced_order
    needed = wanted * 2 if request.replace_refused else wanted
    draws = order(names, combinations, request.seed, min(space, needed))

    def tile(i: int) -> Tile:
        (mask, combination), turn = draws[i % space], i // space
        template = templates[(i % space + turn) % len(templates)]
        prompt = template.format(styles=styles.phrase(combination))
        return ingredients.tile(
            "inpaint", prompt, styles=combination, mask=mask, number=turn // len(templates)
        )

    tiles = [tile(i) for i in range(wanted)]
    return Unfolded(tiles, spares=[tile(i) for i in range(wanted, len(draws))])


def random_order(
    masks: Sequence[str], combinations: Sequence[tuple[str, ...]], seed: int, count: int
) -> list[Draw]:
    """``count`` different draws in plain seeded order."""
    draws = [(mask, combination) for mask in masks for combination in combinations]
    return shuffled(draws, seed, "draws")[:count]


def balanced_order(
    masks: Sequence[str], combinations: Sequence[tuple[str, ...]], seed: int, count: int
) -> list[Draw]:
    """``count`` different draws, such that any first m cover masks and styles evenly.

    The masks take turns, so their numbers differ by at most one. Each turn takes, of the
    combinations its mask has not had, the one whose styles were drawn least so far, then whose
    styles its mask met least, then which was itself drawn least; the seed decides what is left.
    The order for a larger count begins with the order for a smaller one.
    """
    import numpy as np

    candidates = shuffled(combinations, seed, "combinations")
    index = {style: i for i, style in enumerate(sorted({s for c in candidates for s in c}))}
    members = np.array([[index[style] for style in c] for c in candidates])
    turns = shuffled(masks, seed, "masks")
    drawn = np.zeros(len(index), np.int64)
    met = {mask: np.zeros(len(index), np.int64) for mask in turns}
    repeats = np.zeros(len(candidates), np.int64)
    left = {mask: np.ones(len(candidates), np.bool_) for mask in turns}
    draws: list[Draw] = []
    for turn in range(count):
        mask = turns[turn % len(turns)]
        unevenness = drawn[members].sum(axis=1)
        meetings = met[mask][members].sum(axis=1)
        # One number in place of a tuple, each part below the weight of the part before it.
        weight = (unevenness * (count + 1) * len(index) + meetings) * (len(turns) + 1) + repeats
        best = int(np.argmin(np.where(left[mask], weight, np.iinfo(np.int64).max)))
        drawn[members[best]] += 1
        met[mask][members[best]] += 1
        repeats[best] += 1
        left[mask][best] = False
        draws.append((mask, candidates[best]))
    return draws
