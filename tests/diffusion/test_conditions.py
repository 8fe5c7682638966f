"""What conditions a tile beside its text: its source through a ControlNet, pictures of styles."""

import io
import json

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("torch", reason="there is no torch here: make install-diffusion")

import diffusers
import torch

from collage.digest import sha256
from collage.engines.diffusion import operations, shards
from collage.errors import InvalidRequest, NoModel
from collage.weights import ControlNet
from tasks.diffusion import additions, models_folder
from tasks.diffusion.additions import Additions
from tasks.diffusion.conditions import shown_of
from tests.diffusion.bench import ID, SIZE, changed, photo
from tests.unit.pictures import encode

FEW = {"num_inference_steps": "2"}


def pixels(picture):
    return np.asarray(picture, np.int16)


@pytest.fixture
def own(bench, tmp_path):
    """A folder of models that is empty, and that the bench works with."""
    published, bench.models = bench.models, tmp_path / "own"
    bench.models.mkdir()
    return published


def add(bench, name, origin, **beside):
    return models_folder.add(bench.models, name, str(origin), beside=Additions(**beside))[0]


def styled(bench, *colours, **changes):
    """A tile whose styles are those of plain pictures, which are put where the task reads them."""
    digests = {}
    for name in colours:
        png = encode(Image.new("RGB", (256, 256), name))
        digests[name] = sha256(png)
        bench.store.put_style_picture(ID, digests[name], png)
    options = {"style_pictures": json.dumps(digests)} if colours else {}
    options |= changes.pop("options", FEW)
    return bench.tile("inpaint", model="mine", styles=colours, options=options, **changes)


def test_a_controlnet_is_shown_edges_or_the_source_itself():
    source = np.zeros((20, 30, 3), np.uint8)
    source[:, 15:] = 255
    edges = shown_of(source, "canny")

    assert edges.shape == source.shape
    assert set(np.unique(edges)) == {0, 255}
    assert {*np.argwhere(edges)[:, 1]} <= {14, 15}
    assert shown_of(source, "tile") is source


@pytest.mark.parametrize(
    ("family", "operation"), [("sdxl-inpainting", "inpaint"), ("sdxl", "variation")]
)
def test_a_controlnet_holds_a_picture_to_its_source_by_its_strength(
    bench, own, controlnet, family, operation
):
    kinds = {"plain": None, "weak": 0.3, "strong": 1.5}
    for name, scale in kinds.items():
        given = None if scale is None else (str(controlnet), scale)
        add(bench, name, own / family, controlnet=given)
    add(bench, "itself", own / family, controlnet=(str(controlnet), 1.5), control_kind="tile")
    tiles = [
        bench.tile(operation, model=name, options=FEW, preserve=False)
        for name in [*kinds, "itself"]
    ]
    plain, weak, strong, itself = map(pixels, (bench.make(tile)[0] for tile in tiles))

    assert len({tile.key for tile in tiles}) == len({tile.model[-8:] for tile in tiles}) == 4
    assert 0 < abs(weak - plain).mean() < abs(strong - plain).mean()
    assert (itself != strong).any()


def test_a_controlnet_is_applied_as_diffusers_applies_it(bench, own, controlnet):
    add(bench, "mine", own / "sdxl-inpainting", controlnet=(str(controlnet), 0.7))
    tile = bench.tile("inpaint", model="mine", options=FEW, preserve=False)
    (made,) = bench.make(tile)
    with Image.open(io.BytesIO(photo())) as source:
        shown = Image.fromarray(shown_of(np.asarray(source), "canny"))
        pipe = diffusers.StableDiffusionXLControlNetInpaintPipeline.from_pretrained(
            own / "sdxl-inpainting",
            controlnet=diffusers.ControlNetModel.from_pretrained(controlnet),
        )
        mask = Image.new("L", (SIZE, SIZE))
        mask.paste(255, (0, 0, SIZE // 2, SIZE))
        (other,) = pipe(
            tile.prompt,
            image=source,
            mask_image=mask,
            control_image=shown,
            controlnet_conditioning_scale=0.7,
            num_inference_steps=2,
            guidance_scale=7.5,
            strength=0.99,
            generator=torch.Generator("cpu").manual_seed(tile.seed),
        ).images

    assert abs(pixels(made) - pixels(other)).max() <= 1


def test_with_a_controlnet_a_tile_depends_on_no_other(bench, own, controlnet, ip_adapter):
    given = {"controlnet": (str(controlnet), 0.7), "ip_adapter": (ip_adapter, 0.6)}
    add(bench, "mine", own / "sdxl-inpainting", **given)
    tiles = [
        styled(bench, *colours, seed=seed, mask=mask)
        for seed, (colours, mask) in enumerate(
            [(("blue", "red"), "left"), (("blue", "red"), "top"), (("green",), "left")]
        )
    ]
    together = bench.make(*tiles)
    for tile in tiles:
        for end in ("png", "json"):
            bench.s3.delete_object(Bucket=bench.bucket, Key=f"tiles/{tile.key}.{end}")
    alone = [bench.make(tile, fresh=True)[0] for tile in tiles]

    for one, other in zip(alone, together, strict=True):
        assert abs(pixels(one) - pixels(other)).max() <= 1


def test_what_has_no_source_to_be_held_to_is_refused_at_the_door(bench, own, controlnet):
    held = add(bench, "held", own / "sdxl", controlnet=(str(controlnet), 0.5))
    painted = add(bench, "painted", own / "sdxl-inpainting", controlnet=(str(controlnet), 0.5))

    assert (held.controlnet, held.traits.pipeline) == (
        ControlNet(kind="canny", scale=0.5),
        "StableDiffusionXLPipeline",
    )
    assert set(held.traits.operations) == {"variation"}
    assert set(painted.traits.operations) == {"inpaint"}
    with pytest.raises(InvalidRequest, match="cannot generate; it can variation"):
        operations.options("generate", held.traits, {})


def test_style_pictures_change_a_tile_and_two_are_mixed(bench, own, ip_adapter):
    add(bench, "plain", own / "sdxl-inpainting")
    add(bench, "mine", own / "sdxl-inpainting", ip_adapter=(ip_adapter, 0.8))
    tiles = [styled(bench, *colours) for colours in [(), ("red",), ("blue",), ("red", "blue")]]
    without, red, blue, both = map(pixels, bench.make(*tiles))
    (plain,) = bench.make(bench.tile("inpaint", model="plain", options=FEW))

    # A tile without pictures is the one that the family makes without an adapter.
    assert (without == pixels(plain)).all()
    assert len({picture.tobytes() for picture in (without, red, blue, both)}) == 4
    assert len({str(shards.alike(tile)) for tile in tiles}) == 4


@pytest.mark.parametrize("guidance", ["1", "5"])
def test_style_pictures_are_taken_as_diffusers_takes_them(bench, own, ip_adapter, guidance):
    add(bench, "mine", own / "sdxl-inpainting", ip_adapter=(ip_adapter, 0.8))
    options = FEW | {"guidance_scale": guidance, "strength": "1"}
    tile = styled(bench, "red", options=options, preserve=False)
    (made,) = bench.make(tile)
    pipe = diffusers.StableDiffusionXLInpaintPipeline.from_pretrained(own / "sdxl-inpainting")
    pipe.load_ip_adapter(ip_adapter.parent, subfolder="", weight_name=ip_adapter.name)
    pipe.set_ip_adapter_scale(0.8)
    # The source is encoded by the middle of what the autoencoder says.
    pipe.vae.encode = _middle(pipe.vae.encode)
    mask = Image.new("L", (SIZE, SIZE))
    mask.paste(255, (0, 0, SIZE // 2, SIZE))
    with Image.open(io.BytesIO(photo())) as source:
        (other,) = pipe(
            tile.prompt,
            image=source,
            mask_image=mask,
            ip_adapter_image=Image.new("RGB", (256, 256), "red"),
            num_inference_steps=2,
            guidance_scale=float(guidance),
            strength=1.0,
            generator=torch.Generator("cpu").manual_seed(tile.seed),
        ).images

    assert abs(pixels(made) - pixels(other)).max() <= 1


def _middle(encoding):
    def encode(picture):
        answer = encoding(picture)
        answer.latent_dist.std = torch.zeros_like(answer.latent_dist.std)
        return answer

    return encode


def test_a_model_without_an_adapter_takes_no_style_pictures(bench, own, ip_adapter):
    add(bench, "plain", own / "sdxl-inpainting")
    add(bench, "mine", own / "sdxl-inpainting", ip_adapter=(ip_adapter, 0.8))
    there = bench.store.weights(str(bench.models))

    def check(model):
        operations.check(there, ["inpaint"], model, {}, {}, (SIZE, SIZE), styled=True)

    check("mine")
    with pytest.raises(InvalidRequest, match=r"style_pictures: plain takes no style.*IP-Adapter"):
        check("plain")


def test_what_is_of_another_model_is_refused_and_nothing_is_added(
    bench, own, controlnet, ip_adapter, tmp_path
):
    """A ControlNet, an adapter and a kind of family that do not fit each other."""
    net, adapter = {"controlnet": (str(controlnet), 1.0)}, {"ip_adapter": (ip_adapter, 1.0)}
    narrow = tmp_path / "narrow"
    diffusers.ControlNetModel(
        block_out_channels=(8, 8), down_block_types=("DownBlock2D", "DownBlock2D"),
        layers_per_block=1, norm_num_groups=4, conditioning_embedding_out_channels=(8, 8),
    ).save_pretrained(narrow)  # fmt: skip
    spoiled = changed(
        own, tmp_path / "spoiled", "sdxl/unet/diffusion_pytorch_model.safetensors", lambda n, w: w
    )
    for family, beside, named in [
        ("sd-inpainting", net, "The ControlNet is not for sd-inpainting|is not for mine"),
        ("sdxl", {"controlnet": (str(narrow), 1.0)}, "not for"),
        ("sdxl", {"controlnet": (str(spoiled), 1.0)}, "no config.json with safetensors"),
        ("sd-inpainting", adapter, "no IP-Adapter for"),
        ("z-image-turbo", net, "takes no ControlNet"),
        ("ldm-text2im", net, "makes nothing of a source"),
        ("vqmodel", adapter, "takes no ControlNet and no IP-Adapter"),
        ("sdxl", {"controlnet": (str(controlnet), 3.0)}, "no strength above 0"),
        ("sdxl", {"ip_adapter": (own / "esrgan-x4" / "model.safetensors", 1.0)}, "image_encoder"),
    ]:
        with pytest.raises(NoModel, match=named):
            add(bench, "mine", own / family, **beside)

    assert not list(bench.models.iterdir())


def test_origins_and_strengths_are_read_from_words(ip_adapter):
    assert additions.weighed("--controlnet", "folder") == ("folder", 1.0)
    assert additions.weighed("--controlnet", "a/folder:0.5") == ("a/folder", 0.5)
    assert additions.weighed("--controlnet", "hub:a/b@1f") == ("hub:a/b@1f", 1.0)
    assert additions.weighed("--controlnet", "hub:a/b@1f:0.5") == ("hub:a/b@1f", 0.5)
    assert additions.weighed_file("--ip-adapter", f"{ip_adapter}:0.6") == (ip_adapter, 0.6)
    with pytest.raises(NoModel, match="--controlnet: 'much' in folder:much is no strength"):
        additions.weighed("--controlnet", "folder:much")
    with pytest.raises(NoModel, match="--ip-adapter: nothing is no safetensors file"):
        additions.weighed_file("--ip-adapter", "nothing")
