"""The whole main job: the shipped template and workflow with the painter."""

import json

import pytest
from PIL import Image

from collage.errors import InvalidRequest, NotAPicture
from combinatoric_collage.cli.stacks.stack import RunFailed, Stack
from tests.unit.pictures import decode, pixels
from tests.workflow.running import SMALL, denied, eventually, photo, run, states_of

LARGE = ["GatherTiles", "JudgeTiles", "AssembleBands", "JoinBands"]


def likeness(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures' pixels, 0 where they are alike."""
    return float(abs(pixels(one).astype(int) - pixels(other)).mean())


def test_a_photo_becomes_a_collage(stack: Stack) -> None:
    manifest = run(stack, photo(1))

    picture = decode(stack.store.collage(manifest.id))
    assert picture.size == (3 * 32, 2 * 32)
    assert manifest.tile_counts == {"done": 6}
    assert [(c.row, c.col) for c in manifest.cells] == [(r, c) for r in (0, 1) for c in (0, 1, 2)]
    assert {c.tile for c in manifest.cells} == set(range(6))
    source = decode(stack.store.source(manifest.id))
    for record in manifest.tiles:
        png, _ = stack.store.tile(record.tile) or (b"", None)
        assert decode(png).size == (64, 64)
        assert decode(png).tobytes() != source.tobytes()


def test_styles_are_listed_only_when_the_request_names_none(stack: Stack) -> None:
    named = run(stack, photo(3))
    listed = run(stack, photo(3), styles=None, style_count=3)

    assert "ListStyles" not in states_of(stack, named.id)
    assert "ListStyles" in states_of(stack, listed.id)
    assert listed.styles_origin == "default"


def test_a_large_collage_is_gathered_judged_once_drawn_in_bands_and_joined(stack: Stack) -> None:
    manifest = run(stack, photo(9), rows=101, cols=100, cell=32, tiles=3)

    entered = states_of(stack, manifest.id)
    assert [name for name in entered if name in LARGE] == LARGE
    assert "AssembleCollage" not in entered
    picture = decode(stack.store.collage(manifest.id))
    assert picture.size == manifest.geometry.size == (3200, 3232)
    # A level that bands write, joined where they meet, and one that is made of what they hand on.
    tiles = [
        decode(stack.store.file(manifest.id, f"collage_files/12/0_{row}.jpg")) for row in (1, 2)
    ]
    for row, tile in enumerate(tiles, 1):
        left, top = 0, 510 * row - 1
        part = picture.crop((left, top, left + tile.width, top + tile.height))
        assert likeness(part, tile) < 16
    preview = decode(stack.store.file(manifest.id, manifest.files.preview))
    assert likeness(picture.resize(preview.size, Image.Resampling.BOX), preview) < 16
    assert not any(stack.store.sizes("bands/"))
    assert not any(stack.store.sizes(f"collages/{manifest.id}/slices/"))
    assert len(manifest.cells) == 10_100
    assert manifest.tile_counts == {"done": 3}


def test_a_tile_that_fails_is_named_and_its_cell_filled(stack: Stack) -> None:
    options = {"rows": 4, "cols": 3, "masks": ["halves", "centre"]}
    whole = run(stack, photo(4), **options)
    lost = whole.tiles[5].key
    stack.client("s3").delete_object(
        Bucket=stack.outputs["CollagesBucket"], Key=f"tiles/{lost}.json"
    )

    arn = f"arn:aws:s3:::{stack.outputs['CollagesBucket']}/tiles/{lost}*"
    with denied(stack, "RenderTile", "s3:PutObject", [arn]):
        partial = run(stack, photo(4), cell=33, **options)

    assert partial.tile_counts == {"reused": 11, "failed": 1}
    failed = partial.tiles[5]
    assert failed.state == "failed"
    assert failed.error == "AccessDenied"
    cell = next(c for c in partial.cells if c.planned == 5)
    assert cell.state == "failed"
    assert cell.tile != 5


def test_a_tile_whose_failure_cannot_be_written_down_does_not_end_the_run(stack: Stack) -> None:
    options = {"rows": 4, "cols": 3, "masks": ["halves", "centre"]}
    whole = run(stack, photo(8), **options)
    lost = whole.tiles[3].key
    collages = f"arn:aws:s3:::{stack.outputs['CollagesBucket']}"
    stack.client("s3").delete_object(
        Bucket=stack.outputs["CollagesBucket"], Key=f"tiles/{lost}.json"
    )

    with (
        denied(stack, "RenderTile", "s3:PutObject", [f"{collages}/tiles/{lost}*"]),
        denied(stack, "RecordFailure", "s3:PutObject", [f"{collages}/collages/*"]),
    ):
        partial = run(stack, photo(8), cell=33, **options)

    assert partial.tile_counts == {"reused": 11, "failed": 1}
    assert partial.tiles[3].error == "NotRendered"


def test_a_collage_that_cannot_be_announced_is_made(stack: Stack) -> None:
    role = "CollageStateMachine"
    iam = stack.client("iam")
    name = next(r["RoleName"] for r in iam.list_roles()["Roles"] if role in r["RoleName"])
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "events:PutEvents", "Resource": "*"}],
    }
    iam.put_role_policy(RoleName=name, PolicyName="fault", PolicyDocument=json.dumps(policy))
    try:
        manifest = run(stack, photo(9))
    finally:
        iam.delete_role_policy(RoleName=name, PolicyName="fault")

    assert manifest.missing == 0
    assert stack.runs.status(manifest.id) == "SUCCEEDED"


def test_too_many_failed_tiles_end_the_run_with_the_reason(stack: Stack) -> None:
    arn = f"arn:aws:s3:::{stack.outputs['CollagesBucket']}/tiles/*"
    with denied(stack, "RenderTile", "s3:PutObject", [arn]), pytest.raises(RunFailed) as raised:
        run(stack, photo(5))

    assert raised.value.name == "TooFewTiles"
    assert "0 of 6 tiles exist" in str(raised.value)
    assert "6 x AccessDenied" in str(raised.value)


def test_the_same_request_and_seed_make_the_same_bytes(stack: Stack) -> None:
    first = run(stack, photo(6), seed=5)
    before = {t.key: stack.store.tile(t.tile) for t in first.tiles}
    s3, bucket = stack.client("s3"), stack.outputs["CollagesBucket"]
    for key in before:
        for kind in ("png", "json"):
            s3.delete_object(Bucket=bucket, Key=f"tiles/{key}.{kind}")

    again = run(stack, photo(6), seed=5, gap=1)

    assert [t.key for t in again.tiles] == list(before)
    assert again.tile_counts == {"done": 6}
    for record in again.tiles:
        made, earlier = stack.store.tile(record.tile), before[record.key]
        assert made is not None
        assert earlier is not None
        assert made[0] == earlier[0]


def test_an_upload_starts_one_collage_however_often_it_is_told(stack: Stack) -> None:
    s3, bucket = stack.client("s3"), stack.outputs["UploadsBucket"]
    states = stack.client("stepfunctions")
    machine = stack.outputs["StateMachine"]
    before = {e["name"] for e in states.list_executions(stateMachineArn=machine)["executions"]}
    small = {"collage-size": "64", "collage-tiles": "12"}
    with denied(stack, "RenderTile", "s3:PutObject", ["arn:aws:s3:::*"]):
        for name in ("photo.png", "photo.png", "a copy of it.png"):
            s3.put_object(Bucket=bucket, Key=f"uploads/{name}", Body=photo(7), Metadata=small)

        def ended() -> list[str]:
            runs = states.list_executions(stateMachineArn=machine)["executions"]
            return [e["name"] for e in runs if e["name"] not in before and e["status"] != "RUNNING"]

        names = eventually(ended)

    assert len(names) == 1
    assert stack.store.accepted(names[0]).request.rows == 10
    assert stack.store.failure(names[0]).error == "TooFewTiles"


def test_an_upload_that_is_no_picture_is_refused_in_writing(stack: Stack) -> None:
    s3 = stack.client("s3")
    bucket, collages = stack.outputs["UploadsBucket"], stack.outputs["CollagesBucket"]
    s3.put_object(Bucket=bucket, Key="uploads/notes.txt", Body=b"no picture at all")

    def refusal() -> dict[str, str] | None:
        for item in s3.list_objects_v2(Bucket=collages, Prefix="collages/").get("Contents", []):
            if item["Key"].endswith("/failure.json"):
                body = json.load(s3.get_object(Bucket=collages, Key=item["Key"])["Body"])
                if body["source"] == "uploads/notes.txt":
                    return {str(k): str(v) for k, v in body.items()}
        return None

    failure = eventually(refusal)

    assert failure["error"] == "NotAPicture"
    assert "PNG, JPEG or WebP" in failure["message"]
    left = s3.list_objects_v2(Bucket=collages, Prefix=f"collages/{failure['id']}/")["Contents"]
    assert [item["Key"] for item in left] == [f"collages/{failure['id']}/failure.json"]


def test_the_door_names_what_is_wrong(stack: Stack) -> None:
    with pytest.raises(NotAPicture, match="PNG, JPEG or WebP"):
        stack.start(b"no picture", SMALL)
    with pytest.raises(InvalidRequest, match="rows"):
        stack.start(photo(), SMALL | {"rows": 0})
    with pytest.raises(InvalidRequest, match="there is no such option"):
        stack.start(photo(), SMALL | {"colour": "red"})
