import math
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import pyvips

from collage import provenance
from collage.formats import FORMATS, pyramid
from collage.formats.deep_zoom import Pyramid
from collage.provenance import explain
from tests.unit.pictures import decode, noise, pixels, quarters
from tests.unit.test_explain import collage_of

SIZES = [(1, 1), (7, 5), (8, 8), (9, 17), (64, 64), (130, 71), (333, 257), (2, 700)]
LUMA = (0.299, 0.587, 0.114)
STRIPS = [1, 3, 64, 1000]


def smooth(size):
    """What a lossy format changes little: a slope of colour."""
    x = np.linspace(0, 255, size[0])[None, :]
    y = np.linspace(0, 255, size[1])[:, None]
    planes = np.broadcast_arrays(x, y, (x + y) / 2)
    return np.stack(planes, axis=2).astype(np.uint8)


def written(file_format, picture, rows, description=None):
    """The file of a picture that is given in strips of so many rows."""
    parts = []
    with ThreadPoolExecutor(3) as pool:
        size = picture.shape[1::-1]
        writer = FORMATS[file_format].writer(size, description, parts.append, pool)
        for start in range(0, len(picture), rows):
            writer.write(picture[start : start + rows])
        writer.finish()
    return b"".join(parts)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rows", STRIPS)
def test_a_png_has_the_pixels_of_its_strips(size, rows):
    picture = pixels(noise(size))

    file = written("png", picture, rows)

    assert (pixels(decode(file)) == picture).all()
    checked = pyvips.Image.new_from_buffer(file, "", fail_on="warning")
    assert (checked.numpy() == picture).all()


def test_a_png_of_many_pieces_is_one_stream_of_pixels(monkeypatch):
    monkeypatch.setattr("collage.formats.png.PIECE", 1000)
    picture = pixels(noise((90, 500)))

    assert (pixels(decode(written("png", picture, 33))) == picture).all()


def test_plain_areas_of_a_png_take_next_to_nothing():
    assert len(written("png", np.full((2000, 2000, 3), 77, np.uint8), 500)) < 100_000


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rows", STRIPS)
def test_a_jpeg_looks_like_its_strips(size, rows):
    picture = smooth(size)

    file = written("jpeg", picture, rows)

    read = decode(file)
    assert (read.format, read.size) == ("JPEG", size)
    assert abs(pixels(read).astype(int) - picture).max() <= 12
    again = pyvips.Image.new_from_buffer(file, "", fail_on="warning").numpy()
    assert abs(again.astype(int) - picture).max() <= 12


def test_a_jpeg_as_wide_as_can_be_read_counts_its_blocks():
    picture = np.repeat(smooth((FORMATS["jpeg"].longest_side, 1)), 130, axis=0)

    read = pixels(decode(written("jpeg", picture, 50)))

    assert read.shape == picture.shape
    assert abs(read.astype(int) - picture).max() <= 12


@pytest.mark.parametrize("rows", [16, 100])
def test_a_webp_looks_like_its_strips(rows):
    picture = smooth((150, 90))

    read = decode(written("webp", picture, rows))

    assert read.format == "WEBP"
    assert abs(pixels(read).astype(int) - picture).mean() < 4


def test_what_the_lossy_form_of_webp_cannot_hold_is_written_without_loss(monkeypatch):
    # With no effort at all the encoder's limit comes early enough for a test.
    monkeypatch.setattr("collage.formats.webp.EFFORT", 0)
    picture = pixels(noise((4096, 4096)))

    assert (pixels(decode(written("webp", picture, 4096))) == picture).all()


@pytest.mark.parametrize("file_format", ["png", "jpeg", "webp"])
def test_a_file_in_strips_says_what_it_is_of(file_format):
    file, plan, manifest = collage_of()
    said = provenance.describe_collage(plan, manifest)

    file = written(file_format, pixels(decode(file)), 10, said)

    found = provenance.read(file)
    assert found.parameters == said.parameters
    assert explain.explain(file, cell=(0, 0)).id == plan.id
    assert pixels(decode(file)).shape == (36, 64, 3)


# The pyramid.


def pyramid_of(picture, rows, mark=None):
    """The files of a pyramid, by name."""
    files = {}
    with ThreadPoolExecutor(3) as pool:
        size = picture.shape[1::-1]
        writer = pyramid.Writer(size, Pyramid(), "preview.jpg", mark, files.__setitem__, pool)
        for start in range(0, len(picture), rows):
            writer.write(picture[start : start + rows])
        writer.finish()
    return files


def halved(picture):
    """The mean of every 2 x 2 pixels, an odd side's last ones counted twice."""
    height, width, _ = picture.shape
    even = np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4


def joined(files, level, size):
    """A level's tiles laid side by side, and what of each tile its neighbour has too."""
    whole = np.zeros((size[1], size[0], 3), np.uint8)
    names = [name for name in files if name.startswith(f"collage_files/{level}/")]
    for name in names:
        col, row = map(int, name.split("/")[-1].removesuffix(".jpg").split("_"))
        tile = pixels(decode(files[name]))
        left, top = max(0, col * 510 - 1), max(0, row * 510 - 1)
        right, low = min((col + 1) * 510 + 1, size[0]), min((row + 1) * 510 + 1, size[1])
        assert tile.shape == (low - top, right - left, 3), name
        whole[top:low, left:right] = tile
    assert len(names) == math.ceil(size[0] / 510) * math.ceil(size[1] / 510)
    return whole


@pytest.mark.parametrize(
    "size", [(1, 1), (5, 3), (510, 511), (512, 1021), (1300, 1531), (37, 2050)]
)
@pytest.mark.parametrize("rows", [1, 300, 5000])
def test_every_level_of_a_pyramid_is_the_picture_at_half_the_size(size, rows):
    if rows == 1 and size[1] > 600:
        return
    picture = smooth(size)

    files = pyramid_of(picture, rows)

    top = math.ceil(math.log2(max(size))) if max(size) > 1 else 0
    levels = {int(name.split("/")[1]) for name in files if "/" in name}
    assert levels == set(range(top + 1))
    for level in levels:
        scale = 2 ** (top - level)
        sides = math.ceil(size[0] / scale), math.ceil(size[1] / scale)
        shown = joined(files, level, sides).astype(int)
        expected = picture.astype(float)
        for _ in range(top - level):
            expected = halved(expected)
        # The format halves the resolution of colours, which leaves little of them in a few pixels.
        assert abs((shown - expected) @ LUMA).mean() < 4, level
        assert min(sides) < 100 or abs(shown - expected).mean() < 3, level


def test_a_pyramid_is_described_for_viewers():
    dzi = ET.fromstring(pyramid_of(smooth((600, 40)), 7)["collage.dzi"])

    assert dzi.tag == "{http://schemas.microsoft.com/deepzoom/2008}Image"
    assert dzi.attrib == {"Format": "jpg", "Overlap": "1", "TileSize": "510"}
    assert dzi[0].attrib == {"Width": "600", "Height": "40"}


@pytest.mark.parametrize(
    ("size", "shown"),
    [((10, 20), (10, 20)), ((2048, 9), (2048, 9)), ((2049, 9), (1025, 5)), ((9, 8200), (2, 1025))],
)
def test_the_preview_is_the_largest_level_of_at_most_2048_pixels(size, shown):
    assert decode(pyramid_of(smooth(size), 64)["preview.jpg"]).size == shown


def test_the_colours_of_a_pyramid_are_those_of_the_picture():
    files = pyramid_of(pixels(quarters((1100, 1100))), 100)

    preview = pixels(decode(files["preview.jpg"]))
    assert abs(preview[10, 10].astype(int) - (255, 0, 0)).max() < 6
    assert abs(preview[-10, -10].astype(int) - (255, 200, 0)).max() < 6
    assert decode(files["collage_files/0/0_0.jpg"]).size == (1, 1)
