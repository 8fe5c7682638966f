import numpy as np
import pytest
import pyvips
from PIL import Image

from collage.pictures import source
from tests.unit.pictures import decode, encode, near, noise, plain

COLOUR = 200, 60, 60


def every_fourth_level():
    """A picture of 512 x 512 pixels with all colours whose channels are multiples of four."""
    lattice = np.indices((64, 64, 64), np.uint8).reshape(3, -1).T * np.uint8(4)
    return Image.fromarray(np.ascontiguousarray(lattice.reshape(512, 512, 3)))


@pytest.mark.parametrize("picture", [noise((90, 70)), every_fourth_level()])
@pytest.mark.parametrize("size", [(512, 512), (96, 40)])
def test_a_picture_without_a_profile_is_what_it_would_be_converted_to(picture, size):
    data = encode(picture)

    made = pyvips.Image.new_from_buffer(source.prepare(data, size, "crop"), "")

    converted = pyvips.Image.new_from_buffer(data, "").thumbnail_image(
        size[0], height=size[1], crop="centre", export_profile="srgb"
    )
    assert (made.numpy() == converted.numpy()).all()


def test_a_picture_with_a_profile_is_converted_by_it():
    srgb = pyvips.Image.new_from_buffer(encode(plain((64, 64), COLOUR)), "")
    wide = srgb.icc_transform("p3", input_profile="srgb")
    assert not near(tuple(map(int, wide.getpoint(32, 32))), COLOUR, 9)

    prepared = decode(source.prepare(wide.pngsave_buffer(), (64, 64), "crop"))

    assert near(prepared.getpixel((32, 32)), COLOUR, 2)
