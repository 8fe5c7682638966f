import hashlib
import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import collage
from collage.painting import STYLES, inpaint, paint
from collage.words.styles import DEFAULT_STYLES

HALVES = ("left", "right", "top", "bottom", "top-left", "centre", "checkers")


def scene(height: int = 96, width: int = 96) -> np.ndarray:
    """A small landscape: sky, hill, a house with a window, a sun."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = x / width, y / height
    picture = np.stack([120 + 110 * v, 160 + 60 * v, 225 - 60 * v], axis=2)
    picture[v > 0.6 + 0.08 * np.sin(u * 7)] = (104, 138, 60)
    house = (np.abs(u - 0.5) < 0.22) & (v > 0.3 + np.abs(u - 0.5)) & (v < 0.85)
    picture[house] = (226, 214, 190)
    picture[(np.abs(u - 0.5) < 0.06) & (v > 0.5) & (v < 0.7)] = (40, 44, 62)
    picture[np.hypot(u - 0.82, v - 0.18) < 0.09] = (250, 196, 70)
    picture *= 0.85 + 0.15 * np.cos(u * 9 + v * 4)[..., None]
    return np.clip(picture, 0, 255).astype(np.uint8)


def half_mask(name: str, height: int = 96, width: int = 96) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    edited = {
        "left": x < width // 2,
        "right": x >= width // 2,
        "top": y < height // 2,
        "bottom": y >= height // 2,
        "top-left": (x < width // 2) & (y < height // 2),
        "centre": (abs(x - width / 2) < width / 4) & (abs(y - height / 2) < height / 4),
        "checkers": (x // 16 + y // 16) % 2 == 0,
    }[name]
    return np.where(edited, 0, 255).astype(np.uint8)


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """Mean difference per channel, 0..255."""
    return float(np.abs(one.astype(float) - other).mean())


@pytest.fixture(scope="module")
def gallery() -> dict[str, np.ndarray]:
    return {style: paint(scene(), [style], 3) for style in STYLES}


def test_every_default_style_has_a_technique() -> None:
    assert STYLES == DEFAULT_STYLES
    assert len({style.casefold() for style in STYLES}) == 15


@pytest.mark.parametrize("style", STYLES)
def test_kept_pixels_stay_and_edited_ones_are_painted(style: str) -> None:
    source = scene()
    for name in HALVES:
        mask = half_mask(name)
        result = inpaint(source, mask, [style], 3)
        assert result.dtype == np.uint8
        assert result.shape == source.shape
        assert np.array_equal(result[mask == 255], source[mask == 255])
        assert distance(result[mask == 0], source[mask == 0]) > 4


def test_the_seam_is_soft_and_inside_the_edited_half() -> None:
    source, mask = scene(), half_mask("left")
    painted = paint(source, ["Op Art"], 3)
    joined = inpaint(source, mask, ["Op Art"], 3)
    shares = [
        distance(joined[:, x], source[:, x]) / distance(painted[:, x], source[:, x])
        for x in range(48)
    ]
    # The picture's own border has no seam, the join fades out towards the kept half.
    assert np.allclose(shares[:40], 1, atol=0.02)
    assert 0 < shares[47] < 0.9
    assert shares[47] <= shares[46] <= shares[44] <= 1.01


def test_an_alpha_between_mixes_and_an_empty_or_full_mask_is_exact() -> None:
    source = scene()
    painted = paint(source, ["Cubism"], 3)
    assert np.array_equal(inpaint(source, np.zeros((96, 96), np.uint8), ["Cubism"], 3), painted)
    assert np.array_equal(inpaint(source, np.full((96, 96), 255, np.uint8), ["Cubism"], 3), source)
    half = inpaint(source, np.full((96, 96), 127, np.uint8), ["Cubism"], 3)
    assert np.abs(half - (source.astype(float) + painted) / 2).max() < 2


def test_the_same_arguments_give_the_same_bytes_in_another_process() -> None:
    pairs = [["Impressionism", "Cubism"], ["Op Art"], ["Hypnagogic Tapestry", "Baroque"]]
    code = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1])\n"
        "from test_painting import scene\n"
        "from collage.painting import paint\n"
        f"for pair in {pairs!r}:\n"
        "    print(hashlib.sha256(paint(scene(), pair, 5).tobytes()).hexdigest())\n"
    )
    root = str(Path(collage.__path__[0]).parent)
    prints = [hashlib.sha256(paint(scene(), pair, 5).tobytes()).hexdigest() for pair in pairs]
    for hash_seed in ("1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": root}
        command = [sys.executable, "-c", code, str(Path(__file__).parent)]
        output = subprocess.run(
            command, env=environment, check=True, capture_output=True, text=True
        )
        assert output.stdout.split() == prints


@pytest.mark.parametrize("style", STYLES)
def test_another_seed_gives_another_painting(style: str, gallery: dict[str, np.ndarray]) -> None:
    assert distance(paint(scene(), [style], 4), gallery[style]) > 1


def test_every_style_differs_from_every_other(gallery: dict[str, np.ndarray]) -> None:
    for one, other in combinations(STYLES, 2):
        assert distance(gallery[one], gallery[other]) > 9, (one, other)


def test_a_pair_is_neither_of_its_styles_nor_their_average(gallery: dict[str, np.ndarray]) -> None:
    for one, other in combinations(STYLES, 2):
        pair = paint(scene(), [one, other], 3)
        average = (gallery[one].astype(float) + gallery[other]) / 2
        for single in (gallery[one], gallery[other], average):
            assert distance(pair, single) > 5, (one, other)


def test_order_and_case_of_the_names_do_not_matter() -> None:
    first = paint(scene(), ["Cubism", "Baroque"], 3)
    assert np.array_equal(first, paint(scene(), [" baroque ", "CUBISM"], 3))
    spelt = paint(scene(), ["Japanese woodblock-print"], 3)
    assert np.array_equal(spelt, paint(scene(), ["Japanese Wood Block Print"], 3))
    assert distance(first, paint(scene(), ["Cubism", "Baroque"], 4)) > 2


def test_unknown_names_have_a_look_of_their_own() -> None:
    names = ["Vaporwave", "Fresco", "Glitch", "Ukiyo-e Noir"]
    looks = [paint(scene(), [name], 3) for name in names]
    assert np.array_equal(looks[0], paint(scene(), ["vaporwave"], 3))
    for one, other in combinations(looks, 2):
        assert distance(one, other) > 5


def test_three_styles_mix() -> None:
    three = paint(scene(), ["Cubism", "Baroque", "Pointillism"], 3)
    assert distance(three, paint(scene(), ["Cubism", "Baroque"], 3)) > 4


@pytest.mark.parametrize("size", [(32, 32), (33, 70), (150, 40), (260, 200)])
def test_any_size_is_painted(size: tuple[int, int]) -> None:
    source = scene(*size)
    for style in (*STYLES, "Something New"):
        assert paint(source, [style], 3).shape == (*size, 3)


def test_black_and_white_pictures_can_be_painted() -> None:
    for value in (0, 255):
        flat = np.full((64, 64, 3), value, np.uint8)
        for style in STYLES:
            assert paint(flat, [style], 3).shape == flat.shape


def test_a_view_into_another_array_is_painted_like_its_copy() -> None:
    turned, mask = scene().transpose(1, 0, 2)[:, ::-1], half_mask("left").T
    copied = inpaint(turned.copy(), mask.copy(), ["Op Art", "Cubism"], 3)
    assert np.array_equal(inpaint(turned, mask, ["Op Art", "Cubism"], 3), copied)


def test_wrong_arguments_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="at least one style"):
        paint(scene(), [], 3)
    with pytest.raises(ValueError, match="at least one style"):
        paint(scene(), [" "], 3)
    with pytest.raises(ValueError, match="the mask is"):
        inpaint(scene(), np.zeros((96, 95), np.uint8), ["Cubism"], 3)
    with pytest.raises(ValueError, match="must be uint8"):
        inpaint(scene(), np.zeros((96, 96), bool), ["Cubism"], 3)
    with pytest.raises(ValueError, match="uint8 RGB"):
        paint(scene()[..., 0], ["Cubism"], 3)
