"""The engine of style transfer: what it makes of styles, pictures, masks and seeds."""

import io
from itertools import combinations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from collage import engines
from collage.engines.stylizer.engine import Stylizer
from collage.engines.stylizer.looks import CHOSEN, LOOKS
from collage.engines.stylizer.models import MODEL
from collage.engines.stylizer.networks import STYLE_SIDE
from collage.engines.stylizer.stylize import (
    BRUSHES,
    FINE,
    LEAST,
    MOST,
    _shares,
    _working_size,
    stylize,
)
from collage.painting import STYLES
from collage.painting.mixture import dice
from collage.pictures import masks, pixels
from collage.words import styles
from tests.unit.engines.painter.test_engine import farmhouse, hole, tile


def picture(colour: tuple[int, int, int], *, twisted: bool = False) -> bytes:
    """A style picture: broad strokes of a colour on its opposite, or twisted ever broader."""
    across = np.arange(STYLE_SIDE)
    width = 12 + across // 4 if twisted else 12
    strokes = ((across[:, None] * 2 + across) // width % 2)[..., None]
    made = np.where(strokes, np.uint8(colour), 255 - np.uint8(colour))
    return pixels.encoded(made.astype(np.uint8))


def render(operation: str, source=None, alpha=None, pictures=None, **given) -> np.ndarray:
    asked = tile(operation, engine="stylizer", model=MODEL, **given)
    made = (
        Stylizer()
        .with_style_pictures(pictures or {})
        .render(
            [asked],
            None if source is None else pixels.encoded(source),
            None if alpha is None else masks.encode(alpha),
            lambda: None,
        )
    )
    return pixels.decoded(made[0].png, None)


def distance(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(int) - other).mean())


RED, BLUE = picture((220, 30, 20)), picture((20, 60, 200))


def test_a_style_of_each_kind_and_their_mixtures_are_told_apart_and_from_the_source():
    source = farmhouse(96)
    asked = [("Cubism",), ("Stained Glass",), ("Red",), ("Cubism", "Stained Glass"),
             ("Red", "Stained Glass"), ("Red", "Cubism"), ("Stained Glass", "Batik")]  # fmt: skip
    made = [source, *(stylize(source, names, {"Red": RED}, 1) for names in asked)]

    assert all(one.shape == source.shape and one.dtype == np.uint8 for one in made)
    assert min(distance(one, other) for one, other in combinations(made, 2)) > 6


def test_the_same_is_the_same_whatever_the_order_of_the_styles():
    source = farmhouse(96)
    once = stylize(source, ("Cubism", "Batik", "Red"), {"Red": RED}, 3)

    assert np.array_equal(once, stylize(source, ("Red", "batik", "Cubism"), {"Red": RED}, 3))
    assert distance(once, stylize(source, ("Cubism", "Batik", "Red"), {"Red": RED}, 4)) > 1


def test_a_picture_gives_its_colours_and_two_give_what_lies_between():
    source = farmhouse(96)
    red, blue, both = (
        stylize(source, names, {"Red": RED, "Blue": BLUE}, 0).mean(axis=(0, 1))
        for names in (("Red",), ("Blue",), ("Red", "Blue"))
    )

    assert blue[2] - blue[0] > red[2] - red[0] + 5
    assert red[2] - red[0] - 3 < both[2] - both[0] < blue[2] - blue[0] + 3


@pytest.mark.parametrize("names", [("Red", "Blue"), ("Red",), ("Batik", "Sanguine")])
def test_the_seed_deals_what_each_style_counts_and_what_is_seen_of_a_picture(names):
    """A hundred tiles of one mixture are no picture a hundred times."""
    source, pictures = farmhouse(96), {"Red": picture((220, 30, 20), twisted=True), "Blue": BLUE}

    made = [stylize(source, names, pictures, seed).mean(axis=(0, 1)) for seed in range(6)]

    assert np.ptp(made, axis=0).max() > 4
    for count in (1, 2, 5):
        shares = _shares(count, dice(count))
        assert sum(shares) == pytest.approx(1)
        assert min(shares) >= 0.3 / count


def test_a_picture_takes_the_place_of_a_look_of_the_same_name():
    source = farmhouse(96)

    assert (
        distance(stylize(source, ("Batik",), {"Batik": RED}, 0), stylize(source, ("Batik",), {}, 0))
        > 6
    )


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (2, 2), (32, 32), (40, 132), (2048, 32)])
def test_a_tile_of_any_size_keeps_it(size):
    source = np.asarray(Image.fromarray(farmhouse(128)).resize(size))

    assert stylize(source, ("Batik", "Op Art"), {}, 0).shape == source.shape


@pytest.mark.parametrize("size", [(32, 32), (256, 512), (512, 512), (2048, 1024), (2048, 32)])
@pytest.mark.parametrize("brush", [*BRUSHES, FINE * BRUSHES[0]])
def test_the_networks_work_at_sides_that_are_multiples_of_4_within_bounds(size, brush):
    worked = _working_size(size, brush)

    assert not any(side % 4 for side in worked)
    assert min(worked) >= 16
    assert LEAST / BRUSHES[1] - 4 <= max(worked) <= MOST / BRUSHES[0] + 4


def test_only_what_the_mask_edits_is_stylized():
    source, alpha = farmhouse(96), hole(96, 20, 30, 70, 96)
    made = render("inpaint", source, alpha, styles=("Stained Glass",))

    assert np.array_equal(made[alpha == 255], source[alpha == 255])
    assert distance(made[alpha == 0], source[alpha == 0]) > 10


def test_every_operation_makes_a_picture_of_the_tile_and_another_one_is_refused():
    source = farmhouse(96)
    whole = np.zeros((96, 96), np.uint8)

    drawn = render("generate", prompt="a house by a lake", styles=("Batik",))
    assert drawn.shape == (96, 96, 3)
    assert distance(drawn, render("generate", prompt="a house", styles=("Sanguine",))) > 6
    assert distance(render("variation", source), source) > 6
    assert distance(render("variation", source), render("variation", source, seed=4)) > 6
    assert render("inpaint", source, whole).shape == (96, 96, 3)
    for operation in ("outpaint", "upscale", "reconstruct"):
        with pytest.raises(ValueError, match=f"the stylizer cannot {operation}"):
            render(operation, source, whole)
    with pytest.raises(ValueError, match="cannot variation"):
        render("variation")
    with pytest.raises(ValueError, match="cannot transfer"):
        render("transfer", source)
    assert engines.ENGINES["stylizer"].operations == {
        "generate",
        "inpaint",
        "transfer",
        "variation",
    }


@pytest.mark.parametrize("style", ["Cubism", "Batik", "Red"])
def test_a_transfer_has_finer_strokes_than_a_repainting(style):
    source = farmhouse(256)
    made, repainted = (
        stylize(source, (style,), {"Red": RED}, 0, close=close) for close in (True, False)
    )

    def fineness(picture):
        grey = np.asarray(Image.fromarray(picture).convert("L"), float)
        return np.abs(np.diff(grey, axis=1)).mean() / grey.std()

    assert distance(made, source) > 6
    assert fineness(made) > 1.15 * fineness(repainted)


def test_a_transfer_into_a_style_of_the_painters_composes_nothing():
    source = farmhouse(256)
    made, repainted = (stylize(source, ("Cubism",), {}, 0, close=close) for close in (True, False))

    assert _edges_in_common(made, source) > 0.7
    assert _edges_in_common(repainted, source) < 0.4


def test_a_transfer_of_a_transfer_is_in_the_later_style_and_tells_of_the_earlier():
    source = farmhouse(96)
    pictures = {"Red": RED, "Blue": BLUE}
    red = render("transfer", source, pictures=pictures, styles=("Red",))
    blue = render("transfer", source, pictures=pictures, styles=("Blue",))
    both, half = (
        render("transfer", red, pictures=pictures, styles=("Blue",), options=options)
        for options in ({}, {"strength": "0.5"})
    )

    assert distance(both, blue) < distance(both, red)
    assert distance(both, blue) > 3
    assert distance(half, both) == pytest.approx(distance(half, red), rel=0.05)
    assert distance(half, red) == pytest.approx(distance(both, red) / 2, rel=0.05)


def _edges_in_common(one: np.ndarray, other: np.ndarray) -> float:
    """How far two pictures have their edges in the same places: 1, all of them."""

    def edges(picture: np.ndarray) -> np.ndarray:
        blurred = Image.fromarray(picture).convert("L").filter(ImageFilter.GaussianBlur(1))
        return np.hypot(*np.gradient(np.asarray(blurred, float))).ravel()

    return float(np.corrcoef(edges(one), edges(other))[0, 1])


def test_names_of_looks_are_styles_of_their_own_and_no_default_ones():
    assert len(LOOKS) == 26
    assert set(CHOSEN) <= set(LOOKS)
    assert all(styles.clean(name) == name for name in LOOKS)
    assert len(styles.distinct((*LOOKS, *styles.DEFAULT_STYLES))) == 26 + 15


def test_a_stylized_picture_is_an_rgb_png():
    png = (
        Stylizer()
        .render([tile("generate", styles=("Batik",), size=(64, 32))], None, None, lambda: None)[0]
        .png
    )

    with Image.open(io.BytesIO(png)) as opened:
        assert (opened.format, opened.mode, opened.size) == ("PNG", "RGB", (64, 32))


def test_the_painters_fifteen_styles_are_known_by_their_samples():
    source = farmhouse(64)
    made = [stylize(source, (name,), {}, 0) for name in STYLES[:3]]

    assert min(distance(one, other) for one, other in combinations(made, 2)) > 4
