"""Films and blocks, their frames and pictures decoded by others than those that wrote them."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image, ImageSequence

from collage.errors import InvalidRequest
from collage.steps.exports import film
from tests.unit.export.taken import taken
from tests.unit.runs import made

MATRIX = {
    "recipe": "matrix",
    "rows": 4,
    "cols": 2,
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


def tile(stack, collage, **axes):
    """The picture of the tile with these values."""
    (record,) = (r for r in stack.store.manifest(collage).tiles if axes.items() <= r.axes.items())
    data = stack.get(f"tiles/{record.key}.png")
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def far(seen, wanted):
    """By how much pixels differ in the mean."""
    return np.abs(np.asarray(seen).astype(int) - wanted).mean()


@pytest.mark.parametrize(("name", "most"), [("gif", 12), ("webp", 6)])
def test_one_place_through_an_axis_is_a_film_that_repeats(stack, matrix, name, most):
    exported, data = taken(
        stack, matrix, "film",
        by="style", only=["seed=1", "mask=left"], title="", format=name, seconds=0.5,
    )  # fmt: skip

    moving = Image.open(io.BytesIO(data))
    seen = [frame.convert("RGB") for frame in ImageSequence.Iterator(moving)]
    assert exported.file == f"film.{name}"
    assert exported.notes == ("2 frames, by style.",)
    assert (moving.format.lower(), moving.n_frames, moving.info["loop"]) == (name, 2, 0)
    assert moving.info["duration"] == 500
    for frame, style in zip(seen, MATRIX["styles"], strict=True):
        wanted = tile(stack, matrix, style=style, mask="left", seed="1")
        assert far(np.asarray(frame)[-128:, :128], wanted) < most
    # Another tile is farther off than any of the encoder's doing.
    assert far(np.asarray(seen[0])[-128:, :128], wanted) > 2 * most


@pytest.mark.parametrize("name", ["mp4", "webm"])
def test_a_video_shows_each_value_for_its_time(stack, matrix, name):
    import av

    _, data = taken(
        stack, matrix, "film",
        by="seed", rows="mask", cols="style", title="", format=name, seconds=0.4, cell=64,
    )  # fmt: skip

    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        seen = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
        codec = stream.codec_context.name
    assert codec in ({"mp4": {"h264"}, "webm": {"vp9", "libvpx-vp9"}}[name])
    assert len(seen) == 2 * 10
    assert seen[0].shape[0] % 2 == seen[0].shape[1] % 2 == 0
    assert far(seen[1], seen[8]) < 4 < far(seen[8], seen[12])


def test_each_frame_says_its_value_and_all_have_one_size(stack, matrix):
    _, data = taken(stack, matrix, "film", by="style", only=["seed=1"], cell=64)

    moving = Image.open(io.BytesIO(data))
    above = [np.asarray(frame.convert("L"))[:16] for frame in ImageSequence.Iterator(moving)]
    assert all((strip < 128).any() for strip in above)
    assert (above[0] != above[1]).any()


def test_a_stack_without_an_encoder_refuses_a_video_and_no_other_film(stack, matrix, monkeypatch):
    monkeypatch.setattr(film, "find_spec", lambda name: None)

    with pytest.raises(InvalidRequest, match="format: this stack has no encoder for mp4"):
        taken(stack, matrix, "film", by="style", only=["seed=1"], format="mp4")
    assert taken(stack, matrix, "film", by="style", only=["seed=1"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"by": "planet"}, "by: 'planet' is no field"),
        ({"by": "style", "only": ["style=Cubism"]}, "by: the tiles have one style only"),
        ({"by": "style", "cell": 4000, "only": ["seed=1"]}, "cell: 2 frames of"),
        ({"by": "style", "format": "png"}, "format: 'png' is none of a film; there are: gif"),
        ({"by": "style", "seconds": 0}, "seconds: "),
        ({"by": "style", "rows": "mask", "cols": "engine"}, "rows: 2 tiles have mask 'left'"),
    ],
)
def test_a_film_that_cannot_be_is_refused(stack, matrix, options, said):
    with pytest.raises(InvalidRequest) as refused:
        taken(stack, matrix, "film", **options)

    assert str(refused.value).startswith(said)


def test_blocks_are_the_tables_of_an_axis_by_their_names(stack, matrix):
    exported, data = taken(stack, matrix, "blocks", by="seed", format="jpeg", dpi=200)

    with zipfile.ZipFile(io.BytesIO(data)) as read:
        seen = {name: Image.open(io.BytesIO(read.read(name))) for name in read.namelist()}
    assert list(seen) == ["seed-1.jpg", "seed-2.jpg"]
    assert exported.notes == ("2 blocks, by seed.",)
    assert len({picture.size for picture in seen.values()}) == 1
    for name, picture in seen.items():
        assert picture.info["dpi"] == (200, 200)
        last = tile(stack, matrix, style="Op Art", mask="right", seed=name[5])
        assert far(np.asarray(picture)[-128:, -128:], last) < 6


def test_a_collage_that_is_no_table_has_blocks_too(stack):
    plain = made(stack, styles=["Cubism", "Baroque", "Op Art"])

    exported, data = taken(stack, plain, "blocks", by="mask")

    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    masks = {record.tile.mask for record in stack.store.manifest(plain).tiles}
    assert set(names) == {f"mask-{mask}.png" for mask in masks}
    assert exported.tiles == 6
