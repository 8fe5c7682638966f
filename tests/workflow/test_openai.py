"""Whole collages by the engine `openai`, against a fake provider that speaks real HTTP."""

import json
from collections.abc import Iterator

import numpy as np
import pytest

from collage.manifest import Manifest
from combinatoric_collage.cli.stacks.stack import RunFailed, Stack
from tests.fake_openai import FakeOpenAI, Faults
from tests.unit.pictures import decode
from tests.workflow.paid.cloud import paid
from tests.workflow.running import ended, entered, photo, run

KEY = "sk-test-a-key-that-nobody-may-see"
PAINT = {"engine": "openai", "quality": "low"}


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeOpenAI]:
    with FakeOpenAI(key=KEY, cheap=True) as fake:
        yield fake


@pytest.fixture(scope="module")
def logs() -> list[str]:
    return []


@pytest.fixture(scope="module")
def stack(fake: FakeOpenAI, logs: list[str]) -> Iterator[Stack]:
    with paid(fake, KEY, log=logs.append) as stack:
        yield stack


@pytest.fixture(autouse=True)
def _well(fake: FakeOpenAI) -> Iterator[None]:
    fake.faults = Faults()
    yield
    fake.faults = Faults()


def edits(fake: FakeOpenAI) -> int:
    return sum(record.route == "edits" for record in fake.requests)


def picture(stack: Stack, manifest: Manifest, index: int) -> np.ndarray:
    png, _ = stack.store.tile(manifest.tiles[index].tile) or (b"", None)
    return np.asarray(decode(png).convert("RGB")).astype(int)


def test_the_source_is_preserved_outside_the_mask_and_the_answer_kept(
    stack: Stack, fake: FakeOpenAI
) -> None:
    manifest = run(stack, photo(1), **PAINT, masks=["left"], tiles=3)

    assert manifest.tile_counts == {"done": 3}
    assert manifest.usd > 0
    record = manifest.tiles[0]
    assert record.outside_changed
    source = decode(stack.store.source(manifest.id)).resize((64, 64), 1)
    kept = np.abs(picture(stack, manifest, 0) - np.asarray(source).astype(int))[:, 32:]
    assert kept.max() == 0
    found = stack.store.tile(record.tile)
    assert found is not None
    key = f"tiles/{record.key}.provider"
    raw = stack.client("s3").get_object(Bucket=stack.outputs["CollagesBucket"], Key=key)["Body"]
    assert decode(raw.read()).size == (1024, 1024)


def test_the_models_own_picture_stays_whole_when_asked(stack: Stack) -> None:
    manifest = run(stack, photo(2), **PAINT, masks=["left"], tiles=1, preserve=False)

    source = decode(stack.store.source(manifest.id)).resize((64, 64), 1)
    changed = np.abs(picture(stack, manifest, 0) - np.asarray(source).astype(int))[:, 32:]
    assert changed.max() > 0


def test_draws_that_differ_only_by_sample_are_one_request(stack: Stack, fake: FakeOpenAI) -> None:
    before = edits(fake)

    options = {"rows": 3, "cols": 4, "styles": ["Cubism", "Baroque"], "masks": ["left"]}
    manifest = run(stack, photo(3), **PAINT | options, tiles=12)

    asked = [record.n for record in fake.requests if record.route == "edits"][before:]
    assert sorted(int(n or 1) for n in asked) == [2, 10]
    assert manifest.tile_counts == {"done": 12}
    assert len({t.key for t in manifest.tiles}) == 12
    assert {t.tile.sample for t in manifest.tiles} == set(range(12))


def test_a_tile_is_never_paid_for_twice(stack: Stack, fake: FakeOpenAI) -> None:
    run(stack, photo(4), **PAINT)
    paid = fake.images

    again = run(stack, photo(4), **PAINT, cell=40)

    assert fake.images == paid
    assert again.tile_counts == {"reused": 6}
    assert again.usd == 0


def test_styles_are_listed_by_the_language_model(stack: Stack, fake: FakeOpenAI) -> None:
    fake.say(
        [{"styles": ["Fauvism", "Dada", "dada"]}, {"styles": ["Fauvism", "Dada", "Vorticism"]}]
    )

    manifest = run(stack, photo(5), styles=None, style_count=3, theme="before 1930")

    assert manifest.styles_origin == "model"
    assert {s for t in manifest.tiles for s in t.tile.styles} == {"Fauvism", "Dada", "Vorticism"}


def test_a_refused_prompt_becomes_a_refused_cell(stack: Stack, fake: FakeOpenAI) -> None:
    fake.faults = Faults({1: "moderation"}, routes=("edits",))
    options = {"rows": 4, "cols": 3, "masks": ["halves", "centre"]}

    manifest = run(stack, photo(6), **PAINT | options)

    assert manifest.tile_counts == {"done": 11, "refused": 1}
    refused = next(t for t in manifest.tiles if t.state == "refused")
    assert refused.error == "Refused"
    cell = next(c for c in manifest.cells if c.planned == refused.index)
    assert cell.state == "refused"
    assert cell.tile != refused.index


def test_a_refused_draw_is_replaced_when_asked(stack: Stack, fake: FakeOpenAI) -> None:
    fake.faults = Faults(refuse=("Cubism and Baroque",))
    before = edits(fake)

    manifest = run(stack, photo(7), **PAINT, replace_refused=True, tiles=4, masks=["halves"])

    replaced = [t for t in manifest.tiles if t.state == "replaced"]
    assert replaced
    assert manifest.missing == 0
    for record in replaced:
        assert record.refused is not None
        assert record.refused.prompt == "in the style of Cubism and Baroque"
        assert "Cubism and Baroque" not in record.tile.prompt
    assert edits(fake) - before == 4 + len(replaced)


def test_a_replacement_that_is_refused_is_replaced_too(stack: Stack, fake: FakeOpenAI) -> None:
    fake.faults = Faults(refuse=("Baroque",))
    options = {"rows": 3, "cols": 3, "styles": ["Cubism", "Realism", "Op Art", "Baroque"]}

    manifest = run(stack, photo(13), **PAINT | options, replace_refused=True)

    assert manifest.missing == 0
    assert manifest.tile_counts["replaced"] >= 3
    assert not [t for t in manifest.tiles if "Baroque" in t.tile.styles]


def test_an_exhausted_quota_stops_the_run_with_what_it_has(stack: Stack, fake: FakeOpenAI) -> None:
    run(stack, photo(8), **PAINT, tiles=2)
    fake.faults = Faults(rate=1.0, kinds=("quota",))

    manifest = run(stack, photo(8), **PAINT)

    assert manifest.stopped is not None
    assert manifest.stopped.error == "QuotaExhausted"
    assert manifest.tile_counts == {"reused": 2, "failed": 4}
    assert {t.error for t in manifest.tiles if t.state == "failed"} == {"QuotaExhausted"}
    assert decode(stack.store.collage(manifest.id)).size == (96, 64)


def test_a_key_that_is_refused_ends_a_run_that_has_nothing(stack: Stack, fake: FakeOpenAI) -> None:
    fake.key, right = "another", fake.key
    try:
        with pytest.raises(RunFailed, match="The provider refused the API key") as raised:
            run(stack, photo(9), **PAINT)
    finally:
        fake.key = right
    assert raised.value.name == "BadKey"


def test_a_plan_over_its_budget_asks_for_nothing(stack: Stack, fake: FakeOpenAI) -> None:
    before = len(fake.requests)

    with pytest.raises(RunFailed, match=r"the request allows \$0\.01") as raised:
        run(stack, photo(10), **PAINT, max_usd=0.01)

    assert raised.value.name == "OverBudget"
    assert len(fake.requests) == before


def test_a_gateway_that_gives_up_for_ever_is_asked_three_times_and_all_is_counted(
    stack: Stack, fake: FakeOpenAI
) -> None:
    fake.faults = Faults(rate=1.0, kinds=("504",), routes=("edits",))
    before = edits(fake)

    with pytest.raises(RunFailed, match=r"1 x TimedOut\. 3 requests .* \$0\.05 stay counted"):
        run(stack, photo(14), **PAINT, tiles=1, rows=1, cols=1)

    assert edits(fake) - before == 3


def test_a_collage_stops_at_its_max_usd(stack: Stack, fake: FakeOpenAI) -> None:
    # Six times the price of a tile fit, and so do two lost calls with four that came.
    fake.faults = Faults({1: "504", 2: "504"}, routes=("edits",))
    before = edits(fake)

    manifest = run(stack, photo(15), **PAINT, max_usd=0.11)

    assert manifest.tile_counts == {"done": 4, "failed": 2}
    assert manifest.stopped is not None
    assert manifest.stopped.error == "MaxUsdReached"
    assert "max_usd of $0.11 is reached" in manifest.stopped.message
    assert manifest.usd + manifest.unsettled_usd <= 0.11
    assert edits(fake) - before == 6


def test_what_was_refused_is_asked_again_only_when_somebody_says_so(
    stack: Stack, fake: FakeOpenAI
) -> None:
    fake.faults = Faults({1: "moderation"}, routes=("edits",))
    options = PAINT | {"rows": 4, "cols": 3, "masks": ["halves", "centre"]}
    first = run(stack, photo(16), **options)
    before = edits(fake)

    def resumed(**how: bool) -> Manifest:
        ended(stack, stack.resume(first.id, **how))
        return stack.store.manifest(first.id)

    assert first.tile_counts == resumed().tile_counts == {"done": 11, "refused": 1}
    assert edits(fake) == before
    assert resumed(retry_refused=True).tile_counts == {"done": 12}
    assert edits(fake) == before + 1


def test_the_days_limit_stops_the_run(stack: Stack, fake: FakeOpenAI) -> None:
    table = next(t for t in stack.client("dynamodb").list_tables()["TableNames"] if "Limits" in t)
    items = stack.client("dynamodb").scan(TableName=table)["Items"]
    day = next(item["name"] for item in items if item["name"]["S"].startswith("spent#"))
    stack.client("dynamodb").update_item(
        TableName=table,
        Key={"name": day},
        UpdateExpression="SET micros = :spent",
        ExpressionAttributeValues={":spent": {"N": "999980000"}},
    )
    try:
        manifest = run(stack, photo(11), **PAINT)
    finally:
        stack.client("dynamodb").delete_item(TableName=table, Key={"name": day})

    assert manifest.stopped is not None
    assert manifest.stopped.error == "BudgetExhausted"
    assert manifest.tile_counts == {"done": 1, "failed": 5}


def test_faults_that_pass_are_ridden_out(stack: Stack, fake: FakeOpenAI) -> None:
    fake.faults = Faults({1: "503", 2: "429", 4: "drop"}, retry_after=0.2, routes=("edits",))

    manifest = run(stack, photo(12), **PAINT)

    assert manifest.tile_counts == {"done": 6}
    assert manifest.asked_again == 1


def test_the_key_is_seen_nowhere(stack: Stack, logs: list[str]) -> None:
    s3 = stack.client("s3")
    for bucket in (stack.outputs["CollagesBucket"], stack.outputs["UploadsBucket"]):
        for item in s3.list_objects_v2(Bucket=bucket)["Contents"]:
            assert KEY.encode() not in s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
    assert KEY not in "".join(logs)
    states = stack.client("stepfunctions")
    machine = stack.outputs["StateMachine"]
    for execution in states.list_executions(stateMachineArn=machine)["executions"]:
        history = states.get_execution_history(executionArn=execution["executionArn"])
        assert KEY not in json.dumps(history, default=str)
        assert "RecordFailure" in entered(history) or execution["status"] == "SUCCEEDED"


def test_fewer_pictures_than_asked_for_are_kept_and_the_rest_asked_for_singly(
    stack: Stack, fake: FakeOpenAI
) -> None:
    fake.faults = Faults(rate=1.0, kinds=("fewer",), routes=("edits",))
    paid, before = fake.images, edits(fake)
    one_style = {"styles": ["Cubism", "Baroque"], "masks": ["left"], "rows": 2, "cols": 2}

    manifest = run(stack, photo(20), **PAINT | one_style, tiles=4, model="gpt-image-2")

    asked = [record.n for record in fake.requests if record.route == "edits"][before:]
    assert asked == [4, 1, 1]
    assert fake.images - paid == 4
    assert manifest.tile_counts == {"done": 4}
    assert manifest.asked_again == 0


@pytest.mark.parametrize("spelling", ["litellm", "azure_filter", "ok_refusal"])
def test_a_refusal_is_replaced_however_it_is_spelt(
    stack: Stack, fake: FakeOpenAI, spelling: str
) -> None:
    fake.faults = Faults(prompts={"Cubism and Baroque": spelling})
    number = 30 + len(spelling)

    manifest = run(stack, photo(number), **PAINT, replace_refused=True, tiles=4, masks=["halves"])

    assert manifest.stopped is None
    assert manifest.missing == 0
    assert manifest.tile_counts["replaced"]


def test_an_error_of_one_draw_that_names_nothing_shared_ends_no_run(
    stack: Stack, fake: FakeOpenAI
) -> None:
    fake.faults = Faults({2: "no_reason"}, routes=("edits",))
    options = {"rows": 4, "cols": 3, "masks": ["halves", "centre"]}

    manifest = run(stack, photo(50), **PAINT | options)

    assert manifest.stopped is None
    assert manifest.tile_counts == {"done": 11, "failed": 1}
    (failed,) = (tile for tile in manifest.tiles if tile.state == "failed")
    assert failed.error == "Rejected"
    assert failed.message is not None
    assert "Something is wrong with this one" in failed.message


def test_an_answer_of_another_shape_is_told_by_the_manifest(stack: Stack, fake: FakeOpenAI) -> None:
    fake.faults = Faults({1: "oblong"}, routes=("edits",))

    manifest = run(stack, photo(51), **PAINT, masks=["left"], tiles=3)

    cropped = [tile.cropped_from for tile in manifest.tiles]
    assert sorted(cropped, key=bool) == [None, None, (1536, 1024)]
