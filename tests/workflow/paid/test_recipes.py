"""Every recipe through the shipped template and workflow, by the painter and the fake provider."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from collage.errors import InvalidRequest
from collage.manifest import Manifest
from collage.request.named_files import Files
from combinatoric_collage.cli.stacks.stack import RunFailed, Stack
from tests.unit.pictures import decode, encode, noise, plain
from tests.workflow.running import denied, ended, eventually

ROOT = Path(__file__).resolve().parents[3]
FARMHOUSE = ROOT / "examples" / "farmhouse.png"


def make(
    stack: Stack,
    recipe: str,
    source: bytes | None = None,
    mask: bytes | None = None,
    **options: Any,
) -> Manifest:
    started = stack.start(source, {"recipe": recipe, **options}, Files(mask_source=mask))
    ended(stack, started)
    return stack.store.manifest(started["id"])


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(decode(png).convert("RGB")).astype(int)


def tile(stack: Stack, manifest: Manifest, index: int) -> np.ndarray:
    png, _ = stack.store.tile(manifest.tiles[index].tile) or (b"", None)
    return pixels(png)


def shown(stack: Stack, manifest: Manifest) -> np.ndarray:
    return pixels(stack.store.collage(manifest.id))


def photograph() -> bytes:
    """A part of the sample picture: slopes of light, edges and texture."""
    with Image.open(FARMHOUSE) as picture:
        return encode(picture.convert("RGB").crop((0, 0, 512, 512)).resize((128, 128)))


@pytest.mark.parametrize("engine", ["painter", "openai"])
def test_samples_are_generated_and_a_larger_grid_pays_only_for_what_is_new(
    stack: Stack, engine: str
) -> None:
    options = {"prompt": "a cat", "size": 64, "cell": 32, "engine": engine}

    small = make(stack, "samples", grid_size=2, **options)
    large = make(stack, "samples", grid_size=3, **options)

    assert small.tile_counts == {"done": 4}
    assert large.tile_counts == {"reused": 4, "done": 5}
    assert large.source is None
    assert large.files.source is None
    if engine == "painter":
        assert len({tile(stack, large, i).tobytes() for i in range(9)}) == 9


def test_a_table_holds_what_its_axes_say_by_both_engines(stack: Stack) -> None:
    made = make(
        stack,
        "matrix",
        subjects=["a cat", "a boat"],
        styles=["Cubism", "Op Art"],
        axes={"engine": ["painter", "openai"]},
        size=64,
        cell=64,
    )

    assert made.tile_counts == {"done": 8}
    for cell in made.cells:
        record = made.tiles[cell.tile or 0]
        assert cell.planned == cell.tile == 2 * cell.row + cell.col
        assert record.axes["style"] == made.layout.column_headers[cell.col] == record.tile.styles[0]
        assert (
            f"{record.axes['engine']}, {record.axes['subject']}"
            == made.layout.row_headers[cell.row]
        )
        assert record.tile.engine == record.axes["engine"]
        assert record.axes["subject"] in record.tile.prompt


def test_a_table_over_a_source_repaints_it_only_where_the_mask_says(stack: Stack) -> None:
    source = photograph()
    made = make(
        stack, "matrix", source, styles=["Cubism", "Op Art"], masks=["left", "all"], size=128
    )

    before = pixels(source)
    assert (tile(stack, made, 0)[:, 64:] == before[:, 64:]).all()
    assert (tile(stack, made, 2)[:, 64:] != before[:, 64:]).any()


@pytest.mark.parametrize("options", [{"engine": "painter"}, {"engine": "openai", "quality": "low"}])
def test_variations_are_other_pictures_of_the_sources_shape(
    stack: Stack, options: dict[str, str]
) -> None:
    made = make(stack, "variations", encode(noise((96, 64))), count=3, **options)

    assert made.tile_counts == {"done": 3}
    assert [cell.state for cell in made.cells] == ["done", "done", "done", "empty"]
    pictures = [tile(stack, made, i) for i in range(3)]
    assert {picture.shape for picture in pictures} == {(64, 96, 3)}
    assert len({picture.tobytes() for picture in pictures}) == 3


@pytest.mark.parametrize("engine", ["painter", "openai"])
def test_what_is_erased_is_refilled_and_the_rest_stays_to_the_pixel(
    stack: Stack, engine: str
) -> None:
    source = photograph()

    made = make(stack, "erase", source, rects=["30:90x20:70"], count=2, engine=engine)

    before = pixels(source)
    for index in range(2):
        after = tile(stack, made, index)
        inside = np.zeros(before.shape[:2], bool)
        inside[30:90, 20:70] = True
        assert (after[~inside] == before[~inside]).all()
        assert (after[inside] != before[inside]).any()
    assert made.geometry.size == (256, 128)


def test_a_mask_file_says_what_to_erase_and_so_does_transparency(stack: Stack) -> None:
    source = photograph()
    white = plain((128, 128), 0, "L")
    white.paste(255, (10, 20, 60, 80))
    seen_through = decode(source).convert("RGBA")
    seen_through.paste((0, 0, 0, 0), (10, 20, 60, 80))

    by_file = make(stack, "erase", source, encode(white))
    by_alpha = make(stack, "erase", encode(seen_through), transparency=True)

    before = pixels(source)
    for made in (by_file, by_alpha):
        changed = (tile(stack, made, 0) != before).any(axis=2)
        assert changed[25:75, 15:55].mean() > 0.5
        changed[20:80, 10:60] = False
        assert not changed.any()
    assert stack.store.mask(by_file.id, "erased") == stack.store.mask(by_alpha.id, "erased")


def test_a_mask_of_another_size_is_refused_at_the_door(stack: Stack) -> None:
    with pytest.raises(InvalidRequest, match="mask_source: it is 64 x 64 pixels, the source 128"):
        make(stack, "erase", photograph(), encode(plain((64, 64), 255, "L")))
    with pytest.raises(InvalidRequest, match="transparency: no part of the source"):
        make(stack, "erase", photograph(), transparency=True)


@pytest.mark.parametrize(
    ("engine", "target", "anchor"),
    [
        ("painter", (300, 128), "centre"),
        ("painter", (160, 220), "bottom-left"),
        ("openai", (256, 128), "left"),
    ],
)
def test_a_panorama_has_its_size_holds_the_source_untouched_and_shows_no_seam(
    stack: Stack, engine: str, target: tuple[int, int], anchor: str
) -> None:
    source = photograph()

    made = make(stack, "panorama", source, target=list(target), anchor=anchor, engine=engine)

    panorama, before = shown(stack, made), pixels(source)
    assert panorama.shape == (target[1], target[0], 3)
    left = 0 if "left" in anchor else (target[0] - 128) // 2
    top = target[1] - 128 if "bottom" in anchor else (target[1] - 128) // 2
    assert (panorama[top : top + 128, left : left + 128] == before).all()
    if engine == "painter":
        # The mean colour changes no more from the last column of the source to the first beyond
        # it than it does between columns of the source.
        columns = panorama[top : top + 128].mean(axis=0)
        steps = abs(np.diff(columns, axis=0)).max(axis=1)
        assert steps[left + 127] <= np.quantile(steps[left : left + 127], 0.95)


def test_a_panorama_goes_on_wave_by_wave_and_resumes(stack: Stack) -> None:
    made = make(stack, "panorama", photograph(), target="400x128", anchor="left", seed=3)

    plan = stack.store.plan(made.id)
    history = stack.client("stepfunctions").list_map_runs(executionArn=stack.runs.arn(made.id))
    assert len(history["mapRuns"]) == len(plan.waves) == 6
    assert made.tile_counts == {"done": len(plan.tiles)}


def test_what_goes_on_from_a_picture_that_was_not_made_says_so(stack: Stack) -> None:
    source = encode(noise((128, 128), 77))
    arn = f"arn:aws:s3:::{stack.outputs['CollagesBucket']}/tiles/*"
    with denied(stack, "RenderTile", "s3:PutObject", [arn]), pytest.raises(RunFailed):
        make(stack, "panorama", source, target="300x128")
    failures = eventually(lambda: _reasons(stack))

    assert "MissingContext" in failures


def _reasons(stack: Stack) -> set[str]:
    pages = stack.client("s3").get_paginator("list_objects_v2")
    found = pages.paginate(Bucket=stack.outputs["CollagesBucket"], Prefix="collages/")
    keys = [item["Key"] for item in found.search("Contents") if "/failures/" in item["Key"]]
    return {json.loads(stack.store._get(stack.store.collages, key))["error"] for key in keys}


def test_upscaled_tiles_are_what_the_collage_shows(stack: Stack) -> None:
    made = make(stack, "samples", prompt="a lighthouse", grid_size=1, size=64, cell=64, upscale=4)

    assert made.geometry.size == (256, 256)
    assert tile(stack, made, 1).shape == (256, 256, 3)
    small = Image.fromarray(tile(stack, made, 1).astype(np.uint8)).resize((64, 64))
    assert abs(np.asarray(small).astype(int) - tile(stack, made, 0)).mean() < 4


def test_a_recipe_without_its_source_or_an_able_engine_is_refused(stack: Stack) -> None:
    with pytest.raises(InvalidRequest, match="source: the recipe erase needs a picture"):
        make(stack, "erase", rects=["0:1x0:1"])
    with pytest.raises(InvalidRequest, match="engine: painter cannot reconstruct"):
        make(stack, "reconstruction", photograph())


@pytest.mark.parametrize(
    "path", sorted((ROOT / "examples" / "requests").glob("*.json")), ids=lambda path: path.stem
)
def test_the_example_requests_are_planned_as_they_are(stack: Stack, path: Path) -> None:
    from collage import recipes
    from collage.request.parse import parse
    from collage.steps.estimate import estimate

    given = json.loads(path.read_text())
    if given.get("engine") == "diffusion":
        pytest.skip("needs weights of open models: see tests/diffusion")
    asked = parse(given)
    needed = recipes.RECIPES[asked.recipe].source == "needed" or path.stem == "matrix-source"
    source = FARMHOUSE.read_bytes() if needed else None

    found = estimate(stack.store, stack.services, source, asked)

    assert found["tiles"] > 0
