import numpy as np
import pytest

from collage.pictures import masks
from tests.unit.pictures import decode

SIZES = [(64, 64), (65, 64), (64, 33), (33, 47), (32, 2048)]


def edited(name, size):
    return masks.draw(name, size) == 0


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", masks.MASKS)
def test_a_mask_has_the_shape_of_the_picture_and_only_edit_or_keep(name, size):
    alpha = masks.draw(name, size)

    assert alpha.shape == (size[1], size[0])
    assert alpha.dtype == np.uint8
    assert set(np.unique(alpha)) == ({0} if name == "all" else {0, 255})


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("names", [("top", "bottom"), ("left", "right"), masks.SETS["quadrants"]])
def test_complementary_masks_edit_every_pixel_exactly_once(names, size):
    times = sum(edited(name, size).astype(int) for name in names)

    assert (times == 1).all()


def test_a_mask_edits_the_side_it_is_named_for():
    assert edited("top", (8, 8))[:4].all()
    assert edited("left", (8, 8))[:, :4].all()
    assert edited("bottom-right", (8, 8))[4:, 4:].all()
    assert edited("top-right", (8, 8))[:4, 4:].all()


@pytest.mark.parametrize("size", SIZES)
def test_the_centre_is_about_a_quarter_in_the_middle(size):
    area = edited("centre", size)

    assert area.mean() == pytest.approx(0.25, abs=0.03)
    assert (area == area[::-1, ::-1]).all()
    assert area[size[1] // 2, size[0] // 2]


def test_the_checkerboard_has_four_by_four_alternating_fields():
    fields = edited("checkerboard", (64, 32))[::8, ::16]

    assert fields.tolist() == [[(row + col) % 2 == 0 for col in range(4)] for row in range(4)]
    assert edited("checkerboard", (64, 32)).mean() == 0.5


@pytest.mark.parametrize("name", masks.MASKS)
def test_a_mask_file_is_a_png_whose_alpha_zero_means_edit(name):
    alpha = masks.draw(name, (50, 34))

    png = masks.encode(alpha)

    assert decode(png).format == "PNG"
    assert decode(png).size == (50, 34)
    assert (np.asarray(decode(png).convert("RGBA"))[:, :, 3] == alpha).all()
    assert (masks.decode(png) == alpha).all()


def test_the_same_mask_gives_the_same_file():
    one, other = (masks.encode(masks.draw("left", (64, 48))) for _ in range(2))

    assert one == other


def test_sets_expand_in_order_and_each_mask_comes_once():
    assert masks.expand(["halves"]) == ("top", "bottom", "left", "right")
    assert masks.expand(["left", "halves", "left", "centre"]) == (
        "left",
        "top",
        "bottom",
        "right",
        "centre",
    )
    assert masks.expand([]) == ()


def test_every_set_is_made_of_known_masks():
    assert all(name in masks.MASKS for names in masks.SETS.values() for name in names)
    assert not masks.SETS.keys() & masks.MASKS.keys()


def test_an_unknown_mask_is_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match=r"'middle' is no mask; there are: halves, .*centre"):
        masks.expand(["left", "middle"])
