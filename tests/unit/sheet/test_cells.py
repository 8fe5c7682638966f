import numpy as np
import pytest
from PIL import Image

from collage.sheet import cells
from tests.unit.pictures import BLUE, GOLD, GREEN, RED, encode, noise, pixels, plain, quarters


@pytest.mark.parametrize("size", [(16, 16), (33, 17), (64, 64), (5, 90), (1, 1), (200, 150)])
def test_a_tile_becomes_a_cell_of_exactly_the_size(size):
    assert cells.shrink(encode(quarters((64, 48))), size).shape == (size[1], size[0], 3)


def test_a_shrunken_tile_looks_like_the_tile():
    cell = cells.shrink(encode(quarters((64, 64))), (16, 16))

    assert [tuple(cell[y, x]) for y, x in ((3, 3), (3, 12), (12, 3), (12, 12))] == [
        RED,
        GREEN,
        BLUE,
        GOLD,
    ]


def test_a_tile_of_the_cells_size_stays_as_it_is():
    tile = noise((32, 24))

    assert (cells.shrink(encode(tile), (32, 24)) == pixels(tile)).all()


@pytest.mark.parametrize("tile", [noise((64, 48)), quarters((333, 57)), plain((9, 9), GOLD)])
@pytest.mark.parametrize("size", [(9, 9), (8, 7), (1, 5), (4, 1)])
def test_pixels_become_the_file_of_a_cell_that_their_own_file_does(tile, size):
    assert cells.encode_shrunk(pixels(tile), size) == cells.encode(cells.shrink(encode(tile), size))


def test_transparent_parts_of_a_tile_lie_over_white():
    cell = cells.shrink(encode(Image.new("RGBA", (20, 20), (255, 0, 0, 0))), (10, 10))

    assert (cell == 255).all()


@pytest.mark.parametrize("size", [(32, 24), (1, 1), (3, 200)])
def test_a_cells_file_loses_nothing(size):
    cell = pixels(noise(size))

    read = cells.decode(cells.encode(cell), size)

    assert (read == cell).all()


@pytest.mark.parametrize("end", [0, 3, 60, 300, -30])
def test_a_damaged_cells_file_is_no_cell(end):
    assert cells.decode(cells.encode(pixels(noise((32, 24))))[:end], (32, 24)) is None


def test_a_changed_byte_makes_no_cell():
    file = bytearray(cells.encode(pixels(noise((64, 64)))))
    file[len(file) // 2] ^= 0xFF

    assert cells.decode(bytes(file), (64, 64)) is None


def test_a_file_of_another_size_is_no_cell():
    assert cells.decode(cells.encode(pixels(noise((32, 24)))), (24, 32)) is None


def test_the_hue_goes_round_from_red():
    hues = [cells.hue(pixels(plain((4, 4), colour))) for colour in (RED, GREEN, BLUE)]

    assert np.allclose(hues, [0, 1 / 3, 2 / 3])


def ramp(size: tuple[int, int], *, turned: bool = False) -> Image.Image:
    """Grey that grows from left to right, or turned, from right to left."""
    row = np.linspace(0, 255, size[0]).round().astype(np.uint8)
    row = row[::-1] if turned else row
    return Image.fromarray(np.repeat(np.tile(row, (size[1], 1))[..., None], 3, axis=2))


def bits(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def test_a_difference_hash_has_a_bit_for_each_mean_that_is_darker_than_the_next():
    assert cells.dhash(pixels(ramp((90, 40)))) == "f" * 16
    assert cells.dhash(pixels(ramp((90, 40), turned=True))) == "0" * 16
    halves = Image.new("RGB", (90, 40))
    halves.paste(ramp((90, 20)), (0, 20))
    assert cells.dhash(pixels(halves)) == "0" * 8 + "f" * 8


def test_the_same_picture_smaller_or_brighter_has_nearly_the_same_difference_hash():
    picture = noise((16, 16)).resize((256, 256), Image.Resampling.BICUBIC)
    one = cells.dhash(pixels(picture))

    assert bits(one, cells.dhash(pixels(picture.resize((96, 96), Image.Resampling.BOX)))) <= 6
    assert bits(one, cells.dhash(pixels(picture.point(lambda level: level * 0.8 + 20)))) <= 6
    assert bits(one, cells.dhash(pixels(picture.rotate(180)))) > 20


@pytest.mark.parametrize("size", [(1, 1), (2, 100), (100, 3), (8, 8)])
def test_a_cell_smaller_than_its_hash_has_one(size):
    assert len(cells.dhash(pixels(noise(size)))) == 16
