import re
import struct
import zlib

import numpy as np
import pytest
import pyvips
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from collage.errors import NotAPicture, SourceTooLarge, SourceTooThin, TruncatedPicture
from collage.pictures import source
from tests.unit.pictures import (
    BLUE,
    GOLD,
    GREEN,
    RED,
    WHITE,
    corners,
    decode,
    encode,
    near,
    noise,
    plain,
    quarters,
)

ORIENTATION = 0x0112
GPS = 0x8825
# What turns a stored picture upright, by its EXIF orientation; here the way back is needed.
STORED_FROM_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def inspect(data, max_bytes=10_000_000, max_pixels=10_000_000):
    return source.inspect(data, max_bytes=max_bytes, max_pixels=max_pixels)


def prepared(data, size=(64, 64), fit="crop"):
    """The prepared source, decoded; always 8-bit RGB of the size asked for."""
    picture = decode(source.prepare(data, size, fit))
    assert (picture.format, picture.mode, picture.size) == ("PNG", "RGB", size)
    return picture


def png_header(width, height, bits=8, colour=2, rows=b""):
    """A PNG made by hand: any size in the header, whatever pixels."""

    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


@pytest.mark.parametrize(
    ("file_format", "name"), [("PNG", "PNG"), ("JPEG", "JPEG"), ("WEBP", "WebP")]
)
def test_a_good_picture_is_known_by_format_size_and_digest(file_format, name):
    data = encode(quarters((50, 31)), file_format)

    found = inspect(data)

    assert (found.format, found.width, found.height) == (name, 50, 31)
    assert re.fullmatch("[0-9a-f]{64}", found.sha256)
    assert inspect(encode(quarters((50, 32)), file_format)).sha256 != found.sha256


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_portrait_photo_comes_out_upright(orientation):
    upright = quarters((48, 64))
    turn = STORED_FROM_UPRIGHT.get(orientation)
    stored = upright.transpose(turn) if turn is not None else upright
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    data = encode(stored, "JPEG", exif=exif, quality=95)

    picture = prepared(data, (48, 64))

    assert all(map(near, corners(picture), [RED, GREEN, BLUE, GOLD]))


def test_a_palette_with_transparency_lies_over_white():
    indexed = Image.new("P", (64, 64), 1)
    indexed.putpalette([*RED, *BLUE])
    indexed.paste(0, (0, 0, 32, 64))

    picture = prepared(encode(indexed, transparency=0))

    assert picture.getpixel((8, 32)) == WHITE
    assert picture.getpixel((56, 32)) == BLUE


def test_alpha_lies_over_white_in_its_proportion():
    picture = prepared(encode(plain((64, 64), (0, 0, 255, 128), "RGBA")))

    assert near(picture.getpixel((32, 32)), (127, 127, 255), 2)


def test_full_transparency_is_white_whatever_colour_lies_under_it():
    assert prepared(encode(plain((64, 64), (255, 0, 0, 0), "RGBA"))).getpixel((9, 9)) == WHITE


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P"])
def test_a_picture_without_colours_of_its_own_becomes_rgb(mode):
    picture = plain((64, 64), 255, "L").convert("RGB").convert(mode)

    assert prepared(encode(picture)).getpixel((32, 32)) == WHITE


def test_a_grey_picture_keeps_its_grey():
    assert prepared(encode(plain((64, 64), 90, "L"))).getpixel((32, 32)) == (90, 90, 90)


def test_a_gradient_of_sixteen_bits_stays_a_gradient():
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)[None, :].repeat(64, 0)

    row = np.asarray(prepared(encode(Image.fromarray(ramp)), (256, 64)))[32].astype(int)

    assert (row[0] == 0).all()
    assert (row[-1] >= 254).all()
    assert (np.diff(row[:, 0]) >= 0).all()
    assert len(np.unique(row[:, 0])) > 200
    assert (row[:, 0] == row[:, 1]).all()


@pytest.mark.parametrize("colour", [RED, BLUE, GOLD, WHITE])
def test_a_cmyk_photo_keeps_its_colours_roughly(colour):
    data = encode(plain((64, 64), colour).convert("CMYK"), "JPEG", quality=95)

    # Ink is duller than light; an inverted or ignored profile would be far off.
    assert near(prepared(data).getpixel((32, 32)), colour, 140)
    assert np.argmax(prepared(data).getpixel((32, 32))) == np.argmax(colour)


def test_an_animation_gives_its_first_frame():
    frames = [plain((40, 20), colour) for colour in (RED, GREEN, BLUE)]
    data = encode(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)

    assert inspect(data).height == 20
    assert prepared(data, (40, 20)).getpixel((20, 10)) == RED


def test_crop_fills_the_size_and_cuts_both_sides_evenly():
    wide = plain((90, 30), GREEN)
    wide.paste(RED, (0, 0, 30, 30))
    wide.paste(BLUE, (60, 0, 90, 30))

    picture = prepared(encode(wide), (60, 60), "crop")

    assert [picture.getpixel((x, 30)) for x in (4, 30, 55)] == [GREEN, GREEN, GREEN]


def test_pad_keeps_all_of_the_picture_between_white_bars():
    picture = prepared(encode(quarters((100, 50))), (64, 64), "pad")

    assert [picture.getpixel((32, y)) for y in (2, 61)] == [WHITE, WHITE]
    assert [picture.getpixel(at) for at in ((3, 20), (60, 20), (3, 44), (60, 44))] == [
        RED,
        GREEN,
        BLUE,
        GOLD,
    ]


@given(
    st.tuples(st.integers(1, 90), st.integers(1, 90)),
    st.tuples(st.integers(32, 70), st.integers(32, 70)),
    st.sampled_from(["crop", "pad"]),
)
def test_any_shape_fits_any_size_exactly(shape, size, fit):
    picture = prepared(encode(plain(shape, BLUE)), size, fit)

    colours = {colour for _, colour in picture.getcolors()}
    assert BLUE in colours
    assert colours <= ({BLUE} if fit == "crop" else {BLUE, WHITE})


def test_nothing_of_the_metadata_is_left():
    exif = Image.Exif()
    exif[0x010E] = "taken by Someone"
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (48.0, 12.0, 30.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encode(
        plain((64, 64)), "JPEG", exif=exif, icc_profile=profile, comment=b"secret", dpi=(300, 300)
    )
    assert b"Someone" in data

    png = source.prepare(data, (64, 64), "crop")

    chunks = set(re.findall(rb"[a-zA-Z]{4}", png)) & {
        b"eXIf",
        b"iCCP",
        b"tEXt",
        b"zTXt",
        b"iTXt",
        b"tIME",
    }
    assert not chunks
    assert not decode(png).getexif()
    assert decode(png).info.keys() <= {"dpi"}


def test_the_digest_of_pixels_is_of_pixels_and_not_of_their_compression():
    picture = noise((20, 10))
    flat, small = (encode(picture, compress_level=level) for level in (0, 9))

    assert flat != small
    assert source.pixel_digest(flat) == source.pixel_digest(small)
    assert source.pixel_digest(flat) != source.pixel_digest(encode(noise((20, 10), 1)))
    assert source.pixel_digest(encode(plain((8, 4)))) != source.pixel_digest(encode(plain((4, 8))))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello, I am not a picture",
        b"%PDF-1.7\n",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"\x89PNG",
        encode(plain((8, 8)), "GIF"),
        encode(plain((8, 8)), "TIFF"),
        encode(plain((8, 8)), "BMP"),
    ],
    ids=["empty", "text", "pdf", "svg", "wav", "half-magic", "gif", "tiff", "bmp"],
)
def test_what_is_no_png_jpeg_or_webp_is_no_picture(data):
    with pytest.raises(NotAPicture, match=r"^[^.]*PNG, JPEG or WebP[^.]*\.$"):
        inspect(data)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.99])
@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_a_picture_cut_short_is_refused_at_the_door(file_format, share):
    data = encode(noise((64, 48)), file_format)

    with pytest.raises(TruncatedPicture, match=r"^[^.]*truncated or damaged\.$"):
        inspect(data[: int(len(data) * share)])


def test_a_progressive_photo_cut_short_is_refused_at_the_door():
    data = encode(noise((64, 48)), "JPEG", progressive=True)

    with pytest.raises(TruncatedPicture):
        inspect(data[: len(data) // 2])


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_a_picture_cut_short_cannot_be_prepared(file_format):
    data = encode(noise((64, 48)), file_format)

    with pytest.raises(TruncatedPicture):
        source.prepare(data[: len(data) // 2], (64, 48), "crop")


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_a_beginning_followed_by_rubbish_is_refused(file_format):
    data = encode(noise((64, 48)), file_format)[:12] + b"rubbish" * 50

    with pytest.raises(TruncatedPicture):
        inspect(data)


def test_a_file_of_more_bytes_than_allowed_is_refused_by_its_length():
    data = encode(noise((64, 48)))

    with pytest.raises(SourceTooLarge, match=r"^[^.]* bytes; at most 1,000 are allowed\.$"):
        inspect(data, max_bytes=1000)
    assert inspect(data, max_bytes=len(data))


def test_a_picture_of_more_pixels_than_allowed_is_refused_by_its_header():
    data = encode(plain((101, 100)))

    with pytest.raises(
        SourceTooLarge, match=r"^The source is 101 x 100 pixels; at most 10,000 .*\.$"
    ):
        inspect(data, max_pixels=10_000)
    assert inspect(data, max_pixels=10_100)


@pytest.mark.parametrize(
    "bomb",
    [
        png_header(60_000, 60_000),
        png_header(20_000, 20_000, bits=1, colour=0, rows=bytes(2501 * 20_000)),
    ],
    ids=["only a header", "fifty megabytes of nothing"],
)
def test_a_decompression_bomb_is_refused_unopened(bomb):
    assert len(bomb) < 100_000

    with pytest.raises(SourceTooLarge, match=r"000 pixels"):
        inspect(bomb)


def test_a_size_that_no_picture_can_have_is_refused_by_name():
    with pytest.raises((SourceTooLarge, TruncatedPicture)):
        inspect(png_header(2**31 - 1, 2**31 - 1))


@pytest.mark.parametrize("shape", [(64, 48), (1200, 90), (60, 40), (700, 500), (40, 40), (8, 9)])
@pytest.mark.parametrize("size", [(64, 64), (96, 32), (32, 96)])
@pytest.mark.parametrize("file_format", ["PNG", "JPEG"])
def test_an_ordinary_picture_is_cropped_by_libvips_alone(shape, size, file_format):
    # Digests of prepared sources, and with them keys of tiles, follow from its very pixels.
    data = encode(noise(shape), file_format)
    whole = pyvips.Image.new_from_buffer(data, "").thumbnail_image(
        size[0], height=size[1], crop="centre", export_profile="srgb"
    )
    assert np.array_equal(np.asarray(prepared(data, size)), whole.numpy()[..., :3])


@pytest.mark.parametrize("shape", [(3, 300), (300, 3), (2, 200), (90, 1)])
@pytest.mark.parametrize("orientation", [1, 6])
def test_a_thin_picture_is_cut_to_shape_before_it_is_enlarged(shape, orientation, monkeypatch):
    enlarged = []
    thumbnail = pyvips.Image.thumbnail_image

    def measured(picture, width, **options):
        enlarged.append((picture.width, picture.height))
        return thumbnail(picture, width, **options)

    monkeypatch.setattr(pyvips.Image, "thumbnail_image", measured, raising=False)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    data = encode(plain(shape, BLUE), exif=exif)

    assert prepared(data, (256, 256)).getpixel((9, 9)) == BLUE
    assert not source.transparency(data, (256, 256)).min() < 255
    short = min(shape)
    assert enlarged == [(short, short)] * 2


def test_the_middle_is_what_is_left_of_a_thin_picture():
    picture = plain((4, 200), RED)
    picture.paste(BLUE, (0, 98, 4, 102))

    assert prepared(encode(picture), (64, 64)).getpixel((32, 32)) == BLUE


@pytest.mark.parametrize(("shape", "thin"), [((1, 101), True), ((303, 3), True), ((2, 200), False)])
def test_a_picture_can_be_too_thin(shape, thin):
    data = encode(plain(shape))
    if not thin:
        assert inspect(data).width == shape[0]
        return

    with pytest.raises(
        SourceTooThin, match=f"{shape[0]} x {shape[1]} pixels; .* at most 100 times"
    ):
        inspect(data)


def test_a_side_can_be_too_long():
    with pytest.raises(SourceTooLarge, match=r"70000 x 1000 pixels; a side has at most 65,535"):
        inspect(png_header(70_000, 1000), max_pixels=10**9)


def test_transparency_of_a_damaged_picture_has_a_name():
    data = encode(noise((64, 64)))

    with pytest.raises(TruncatedPicture):
        source.transparency(data[: len(data) // 2], (64, 64))
