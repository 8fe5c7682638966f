"""What the pack wrote down is read again: by this version, of this and of each earlier one."""

import json
from pathlib import Path

import pytest

from collage import records
from collage.digest import canonical, sha256
from collage.engines.diffusion.shards import ShardProgress
from collage.errors import NotInStore, UnreadableRecord
from collage.manifest import Failure, Manifest
from collage.pictures.source import pixel_digest
from collage.plan import Plan, Styles
from collage.prepared import Prepared
from collage.progress import Progress
from collage.provenance import explain
from collage.request.accepted import Accepted
from collage.steps.assemble_collage import assemble_collage
from collage.steps.list_styles import list_styles
from collage.steps.make_masks import make_masks
from collage.steps.plan_tiles import plan_tiles
from collage.steps.record_failure import record_failure
from collage.steps.start_collage import start
from collage.tile import Call, Sidecar, Tile
from tests.unit.runs import SMALL, prepare, render

SHIPPED = Path(__file__).parents[1] / "fixtures" / "records"
VERSIONS = sorted(path for path in SHIPPED.iterdir() if path.is_dir())
KINDS = {
    "request": Accepted,
    "styles": Styles,
    "prepared": Prepared,
    "plan": Plan,
    "progress": Progress,
    "manifest": Manifest,
    "tile": Sidecar,
    "shard": ShardProgress,
    "failure": Failure,
    "call-failure": Failure,
}


def wrong(data: bytes) -> dict[str, bytes]:
    """A record in ways in which it cannot be read."""
    fields = json.loads(data)
    needed = {"id", "key", "styles", "masks", "wave", "shard"} & fields.keys()
    newer = "version" if isinstance(fields.get("version"), int) else "schema"
    return {
        "cut": data[: len(data) // 2],
        "blank": b"",
        "zeros": bytes(len(data)),
        "another": b"[1]",
        "less": json.dumps({k: v for k, v in fields.items() if k not in needed}).encode(),
        "newer": json.dumps({**fields, newer: 2}).encode(),
    }


def kept(found, said):
    """Of what was read, what an older record said; fields that came later are left out."""
    if isinstance(said, dict):
        return {key: kept(found[key], said[key]) for key in said}
    if isinstance(said, list) and len(found) == len(said):
        return [kept(one, other) for one, other in zip(found, said, strict=True)]
    return found


@pytest.mark.parametrize("folder", VERSIONS, ids=lambda path: path.name)
@pytest.mark.parametrize("name", KINDS)
def test_records_of_every_version_are_read_whole(folder, name):
    data = (folder / f"{name}.json").read_bytes()

    found = records.read(KINDS[name], data, name)

    said = json.loads(data)
    said.pop("schema", None)
    assert kept(found.model_dump(mode="json"), said) == said
    again = records.write(found)
    assert records.read(KINDS[name], again, name) == found
    assert json.loads(again).get("schema", json.loads(again).get("version")) == 1


@pytest.mark.parametrize("folder", VERSIONS, ids=lambda path: path.name)
def test_a_tile_of_every_version_keeps_its_key_and_its_call(folder):
    sidecar = Sidecar.model_validate_json((folder / "tile.json").read_bytes())
    made = Plan.model_validate_json((folder / "plan.json").read_bytes())
    calls = json.loads((folder / "calls.json").read_bytes())

    assert sidecar.tile.key == sidecar.key
    assert sidecar.sha256 == sha256((folder / "tile.png").read_bytes())
    assert [made.call(i) for i in range(len(calls))] == [Call.model_validate(c) for c in calls]


@pytest.mark.parametrize("folder", VERSIONS, ids=lambda path: path.name)
@pytest.mark.parametrize("ending", ["png", "jpeg", "webp"])
def test_pictures_of_every_version_explain_themselves(folder, ending):
    picture = (folder / f"collage.{ending}").read_bytes()

    found = explain.explain(picture, cell=(0, 1))

    assert found.tile.styles == ("Op Art", "浮世絵")
    assert explain.explain(picture).collage.rows == 1


@pytest.mark.parametrize("name", KINDS)
def test_what_cannot_be_read_has_one_name(name):
    data = (VERSIONS[0] / f"{name}.json").read_bytes()

    for broken in wrong(data).values():
        with pytest.raises(UnreadableRecord, match=f"^{name} cannot be read: .* another version"):
            records.read(KINDS[name], broken, name)


@pytest.mark.parametrize("how", ["cut", "blank", "less"])
def test_a_tile_whose_sidecar_cannot_be_read_is_made_again(stack, how):
    made, calls = prepare(stack)
    render(stack, made, calls)
    tile = calls[0].tiles[0]
    key = f"tiles/{tile.key}.json"
    picture = stack.get(f"tiles/{tile.key}.png")
    stack.store.s3.put_object(Bucket=stack.store.collages, Key=key, Body=wrong(stack.get(key))[how])

    assert stack.store.sidecar(tile) is None
    render(stack, made, calls)

    assert stack.store.finished(tile.key)[0] == picture


@pytest.mark.parametrize("how", ["cut", "newer"])
@pytest.mark.parametrize("name", ["progress", "styles", "manifest", "failures/000001"])
def test_a_collage_goes_on_whatever_of_it_cannot_be_read(stack, how, name):
    made, calls = prepare(stack)
    render(stack, made, calls)
    assemble_collage(stack.store, stack.services, made)
    whole = pixel_digest(stack.store.collage(made))
    record_failure(stack.store, made, {"Error": "RateLimited"}, 1)
    key = f"collages/{made}/{name}.json"
    stack.store.s3.put_object(Bucket=stack.store.collages, Key=key, Body=wrong(stack.get(key))[how])

    again = start(stack.store, stack.services, stack.runs, "uploads/a.png", SMALL)
    if stack.started[again["run"]]["needs_styles"]:
        list_styles(stack.store, stack.services, made)
    make_masks(stack.store, stack.services, made)
    plan_tiles(stack.store, stack.services, made)
    assemble_collage(stack.store, stack.services, made)

    assert again["id"] == made
    assert pixel_digest(stack.store.collage(made)) == whole
    assert stack.store.progress(made).state == "done"


def test_a_manifest_that_cannot_be_read_is_no_finished_collage(stack):
    made, _ = prepare(stack)
    stack.store.put_file(made, "", "manifest.json", b"{")

    assert not stack.store.is_complete(made)
    with pytest.raises(UnreadableRecord, match=f"collages/{made}/manifest.json cannot be read"):
        stack.store.manifest(made)
    with pytest.raises(NotInStore):
        stack.store.manifest(made)


@pytest.mark.parametrize("name", ["request", "plan", "manifest"])
def test_an_option_that_a_later_version_knows_is_left_out_of_account(name):
    data = (VERSIONS[0] / f"{name}.json").read_bytes()
    later = json.loads(data)
    within = later["tiles"][0]["tile"] if name == "manifest" else later["request"]
    within["shimmer"] = 3

    assert records.read(KINDS[name], json.dumps(later).encode(), name) == records.read(
        KINDS[name], data, name
    )


def test_many_models_of_a_field_are_spelled_one_after_another_and_the_same(stack, monkeypatch):
    made, _ = prepare(stack, replace_refused=True)
    plan = stack.store.plan(made)
    at_once = records.write(plan)
    monkeypatch.setattr(records, "LONG", 2)

    assert records.write(plan) == at_once == stack.get(f"collages/{made}/plan.json")
    tiles = [tile.model_dump(mode="json") for tile in plan.tiles]
    assert b"".join(records.array(plan.tiles)) == canonical(tiles)


@pytest.mark.parametrize("size", [1, 100, 1_000_000])
def test_a_long_record_is_read_in_pieces_as_it_is_whole(stack, size):
    data = stack.get(f"collages/{prepare(stack, replace_refused=True)[0]}/plan.json")
    pieces = [data[start : start + size] for start in range(0, len(data), size)]

    made = records.read_long(Plan, pieces, "plan.json", {"tiles": Tile.model_validate})

    assert made == records.read(Plan, data, "plan.json")
    assert records.write(made) == data


def test_a_plan_that_is_read_holds_once_what_its_tiles_have_alike(stack):
    made, _ = prepare(stack)
    plan = stack.store.plan(made)

    assert len({id(tile.source) for tile in plan.tiles}) == 1
    assert len({id(tile.model_fields_set) for tile in plan.tiles}) == 1


@pytest.mark.parametrize("most", [2, 1000])
def test_a_record_in_pieces_is_the_same_and_tells_where_its_models_are(stack, monkeypatch, most):
    made, _ = prepare(stack)
    plan = stack.store.plan(made)
    monkeypatch.setattr(records, "LONG", most)

    pieces = list(records.pieces(plan, {"tiles": map(records.spelled, plan.tiles)}))

    assert b"".join(piece for _, piece in pieces) == canonical(plan.model_dump(mode="json"))
    _, *tiles, end = [piece for field, piece in pieces if field == "tiles"]
    assert end == b"]"
    assert [json.loads(piece[1:]) for piece in tiles] == plan.model_dump(mode="json")["tiles"]


@pytest.mark.parametrize(
    "spoilt", [b'{"version":1,"calls":[1]}', b'{"x":' + b"[" * 100_000, b'{"version":1', b""]
)
def test_a_long_record_that_is_spoilt_is_said_to_be(spoilt):
    with pytest.raises(UnreadableRecord, match=r"plan\.json cannot be read"):
        records.read_long(Plan, [spoilt], "plan.json", {"calls": tuple})
