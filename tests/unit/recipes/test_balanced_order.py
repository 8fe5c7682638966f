"""The balanced order: what it draws next, and that it stays what it was for requests of old."""

from collections import Counter
from itertools import combinations

import pytest

from collage.digest import canonical, sha256, shuffled
from collage.recipes.collage import balanced_order
from tests.unit.plans import planned

PLANS = [
    (
        {"rows": 10, "cols": 10},
        "34eb5960f337",
    ),
    (
        {"rows": 12, "cols": 12, "masks": ["left", "top"], "seed": 3, "combine": 7, "styles": 9},
        "50b7f4675cdc",
    ),
    (
        {"rows": 50, "cols": 50, "tiles": 2400, "seed": 11, "styles": 20},
        "c549adbdc926",
    ),
    (
        {"rows": 20, "cols": 20, "engine": "openai", "replace_refused": True, "styles": 12},
        "810110614a4f",
    ),
    (
        {"rows": 30, "cols": 40, "seed": 5, "styles": 120, "prompt_template": "{a|b} {styles}"},
        "c075922f9011",
    ),
]
"""Requests, ``styles`` by their number, and a digest of draws and cells of their plans."""


def names(count):
    return [f"Style {number}" for number in range(count)]


def by_the_rule(masks, candidates, seed, count):
    """The draws as the rule says them, each looked for among all that are left."""
    turns = shuffled(masks, seed, "masks")
    candidates = shuffled(candidates, seed, "combinations")
    drawn, met, repeats = Counter(), {mask: Counter() for mask in turns}, Counter()
    left = {mask: list(candidates) for mask in turns}
    draws = []
    for turn in range(count):
        mask = turns[turn % len(turns)]

        def weight(candidate, mask=mask):
            return (
                sum(drawn[style] for style in candidate),
                sum(met[mask][style] for style in candidate),
                repeats[candidate],
            )

        best = min(left[mask], key=weight)
        left[mask].remove(best)
        drawn.update(best)
        met[mask].update(best)
        repeats[best] += 1
        draws.append((mask, best))
    return draws


@pytest.mark.parametrize(
    ("styles", "size"), [(1, 1), (2, 1), (5, 1), (4, 2), (7, 2), (6, 3), (7, 4), (6, 5), (5, 5)]
)
@pytest.mark.parametrize("masks", [["a"], ["a", "b", "c"]])
@pytest.mark.parametrize("seed", [0, 8])
def test_every_draw_is_the_one_that_the_rule_picks(styles, size, masks, seed):
    candidates = list(combinations(names(styles), size))
    count = len(masks) * len(candidates)

    draws = balanced_order(masks, candidates, seed, count)

    assert draws == by_the_rule(masks, candidates, seed, count)


@pytest.mark.parametrize(("asked", "digest"), PLANS)
def test_requests_of_old_have_the_plans_they_had(asked, digest):
    given = {**asked, "styles": names(asked["styles"])} if "styles" in asked else asked
    plan = planned(cell=16, size=32, **given)

    draws = [
        (tile.prompt, tile.styles, tile.mask, tile.seed, tile.sample)
        for tile in (*plan.tiles, *plan.spares)
    ]
    said = [draws, plan.layout.cells]

    assert sha256(canonical(said))[:12] == digest


def test_the_largest_request_has_every_draw_once():
    plan = planned(cell=16, size=32, rows=200, cols=200, styles=names(143))

    assert len({(tile.styles, tile.mask) for tile in plan.tiles}) == 40_000
    drawn = Counter(style for tile in plan.tiles for style in tile.styles)
    assert max(drawn.values()) - min(drawn.values()) <= 2
