"""Addresses that must outlive every move of the code: of a plan, a tile and a collage.

A change here means that tiles which people have paid for are not found again. It is made on
purpose or not at all, and said in the CHANGELOG.
"""

from collage.digest import canonical, sha256
from tests.unit.plans import planned
from tests.unit.runs import assemble, prepare, render

ID = "50143eb1be3856b8ac36"
PLAN = "60b0eb225b1cff8ddcde50802a070c53eb059fede694dab2ea0ecd3262ecf545"
"""Of all but fields that came later, and the request, which they may join: nothing made changes."""
TILE = "eaa2107e709811591a141f976b3408dc2cf12e40a01f48590b494565c75779ec"
COLLAGE = "ca40c6a5faad3734fa274646f5d7d8896cf7d010cb2f98d45ad61e0e89b66d61"


def test_a_plan_is_the_one_that_it_was():
    made = planned(styles=["Cubism", "Baroque"], rows=2, cols=2, engine="painter")

    assert made.id == ID
    later = {"request": True, "prepared": {"style_pictures"}}
    assert sha256(canonical(made.model_dump(mode="json", exclude=later))) == PLAN
    assert made.tiles[0].key == TILE


def test_a_collage_has_the_bytes_that_it_had(stack):
    made, calls = prepare(stack, styles=["Cubism", "Baroque"], metadata=False)
    render(stack, made, calls)
    assemble(stack, made)

    assert sha256(stack.store.collage(made)) == COLLAGE
