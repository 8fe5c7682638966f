"""How long a run may take: what does not fit is refused with its plan, by what is still to do."""

from dataclasses import replace

import pytest

from collage.engines.openai.settings import OpenAISettings
from collage.errors import TooLong
from collage.spending import work
from collage.steps import duration
from collage.steps.estimate import estimate
from collage.steps.plan_tiles import plan_tiles
from tests.unit.engines.diffusion.test_operations import tile
from tests.unit.plans import planned
from tests.unit.runs import SOURCE, changed, prepare, render

STYLES = {"styles": ["Cubism", "Baroque", "Op Art"], "size": 64, "cell": 32}


def services(stack, **changes):
    """The stack's services with other settings: the provider's, and the stack's."""
    provider = {
        name: changes.pop(name) for name in ("images_per_minute", "latency") if name in changes
    }
    made = changed(stack, **changes)
    return replace(made, providers={"openai": OpenAISettings(**provider)})


def calls(count, **options):
    made = planned(rows=1, cols=count, tiles=count, **STYLES, **options)
    return [[tile] for tile in made.tiles]


def gpu(count, **options):
    made = tile(size=(1024, 1024), options={n: str(v) for n, v in options.items()})
    return [[made.model_copy(update={"seed": seed})] for seed in range(count)]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"images_per_minute": 0.002},
            r"833 hours at 0.002 pictures a minute; a run has 576\. .* ImagesPerMinute to 1 or",
        ),
        (
            {"images_per_minute": 1, "tile_retention_days": 1, "concurrency": 1, "latency": 7200},
            r"200 hours of calls of 7200 seconds, 1 at once; its tiles are deleted after 1 days "
            r"\(TileRetentionDays\), which leaves it 19\. .* MaxConcurrency to 11 or more",
        ),
    ],
)
def test_what_the_pace_cannot_make_in_time_is_refused(stack, changes, said):
    with pytest.raises(TooLong, match=said):
        duration.check(work.of(calls(100, engine="openai")), services(stack, **changes))


def test_ten_thousand_pictures_at_the_default_pace_fit(stack):
    many = work.of(calls(100, engine="openai") * 100)

    duration.check(many, services(stack))
    with pytest.raises(TooLong, match="TileRetentionDays"):
        duration.check(many, services(stack, tile_retention_days=1))


def test_the_painter_has_no_pace(stack):
    duration.check(work.of(calls(50, engine="painter")), services(stack, images_per_minute=0.001))


def test_what_the_gpus_cannot_make_in_time_is_refused(stack):
    tiles = work.of(gpu(3000, num_inference_steps=1000) * 2)

    with pytest.raises(TooLong, match=r"on 1 GPU; a run has 576\. .* GpuTasks to 2 or more"):
        duration.check(tiles, services(stack))
    duration.check(tiles, services(stack, gpu_tasks=2))


def test_a_shard_has_time_for_its_tiles_and_to_begin():
    few, many = (duration.shard_seconds(gpu(count), 1) for count in (8, 800))

    assert few > duration.START_SECONDS
    assert (many - duration.START_SECONDS) / 800 > duration.STEP_SECONDS * duration.STEPS
    assert duration.shard_seconds(gpu(800), 4) < many
    assert duration.shard_seconds(gpu(8, num_inference_steps=9), 1) < few
    assert duration.shard_seconds([], 0) == 0


def test_the_plan_is_refused_before_it_is_written_unless_the_store_has_most_of_it(stack):
    priced = {"rows": 1, "cols": 2, "styles": ["Cubism", "Baroque"], "combine": 1}
    made, _ = prepare(stack, **priced)
    asked = stack.store.accepted(made)
    stack.store.put_accepted(
        asked.model_copy(update={"request": asked.request.model_copy(update={"engine": "openai"})})
    )
    before = stack.get(f"collages/{made}/plan.json")

    with pytest.raises(TooLong):
        plan_tiles(stack.store, services(stack, images_per_minute=1e-5), made)

    assert stack.get(f"collages/{made}/plan.json") == before


def test_what_is_there_takes_no_time(stack, monkeypatch):
    made, work = prepare(stack)
    render(stack, made, work)
    seen = []

    def check(left, _tools):
        seen.append(sum(each.times for each in left))
        if left:
            raise TooLong("too long")

    monkeypatch.setattr(duration, "check", check)
    plan_tiles(stack.store, stack.services, made)

    assert seen == [len(work), 0]


def test_an_estimate_says_so_too(stack):
    from collage.request.parse import parse

    asked = parse({"rows": 1, "cols": 2, "engine": "openai", **STYLES})

    with pytest.raises(TooLong, match="ImagesPerMinute"):
        estimate(stack.store, services(stack, images_per_minute=1e-5), SOURCE, asked)
