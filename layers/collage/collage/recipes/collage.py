"""The combinatoric collage: draws of (mask, combination of styles), spread evenly."""

from collections.abc import Sequence

from collage import styles
from collage.digest import shuffled
from collage.recipes import Ingredients
from collage.tile import Tile

Draw = tuple[str, tuple[str, ...]]


def unfold(ingredients: Ingredients) -> list[Tile]:
    """One tile a draw; when more are asked for than there are draws, the next seed's draws.

    Without a number of tiles every draw is made at most once, and at most one for each cell:
    nothing is paid for that the grid cannot show.
    """
    request = ingredients.request
    combinations = styles.combine(ingredients.styles, request.combine)
    names = tuple(ingredients.masks)
    space = len(names) * len(combinations)
    wanted = request.tiles or min(request.rows * request.cols, space)
    order = random_order if request.order == "random" else balanced_order
    tiles: list[Tile] = []
    for lap in range(-(-wanted // space)):
        draws = order(names, combinations, request.seed + lap, min(space, wanted - len(tiles)))
        tiles += [_tile(ingredients, draw, request.seed + lap) for draw in draws]
    return tiles


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


def _tile(ingredients: Ingredients, draw: Draw, seed: int) -> Tile:
    mask, combination = draw
    request = ingredients.request
    return Tile(
        operation="inpaint",
        prompt=request.prompt_template.format(styles=styles.phrase(combination)),
        styles=combination,
        mask=mask,
        mask_sha256=ingredients.masks[mask],
        source=ingredients.source,
        engine=request.engine,
        model=ingredients.model,
        size=request.size,
        seed=seed,
    )
