"""A collage made again through the shipped state machine; the engine is paid for one picture."""

import json
from pathlib import Path

import pytest

from collage.choices.choice import Change
from collage.manifest import Manifest
from collage.request.again import AskedAgain
from collage.steps.choose import choose
from combinatoric_collage.cli.stacks.stack import Stack
from tests.fake_openai import FakeOpenAI
from tests.workflow.running import ended, photo, run

PAINT = {"engine": "openai", "quality": "low"}


def again(stack: Stack, made: str, **asked: object) -> Manifest:
    found = stack.again(made, AskedAgain.model_validate(asked))
    data = None if found.source is None else stack.store.upload(found.source, 10**8)
    started = stack.start(data, found.options)
    ended(stack, started)
    return stack.store.manifest(started["id"])


def test_one_cell_made_again_is_one_picture_paid_and_the_price_of_one(
    stack: Stack, fake: FakeOpenAI
) -> None:
    first = run(stack, photo(31), **PAINT)
    paid = fake.images
    index = first.cells[2].tile
    assert index is not None

    anew = again(stack, first.id, cells={"0:2": {"seed": -1}}, options={"max_usd": 0.02})

    assert fake.images == paid + 1
    assert anew.tile_counts == {"done": 1, "reused": 5}
    assert anew.usd == pytest.approx(first.usd / 6, rel=0.01)
    assert anew.tiles[index].again.keys() == {"sample"}
    assert [t.key for t in anew.tiles if t.index != index] == [
        t.key for t in first.tiles if t.index != index
    ]
    other = again(stack, anew.id, cells={"0:0": {"engine": "painter"}})
    assert fake.images == paid + 1
    assert other.tile_counts == {"done": 1, "reused": 5}
    assert other.tiles[index].key == anew.tiles[index].key


def test_more_like_one_the_best_anew_and_what_is_skipped_run_to_their_end(stack: Stack) -> None:
    first = run(stack, photo(32))
    record = first.tiles[first.cells[0].tile or 0]
    choose(stack.store, first.id, "anna", {record.key: Change(star=True)})

    like = again(stack, first.id, like="0:0", count=2, options={"size": 64, "cell": 32})
    best = again(stack, first.id, best=["starred"])
    skipped = again(stack, first.id, skip={"style": ["Cubism"]})

    assert like.tile_counts == {"done": 2}
    assert {s for t in best.tiles for s in t.tile.styles} == set(record.tile.styles)
    assert {s for t in skipped.tiles for s in t.tile.styles} == {"Baroque", "Op Art"}


def test_the_api_answers_with_its_own_rights(stack: Stack) -> None:
    """IAM is enforced: what the function may not do, such as to put a source, would end as 500."""
    first = run(stack, photo(33))
    for body in ({"like": "0:0"}, {"cells": {"0:1": {"seed": 7}}}, {"skip": {"mask": ["left"]}}):
        answer = _asked(stack, first.id, body)
        assert answer["statusCode"] == 200, answer
        assert json.loads(answer["body"])["estimate"]["calls"] >= 1


def _asked(stack: Stack, made: str, body: object) -> dict[str, object]:
    """Invoke the API's function with what its HTTP API would pass on."""
    event = json.loads((Path(__file__).parents[3] / "events/api.json").read_text())
    path = f"/collages/{made}/again"
    event["rawPath"] = event["requestContext"]["http"]["path"] = path
    event["requestContext"]["http"]["method"] = "POST"
    event["headers"]["content-type"] = "application/json"
    event["body"] = json.dumps(body)
    functions = stack.client("lambda").list_functions()["Functions"]
    name = next(f["FunctionName"] for f in functions if "ApiFunction" in f["FunctionName"])
    answer = stack.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
    found: dict[str, object] = json.load(answer["Payload"])
    return found
