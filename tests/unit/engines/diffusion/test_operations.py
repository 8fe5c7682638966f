import pytest
from hypothesis import given
from hypothesis import strategies as st

from collage import engines
from collage.engines.diffusion import operations, shards
from collage.errors import InvalidRequest, NoModel
from collage.request.request import Request
from collage.spending import batches
from collage.tile import Tile
from collage.weights import Family, File, IPAdapter, Weights
from tests.unit.plans import ACCOUNTS


def tile(**changes):
    return Tile(
        **{
            "operation": "inpaint",
            "prompt": "a",
            "styles": (),
            "mask": "top",
            "mask_sha256": "0",
            "source": "0",
            "engine": "diffusion",
            "model": "sdxl@00000000",
            "options": {},
            "size": (64, 64),
            "seed": 0,
            "sample": None,
            "preserve": True,
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        (operation, kind)
        for kind, traits in operations.usual_traits().items()
        for operation in sorted(traits.operations)
    ],
)
def test_every_option_that_can_be_given_has_a_value_when_it_is_not(operation, kind):
    made = operations.options(operation, kind, {})
    traits = operations.usual_traits()[kind]

    for name, value in made.model_dump().items():
        assert value is not None or name not in traits.defaults


def test_every_operation_has_options_and_a_family_and_a_kind_that_can():
    able = set(engines.ENGINES["diffusion"].operations)

    assert able == set(operations.OPTIONS) == set(operations.FAMILIES)
    assert able == {o for traits in operations.usual_traits().values() for o in traits.operations}


def test_what_is_given_is_taken_in_place_of_defaults():
    made = operations.options(
        "inpaint",
        "inpainting",
        {"num_inference_steps": "20", "scheduler": "unipc", "negative_prompt": "blurred"},
    )

    assert made == operations.Repainting(
        num_inference_steps=20,
        guidance_scale=7.5,
        scheduler="unipc",
        negative_prompt="blurred",
        strength=0.99,
    )


@pytest.mark.parametrize(
    ("operation", "kind", "given", "named"),
    [
        ("inpaint", "inpainting", {"guidance_scale": "0.5"}, "guidance_scale"),
        ("inpaint", "inpainting", {"guidance_scale": "nan"}, "guidance_scale"),
        ("inpaint", "inpainting", {"guidance_scale": "many"}, "guidance_scale"),
        ("inpaint", "inpainting", {"num_inference_steps": "0"}, "num_inference_steps"),
        ("inpaint", "inpainting", {"num_inference_steps": "1.5"}, "num_inference_steps"),
        ("inpaint", "inpainting", {"strength": "0"}, "strength"),
        ("inpaint", "inpainting", {"strength": "0.01"}, "leaves none"),
        ("inpaint", "inpainting", {"scheduler": "pndm"}, "scheduler.*unipc"),
        ("inpaint", "inpainting", {"negative_prompt": "a" * 2001}, "negative_prompt"),
        ("inpaint", "inpainting", {"u": "0.5"}, "u: inpaint takes no such option.*strength"),
        ("generate", "text-to-image", {"strength": "0.5"}, "strength"),
        ("generate", "latent-diffusion", {"negative_prompt": "a"}, "negative_prompt"),
        ("generate", "latent-diffusion", {"scheduler": "euler"}, "scheduler.*ddim"),
        ("variation", "image-embedding", {"strength": "0.5"}, "strength"),
        ("interpolate", "image-embedding", {"u": "0.6", "v": "0.6"}, "more than 1"),
        ("interpolate", "image-embedding", {"u": "-0.1"}, "u"),
        ("interpolate", "image-embedding", {"guidance_scale": "2"}, "guidance_scale"),
        ("reconstruct", "vector-quantized", {"scheduler": "ddim"}, "it has: none"),
        ("upscale", "super-resolution", {"strength": "1"}, "strength"),
        ("inpaint", "text-to-image", {}, "cannot inpaint; it can generate, variation"),
    ],
)
def test_an_option_that_cannot_be_is_refused_by_its_name(operation, kind, given, named):
    with pytest.raises(InvalidRequest, match=named):
        operations.options(operation, kind, given)


@pytest.mark.parametrize("size", [(64, 60), (63, 64)])
def test_a_size_between_latents_is_refused(size):
    with pytest.raises(InvalidRequest, match="multiples of 8"):
        operations.check_size("inpainting", size)
    operations.check_size("super-resolution", size)


def test_a_batch_is_of_tiles_that_take_the_same_steps():
    alike = [tile(prompt=str(n), seed=n, mask="left") for n in range(5)]
    other = [tile(options={"num_inference_steps": "20"}), tile(size=(64, 128))]

    assert batches.of([alike[0], *other, *alike[1:]], ACCOUNTS) == ((0, 3, 4, 5), (6,), (1,), (2,))


def test_tiles_of_an_interpolation_share_a_batch():
    tiles = [tile(operation="interpolate", options={"u": str(n / 4)}) for n in range(4)]

    assert batches.of(tiles, ACCOUNTS) == ((0, 1, 2, 3),)


@given(st.integers(0, 500), st.integers(1, 40))
def test_shards_are_all_of_the_calls_each_once(calls, most):
    count = shards.shards(calls, most)
    parts = [shards.part(calls, shard, count) for shard in range(count)]

    assert [call for part in parts for call in part] == list(range(calls))
    assert count <= most
    if parts:
        assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_few_calls_are_not_worth_a_second_machine():
    assert shards.shards(4, 10) == 1
    assert shards.shards(5, 10) == 2
    assert shards.shards(0, 10) == 0


@pytest.mark.parametrize("name", operations.SAMPLING)
def test_a_request_may_ask_for_what_the_engine_takes_and_for_no_more(name):
    def bounds(model):
        schema = model.model_json_schema()["properties"][name]
        (of_value,) = (one for one in schema.get("anyOf", [schema]) if one.get("type") != "null")
        return {key: rule for key, rule in of_value.items() if key not in ("title", "description")}

    own = bounds(operations.Repainting)
    asked = bounds(Request)

    assert own.pop("default", None) in (None, "")
    assert asked == own
    assert asked.keys() > {"type"}


@pytest.mark.parametrize(
    ("kind", "left"), [("inpainting", {"inpaint"}), ("text-to-image", {"variation"})]
)
def test_a_controlnet_needs_a_source_to_hold_a_picture_to(kind, left):
    known = operations.conditioned(operations.usual_traits()[kind], "mine")

    assert set(known.operations) == left
    with pytest.raises(NoModel, match="mine makes nothing of a source"):
        operations.conditioned(operations.usual_traits()["latent-diffusion"], "mine")


def test_styles_of_pictures_are_refused_at_the_door_where_the_model_takes_none():
    plain = Family(
        kind="inpainting",
        repository="a/b",
        licence="mine",
        files={"unet/model.safetensors": File(sha256="0" * 64, size=1)},
    )
    pictured = plain.model_copy(update={"ip_adapter": IPAdapter(scale=0.5)})
    there = Weights(families={"sdxl": plain, "pictured": pictured})

    def check(model, styled):
        operations.check(there, ["inpaint"], model, {}, {}, (64, 64), styled=styled)

    check("sdxl", False)
    check("pictured", True)
    with pytest.raises(InvalidRequest, match="style_pictures: sdxl takes no style from a picture"):
        check("sdxl", True)
