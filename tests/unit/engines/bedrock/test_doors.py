"""What is refused before anything is paid, at the door and with the plan."""

from typing import Any

import pytest

from collage import plan
from collage.engines.bedrock import models
from collage.engines.bedrock.doors import check
from collage.engines.bedrock.settings import BedrockSettings
from collage.engines.engine import Wanted
from collage.errors import InvalidRequest
from collage.plan import Styles
from collage.prepared import Prepared
from collage.spending.accounts import every
from tests.unit.plans import accepted
from tests.unit.plans import models as models_of_all

HERE = BedrockSettings(enabled=True)
EAST = BedrockSettings(enabled=True, regions="us-east-1,us-east-2")
NEGATIVE = frozenset({"negative_prompt"})
STRENGTH = frozenset({"strength"})
PICTURED = frozenset({"style_pictures"})


@pytest.mark.parametrize(
    ("wanted", "settings"),
    [
        (Wanted("generate", (512, 512)), HERE),
        (Wanted("generate", (2100, 900), models.ULTRA, "a barn", NEGATIVE), HERE),
        (Wanted("inpaint", (2048, 32), None, None, NEGATIVE), HERE),
        (Wanted("inpaint", (512, 512)), EAST),
        (Wanted("inpaint", (512, 512), None, ""), EAST),
        (Wanted("outpaint", (512, 512), None, "a barn"), EAST),
        (Wanted("variation", (512, 512), models.SD35_LARGE, "a barn", STRENGTH), HERE),
        (Wanted("transfer", (512, 512), None, None, STRENGTH | PICTURED), EAST),
        (Wanted("upscale", (1024, 1024)), EAST),
        (Wanted("upscale", (1536, 682)), EAST),
        (Wanted("upscale", (32, 32)), EAST),
    ],
)
def test_what_a_model_takes_passes(wanted: Wanted, settings: BedrockSettings) -> None:
    check(wanted, settings)


@pytest.mark.parametrize(
    ("wanted", "settings", "said"),
    [
        (
            Wanted("generate", (512, 512)),
            EAST,
            "engine: bedrock can generate in us-west-2 only, and this stack asks in "
            "us-east-1,us-east-2; set its parameter BedrockRegion to "
            "us-east-1,us-east-2,us-west-2.",
        ),
        (Wanted("variation", (512, 512)), EAST, "engine: bedrock can variation in us-west-2 only"),
        (
            Wanted("generate", (512, 512), "amazon.nova-canvas-v1:0"),
            HERE,
            "model: the engine bedrock cannot generate by amazon.nova-canvas-v1:0; it can by: "
            f"{models.CORE}, {models.ULTRA}, {models.SD35_LARGE}.",
        ),
        (
            Wanted("inpaint", (512, 512), "stability.stable-image-inpaint-v1:0"),
            HERE,
            "model: the engine bedrock cannot inpaint by stability.stable-image-inpaint-v1:0",
        ),
        (Wanted("inpaint", (512, 512), models.CORE), HERE, f"it can by: {models.INPAINT}"),
        (Wanted("reconstruct", (512, 512)), HERE, "model: the engine bedrock cannot reconstruct"),
        (
            Wanted("inpaint", (512, 512), None, "", NEGATIVE),
            HERE,
            "negative_prompt: without a prompt the engine bedrock erases",
        ),
        (
            Wanted("inpaint", (512, 512), None, None, STRENGTH),
            HERE,
            "strength: the engine bedrock has one for variation and transfer only.",
        ),
        (
            Wanted("inpaint", (512, 512), None, None, PICTURED),
            HERE,
            "style_pictures: the engine bedrock takes them for the recipe transfer only.",
        ),
        (Wanted("generate", (512, 512), None, " "), HERE, "prompt: the engine bedrock needs one"),
        (
            Wanted("inpaint", (512, 512), None, "(" * 5001),
            HERE,
            "prompt: one has 10,002 characters as it is sent, and may have 10,000.",
        ),
        (Wanted("generate", (512, 216)), HERE, "size: 512x216 is more oblong than 21:9"),
        (Wanted("generate", (216, 512)), HERE, "size: 216x512 is more oblong than 21:9"),
        (Wanted("upscale", (1025, 1024)), HERE, "takes sides of 32 to 1536 pixels and 1,048,576"),
        (Wanted("upscale", (1537, 64)), HERE, "and the pictures are 1537x64"),
        (Wanted("upscale", (64, 31)), HERE, "upscaler: stable-fast-upscale takes"),
    ],
)
def test_what_no_model_takes_is_refused_by_its_field(
    wanted: Wanted, settings: BedrockSettings, said: str
) -> None:
    with pytest.raises(InvalidRequest) as raised:
        check(wanted, settings)

    assert said in str(raised.value)
    (field,) = raised.value.fields
    assert str(raised.value).startswith(f"{field.field}: ")


def made(regions: str = "us-west-2", **options: Any) -> plan.Plan:
    """The plan of a request of the engine."""
    settings = BedrockSettings(enabled=True, regions=regions)
    asked = accepted(engine="bedrock", **options)
    drawn = {"left": "digest of left", "right": "digest of right", "erased": "digest"}
    return plan.make(
        asked,
        Styles(styles=asked.request.styles or (), origin="request"),
        Prepared(source="digest of the source", masks=drawn),
        {**models_of_all(), "bedrock": asked.request.model or settings.model},
        every({"bedrock": settings}),
    )


SIX = {"styles": ["Cubism", "Baroque"], "masks": ["left", "right"], "combine": 1, "rows": 2}


def test_a_plan_names_the_models_of_the_operations() -> None:
    generated = {"recipe": "samples", "prompt": "a barn", "grid_size": 1}
    erased = {"recipe": "erase", "rects": ["0:10x0:10"]}

    def found(**options: Any) -> set[str]:
        return {tile.model for tile in made(**options).tiles}

    assert found(**SIX, cols=2) == {models.INPAINT}
    assert found(**generated) == {models.CORE}
    assert found(**generated, model=models.ULTRA) == {models.ULTRA}
    assert found(**erased) == {models.ERASE}
    assert found(**erased, prompt="a cow") == {models.INPAINT}
    assert found(recipe="variations", prompt="a cow") == {models.SD35_LARGE}


def test_a_plan_says_its_price_and_how_long_its_slowest_quota_takes() -> None:
    four = made(**SIX, cols=2, upscale=2, upscaler="stable-fast-upscale").estimate

    assert four.model_dump() == {
        "calls": 8,
        "tiles": 8,
        "usd": 0.4,
        "minutes": 0.2,
        "priced_on": "2026-11-25",
    }
    assert made("us-west-2,us-east-1", **SIX, cols=2).estimate.minutes == 0.1
    assert made("us-west-2,us-east-1", recipe="samples", prompt="a barn").estimate.minutes == 0.1


def test_a_plan_is_refused_where_its_tiles_could_not_be_made() -> None:
    with pytest.raises(InvalidRequest, match="upscaler: stable-fast-upscale takes sides"):
        made(**SIX, cols=2, size=1600, upscale=2, upscaler="stable-fast-upscale")


def test_a_transfer_of_a_transfer_shows_both_styles_and_costs_what_it_takes() -> None:
    asked = {"recipe": "transfer", "styles": ["Cubism", "Baroque", "Op Art"], "masks": ["left"]}

    found = made(**asked)

    by_model: dict[str, list[Any]] = {}
    for tile in found.tiles:
        by_model.setdefault(tile.model, []).append(tile)
    studies, transfers = by_model[models.CORE], by_model[models.STYLE_TRANSFER]
    made_here = [tile for tile in transfers if tile.engine == "bedrock"]
    assert [tile.operation for tile in studies] == ["generate"] * 3
    assert sorted(tile.options.get("strength", "1") for tile in made_here) == [
        *["0.5"] * 3,
        *["1"] * 3,
    ]
    assert found.estimate.usd == round(3 * 0.04 + 6 * 0.08, 4)
    stronger = made(**asked, strength=0.9)
    assert {tile.options.get("strength") for tile in stronger.tiles if tile.model in by_model} >= {
        "0.9"
    }
    assert "0.5" not in {tile.options.get("strength") for tile in stronger.tiles}
