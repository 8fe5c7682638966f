"""Whole collages by the engine `bedrock`: a cloud that checks rights, and asks a strict fake."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image

from collage.manifest import Manifest
from combinatoric_collage.cli.stacks import laptop
from combinatoric_collage.cli.stacks.stack import RunFailed, Stack
from tests.fake_bedrock import Account, FakeBedrock, Faults
from tests.fake_bedrock.painting import Easel
from tests.fake_openai import FakeOpenAI
from tests.unit.pictures import decode, encode
from tests.workflow.running import denied, ended, photo, run

FARMHOUSE = Path(__file__).resolve().parents[2] / "examples" / "farmhouse.png"
SECRET = "Rec0gnisable+Secret/Of-A-Test0123456789abcd"
ACCOUNT = Account(secret_key=SECRET)
PAINT = {"engine": "bedrock"}
STYLES = ["Cubism", "Baroque", "Op Art", "Pointillism", "Art Deco", "Realism", "Dada", "Rococo"]


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeBedrock]:
    with FakeBedrock(account=ACCOUNT, rpm_share=100) as fake:
        yield fake


@pytest.fixture(scope="module")
def logs() -> list[str]:
    return []


@pytest.fixture(scope="module")
def stack(fake: FakeBedrock, logs: list[str]) -> Iterator[Stack]:
    parameters = {
        "Bedrock": "on",
        "BedrockRegion": "us-west-2,us-east-1,us-east-2",
        "BedrockPace": "4",  # so slow that every region has its turn
        "ImagesPerMinute": "1200",
        "ImagesAtOnce": "20",
        "MaxConcurrency": "3",  # each tile under way has a process
        "DailyUsdLimit": "1000",
    }
    with FakeOpenAI(key="sk-test", cheap=True) as other, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", "sk-test")
        patch.setenv("OPENAI_BASE_URL", other.base_url)
        patch.delenv("AWS_SESSION_TOKEN", raising=False)
        for name, value in fake.environment.items():
            patch.setenv(name, value)
        with laptop.running(parameters, log=logs.append) as (_, stack):
            yield stack


@pytest.fixture(autouse=True)
def _well(fake: FakeBedrock) -> Iterator[None]:
    # What is answered has one colour, but for those who look at it.
    fake.easel = None
    fake.forget()
    yield
    fake.forget()


@pytest.fixture
def painted(fake: FakeBedrock, _well: None) -> None:
    """What is answered is painted, as its prompt says."""
    fake.easel = Easel(64)


def photograph(size: int = 128) -> bytes:
    """A part of the sample picture: slopes of light, edges and texture."""
    with Image.open(FARMHOUSE) as picture:
        return encode(picture.convert("RGB").resize((size, size)))


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(decode(png).convert("RGB")).astype(int)


def picture(stack: Stack, manifest: Manifest, index: int) -> np.ndarray:
    png, _ = stack.store.tile(manifest.tiles[index].tile) or (b"", None)
    return pixels(png)


def make(stack: Stack, recipe: str, source: bytes | None, **options: Any) -> Manifest:
    """Run a recipe to its end; its manifest."""
    started = stack.start(source, {"recipe": recipe, "engine": "bedrock", **options})
    ended(stack, started)
    return stack.store.manifest(started["id"])


def statuses(fake: FakeBedrock, name: str = "inpaint") -> Counter[int | None]:
    return Counter(record.status for record in fake.asked(name))


def test_many_tiles_are_asked_in_all_three_regions_and_paid_once(
    stack: Stack, fake: FakeBedrock
) -> None:
    options = PAINT | {"rows": 3, "cols": 5, "styles": STYLES, "seed": 3}

    manifest = run(stack, photograph(), **options)

    assert manifest.tile_counts == {"done": 15}
    assert fake.bills == {"inpaint": 15}
    assert manifest.usd == pytest.approx(1.05)
    assert {record.region for record in fake.requests} == {"us-west-2", "us-east-1", "us-east-2"}
    assert {record.destination for record in fake.requests} == {
        "us-west-2",
        "us-east-1",
        "us-east-2",
    }
    assert 0 not in {record.body["seed"] for record in fake.requests}
    assert {record.modes["mask"] for record in fake.requests} == {"L"}
    assert {record.modes["image"] for record in fake.requests} == {"RGB"}

    again = run(stack, photograph(), **options, cell=40)
    assert again.tile_counts == {"reused": 15}
    assert fake.bills == {"inpaint": 15}


@pytest.mark.usefixtures("painted")
def test_what_the_mask_keeps_is_the_sources_to_the_pixel_and_the_rest_is_painted(
    stack: Stack,
) -> None:
    manifest = make(
        stack, "collage", photograph(), styles=STYLES, masks=["left"], size=128, rows=1, cols=2
    )

    source = np.asarray(decode(stack.store.source(manifest.id)).resize((128, 128), 1)).astype(int)
    for index in range(2):
        changed = np.abs(picture(stack, manifest, index) - source).max(axis=2)
        assert changed[:, 64:].max() == 0
        assert (changed[:, :60] > 30).mean() > 0.3


def test_several_engines_paint_side_by_side(stack: Stack, fake: FakeBedrock) -> None:
    engines = ["painter", "stylizer", "bedrock", "openai"]

    manifest = make(
        stack,
        "matrix",
        photograph(),
        styles=["Cubism", "Op Art"],
        masks=["left"],
        axes={"engine": engines},
        size=128,
        cell=128,
    )

    assert manifest.tile_counts == {"done": 8}
    assert [t.tile.engine for t in manifest.tiles] == [one for one in engines for _ in range(2)]
    assert fake.bills == {"inpaint": 2}


@pytest.mark.usefixtures("painted")
def test_a_panorama_is_painted_beyond_its_source(stack: Stack, fake: FakeBedrock) -> None:
    manifest = make(stack, "panorama", photograph(), target=[256, 128], anchor="left")

    panorama = pixels(stack.store.collage(manifest.id))
    assert panorama.shape == (128, 256, 3)
    assert (panorama[:, :128] == pixels(photograph())).all()
    # The first column beyond the source is no greyer than those after it: what stands there for
    # nothing does not show.
    colour = np.abs(panorama[:, 128:] - 127).max(axis=2).mean(axis=0)
    assert colour[0] > 0.7 * colour.mean()
    assert set(fake.bills) == {"inpaint"}
    assert fake.images == sum(tile.tile.engine == "bedrock" for tile in manifest.tiles)


@pytest.mark.usefixtures("painted")
def test_what_is_erased_without_a_word_is_erased_by_the_service_for_it(
    stack: Stack, fake: FakeBedrock
) -> None:
    manifest = make(stack, "erase", photograph(), rects=["30:90x20:70"])

    before, after = pixels(photograph()), picture(stack, manifest, 0)
    inside = np.zeros(before.shape[:2], bool)
    inside[30:90, 20:70] = True
    assert (after[~inside] == before[~inside]).all()
    assert (after[inside] != before[inside]).any()
    assert fake.bills == {"erase": 1}
    assert "prompt" not in fake.requests[0].body


def test_pictures_are_made_from_text_and_enlarged_four_times(
    stack: Stack, fake: FakeBedrock
) -> None:
    asked = {"prompt": "a lighthouse", "grid_size": 1, "size": 64, "cell": 64}

    manifest = make(stack, "samples", None, upscale=4, upscaler="stable-fast-upscale", **asked)

    assert manifest.geometry.size == (256, 256)
    assert fake.bills == {"core": 1, "fast-upscale": 1}
    assert {record.region for record in fake.asked("core")} == {"us-west-2"}


def test_styles_are_transferred_once_each_however_many_masks_there_are(
    stack: Stack, fake: FakeBedrock
) -> None:
    manifest = make(
        stack, "transfer", photograph(), styles=STYLES[:3], masks=["halves"], size=128, cell=32
    )

    assert len(manifest.cells) == 12
    assert manifest.missing == 0
    # A study of each style, the source in those that pairs begin with, and the pairs.
    assert fake.bills["core"] == 3
    assert 3 < fake.bills["style-transfer"] <= 6
    assert set(fake.bills) == {"core", "style-transfer"}
    assert manifest.usd == pytest.approx(fake.usd)


def test_styles_are_listed_by_the_accounts_own_language_model(
    stack: Stack, fake: FakeBedrock
) -> None:
    fake.say(
        [{"styles": ["Fauvism", "Dada", "dada"]}, {"styles": ["Fauvism", "Dada", "Vorticism"]}]
    )

    manifest = run(stack, photo(5), **PAINT, styles=None, style_count=3, theme="before 1930")

    assert manifest.styles_origin == "model"
    assert {s for t in manifest.tiles for s in t.tile.styles} == {"Fauvism", "Dada", "Vorticism"}
    (first, *_) = fake.asked("nova-2-lite")
    assert "before 1930" in first.prompt
    assert first.body["toolConfig"]["toolChoice"]["tool"]


def test_a_region_without_the_right_ends_the_run_and_is_named(
    stack: Stack, fake: FakeBedrock
) -> None:
    arn = "arn:aws:bedrock:us-east-2::foundation-model/"
    with denied(stack, "RenderTile", "bedrock:InvokeModel", [f"{arn}*"]):
        # So many that no two regions have turns for all.
        manifest = run(stack, photo(6), **PAINT, rows=3, cols=5, styles=STYLES)

    assert 0 < manifest.tile_counts["done"] < 15
    assert manifest.stopped is not None
    assert f"{arn}stability.stable-image-inpaint-v1:0" in manifest.stopped.message
    assert {t.error for t in manifest.tiles if t.state == "failed"} == {manifest.stopped.error}
    assert manifest.usd == pytest.approx(0.07 * manifest.tile_counts["done"])
    assert fake.bills["inpaint"] == manifest.tile_counts["done"]


def test_an_account_that_has_not_subscribed_is_told_so(stack: Stack, fake: FakeBedrock) -> None:
    subscribed, fake.account.subscribed = fake.account.subscribed, set()
    fake.account.tried.clear()
    try:
        manifest = run(stack, photo(7), **PAINT)
    finally:
        fake.account.subscribed = subscribed

    # The first call passes, as AWS lets it.
    assert manifest.tile_counts["done"] == 1
    assert manifest.stopped is not None
    assert "collage bedrock access" in manifest.stopped.message


def test_a_filtered_draw_is_replaced_when_asked(stack: Stack, fake: FakeBedrock) -> None:
    fake.faults = Faults(refuse=("Cubism and Baroque",))

    manifest = run(stack, photo(8), **PAINT, replace_refused=True, tiles=4, masks=["halves"])

    replaced = [t for t in manifest.tiles if t.state == "replaced"]
    assert replaced
    assert manifest.missing == 0
    for record in replaced:
        assert record.refused is not None
        assert "Cubism and Baroque" not in record.tile.prompt
    assert len(fake.requests) == 4 + len(replaced)


def test_a_filtered_draw_is_a_refused_cell(stack: Stack, fake: FakeBedrock) -> None:
    fake.faults = Faults({1: "filter_output"})

    manifest = run(stack, photo(9), **PAINT | {"rows": 4, "masks": ["halves", "centre"]})

    assert manifest.tile_counts == {"done": 11, "refused": 1}
    (refused,) = (t for t in manifest.tiles if t.state == "refused")
    assert refused.error == "Refused"
    assert statuses(fake) == {200: 12}


def test_a_throttled_model_is_waited_for_and_nothing_is_paid_twice(
    stack: Stack, fake: FakeBedrock
) -> None:
    fake.faults = Faults({1: "throttling", 3: "throttling"})

    manifest = run(stack, photo(10), **PAINT)

    assert manifest.tile_counts == {"done": 6}
    assert statuses(fake) == {200: 6, 429: 2}
    assert fake.bills == {"inpaint": 6}
    assert manifest.usd == pytest.approx(0.42)


def test_faults_that_pass_are_ridden_out(stack: Stack, fake: FakeBedrock) -> None:
    fake.faults = Faults(
        {1: "unavailable", 2: "not_ready", 4: "drop", 5: "as_jpeg", 6: "double_size"}
    )

    manifest = run(stack, photo(11), **PAINT)

    assert manifest.tile_counts == {"done": 6}
    assert statuses(fake) == {200: 6, 503: 1, 429: 1, None: 1}


def test_a_collage_stops_at_its_max_usd(stack: Stack, fake: FakeBedrock) -> None:
    # Six times the price of a tile fit, and so do two lost calls with four that came.
    fake.faults = Faults({1: "model_timeout", 2: "model_timeout"})

    manifest = run(stack, photo(12), **PAINT, max_usd=0.43)

    assert manifest.tile_counts == {"done": 4, "failed": 2}
    assert manifest.stopped is not None
    assert manifest.stopped.error == "MaxUsdReached"
    assert manifest.usd + manifest.unsettled_usd <= 0.43
    assert len(fake.requests) == 6


def test_a_plan_over_its_budget_asks_for_nothing(stack: Stack, fake: FakeBedrock) -> None:
    with pytest.raises(RunFailed, match=r"the request allows \$0\.10") as raised:
        run(stack, photo(13), **PAINT, max_usd=0.1)

    assert raised.value.name == "OverBudget"
    assert fake.requests == []


def test_the_days_limit_stops_the_run(stack: Stack, fake: FakeBedrock) -> None:
    run(stack, photo(16), **PAINT, tiles=1, rows=1, cols=1)
    dynamodb, table = stack.client("dynamodb"), stack.outputs["LimitsTable"]
    items = dynamodb.scan(TableName=table)["Items"]
    days = [item["name"] for item in items if item["name"]["S"].startswith("spent#")]
    day = max(days, key=lambda name: name["S"])
    # Of 1000 dollars a tile's price is left, and a little.
    change = {":spent": {"N": "999900000"}}
    dynamodb.update_item(
        TableName=table,
        Key={"name": day},
        UpdateExpression="SET micros = :spent",
        ExpressionAttributeValues=change,
    )
    try:
        manifest = run(stack, photo(16), **PAINT)
    finally:
        dynamodb.delete_item(TableName=table, Key={"name": day})

    assert manifest.stopped is not None
    assert manifest.stopped.error == "BudgetExhausted"
    assert manifest.tile_counts["failed"] >= 4
    assert fake.images == 2


def test_an_exhausted_quota_stops_the_run_with_what_it_has(stack: Stack, fake: FakeBedrock) -> None:
    run(stack, photo(14), **PAINT, tiles=2)
    fake.faults = Faults(rate=1.0, kinds=("quota",))

    manifest = run(stack, photo(14), **PAINT)

    assert manifest.stopped is not None
    assert manifest.stopped.error == "QuotaExhausted"
    assert manifest.tile_counts == {"reused": 2, "failed": 4}


def test_whoever_the_cloud_asks_for_is_seen_nowhere(
    stack: Stack, fake: FakeBedrock, logs: list[str]
) -> None:
    run(stack, photo(15), **PAINT, tiles=1, rows=1, cols=1)

    s3 = stack.client("s3")
    found = {
        item["Key"]: s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
        for bucket in (stack.outputs["CollagesBucket"], stack.outputs["UploadsBucket"])
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        for item in page["Contents"]
    }
    found["logs"] = "\n".join(logs).encode()
    states = stack.client("stepfunctions")
    for execution in states.list_executions(stateMachineArn=stack.outputs["StateMachine"])[
        "executions"
    ]:
        arn = execution["executionArn"]
        said = states.get_execution_history(executionArn=arn)
        found[arn] = json.dumps(said, default=str).encode()
    found["functions"] = json.dumps(stack.client("lambda").list_functions(), default=str).encode()
    for process in psutil.Process().children(recursive=True):
        found[f"process {process.pid}"] = json.dumps(
            [process.cmdline(), process.environ()]
        ).encode()

    assert len(found) > 100
    for secret in (ACCOUNT.access_key.encode(), SECRET.encode()):
        assert not [name for name, data in found.items() if secret in data]
