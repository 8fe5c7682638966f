from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import pyvips

from collage.formats import FORMATS, metadata
from collage.provenance import explain
from collage.provenance.describe import describe_collage
from tests.unit.pictures import decode, noise, pixels, smooth
from tests.unit.provenance.collages import collage_of

SIZES = [(1, 1), (7, 5), (8, 8), (9, 17), (64, 64), (130, 71), (333, 257), (2, 700)]
STRIPS = [1, 3, 64, 1000]


def written(file_format, picture, rows, description=None, dpi=None):
    """The file of a picture that is given in strips of so many rows."""
    parts = []
    with ThreadPoolExecutor(3) as pool:
        size = picture.shape[1::-1]
        writer = FORMATS[file_format].writer(size, description, parts.append, pool, dpi)
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


@pytest.mark.parametrize("file_format", ["png", "jpeg"])
@pytest.mark.parametrize("described", [False, True])
def test_a_picture_says_how_many_pixels_make_an_inch(file_format, described):
    _, plan, manifest = collage_of()
    said = describe_collage(plan, manifest) if described else None
    picture = pixels(noise((30, 20)))

    file = written(file_format, picture, 8, said, dpi=300)

    read = decode(file)
    assert [round(each) for each in read.info["dpi"]] == [300, 300]
    assert read.size == (30, 20)
    assert not described or metadata.read(file).record
    silent = written(file_format, picture, 8, said)
    assert not {b"JFIF", b"pHYs"} & {silent[at : at + 4] for at in range(60)}


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
    picture = np.tile(pixels(noise((256, 256))), (16, 16, 1))

    assert (pixels(decode(written("webp", picture, 4096))) == picture).all()


@pytest.mark.parametrize("file_format", ["png", "jpeg", "webp"])
def test_a_file_in_strips_says_what_it_is_of(file_format):
    file, plan, manifest = collage_of()
    said = describe_collage(plan, manifest)

    file = written(file_format, pixels(decode(file)), 10, said)

    found = metadata.read(file)
    assert found.parameters == said.parameters
    assert explain.explain(file, cell=(0, 0)).id == plan.id
    assert pixels(decode(file)).shape == (36, 64, 3)
