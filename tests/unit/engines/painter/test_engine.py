"""What the embedded engine makes of each operation, on real pictures."""

import io
from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from collage import engines
from collage.engines.painter.engine import Painter
from collage.painting import enlarge, extend, generate, inpaint, paint, refill, vary
from collage.painting.noise import clouds
from collage.pictures import masks
from collage.tile import Tile
from tests.infrastructure.shipped import ROOT
from tests.unit.painting.test_painting import distance, half_mask, scene

FARMHOUSE = ROOT / "examples" / "farmhouse.png"


def farmhouse(side: int = 256) -> np.ndarray:
    with Image.open(FARMHOUSE) as picture:
        return np.asarray(picture.convert("RGB").resize((side, side), Image.Resampling.LANCZOS))


def foliage(side: int = 256) -> np.ndarray:
    """Coloured noise with detail at every size, as leaves, stone and clouds have in photographs."""
    rng = np.random.default_rng(5)
    planes = [clouds((side, side), side / 8, rng, 6) * (0.4 + 0.2 * i) + 0.15 * i for i in range(3)]
    noisy = np.dstack(planes) + rng.normal(0, 0.02, (side, side, 3))
    return np.round(np.clip(noisy, 0, 1) * 255).astype(np.uint8)


def frame(part: np.ndarray, size: tuple[int, int], at: tuple[int, int]) -> tuple:
    """A frame (width, height) with a part of a picture at x, y, and its mask."""
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    alpha = np.zeros((size[1], size[0]), np.uint8)
    area = np.s_[at[1] : at[1] + part.shape[0], at[0] : at[0] + part.shape[1]]
    picture[area] = part
    alpha[area] = 255
    return picture, alpha


def hole(side: int, top: int, left: int, bottom: int, right: int) -> np.ndarray:
    alpha = np.full((side, side), 255, np.uint8)
    alpha[top:bottom, left:right] = 0
    return alpha


def step_across(picture: np.ndarray, column: int, band: int) -> float:
    """The largest step of a channel's mean across a column, 0..255."""
    left = picture[:, column - band : column].mean(axis=(0, 1))
    right = picture[:, column : column + band].mean(axis=(0, 1))
    return float(np.abs(left - right).max())


def tile(operation: str, **given) -> Tile:
    plain = {
        "prompt": "", "styles": (), "mask": None, "mask_sha256": None, "source": None,
        "engine": "painter", "model": "painter-1", "options": {}, "size": (96, 96), "seed": 3,
        "sample": None, "preserve": True,
    }  # fmt: skip
    return Tile(operation=operation, **(plain | given))


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def render(asked: Tile, source: np.ndarray | None, alpha: np.ndarray | None) -> np.ndarray:
    made = Painter().render(
        [asked],
        None if source is None else png(source),
        None if alpha is None else masks.encode(alpha),
        lambda: None,
    )
    with Image.open(io.BytesIO(made[0].png)) as picture:
        return np.asarray(picture.convert("RGB"))


# Generating.


@pytest.mark.parametrize("prompt", ["a cat", "a lighthouse at sunset", "harmony"])
def test_a_seed_decides_the_picture(prompt):
    made = [generate(prompt, [], (96, 80), seed) for seed in (1, 1, 2, 3)]

    assert made[0].shape == (80, 96, 3)
    assert np.array_equal(made[0], made[1])
    for one, other in combinations(made[1:], 2):
        assert distance(one, other) > 8


def test_words_decide_what_is_shown():
    prompts = ["a cat", "a dog", "a lighthouse", "a castle", "a boat at night", "a vase of flowers"]
    made = [generate(prompt, [], (96, 96), 1) for prompt in prompts]

    for one, other in combinations(made, 2):
        assert distance(one, other) > 8


def test_hours_seasons_and_colours_are_heard():
    day, night = (generate(f"a house by {when}", [], (96, 96), 2) for when in ("day", "night"))
    assert night.mean() < day.mean() - 50
    winter, summer = (generate(f"a meadow in {s}", [], (96, 96), 2) for s in ("winter", "summer"))
    assert winter[60:].mean() > summer[60:].mean() + 30
    red, blue = (
        generate(f"a {c} car", [], (160, 160), 2)[90:].astype(float) for c in ("red", "blue")
    )
    assert (red[..., 0] - red[..., 2] > 80).mean() > (
        blue[..., 0] - blue[..., 2] > 80
    ).mean() + 0.02
    assert (blue[..., 2] - blue[..., 0] > 50).mean() > (
        red[..., 2] - red[..., 0] > 50
    ).mean() + 0.02


def test_a_style_paints_the_scene_whether_it_is_given_or_spoken_of():
    plain = generate("a cat", [], (96, 96), 4)
    given = generate("a cat in the style of Cubism", ["Cubism"], (96, 96), 4)

    assert np.array_equal(given, paint(plain, ["Cubism"], 4))
    assert np.array_equal(generate("a cat in the style of Cubism", [], (96, 96), 4), given)


@pytest.mark.parametrize("size", [(64, 48), (511, 333), (37, 200), (9, 9), (1, 1)])
def test_any_size_is_composed(size):
    for prompt in ("a cat", "mountains", "a city at night", "rain on the sea", "snow in a forest"):
        assert generate(prompt, [], size, 1).shape == (size[1], size[0], 3)
    for seed in (*range(4), 2**64 - 1):
        assert generate("qwerty", [], size, seed).shape == (size[1], size[0], 3)


# Extending.


@pytest.mark.parametrize(
    ("at", "styles"),
    [
        ((0, 0), ()),
        ((128, 0), ("Impressionism",)),
        ((0, 96), ("Cubism", "Op Art")),
        ((64, 64), ()),
    ],
)
def test_an_extension_leaves_the_source_alone(at, styles):
    picture, alpha = frame(farmhouse()[64:192, :128], (256, 224), at)
    made = extend(picture, alpha, "", styles, 1)

    assert np.array_equal(made[alpha == 255], picture[alpha == 255])
    assert made[alpha == 0].std() > 10


@pytest.mark.parametrize("styles", [(), ("Impressionism",), ("Op Art",)])
@pytest.mark.parametrize("source", [farmhouse, foliage], ids=["farmhouse", "foliage"])
def test_no_step_in_colour_across_the_seam(source, styles):
    whole = source()
    picture, alpha = frame(whole[:, 128:], (256, 256), (0, 0))
    assert step_across(extend(picture, alpha, "", styles, 0), 128, 4) < 4
    if styles:
        # A style is painted over all: to which side it goes on makes no difference.
        return
    picture, alpha = frame(whole[:, :128], (256, 256), (128, 0))
    assert step_across(extend(picture, alpha, "", styles, 1), 128, 4) < 4
    picture, alpha = frame(whole[:128], (256, 256), (0, 128))
    turned = extend(picture, alpha, "", styles, 2).transpose(1, 0, 2)
    assert step_across(turned, 128, 4) < 4


def test_sky_joins_sky_and_ground_joins_ground():
    whole = farmhouse()
    picture, alpha = frame(whole[:, 128:], (256, 256), (0, 0))
    made = extend(picture, alpha, "", (), 1).astype(float)

    sky, grass = made[:50, 140:].mean(axis=(0, 1)), made[135:165, 140:].mean(axis=(0, 1))
    assert sky[2] > sky[0] + 20
    assert grass[1] > grass[2] + 20


def test_extensions_differ_by_seed_and_not_by_chance():
    picture, alpha = frame(farmhouse()[:, 128:], (256, 256), (0, 0))
    made = [extend(picture, alpha, "", (), seed) for seed in (1, 1, 2)]

    assert np.array_equal(made[0], made[1])
    assert distance(made[1], made[2]) > 1


@pytest.mark.parametrize(
    ("part", "at"),
    [
        (np.s_[:, 255:], (0, 0)),
        (np.s_[:, :1], (255, 0)),
        (np.s_[:1], (0, 255)),
        (np.s_[100:101, 100:101], (60, 70)),
        (np.s_[:, 100:106], (100, 0)),
    ],
    ids=["left column", "right column", "lowest row", "one pixel", "strip"],
)
def test_little_is_enough_to_go_on(part, at):
    source = farmhouse()[part]
    picture, alpha = frame(source, (256, 256), at)
    made = extend(picture, alpha, "", (), 1)

    assert np.array_equal(made[alpha == 255], picture[alpha == 255])
    # What is beside a strip has its colours, not those of the empty frame.
    assert np.abs(made.mean(axis=(0, 1)) - source.mean(axis=(0, 1))).max() < 40


@pytest.mark.parametrize("size", [(64, 48), (333, 211), (16, 90)])
def test_frames_of_odd_sizes_are_extended(size):
    whole = farmhouse(333)[: size[1], : size[0] // 2]
    picture, alpha = frame(whole, size, (0, 0))
    made = extend(picture, alpha, "", (), 1)

    assert np.array_equal(made[alpha == 255], picture[alpha == 255])


def test_a_frame_that_holds_nothing_is_composed():
    empty = np.zeros((80, 96, 3), np.uint8)
    alpha = np.zeros((80, 96), np.uint8)

    made = extend(empty, alpha, "a lighthouse", (), 3)
    assert np.array_equal(made, generate("a lighthouse", [], (96, 80), 3))
    full = np.full((80, 96), 255, np.uint8)
    assert np.array_equal(extend(made, full, "", (), 3), made)


# Refilling.


def test_what_is_cut_out_does_not_come_back():
    source, alpha = farmhouse(), hole(256, 70, 145, 140, 195)
    made = refill(source, alpha, "", 1)
    blank = source.copy()
    blank[alpha == 0] = (255, 0, 255)

    assert np.array_equal(made[alpha == 255], source[alpha == 255])
    assert distance(made[alpha == 0], source[alpha == 0]) > 10
    assert np.array_equal(refill(blank, alpha, "", 1), made)


def test_a_hole_in_the_grass_is_filled_with_grass():
    source, alpha = farmhouse(), hole(256, 128, 8, 150, 50)
    made = refill(source, alpha, "", 1)

    gap = made[alpha == 0].mean(axis=0) - source[alpha == 0].mean(axis=0)
    assert np.abs(gap).max() < 12
    assert step_across(made[128:150], 8, 3) < 8
    assert step_across(made[128:150], 50, 3) < 8


def test_a_texture_keeps_its_grain_in_the_refilled_part():
    source, alpha = foliage(), hole(256, 90, 90, 170, 170)
    made = refill(source, alpha, "", 1)

    def grain(part):
        return np.abs(np.diff(part.astype(float), axis=1)).mean()

    assert grain(made[100:160, 100:160]) == pytest.approx(grain(source[100:160, 100:160]), rel=0.25)


def test_candidates_differ_by_seed():
    source, alpha = farmhouse(), hole(256, 60, 130, 150, 200)
    made = [refill(source, alpha, "", seed)[alpha == 0] for seed in range(3)]

    for one, other in combinations(made, 2):
        assert distance(one, other) > 2


def test_scratches_of_a_pixel_vanish():
    smooth = np.tile(np.linspace(40, 220, 96).astype(np.uint8)[:, None, None], (1, 96, 3))
    scratched, alpha = smooth.copy(), np.full((96, 96), 255, np.uint8)
    scratched[:, 40] = 0
    alpha[:, 40] = 0

    assert distance(refill(scratched, alpha, "", 1), smooth) < 1


def test_a_named_figure_is_drawn_into_the_gap():
    source, alpha = farmhouse(), hole(256, 120, 10, 200, 70)
    empty, cat, dog = (refill(source, alpha, prompt, 1) for prompt in ("", "a cat", "a dog"))

    for one, other in combinations((empty, cat, dog), 2):
        assert distance(one[alpha == 0], other[alpha == 0]) > 8
    assert np.array_equal(cat[alpha == 255], source[alpha == 255])
    assert np.array_equal(refill(source, alpha, "background", 1), empty)


def test_nothing_and_everything_cut_out():
    source = scene()

    assert np.array_equal(refill(source, np.full((96, 96), 255, np.uint8), "", 1), source)
    made = refill(source, np.zeros((96, 96), np.uint8), "a cat", 1)
    assert distance(made, source) > 8
    half = refill(source, np.full((96, 96), 127, np.uint8), "a cat", 1)
    assert 0 < distance(half, source) < distance(made, source)


# Varying.


def test_variations_differ_from_the_source_and_each_other():
    source = farmhouse(128)
    made = [vary(source, (), seed) for seed in range(8)]

    assert np.array_equal(vary(source, (), 3), made[3])
    for one, other in combinations([source, *made], 2):
        assert distance(one, other) > 12


def test_a_variation_keeps_to_the_styles_it_is_given():
    source = farmhouse(128)

    assert distance(vary(source, ("Op Art",), 1), vary(source, ("Baroque",), 1)) > 20
    assert vary(source[:70, :111], ("Cubism",), 1).shape == (70, 111, 3)


# Enlarging.


@pytest.mark.parametrize("times", [2, 4])
def test_an_enlarged_picture_comes_back_when_it_is_shrunk(times):
    source = farmhouse(64)
    made = enlarge(source, (64 * times, 64 * times))

    shrunk = np.asarray(Image.fromarray(made).resize((64, 64), Image.Resampling.BOX))
    assert made.shape == (64 * times, 64 * times, 3)
    assert distance(shrunk, source) < 3


def test_an_enlarged_edge_has_no_fringe_and_no_border():
    edge = np.full((20, 20, 3), 60, np.uint8)
    edge[:, 10:] = 200
    made = enlarge(edge, (80, 80))

    assert made.min() == 60
    assert made.max() == 200
    assert (made[:, :30] == 60).all()
    assert (made[:, 50:] == 200).all()
    assert enlarge(edge, (13, 50)).shape == (50, 13, 3)


def test_lanczos_is_sharper_than_straight_lines():
    whole = farmhouse(256)
    small = np.asarray(Image.fromarray(whole).resize((128, 128), Image.Resampling.BOX))
    straight = Image.fromarray(small).resize((256, 256), Image.Resampling.BILINEAR)

    assert distance(enlarge(small, (256, 256)), whole) < distance(np.asarray(straight), whole)


# The engine.


def test_the_engine_does_what_it_says_it_can():
    assert engines.ENGINES["painter"].operations == {
        "generate", "inpaint", "outpaint", "variation", "upscale"
    }  # fmt: skip
    source, half = scene(), half_mask("left")
    flat = np.full((96, 96), 255, np.uint8)
    flat[:, 48:] = 0

    assert np.array_equal(
        render(tile("generate", prompt="a cat", size=(80, 64)), None, None),
        generate("a cat", (), (80, 64), 3),
    )
    assert np.array_equal(
        render(tile("inpaint", styles=("Cubism",)), source, half),
        inpaint(source, half, ("Cubism",), 3),
    )
    assert np.array_equal(render(tile("inpaint"), source, half), refill(source, half, "", 3))
    assert np.array_equal(render(tile("outpaint"), source, flat), extend(source, flat, "", (), 3))
    assert np.array_equal(render(tile("variation"), source, None), vary(source, (), 3))
    made = render(tile("upscale", size=(192, 192)), source, None)
    assert np.array_equal(made, enlarge(source, (192, 192)))


@pytest.mark.parametrize(
    "operation", ["inpaint", "outpaint", "variation", "upscale", "reconstruct"]
)
def test_an_operation_without_what_it_needs_is_refused(operation):
    with pytest.raises(ValueError, match=f"the painter cannot {operation}"):
        render(tile(operation), None, None)
