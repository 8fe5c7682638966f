"""The embedded upscaler: closer to the truth than Lanczos, in pieces that are the whole."""

import numpy as np
import pytest
from PIL import Image

from collage.engines import ENGINES
from collage.engines.upscaler import models
from collage.engines.upscaler.engine import Upscaler
from collage.engines.upscaler.enlarge import enlarge
from collage.errors import EngineUnavailable, InvalidRequest
from collage.networks import files
from collage.painting import enlarge as by_lanczos
from collage.pictures import pixels
from collage.pictures.quality import psnr
from collage.request.parse import parse
from tests.unit.engines.painter.test_engine import farmhouse, tile

SPAN = models.MODELS["span"]


def smaller(picture: np.ndarray, scale: int) -> np.ndarray:
    height, width = picture.shape[:2]
    size = width // scale, height // scale
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC))


@pytest.mark.parametrize("scale", [2, 4])
def test_what_was_made_smaller_comes_nearer_to_what_it_was_than_by_lanczos(scale):
    truth = farmhouse(512)[128:384, 128:384]
    small = smaller(truth, scale)

    learned = psnr(truth, enlarge(small, (256, 256), SPAN))

    assert learned > psnr(truth, by_lanczos(small, (256, 256))) + 1.5


def test_pieces_are_the_whole_to_the_last_bit():
    picture = farmhouse(512)[100:250, 60:270]
    size = picture.shape[1] * 4, picture.shape[0] * 4

    assert np.array_equal(
        enlarge(picture, size, SPAN, piece=64), enlarge(picture, size, SPAN, piece=512)
    )


@pytest.mark.parametrize("size", [(32, 32), (33, 70), (1, 5)])
def test_a_picture_of_any_size_is_enlarged_the_same_every_time(size):
    picture = farmhouse(128)[: size[1], : size[0]]
    wanted = size[0] * 4, size[1] * 4

    once = enlarge(picture, wanted, SPAN)

    assert once.shape == (wanted[1], wanted[0], 3)
    assert np.array_equal(once, enlarge(picture, wanted, SPAN))


def test_the_engine_makes_tiles_of_their_size():
    source = pixels.encoded(farmhouse(64))
    made = Upscaler().render(
        [tile("upscale", engine="upscaler", model=SPAN, size=(128, 128))], source, None, _never
    )

    assert pixels.decoded(made[0].png, None).shape == (128, 128, 3)
    with pytest.raises(ValueError, match="no picture to make larger"):
        Upscaler().render([tile("upscale")], None, None, _never)


def test_an_upscaler_is_asked_for_with_upscale_and_one_that_is_not_here_is_named():
    assert parse({"upscale": 2, "upscaler": "lanczos"}).upscaler == "lanczos"
    with pytest.raises(InvalidRequest, match=r"upscaler: .*give upscale, 2 or 4"):
        parse({"upscaler": "span"})
    with pytest.raises(InvalidRequest, match="upscaler"):
        parse({"upscale": 2, "upscaler": "magic"})
    models.check("lanczos")
    models.check("span")
    if not all(map(files.is_there, models.FILES["realesrgan-x4plus"])):
        with pytest.raises(EngineUnavailable, match="make install-realesrgan"):
            models.check("realesrgan")


def test_every_upscaler_has_a_model_with_files_and_an_overlap():
    assert models.MODELS.keys() | {"lanczos"} == {"lanczos", "span", "realesrgan"}
    assert set(models.MODELS.values()) == models.FILES.keys() == models.OVERLAP.keys()
    assert ENGINES["upscaler"].model in models.FILES


def _never() -> None:
    raise AssertionError("nobody is asked")
