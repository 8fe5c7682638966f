"""Tiles as one picture, read back by other means than those that wrote it."""

import io

import numpy as np
import pytest
from PIL import Image

from collage.errors import InvalidRequest, NotInStore
from collage.provenance import explain
from tests.unit.export.taken import hide, star, taken
from tests.unit.runs import made

MATRIX = {
    "recipe": "matrix",
    "styles": ["Cubism", "Op Art"],
    "combine": 1,
    "masks": ["left", "right"],
    "axes": {"seed": ["1", "2"]},
    "cell": 128,
    "size": 128,
}


@pytest.fixture
def matrix(stack):
    return made(stack, **MATRIX)


@pytest.fixture
def plain(stack):
    return made(stack, styles=["Cubism", "Baroque", "Op Art"])


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def tile(stack, manifest, index):
    return pixels(stack.get(f"tiles/{manifest.tiles[index].key}.png"))


def test_a_slice_of_a_table_is_a_table_with_headings(stack, matrix):
    exported, data = taken(
        stack, matrix, "picture", rows="mask", cols="style", only=["seed=2"], dpi=300
    )

    manifest = stack.store.manifest(matrix)
    picture = Image.open(io.BytesIO(data))
    assert exported.file == "picture.png"
    assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.01)
    assert picture.width > 2 * 128
    found = pixels(data)
    corner = found[-128:, -128:]
    (last,) = (
        record.index
        for record in manifest.tiles
        if record.axes == {"style": "Op Art", "mask": "right", "seed": "2"}
    )
    assert np.array_equal(corner, tile(stack, manifest, last))


def test_all_of_a_collage_is_the_collage(stack, plain):
    _, data = taken(stack, plain, "picture")

    assert np.array_equal(pixels(data), pixels(stack.store.collage(plain)))


def test_what_is_hidden_is_left_blank(stack, plain):
    manifest = stack.store.manifest(plain)
    hidden = manifest.cells[1].tile
    hide(stack, plain, hidden)

    exported, data = taken(stack, plain, "picture")

    assert exported.tiles == 5
    left, top, width, height = manifest.geometry.box(0, 1)
    assert (pixels(data)[top : top + height, left : left + width] == 255).all()


@pytest.mark.parametrize(("name", "kind", "dpi"), [("jpeg", "JPEG", 150), ("png", "PNG", 72)])
def test_the_chosen_lie_side_by_side_and_the_picture_says_how_many_make_an_inch(
    stack, plain, name, kind, dpi
):
    star(stack, plain, 0, 3)

    exported, data = taken(
        stack, plain, "picture", only=["starred"], cell=64, gap=2, format=name, dpi=dpi
    )

    picture = Image.open(io.BytesIO(data))
    assert (picture.format, picture.size) == (kind, (64, 64 * 2 + 2))
    assert [round(each) for each in picture.info["dpi"]] == [dpi, dpi]
    assert exported.notes == ()


def test_tiles_that_have_too_few_pixels_are_said_to_be_enlarged(stack, plain):
    exported, _ = taken(stack, plain, "picture", cell=100)

    assert exported.notes == ("Tiles of 64 x 64 pixels are enlarged to cells of 100 x 100.",)


def test_the_picture_explains_itself(stack, plain):
    _, data = taken(stack, plain, "picture", format="webp", columns=4, labels=True, cell=128)

    said = explain.explain(data, cell=(1, 1))
    manifest = stack.store.manifest(plain)
    shown = list(dict.fromkeys(cell.tile for cell in manifest.cells))[5]
    assert (said.id, said.tile.key) == (plain, manifest.tiles[shown].key)
    assert said.cell.box[0] == 128


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"format": "webp", "dpi": 300}, "dpi"),
        ({"format": "webp", "cell": 16_000}, "format"),
        ({"cell": 16_384}, "cell"),
    ],
)
def test_a_picture_that_cannot_be_is_refused(stack, plain, options, field):
    with pytest.raises(InvalidRequest, match=rf"^{field}: "):
        taken(stack, plain, "picture", **options)


def test_a_lost_tile_is_said_and_nothing_is_left_of_the_picture(stack, plain):
    key = stack.store.manifest(plain).tiles[2].key
    stack.store.s3.delete_object(Bucket=stack.store.collages, Key=f"tiles/{key}.png")

    with pytest.raises(NotInStore, match="tile 3 is lost"):
        taken(stack, plain, "picture", cell=64)
    assert not [name for name in stack.listing(f"collages/{plain}/exports") if "picture" in name]
