"""Every operation: its tiles come out, of their size, the same however they were batched."""

import io

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("torch", reason="there is no torch here: make install-diffusion")

from collage.digest import sha256
from collage.engines.diffusion import operations
from collage.weights import Kind
from tasks.diffusion.ends import End
from tests.diffusion.bench import ID, SIZE, STYLES, changed, photo
from tests.unit.pictures import encode

FEW = {"num_inference_steps": "4"}

KINDS: list[tuple[str, str, dict[str, str]]] = [
    ("inpaint", "sdxl-inpainting", FEW),
    ("inpaint", "sd-inpainting", FEW),
    ("outpaint", "sdxl-inpainting", FEW),
    ("generate", "sdxl", FEW),
    ("generate", "ldm-text2im", FEW),
    ("variation", "sdxl", FEW | {"strength": "0.5"}),
    ("variation", "kandinsky", FEW),
    ("interpolate", "kandinsky", {"num_inference_steps": "20", "u": "0.4", "v": "0.3"}),
    ("reconstruct", "vqmodel", {}),
    ("reconstruct", "dalle-dvae", {}),
    ("upscale", "esrgan-x4", {}),
    ("generate", "z-image-turbo", FEW),
]
each = pytest.mark.parametrize(
    ("operation", "model", "options"), KINDS, ids=[f"{o}-{m}" for o, m, _ in KINDS]
)


def remove(bench, tiles):
    for tile in tiles:
        for end in ("png", "json"):
            bench.s3.delete_object(Bucket=bench.bucket, Key=f"tiles/{tile.key}.{end}")


def levels(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture.convert("RGB"), np.int16)


def test_every_kind_of_family_and_every_operation_is_tried_here(models, bench):
    families = bench.store.weights(str(models)).families
    tried = {(families[model].kind, operation) for operation, model, _ in KINDS}

    assert tried == {
        (kind, operation)
        for kind, traits in operations.usual_traits().items()
        for operation in traits.operations
    }
    assert {kind for kind, _ in tried} == set(Kind.__args__)


@each
def test_a_tile_is_the_same_alone_and_in_a_batch(bench, operation, model, options):
    size = (4 * SIZE, 4 * SIZE) if operation == "upscale" else (SIZE, SIZE)
    tiles = [
        bench.tile(operation, model=model, options=options, size=size, prompt=style, seed=seed)
        for seed, style in enumerate(STYLES[:3])
    ]
    together = bench.make(*tiles)
    remove(bench, tiles)
    alone = [bench.make(tile, fresh=True)[0] for tile in tiles]

    assert [picture.size for picture in together] == [size] * 3
    for one, other in zip(alone, together, strict=True):
        assert abs(levels(one) - levels(other)).max() <= 1
        assert levels(one).std() > 0


@pytest.mark.parametrize(
    ("operation", "model", "more"),
    [
        ("inpaint", "sd-inpainting", {}),
        ("variation", "sdxl", {}),
        ("interpolate", "kandinsky", {"u": "0.4", "v": "0.3"}),
    ],
)
def test_tiles_of_several_sizes_have_a_source_of_their_own_size(bench, operation, model, more):
    """As in a matrix of sizes: what was encoded for one is not taken for another."""
    tiles = [
        bench.tile(operation, model=model, options=FEW | more, size=(side, side))
        for side in (SIZE, 2 * SIZE)
    ]
    together = bench.make(*tiles)
    remove(bench, tiles)
    (alone,) = bench.make(tiles[1], fresh=True)

    assert [picture.size for picture in together] == [tile.size for tile in tiles]
    assert abs(levels(together[1]) - levels(alone)).max() <= 1


@pytest.mark.parametrize("operation", ["inpaint", "outpaint"])
def test_outside_the_mask_the_source_is_kept_to_the_pixel(bench, operation):
    (picture,) = bench.make(bench.tile(operation, mask="right"))

    with Image.open(io.BytesIO(photo())) as source:
        before = levels(source)
    half = SIZE // 2
    assert (levels(picture)[:, :half] == before[:, :half]).all()
    assert (levels(picture)[:, half:] != before[:, half:]).any(axis=2).mean() > 0.9


def test_what_lies_outside_is_the_models_where_it_is_not_preserved(bench):
    (picture,) = bench.make(bench.tile("inpaint", mask="right", preserve=False))

    with Image.open(io.BytesIO(photo())) as source:
        assert (levels(picture) != levels(source))[:, : SIZE // 2].any()


@pytest.mark.parametrize(
    ("operation", "changes"),
    [
        ("inpaint", {"prompt": "something else"}),
        ("inpaint", {"seed": 8}),
        ("inpaint", {"mask": "top"}),
        ("inpaint", {"options": FEW | {"negative_prompt": "blurred"}}),
        ("inpaint", {"options": FEW | {"guidance_scale": "3"}}),
        ("inpaint", {"options": FEW | {"scheduler": "dpmpp_2m"}}),
        ("inpaint", {"options": FEW | {"strength": "0.5"}}),
        ("variation", {"prompt": ""}),
        ("variation", {"options": FEW | {"negative_prompt": "blurred"}}),
    ],
    ids=str,
)
def test_what_conditions_a_tile_changes_its_picture(bench, operation, changes):
    plain, changed = bench.make(bench.tile(operation), bench.tile(operation, **changes))

    assert (levels(plain) != levels(changed)).any()


@pytest.mark.parametrize("scheduler", operations.Scheduler.__args__)
def test_every_scheduler_makes_a_picture(bench, scheduler):
    (picture,) = bench.make(bench.tile("generate", options=FEW | {"scheduler": scheduler}))

    assert levels(picture).std() > 0


def test_the_model_of_2022_takes_guidance_and_steps_as_its_article_did():
    options = operations.options("generate", "latent-diffusion", {})

    assert (options.guidance_scale, options.num_inference_steps) == (7.5, 250)


def test_at_no_weight_the_source_comes_back(bench):
    tile = bench.tile("interpolate", options={"num_inference_steps": "30"})
    bench.make(tile)
    measures = bench.store.sidecar(tile).measures

    assert measures["recreation_error"] < 0.005
    assert measures["inversion_residual"] < 1e-3


def test_at_no_weight_the_source_comes_back_also_in_half_precision(bench, models):
    """As on every GPU: the denoiser works in float32 for as long as it inverts and samples."""
    import torch

    from tasks.diffusion import renderers
    from tasks.diffusion.machine import Machine

    where = Machine(torch.device("cpu"), torch.bfloat16)
    renderer = renderers.load("image-embedding", models / "kandinsky", where)
    tile = bench.tile("interpolate", options={"num_inference_steps": "10"})
    options = operations.options("interpolate", "image-embedding", tile.options)
    with torch.inference_mode(), Image.open(io.BytesIO(photo())) as source:
        job = renderers.Job(tile, options, np.asarray(source))
        (made,) = renderer.render([job], lambda *_: None)

    assert made.measures["recreation_error"] < 0.005
    assert renderer.decoder.unet.dtype == torch.bfloat16


def test_a_source_that_does_not_come_back_is_a_failure_that_names_the_residual(bench, tmp_path):
    """What a network sees too strongly drives a fixed point away."""
    bench.models = changed(
        bench.models,
        tmp_path / "strong",
        "kandinsky/decoder/unet/diffusion_pytorch_model.safetensors",
        lambda name, weight: weight * 40 if name.startswith("conv_out") else weight,
    )
    lost = bench.tile("interpolate", options={"num_inference_steps": "10"})
    bench.plan([lost])

    assert bench.worker().run() == End.SOME_FAILED
    failure = bench.store.failures(ID)[0]
    assert failure.error == "NotRecreated"
    assert "relative error of" in failure.message
    assert bench.store.tile(lost) is None


def test_weights_move_a_picture_away_from_the_source(bench):
    shares = [{}, {"v": "0.5"}, {"v": "1"}, {"u": "0.5"}, {"u": "1"}]
    pictures = bench.make(
        *(
            bench.tile("interpolate", options={"num_inference_steps": "20", **share})
            for share in shares
        )
    )
    source, half, whole, *_ = map(levels, pictures)

    assert abs(half - source).mean() > 0
    assert abs(whole - source).mean() > abs(half - source).mean()
    assert len({picture.tobytes() for picture in pictures}) == len(shares)


def test_the_corner_of_the_sources_meaning_is_a_variation_without_guidance(bench):
    steps = {"num_inference_steps": "20"}
    corner, variation = bench.make(
        bench.tile("interpolate", options={**steps, "v": "1"}),
        bench.tile("variation", prompt="", options={**steps, "guidance_scale": "1"}),
    )

    assert abs(levels(corner).astype(int) - levels(variation)).max() <= 1


def test_reconstructions_say_how_many_codes_they_are_made_of_and_how_near_they_come(bench):
    for model, count in (("vqmodel", 8 * 8), ("dalle-dvae", 32 * 32)):
        tile = bench.tile("reconstruct", model=model)
        bench.make(tile)
        measures = bench.store.sidecar(tile).measures

        assert measures["codes"] == count
        assert 1 < measures["codes_distinct"] <= 64
        assert 0 < measures["psnr"] < 40
        assert -1 < measures["ssim"] < 1


def test_a_large_picture_is_enlarged_without_seams(bench, models):
    """In pieces it is what it is in one piece, where the network sees no border in either."""
    import torch

    from tasks.diffusion.machine import machine
    from tasks.diffusion.renderers import super_resolution

    with Image.open("examples/farmhouse.png") as picture:
        pixels = torch.from_numpy(np.array(picture.convert("RGB").resize((150, 120))))
    whole = super_resolution.load(models / "esrgan-x4", machine(), compiled=False)
    pieces = super_resolution.SuperResolution(whole.model, piece=64, overlap=24)
    told: list[tuple[int, int]] = []
    with torch.inference_mode():
        one = whole.enlarge(pixels, lambda *_: None)
        many = pieces.enlarge(pixels, lambda *step: told.append(step))

    assert many.shape == one.shape == (480, 600, 3)
    assert told[-1] == (len(told), len(told))
    assert len(told) > 6
    inside = abs(many - one)
    assert inside.max() < 4 / 255
    assert inside.mean() < 0.2 / 255


def test_a_size_between_scales_is_met(bench):
    source = encode(Image.open(io.BytesIO(photo())).resize((50, 50)))
    tile = bench.tile("upscale", size=(200, 200), source=sha256(source))
    (same,) = bench.make(tile, source=source)
    other = bench.tile("upscale", size=(130, 130), source=sha256(source))
    (less,) = bench.make(other, source=source)

    assert same.size == (200, 200)
    assert less.size == (130, 130)
