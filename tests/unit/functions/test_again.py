"""What is made again of a collage: the request for it, and what it takes."""

import pytest

from collage.choices.choice import Change
from collage.request.again import AskedAgain
from collage.steps.again import again
from collage.steps.choose import choose
from tests.unit.functions.test_api import finished
from tests.unit.runs import SMALL, assemble, prepare, render, start

PAIR = {"styles": ["Cubism", "Baroque", "Op Art"]}


def asked(api, made, **body):
    answer = api("POST", f"/collages/{made}/again", body)
    assert answer.status == 200, answer.text
    return answer.json


def run(stack, request):
    """Make what was answered, by its steps."""
    known = {
        name: value for name, value in request.items() if name not in ("source", "retry_refused")
    }
    made, calls = prepare(stack, key=request["source"], data=None, **known)
    render(stack, made, calls)
    return assemble(stack, made)


def test_one_cell_with_another_seed_is_one_tile_and_all_others_are_there(api):
    made = finished(api.stack, **PAIR)
    first = api.stack.store.manifest(made)

    found = asked(api, made, cells={"0:1": {"seed": 7}})

    index = first.cells[1].tile
    assert found["request"]["again"] == {str(index): {"seed": 7}}
    assert (found["estimate"]["tiles"], found["estimate"]["reused"]) == (1, 5)
    anew = run(api.stack, found["request"])
    assert anew.tile_counts == {"done": 1, "reused": 5}
    assert anew.tiles[index].state == "done"
    assert (anew.tiles[index].tile.seed, anew.tiles[index].again) == (7, {"seed": "7"})
    assert anew.cells[1].tile == index
    assert api.stack.store.manifest(made) == first


def test_changes_add_up(api):
    made = finished(api.stack, **PAIR)
    one = run(
        api.stack, asked(api, made, cells={"0:0": {"seed": 7}, "1:1": {"seed": 8}})["request"]
    )

    two = asked(api, one.id, cells={"0:0": {"prompt": "a barn"}, "0:2": {"seed": -1}})

    at = [str(one.cells[i].tile) for i in (0, 4, 2)]
    again = two["request"]["again"]
    assert [again[at[0]], again[at[1]]] == [{"seed": 7, "prompt": "a barn"}, {"seed": 8}]
    assert again[at[2]]["seed"] >= 0
    assert two["estimate"]["tiles"] == 2


def test_a_tile_made_larger_is_changed_in_what_it_was_made_from(api):
    made, calls = prepare(api.stack, upscale=2, upscaler="lanczos", masks=["left"], **PAIR)
    render(api.stack, made, calls)
    plan = api.stack.store.plan(made)
    for index in plan.waves[1]:
        render(api.stack, made, [plan.call(index)])
    assemble(api.stack, made)

    found = asked(api, made, cells={"0:0": {"seed": 7}})

    (number,) = found["request"]["again"]
    assert plan.layout.cells[0] != int(number)
    assert plan.unfolded(plan.layout.cells[0]) == int(number)
    assert found["estimate"]["tiles"] == 2


def test_more_like_one_are_variations_of_its_picture(api):
    made = finished(api.stack, max_usd=3, **PAIR)
    record = api.stack.store.manifest(made).tiles[api.stack.store.manifest(made).cells[0].tile]

    found = asked(api, made, like="0:0", count=2, options={"size": 64, "cell": 32})

    request = found["request"]
    assert (request["recipe"], request["count"], request["max_usd"]) == ("variations", 2, 3)
    picture = api.stack.store.finished(record.key)[0]
    assert api.stack.store.upload(request["source"], 10**7) == picture
    assert found["estimate"]["tiles"] == 2
    assert run(api.stack, request).tile_counts == {"done": 2}


def test_the_styles_of_the_best_are_combined_anew(api):
    made = finished(api.stack, **PAIR)
    manifest = api.stack.store.manifest(made)
    one = manifest.tiles[manifest.cells[0].tile]
    choose(api.stack.store, made, "anna", {one.key: Change(star=True)})

    request = asked(api, made, best=["starred"])["request"]

    assert set(request["styles"]) == set(one.tile.styles)
    # Two styles and four masks are four draws.
    assert (request["rows"], request["cols"]) == (2, 2)
    problem = api.refuses(422, "POST", f"/collages/{made}/again", {"best": ["score>=5"]})
    assert problem["errors"][0]["field"] == "best"


def test_values_are_skipped_and_others_go_on(api):
    made = finished(api.stack, **PAIR)

    request = asked(api, made, skip={"style": ["cubism"], "mask": ["left"]})["request"]

    assert request["styles"] == ["Baroque", "Op Art"]
    assert "left" not in request["masks"]
    axes = {"recipe": "matrix", "subjects": ["a", "b"], "axes": {"seed": ["1", "2", "3"]}}
    table = finished(api.stack, styles=["Cubism"], **axes)
    left = asked(api, table, skip={"seed": ["2"], "subject": ["a"]})["request"]
    assert (left["axes"], left["subjects"]) == ({"seed": ["1", "3"]}, ["b"])
    assert left["rows"] * left["cols"] == 2


def test_with_nothing_said_it_is_the_same_request(api):
    made = finished(api.stack, **PAIR)

    found = asked(api, made)

    assert found["estimate"]["tiles"] == 0
    assert api("POST", "/collages", found["request"]).json["id"] == made
    assert api("GET", f"/collages/{made}/request").json == found["request"]
    other = asked(api, made, options={"title": "Twice"})["request"]
    assert other["title"] == "Twice"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"cells": {"9:9": {"seed": 1}}}, "cells: there is no cell 9:9; the last is 1:2"),
        ({"cells": {"999": {"seed": 1}}}, "cells: there is no tile 999; the last is 5"),
        ({"cells": {"0:0": {}}}, "cells: of 0:0 nothing is said"),
        ({"cells": {"0:0": {"sample": 2}}}, "again: tile .: painter numbers no samples; give seed"),
        ({"cells": {"0:0": {"engine": "openai"}}}, "again: engine: openai"),
        ({"cells": {"0:0": {"engine": "oil"}}}, "cells: .*'oil' is no engine"),
        ({"cells": {"0:0": {"seed": 1}}, "like": "0:0"}, "like: it cannot go with cells"),
        ({"cells": {"0:0": {"seed": 1}}, "skip": {"style": ["Cubism"]}}, "skip: it cannot go"),
        ({"cells": {"0:0": {"seed": 1}}, "options": {"seed": 3}}, "options: seed makes other"),
        ({"count": 3}, "count: it is how many"),
        ({"like": "4:4"}, "like: there is no cell 4:4"),
        ({"skip": {"style": ["Pop"]}}, "skip: there is no style 'Pop'; there are: Cubism"),
        ({"skip": {"colour": ["red"]}}, "skip: 'colour' is none of what differs here: style, mask"),
        ({"skip": {"style": ["Cubism", "Baroque", "Op Art"]}}, "skip: no style would be left"),
        ({"options": {"again": {}}}, "options: give changes of single tiles as cells"),
        ({"options": {"rows": 0}}, "rows: Input should be greater"),
    ],
)
def test_what_cannot_be_made_again_is_said_at_its_field(api, body, said):
    made = finished(api.stack, **PAIR)
    before = len(api.stack.started)

    problem = api.refuses(422, "POST", f"/collages/{made}/again", body)

    import re

    assert re.match(said, problem["detail"]), problem["detail"]
    assert len(api.stack.started) == before


def test_a_collage_under_way_has_no_cells_yet_but_can_be_asked_for_with_changes(api):
    made = start(api.stack, **PAIR)["id"]

    for body in ({"cells": {"0:0": {"seed": 1}}}, {"like": "0:0"}, {"best": ["starred"]}):
        assert "not made yet" in api.refuses(409, "POST", f"/collages/{made}/again", body)["detail"]
    assert asked(api, made, options={"rows": 1})["request"]["rows"] == 1
    api.refuses(404, "POST", f"/collages/{'0' * 20}/again", {})


def test_a_tile_that_is_gone_can_be_made_anew_but_nothing_be_like_it(api):
    made = finished(api.stack, **PAIR)
    manifest = api.stack.store.manifest(made)
    key = manifest.tiles[manifest.cells[0].tile].key
    api.stack.store.s3.delete_object(Bucket=api.stack.store.collages, Key=f"tiles/{key}.json")

    problem = api.refuses(422, "POST", f"/collages/{made}/again", {"like": "0:0"})

    assert problem["detail"] == "like: the picture of 0:0 is not there any more."
    found = asked(api, made, cells={"0:0": {"seed": 7}})
    assert found["estimate"]["tiles"] == 1


def test_a_paid_engine_numbers_its_samples_where_any_seed_is_wanted(stack):
    made, calls = prepare(stack, **PAIR)
    render(stack, made, calls)
    assemble(stack, made)

    wanted = AskedAgain(cells={"0:0": {"engine": "openai", "seed": -1}})
    (change,) = again(stack.store, made, wanted).options["again"].values()

    assert change.keys() == {"engine", "sample"}
    assert SMALL["rows"] == 2
