"""Several sources and masks of one's own through the shipped template and workflow."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from collage.errors import InvalidRequest
from collage.manifest import Manifest, TileRecord
from collage.request.named_files import Files
from combinatoric_collage.cli.stacks.stack import Stack
from tests.unit.pictures import decode, encode, noise, plain
from tests.workflow.running import denied

NAMES = ["wide.png", "tall.png"]
PHOTOS = (encode(noise((96, 64), 11)), encode(noise((64, 96), 12)))
ASKED = {"size": 64, "cell": 32, "styles": ["Cubism", "Baroque"], "source_names": NAMES}


def window(size: tuple[int, int]) -> bytes:
    """White in the middle, black around."""
    picture = plain(size, 0, "L")
    middle = (size[0] // 2 - 16, size[1] // 2 - 16, size[0] // 2 + 15, size[1] // 2 + 15)
    ImageDraw.Draw(picture).rectangle(middle, fill=255)
    return encode(picture)


WINDOWS = (window((96, 64)), window((64, 96)))


def made(stack: Stack, files: Files, source: bytes | None = None, **options: object) -> Manifest:
    asked = {name: value for name, value in (ASKED | options).items() if value is not None}
    for _ in stack.follow(started := stack.start(source, asked, files)):
        pass
    return stack.store.manifest(started["id"])


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def outside_is_source(stack: Stack, manifest: Manifest, record: TileRecord) -> None:
    """A tile shows its own source outside its own mask, and something else within."""
    folder = f"collages/{manifest.id}"
    source, mask = (
        stack.store.file(manifest.id, name)
        for name in (
            manifest.files.sources[record.source or ""],
            manifest.files.masks[record.tile.mask or ""],
        )
    )
    kept = np.asarray(decode(mask).getchannel("A")) == 255
    tile = pixels(stack.store.tile_file(f"{record.key}.png"))
    assert (tile[kept] == pixels(source)[kept]).all(), folder
    assert (tile[~kept] != pixels(source)[~kept]).any()


def test_photos_are_repainted_through_their_own_masks_side_by_side(stack: Stack) -> None:
    files = Files(sources=PHOTOS, mask_files={"window": WINDOWS})
    manifest = made(stack, files, recipe="matrix", masks=["left", "file:window"])

    assert (manifest.layout.rows, manifest.layout.cols) == (4, 2)
    assert manifest.tile_counts == {"done": 8}
    assert manifest.layout.row_headers == (
        "left, wide.png", "left, tall.png", "window, wide.png", "window, tall.png",
    )  # fmt: skip
    for record in manifest.tiles:
        outside_is_source(stack, manifest, record)


def test_what_was_made_of_a_photo_alone_is_found_again(stack: Stack) -> None:
    alone = made(
        stack, Files(mask_files={"pane": WINDOWS[0]}), PHOTOS[0], rows=2, cols=2,
        source_names=None, masks=["all", "file:pane"], combine=1, seed=3,
    )  # fmt: skip
    together = made(
        stack, Files(sources=PHOTOS, mask_files={"window": WINDOWS}), rows=2, cols=4,
        masks=["all", "file:window"], combine=1, seed=3,
    )  # fmt: skip

    reused = [record for record in together.tiles if record.state == "reused"]
    assert {record.key for record in reused} == {record.key for record in alone.tiles}
    assert {record.source for record in reused} == {"wide.png"}
    assert together.tile_counts == {"done": 4, "reused": 4}


def test_photos_are_transferred_each_once(stack: Stack) -> None:
    manifest = made(stack, Files(sources=PHOTOS), recipe="transfer", masks=["left", "right"])

    operations = [record.tile.operation for record in manifest.tiles]
    assert operations.count("transfer") == 4
    shown = [manifest.tiles[cell.tile] for cell in manifest.cells if cell.tile is not None]
    assert sorted(str(record.source) for record in shown) == ["tall.png"] * 2 + ["wide.png"] * 2
    for record in shown:
        outside_is_source(stack, manifest, record)


def test_a_run_is_refused_by_the_stack_with_the_name_of_the_photo(stack: Stack) -> None:
    files = Files(sources=PHOTOS, mask_files={"window": (WINDOWS[1], WINDOWS[0])})

    with pytest.raises(InvalidRequest, match=r"mask_files: window of wide\.png: it is 64 x 96 pix"):
        made(stack, files)


def test_the_sources_are_read_with_the_right_that_is_for_them(stack: Stack) -> None:
    with denied(stack, "RenderTile", "s3:GetObject", ["arn:aws:s3:::*/collages/*/sources/*"]):
        started = stack.start(None, ASKED | {"seed": 5, "rows": 1, "cols": 2, "combine": 1},
                              Files(sources=PHOTOS))  # fmt: skip
        *_, ended = stack.looks(started["id"])

    assert ended.state == "failed"


def test_a_stopped_run_of_several_photos_goes_on(stack: Stack) -> None:
    asked = ASKED | {"rows": 4, "cols": 6, "combine": 1, "seed": 9, "size": 128}
    started = stack.start(None, asked, Files(sources=PHOTOS))
    stopped = stack.cancel(started["id"])
    for _ in stack.follow(stack.resume(started["id"])):
        pass

    assert stopped.state == "cancelled"
    manifest = stack.store.manifest(started["id"])
    assert manifest.missing == 0
    assert {record.source for record in manifest.tiles} == {*NAMES}
