"""The combinatoric collage: draws of (mask, combination of styles), spread evenly."""

from collections.abc import Sequence

from collage import engines, styles
from collage.digest import shuffled
from collage.recipes import Ingredients, Unfolded
from collage.tile import Tile

Draw = tuple[str, tuple[str, ...]]


def unfold(ingredients: Ingredients) -> Unfolded:
    """One tile a draw; when more are asked for than there are draws, each draw's next sample.

    Without a number of tiles every draw is made at most once, and at most one for each cell:
    nothing is paid for that the grid cannot show. Spares are the draws that come next.
    """
    request = ingredients.request
    combinations = styles.combine(ingredients.styles, request.combine)
    names = tuple(ingredients.masks)
    space = len(names) * len(combinations)
    wanted = request.tiles or min(request.rows * request.cols, space)
    order = random_order if request.order == "random" else balanced_order
    needed = wanted * 2 if request.replace_refused else wanted
    draws = order(names, combinations, request.seed, min(space, needed))
    tiles = [_tile(ingredients, draws[i % space], i // space) for i in range(wanted)]
    spares = [_tile(ingredients, draw, 0) for draw in draws[wanted:]]
    return Unfolded(tiles, spares)


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


def _tile(ingredients: Ingredients, draw: Draw, sample: int) -> Tile:
    mask, combination = draw
    request = ingredients.request
    seeded = engines.ENGINES[request.engine].seeded
    return Tile(
        operation="inpaint",
        prompt=request.prompt_template.format(styles=styles.phrase(combination)),
        styles=combination,
        mask=mask,
        mask_sha256=ingredients.masks[mask],
        source=ingredients.source,
        engine=request.engine,
        model=ingredients.model,
        options={"quality": request.quality} if request.quality else {},
        size=request.size,
        seed=request.seed + sample if seeded else None,
        sample=None if seeded else sample,
        preserve=request.preserve,
    )
