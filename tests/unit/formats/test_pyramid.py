"""The pyramid and the preview: every level shows the picture."""

import math
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from collage.formats import pyramid
from collage.formats.deep_zoom import Pyramid
from tests.unit.pictures import decode, pixels, quarters, smooth

LUMA = (0.299, 0.587, 0.114)


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
