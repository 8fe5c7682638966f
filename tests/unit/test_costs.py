"""The costs' calculation: what it counts is what the library and the workflow do."""

from collections import Counter

import pytest

from benchmarks import costs
from collage import pipeline
from tests.unit.pictures import encode, noise


def test_the_tables_in_the_docs_are_current():
    text = costs.DOCS.read_text()

    assert costs.document(text) == text


def test_a_tile_is_the_start_of_a_child_and_its_one_state():
    assert costs.transitions(100) - costs.transitions(0) == 200
    # NeedStyles, MakeMasks, PlanTiles, ChooseEngine, RenderTiles, AssembleCollage, Announce and
    # Completed at least.
    assert costs.transitions(0) >= 8


@pytest.mark.parametrize(
    ("size", "files"), [((1, 1), 2), ((510, 510), 11), ((1020, 510), 2 + 11), ((1021, 510), 15)]
)
def test_a_pyramid_has_the_tiles_of_every_level_and_a_description(size, files):
    assert costs.pyramid(*size) == files


def test_more_tiles_cost_more_of_everything_that_is_counted_by_the_tile():
    few, many = costs.bill(100), costs.bill(10_000)

    assert few.total == pytest.approx(sum(few.items.values()))
    assert all(few.items[name] <= many.items[name] for name in few.items)
    assert 50 < many.total / few.total < 110


def test_waiting_for_a_provider_is_paid_for_by_the_second():
    memory = costs.memory_gb("RenderTile")
    more = costs.bill(100, 31).items["Lambda"] - costs.bill(100, 30).items["Lambda"]

    assert more == pytest.approx(100 * memory * costs.GB_SECOND)


def test_a_tile_takes_the_requests_that_are_counted_for_it(stack):
    asked = {"rows": 1, "cols": 2, "size": 64, "cell": 32, "styles": ["Cubism", "Baroque"]}
    source = stack.put("uploads/photo.png", encode(noise((64, 64), 1)))
    started = pipeline.start(stack.store, stack.tools, stack.runs, source, asked)
    pipeline.make_masks(stack.store, stack.tools, started["id"])
    pipeline.plan_tiles(stack.store, stack.tools, started["id"])
    made = stack.store.plan(started["id"])
    pipeline.render_tile(stack.store, stack.tools, started["id"], made.call(0))
    requests = Counter()
    stack.store.s3.meta.events.register(
        "before-call.s3", lambda model, **_: requests.update([model.name])
    )

    pipeline.render_tile(stack.store, stack.tools, started["id"], made.call(1))

    # The process knows by now what all tiles share, but this tile's mask.
    tiles = len(made.call(1).tiles)
    reads, writes = costs.RENDER_REQUESTS
    assert requests["PutObject"] == writes * tiles
    assert reads * tiles <= requests["GetObject"] <= reads * tiles + 1
    assert set(requests) == {"PutObject", "GetObject"}
