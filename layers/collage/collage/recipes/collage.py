"""The combinatoric collage: draws of (mask, combination of styles), spread evenly."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from collage.digest import shuffled
from collage.fields import prompts
from collage.recipes.recipe import (
    MOST_COUNTED,
    SEVERAL,
    STYLED,
    Counted,
    Ingredients,
    Recipe,
    Shape,
    Size,
    Unfolded,
)
from collage.tile import Kind
from collage.words import styles

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from collage.fields.fields import Fields
    from collage.tile import Tile

Draw = tuple[str, tuple[str, ...]]

LATER = 30
"""The bit that puts a candidate behind all that are without it: sums of styles stay far below."""


class Collage(Recipe):
    """Draws of a mask and a combination of styles, each repainting a part of the source."""

    name = "collage"
    what = "every mask with every combination of styles, in a shuffled grid"
    source = "needed"
    uses = STYLED | SEVERAL | {"combine", "tiles", "order", "replace_refused", "sample"}
    operation = "inpaint"

    def check(self, request: Fields) -> None:
        """There are styles enough to combine."""
        styles.check_size(request.combine, request.style_total)

    def masks(self, request: Fields, source: Size | None) -> Mapping[str, Shape]:
        """Those that are asked for."""
        return {name: name for name in request.masks}

    def unfold(self, ingredients: Ingredients) -> Unfolded:
        """One tile a draw; when more are asked for than there are draws, each draw's next sample.

        Without a number of tiles every draw is made at most once, and at most one for each cell:
        nothing is paid for that the grid cannot show. Where the template has alternatives, a draw
        has each of them once. Several sources take turns, each with the draws that a collage of
        it alone has. Spares are the draws that come next.
        """
        request = ingredients.request
        templates, combinations = _texts(ingredients)
        parts = ingredients.of_each_source
        spaces = [len(part.own_masks) * len(combinations) for part in parts]
        rounds = [space * len(templates) for space in spaces]
        wanted = _wanted(request, rounds)
        needed = wanted * 2 if request.replace_refused else wanted
        turns = list(itertools.islice(in_turn(rounds), needed))
        counts = Counter(part for part, _ in turns)
        order = random_order if request.order == "random" else balanced_order
        draws = [
            order(part.own_masks, combinations, request.seed, min(space, counts[number]))
            for number, (part, space) in enumerate(zip(parts, spaces, strict=True))
        ]

        def tile(number: int, i: int) -> Tile:
            space, of_one = spaces[number], draws[number]
            (mask, combination), turn = of_one[i % space], i // space
            template = templates[(i % space + turn) % len(templates)]
            prompt = template.format(styles=styles.phrase(combination))
            return parts[number].tile(
                "inpaint", prompt, styles=combination, mask=mask, number=turn // len(templates)
            )

        spares = [(number, i) for number, i in turns[wanted:] if i < len(draws[number])]
        return Unfolded(
            [tile(*turn) for turn in turns[:wanted]], spares=[tile(*turn) for turn in spares]
        )

    def counted(self, ingredients: Ingredients) -> Counted | None:
        """Of each source the draws that come once more than the others, and these."""
        templates, combinations = _texts(ingredients)
        if len(templates) * len(combinations) > MOST_COUNTED:
            return None
        said = [
            [template.format(styles=styles.phrase(names)) for template in templates]
            for names in combinations
        ]
        parts = ingredients.of_each_source
        different = all(len(set(texts)) == len(templates) for texts in said)
        if not different or not all(part.masks_differ for part in parts):
            return None
        rounds = [len(part.own_masks) * len(templates) * len(combinations) for part in parts]
        turns = itertools.islice(in_turn(rounds), _wanted(ingredients.request, rounds))
        kinds = []
        for number, count in sorted(Counter(part for part, _ in turns).items()):
            part, (whole, more) = parts[number], divmod(count, rounds[number])
            tile = part.tile("inpaint", said[0][0], styles=combinations[0], mask=part.own_masks[0])
            often = {whole + 1: more, whole: rounds[number] - more}
            kinds.append(Kind(tile, {n: times for n, times in often.items() if n and times}))
        return Counted(kinds, Unfolded([]), prompts=list(itertools.chain.from_iterable(said)))


def _texts(ingredients: Ingredients) -> tuple[Sequence[str], list[tuple[str, ...]]]:
    """The templates of prompts, and the combinations of styles that these are filled with."""
    request = ingredients.request
    templates = prompts.asked(request, request.prompt_template, prompts.TEMPLATE)
    return templates, styles.combine(ingredients.styles, request.combine)


def _wanted(request: Fields, rounds: Sequence[int]) -> int:
    """How many tiles there are, where each source has so many different ones."""
    return request.tiles or min(request.rows * request.cols, sum(rounds))


def in_turn(rounds: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Numbers of sources that take turns, each with how often it had one: without an end.

    A source that had as many turns as its round has waits until the others had all of theirs.
    """
    for before in itertools.count():
        for i in range(max(rounds)):
            for number, of_one in enumerate(rounds):
                if i < of_one:
                    yield number, before * of_one + i


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
    turns = shuffled(masks, seed, "masks")
    unit = len(turns) + 1
    shares = _shares(candidates, unit)
    members = [np.flatnonzero(column).tolist() for column in shares.T]
    # Of each candidate, what its styles add up to: in all draws, and in those of each mask. A style
    # counts `unit`, so that how often the candidate itself was drawn fits in below it.
    drawn = np.zeros(len(candidates), np.int32)
    met = np.zeros((len(turns), len(candidates)), np.int32)
    gone = np.zeros_like(met)
    weight = np.empty_like(drawn)
    draws: list[Draw] = []
    for turn in range(count):
        mask = turn % len(turns)
        np.add(drawn, gone[mask], out=weight)
        weight -= weight[weight.argmin()]
        # Those drawn least are told apart by what their mask met; all others come after them.
        np.minimum(weight, 1, out=weight)
        np.left_shift(weight, LATER, out=weight)
        weight += met[mask]
        best = int(weight.argmin())
        for style in members[best]:
            drawn += shares[style]
            met[mask] += shares[style]
        met[:, best] += 1
        gone[mask, best] = 1 << LATER
        draws.append((turns[mask], candidates[best]))
    return draws


def _shares(candidates: Sequence[tuple[str, ...]], unit: int) -> NDArray[np.int32]:
    """For each style (row) ``unit`` at the candidates that it adds to, and 0 elsewhere.

    When a candidate is drawn, all others rise by the styles that they share with it. Where
    candidates have more than half of the styles, the styles that neither has are fewer to count,
    and tell as much: both numbers differ by the same for all of them.
    """
    import numpy as np

    index = {style: i for i, style in enumerate(sorted({s for c in candidates for s in c}))}
    shares = np.zeros((len(index), len(candidates)), np.int32)
    for position, combination in enumerate(candidates):
        shares[[index[style] for style in combination], position] = unit
    return unit - shares if 2 * len(candidates[0]) > len(index) else shares
