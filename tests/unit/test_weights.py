import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collage import weights
from collage.errors import NoModel
from collage.prepared import Prepared
from collage.tile import STYLE_PICTURES
from collage.weights import File, Weights
from tests.unit.plans import planned

DIGEST = "0" * 64


def manifest(files=("unet/model.safetensors",), **family):
    described = {"kind": "inpainting", "repository": "a/b", "licence": "openrail++", **family}
    listed = {path: {"sha256": DIGEST, "size": 3} for path in files}
    return {"version": 1, "families": {"sdxl": {**described, "files": listed}}}


def parse(document):
    return weights.parse(json.dumps(document).encode())


def test_a_model_is_pinned_by_what_its_files_are():
    one = parse(manifest())
    other = parse(manifest())
    other.families["sdxl"].files["unet/model.safetensors"] = File(sha256="1" * 64, size=3)

    name, _, digest = one.pinned("sdxl").partition("@")
    assert name == "sdxl"
    assert len(digest) == 8
    assert one.pinned(one.pinned("sdxl")) == one.pinned("sdxl")
    assert other.pinned("sdxl") != one.pinned("sdxl")


def test_where_files_come_from_does_not_change_the_pin():
    assert parse(manifest()).pinned("sdxl") == parse(manifest(repository="c/d")).pinned("sdxl")


@pytest.mark.parametrize("model", ["sd", "sdxl@00000000", "", "@"])
def test_what_is_not_there_is_refused_with_what_is(model):
    with pytest.raises(NoModel, match="sdxl"):
        parse(manifest()).pinned(model)


@pytest.mark.parametrize(
    "path",
    [
        "../model.safetensors",
        "unet/../../model.safetensors",
        "/etc/model.safetensors",
        "unet//model.safetensors",
        "./model.safetensors",
        "unet\\model.safetensors",
        "c:model.safetensors",
        "model\0.safetensors",
        "model.bin",
        "model.pt",
        "model.pth",
        "model.ckpt",
        "model.pkl",
        "pipeline.py",
        "model.safetensors.bin",
        "model",
        "",
        ".",
    ],
)
def test_a_file_outside_its_folder_or_that_may_hold_code_is_refused(path):
    with pytest.raises(NoModel, match="is not usable"):
        parse(manifest(files=[path]))


@given(st.text(max_size=40))
def test_whatever_path_is_accepted_stays_in_its_folder(path):
    from pathlib import Path

    try:
        (accepted,) = parse(manifest(files=[path])).families["sdxl"].files
    except NoModel:
        return
    base = Path("/models/sdxl")
    assert (base / accepted).resolve().is_relative_to(base)


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        {"version": 2, "families": {}},
        manifest(files=[]),
        manifest(kind="pickle"),
        {"version": 1, "families": {"../sdxl": manifest()["families"]["sdxl"]}},
        {"version": 1, "families": {"sdxl": {"kind": "inpainting"}}},
        manifest() | {"more": 1},
    ],
    ids=repr,
)
def test_a_manifest_of_another_form_is_refused(document):
    with pytest.raises(NoModel):
        parse(document)


def test_a_digest_is_one():
    document = manifest()
    document["families"]["sdxl"]["files"]["unet/model.safetensors"]["sha256"] = "beef"

    with pytest.raises(NoModel, match="sha256"):
        parse(document)


def test_a_manifest_survives_writing_and_reading():
    made = parse(manifest())

    assert Weights.model_validate_json(made.model_dump_json()) == made


def test_weights_of_a_folder_are_read_from_there(stack, tmp_path):
    (tmp_path / "manifest.json").write_text(json.dumps(manifest()))

    assert stack.store.weights(str(tmp_path)).pinned("sdxl")


@pytest.mark.parametrize("prefix", ["", "models", "models/", "a/b/"])
def test_weights_of_a_prefix_are_read_from_there(stack, prefix, tmp_path):
    name = f"{prefix.strip('/')}/manifest.json".lstrip("/")
    stack.store.s3.put_object(
        Bucket=stack.store.collages, Key=name, Body=json.dumps(manifest()).encode()
    )
    location = f"s3://{stack.store.collages}/{prefix}"

    assert stack.store.weights(location).pinned("sdxl")
    stack.store.fetch_weights(location, "manifest.json", tmp_path / "here")
    assert json.loads((tmp_path / "here").read_text()) == manifest()


@pytest.mark.parametrize("location", ["s3://{bucket}/none", "{folder}/none"])
def test_where_there_are_none_says_where_it_looked(stack, tmp_path, location):
    where = location.format(bucket=stack.store.collages, folder=tmp_path)

    with pytest.raises(NoModel, match="none: no manifest"):
        stack.store.weights(where)


NATIVE = {"operations": {"inpaint": {"strength": 0.9}}, "native": 1024, "grain": 16}


def test_a_manifest_without_traits_pins_what_it_did():
    """It is in keys of tiles: what was made by weights of earlier manifests is still found."""
    assert parse(manifest()).pinned("sdxl") == "sdxl@d828e75c"


@pytest.mark.parametrize(
    "changes",
    [
        {"traits": NATIVE},
        {"traits": NATIVE | {"native": 512}},
        {"traits": NATIVE | {"operations": {"inpaint": {"strength": 0.8}}}},
        {"adapters": {"unet/model.safetensors": 0.8}},
        {"adapters": {"unet/model.safetensors": 0.7}},
    ],
    ids=str,
)
def test_what_decides_a_picture_beside_the_files_is_in_the_digest(changes):
    others = [{}, {"traits": NATIVE | {"grain": 8}}]
    pins = [parse(manifest(**each)).pinned("sdxl") for each in [changes, *others]]

    assert len(set(pins)) == 3


def test_where_a_family_is_from_is_not():
    assert parse(manifest(revision=40 * "a")).pinned("sdxl") == parse(manifest()).pinned("sdxl")


def test_an_adapter_is_one_of_the_files():
    with pytest.raises(NoModel, match=r"'adapters/1.safetensors' is not among the files"):
        parse(manifest(adapters={"adapters/1.safetensors": 1.0}))


@pytest.mark.parametrize(
    ("size", "at"),
    [
        ((512, 512), (1024, 1024)),
        ((64, 64), (1024, 1024)),
        ((1024, 1024), (1024, 1024)),
        ((2048, 2048), (2048, 2048)),
        ((600, 400), (1248, 832)),
        ((100, 1000), (320, 3232)),
        ((1000, 1000), (1024, 1024)),
    ],
)
def test_a_family_works_at_the_area_that_it_knows_and_at_whole_patches(size, at):
    traits = weights.Traits.model_validate(NATIVE)

    assert traits.at(size) == at
    assert traits.model_copy(update={"native": None}).at(size) == size


def test_a_source_is_prepared_as_large_as_the_largest_model_works():
    from collage.engines.diffusion import operations

    document = manifest(traits=NATIVE)
    document["families"]["small"] = manifest(traits=NATIVE | {"native": 512})["families"]["sdxl"]
    document["families"]["old"] = manifest()["families"]["sdxl"]
    there = parse(document)

    def at(*models):
        return operations.working_size(there, {"inpaint"}, models, (256, 256))

    assert at("old") == (256, 256)
    assert at("old", "small") == (512, 512)
    assert at("small", "sdxl", "old") == (1024, 1024)
    with pytest.raises(NoModel, match="sdxl-inpainting"):
        at()


CONTROLNET = {"kind": "canny", "scale": 0.5}


def test_what_conditions_a_family_beside_its_text_is_in_its_digest():
    plain = parse(manifest()).pinned("sdxl")
    changes = [
        {"controlnet": CONTROLNET},
        {"controlnet": CONTROLNET | {"kind": "tile"}},
        {"controlnet": CONTROLNET | {"scale": 0.6}},
        {"ip_adapter": {"scale": 0.5}},
        {"ip_adapter": {"scale": 0.6}},
        {"controlnet": CONTROLNET, "ip_adapter": {"scale": 0.5}},
    ]
    pinned = {parse(manifest(**change)).pinned("sdxl") for change in changes}

    assert len({plain, *pinned}) == len(changes) + 1
    for wrong in ({"controlnet": {"kind": "depth"}}, {"ip_adapter": {"scale": 0}}):
        with pytest.raises(NoModel, match="is not usable"):
            parse(manifest(**wrong))


@pytest.mark.parametrize(("adapter", "taken"), [(None, False), ({"scale": 0.5}, True)])
def test_a_tile_has_its_styles_pictures_where_its_model_takes_them(monkeypatch, adapter, taken):
    document = manifest(**({} if adapter is None else {"ip_adapter": adapter}))
    there = parse(document)
    monkeypatch.setattr(
        "tests.unit.plans.Prepared",
        lambda **given: Prepared(style_pictures={"Moon": "1" * 64}, **given),
    )
    made = planned(
        weights=there,
        engine="diffusion",
        model="sdxl",
        style_pictures={"Moon": "sources/moon"},
        styles=["Moon"],
        combine=1,
        masks=["left"],
        rows=1,
        cols=1,
    )

    assert [STYLE_PICTURES in tile.options for tile in made.tiles] == [taken]
