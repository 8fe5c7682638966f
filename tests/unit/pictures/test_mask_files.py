"""Mask files as people's tools write them: understood, or refused with what was seen."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from collage.errors import InvalidRequest, NotAPicture, TruncatedPicture
from collage.pictures import mask_files, masks, source
from collage.request.named_files import Files
from collage.request.parse import parse
from collage.steps.estimate import estimate
from collage.steps.make_masks import make_masks
from collage.steps.start_collage import start
from tests.unit.pictures import decode, encode, noise, plain

SIZE = (64, 48)
BOX = (16, 12, 40, 36)


def hard() -> Image.Image:
    """White where it is to be edited, on black."""
    mask = plain(SIZE, 0, "L")
    ImageDraw.Draw(mask).rectangle((BOX[0], BOX[1], BOX[2] - 1, BOX[3] - 1), fill=255)
    return mask


def coloured(inside, outside) -> Image.Image:
    mask = plain(SIZE, outside)
    mask.paste(inside, BOX)
    return mask


def with_alpha(colours: Image.Image, alpha: Image.Image | int) -> Image.Image:
    made = colours.convert("RGBA")
    made.putalpha(alpha)
    return made


def inverted(mask: Image.Image) -> Image.Image:
    return mask.point(lambda value: 255 - value)


def deep(mask: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(mask).astype(np.uint16) * 257)


EXPECTED = np.asarray(inverted(hard()))
HARD = {
    "grey": encode(hard()),
    "rgb": encode(hard().convert("RGB")),
    "one bit": encode(hard().convert("1")),
    "palette": encode(hard().convert("P")),
    "sixteen bits": encode(deep(hard())),
    "jpeg": encode(hard(), "JPEG", quality=95),
    "webp": encode(hard().convert("RGB"), "WEBP", lossless=True),
    "opaque black and white, as a canvas saves it": encode(with_alpha(hard(), 255)),
    "opaque grey and alpha": encode(hard().convert("LA")),
    "transparent": encode(with_alpha(plain(SIZE, 0, "L"), inverted(hard()))),
    "transparent, in a photo": encode(with_alpha(noise(SIZE), inverted(hard()))),
    "zeros and ones": encode(hard().point(lambda value: value // 255)),
    "zeros and ones in colour": encode(hard().point(lambda value: value // 255).convert("RGB")),
    "red on black": encode(coloured((255, 0, 0), (0, 0, 0))),
    "blue on black": encode(coloured((0, 0, 255), (0, 0, 0))),
    "dark grey on black": encode(coloured((60, 60, 60), (0, 0, 0))),
    "white on red": encode(coloured((255, 255, 255), (255, 0, 0))),
}
UNCLEAR = {
    "all black": (encode(plain(SIZE, 0, "L")), "one colour all over, #000000"),
    "all red": (encode(plain(SIZE, (255, 0, 0))), "one colour all over, #ff0000"),
    "all grey": (encode(plain(SIZE, 128, "L")), "one colour all over, #808080"),
    "white on grey": (encode(coloured((255,) * 3, (160,) * 3)), "nothing of it is black.* 160 to"),
    "grey on grey": (encode(coloured((100,) * 3, (50,) * 3)), "nothing of it is white.* 50 to 100"),
    "almost black": (encode(coloured((9,) * 3, (0,) * 3)), "nothing of it is white.* 0 to 9"),
    "a little transparent": (
        encode(with_alpha(hard(), coloured((200,) * 3, (255,) * 3).convert("L"))),
        "transparent nowhere by more than 22 %",
    ),
}


def blurred(radius: float) -> Image.Image:
    return hard().filter(ImageFilter.GaussianBlur(radius))


@pytest.mark.parametrize("name", HARD)
def test_a_hard_mask_is_understood_to_the_pixel(name):
    alpha = mask_files.alpha(HARD[name], SIZE)

    assert np.array_equal(alpha, EXPECTED)
    assert masks.encode(alpha) == masks.encode(EXPECTED)


@pytest.mark.parametrize("name", UNCLEAR)
def test_what_selects_nothing_clearly_is_refused_with_what_was_seen(name):
    data, seen = UNCLEAR[name]

    for look in (mask_files.understand, lambda data: mask_files.alpha(data, SIZE)):
        with pytest.raises(InvalidRequest, match=f"^mask_source: .*{seen}"):
            look(data)


@pytest.mark.parametrize("mask", [plain(SIZE, 255, "L"), plain(SIZE, (0, 0, 0, 0), "RGBA")])
def test_all_of_it_can_be_edited(mask):
    assert not mask_files.alpha(encode(mask), SIZE).any()


@pytest.mark.parametrize(
    "mask",
    [blurred(4), with_alpha(plain(SIZE, 0, "L"), inverted(blurred(4))), blurred(4).convert("RGB")],
    ids=["white", "transparent", "colour"],
)
def test_a_soft_edge_stays_soft(mask):
    alpha = mask_files.alpha(encode(mask), SIZE).astype(int)

    expected = np.asarray(inverted(blurred(4))).astype(int)
    assert np.abs(alpha - expected).max() <= mask_files.NOISE
    assert alpha[0, 0] == 255
    assert len(np.unique(alpha)) > 50


@pytest.mark.parametrize("size", [SIZE, (128, 96), (40, 30)])
def test_a_smoothed_edge_is_no_soft_one(size):
    round_one = plain((512, 384), 0, "L")
    ImageDraw.Draw(round_one).ellipse((100, 80, 400, 300), fill=255)
    smooth = round_one.resize((128, 96), Image.Resampling.LANCZOS)

    assert set(np.unique(mask_files.alpha(encode(smooth), size))) == {0, 255}


def test_a_mask_in_a_file_of_another_size_is_cut_at_half_as_before():
    # What was made of hard masks before soft ones were known: keys of tiles follow from it.
    for data in (encode(hard()), encode(with_alpha(plain(SIZE, 0, "L"), inverted(hard())))):
        fitted = source.fitted(data, (96, 72))
        share = 255 - fitted[-1].numpy() if fitted.hasalpha() else fitted[0].numpy()
        expected = np.where(share >= 128, 0, 255)
        assert np.array_equal(mask_files.alpha(data, (96, 72)), expected)


@pytest.mark.parametrize(
    ("data", "error"), [(encode(hard())[:60], TruncatedPicture), (b"GIF89a", NotAPicture)]
)
def test_a_damaged_mask_is_said_to_be_one(data, error):
    with pytest.raises(error):
        mask_files.alpha(data, SIZE)


def erase(stack, mask: bytes) -> str:
    stack.put("uploads/a.png", encode(noise(SIZE)))
    stack.put("sources/mask", mask)
    options = {"recipe": "erase", "mask_source": "sources/mask"}
    started = start(stack.store, stack.services, stack.runs, "uploads/a.png", options)
    return started["id"]


@pytest.mark.parametrize("name", UNCLEAR)
def test_it_is_refused_at_the_door(stack, name):
    data, seen = UNCLEAR[name]

    with pytest.raises(InvalidRequest, match=seen):
        erase(stack, data)
    with pytest.raises(InvalidRequest, match=seen):
        estimate(
            stack.store,
            stack.services,
            encode(noise(SIZE)),
            parse({"recipe": "erase", "mask_source": "sources/mask"}),
            Files(mask_source=data),
        )

    assert not stack.started
    assert stack.listing() == set()


def test_a_mask_of_another_shape_is_refused_by_an_estimate_as_by_a_run(stack):
    turned = encode(hard().transpose(Image.Transpose.ROTATE_90))

    with pytest.raises(InvalidRequest, match="it is 48 x 64 pixels, the source 64 x 48"):
        erase(stack, turned)
    with pytest.raises(InvalidRequest, match="it is 48 x 64 pixels, the source 64 x 48"):
        estimate(
            stack.store,
            stack.services,
            encode(noise(SIZE)),
            parse({"recipe": "erase", "mask_source": "sources/mask"}),
            Files(mask_source=turned),
        )


def test_a_source_that_is_nowhere_more_transparent_than_not_erases_nothing(stack):
    stack.put("uploads/a.png", encode(with_alpha(noise(SIZE), 200)))
    options = {"recipe": "erase", "transparency": True}
    made = start(stack.store, stack.services, stack.runs, "uploads/a.png", options)["id"]

    with pytest.raises(InvalidRequest, match="transparency: nothing of it is selected"):
        make_masks(stack.store, stack.services, made)


def test_a_soft_mask_fades_into_the_source(stack):
    made = erase(stack, encode(blurred(4)))
    make_masks(stack.store, stack.services, made)

    alpha = decode(stack.store.mask(made, "erased")).getchannel("A")

    assert len(set(np.asarray(alpha).ravel().tolist())) > 50
