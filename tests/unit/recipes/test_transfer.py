"""Transfers: what is made for how many styles, in which order, and what cells are composed of."""

from collections import Counter
from math import comb

import pytest

from collage import engines
from collage import plan as plans
from collage.errors import InvalidRequest
from collage.recipes import transfer
from collage.request.parse import parse
from collage.spending import expected
from collage.tile import STYLE_PICTURES, Composition
from tests.unit.plans import ACCOUNTS, planned

NAMES = ["Cubism", "Baroque", "Op Art", "Sanguine", "Batik", "Realism"]
HALVES = ["top", "bottom", "left", "right"]


def transferred(names=NAMES, **options):
    return planned(recipe="transfer", styles=names, **options)


def of(made, operation):
    return [tile for tile in made.tiles if tile.operation == operation]


@pytest.mark.parametrize("count", [3, 4, 6])
@pytest.mark.parametrize("masks", [["all"], HALVES])
def test_the_number_of_styles_alone_says_how_many_transfers_there_are(count, masks):
    known = transferred(NAMES[:count], masks=masks, engine="stylizer")
    shown = transferred(NAMES[:count], masks=masks, engine="openai")

    pairs = comb(count, 2)
    assert len(of(known, "transfer")) == len(of(shown, "transfer")) == count + pairs
    assert len(of(known, "reconstruct")) == len(of(shown, "reconstruct")) == len(masks) * pairs
    assert (len(of(known, "generate")), len(of(shown, "generate"))) == (0, count)
    assert len({tile.key for tile in shown.tiles}) == len(shown.tiles)


@pytest.mark.parametrize(("combine", "transfers"), [(1, 6), (2, 6 + 15), (3, 6 + 15 + 20), (6, 6)])
def test_only_what_cells_need_is_made(combine, transfers):
    assert len(of(transferred(combine=combine, masks=["all"]), "transfer")) == transfers


def test_a_small_collage_needs_fewer_transfers():
    made = transferred(masks=HALVES, tiles=3, rows=1, cols=3)

    assert len(of(made, "reconstruct")) == 3
    assert len(of(made, "transfer")) <= 6


def test_a_pair_is_the_transfer_of_a_transfer_and_each_style_comes_last_as_often():
    made = transferred(masks=["all"])
    composed = {composition.digest: composition for composition in made.compositions}
    by_key = {tile.key: tile for tile in made.tiles}
    last: Counter[str] = Counter()

    for cell in of(made, "reconstruct"):
        _, piece = composed[cell.source].pieces
        over = by_key[piece.tile]
        (below,) = composed[over.source].pieces
        assert {*over.styles, *by_key[below.tile].styles} == set(cell.styles)
        in_turn = (*by_key[below.tile].styles, *over.styles)
        assert cell.options["transfers"] == " then ".join(in_turn)
        assert by_key[below.tile].source == "digest of the source"
        last[over.styles[0]] += 1

    assert max(last.values()) - min(last.values()) <= 1
    assert len(last) == len(NAMES)


def test_a_cell_is_the_source_with_the_transfer_laid_in_by_its_mask():
    made = transferred(masks=["left"], engine="openai")
    composed = {composition.digest: composition for composition in made.compositions}
    by_key = {tile.key: tile for tile in made.tiles}

    for cell in of(made, "reconstruct"):
        whole = composed[cell.source]
        ground, laid_in = whole.pieces
        assert (ground.tile, ground.mask, whole.source) == (None, None, "digest of the source")
        assert (laid_in.mask, laid_in.mask_sha256) == ("left", "digest of left")
        assert by_key[laid_in.tile].operation == "transfer"
        assert whole.size == cell.size == by_key[laid_in.tile].size
        assert (cell.engine, cell.mask) == ("original", "left")
        assert cell.options["transferred_by"] == "openai"
    assert {made.tiles[i].operation for i in made.layout.cells} == {"reconstruct"}


def test_a_style_without_a_picture_is_transferred_from_a_study_of_it_where_one_is_needed():
    made = transferred(NAMES[:3], engine="openai")
    studies = {tile.styles[0]: tile for tile in of(made, "generate")}

    assert {tile.size for tile in studies.values()} == {(1024, 1024)}
    assert studies["Op Art"].prompt == "an abstract study in the style of Op Art"
    for tile in of(made, "transfer"):
        (style,) = tile.styles
        assert tile.style_pictures == {style: Composition.of(studies[style]).digest}
    other = transferred(NAMES[:3], engine="openai", size=96, prompt_template="as {styles}")
    assert [tile.key for tile in of(other, "generate")] == [t.key for t in studies.values()]


def test_a_style_that_the_user_shows_needs_no_study(monkeypatch):
    real = plans.Prepared
    monkeypatch.setattr(
        "tests.unit.plans.Prepared",
        lambda **given: real(reference_pictures={"op ART": "digest of a picture"}, **given),
    )

    made = transferred(NAMES[:3], engine="openai")

    assert {tile.styles for tile in of(made, "generate")} == {("Cubism",), ("Baroque",)}
    (shown, *_) = [tile for tile in of(made, "transfer") if tile.styles == ("Op Art",)]
    assert shown.options[STYLE_PICTURES] == '{"Op Art":"digest of a picture"}'


@pytest.mark.parametrize("engine", ["stylizer", "openai"])
def test_what_goes_on_from_a_picture_is_made_after_it(engine):
    made = transferred(engine=engine, combine=3, masks=["left"])
    wave = {made.tiles[i].key: number for number, calls in enumerate(made.waves)
            for call in calls for i in made.calls[call]}  # fmt: skip

    for call in range(len(made.calls)):
        handed = made.call(call)
        for tile in handed.tiles:
            parts = [handed.composed[d].pieces for d in tile.made_of if d in handed.composed]
            below = [piece.tile for pieces in parts for piece in pieces if piece.tile]
            assert all(wave[key] < wave[tile.key] for key in below)
            assert below or tile.operation == "generate" or wave[tile.key] == 0
    assert len(made.waves) == 4 + (engine == "openai")


def test_transfers_are_paid_for_and_cells_are_not():
    made = transferred(engine="openai", quality="low")
    few = transferred(engine="openai", quality="low", masks=["left"])

    prices = [expected.price(made.call(i).tiles, ACCOUNTS) for i in range(len(made.calls))]
    assert sum(price > 0 for price in prices) == 6 + 6 + 15
    assert made.estimate.usd == few.estimate.usd == pytest.approx(sum(prices), abs=1e-4)
    assert [made.call(i).priced for i in range(len(made.calls))] == [price > 0 for price in prices]


def test_other_draws_take_the_place_of_refused_cells_alone_and_need_nothing_more():
    made = transferred(engine="openai", tiles=20, rows=4, cols=5, replace_refused=True)
    plain = transferred(engine="openai", tiles=20, rows=4, cols=5)

    assert of(made, "transfer") == of(plain, "transfer")
    assert made.spares
    assert {spare.operation for spare in made.spares} == {"reconstruct"}
    assert not {spare.key for spare in made.spares} & {tile.key for tile in made.tiles}
    for number, tiles in enumerate(made.calls):
        handed, cell = made.call(number), made.tiles[tiles[0]].operation == "reconstruct"
        assert bool(handed.spares) == cell
        for spare in handed.spares[0] if cell else ():
            assert handed.composed[spare.source].pieces[1].tile in {t.key for t in made.tiles}


def test_a_transfer_of_a_transfer_is_weaker_where_the_engine_can_so_that_both_styles_show():
    made = transferred(NAMES[:3], engine="stylizer")
    strengths = {
        tile.source == "digest of the source": tile.options.get("strength")
        for tile in of(made, "transfer")
    }

    assert strengths == {True: None, False: "0.6"}


def test_what_masks_keep_changes_no_transfer():
    kept, not_kept = (transferred(preserve=preserve) for preserve in (True, False))

    assert [tile.key for tile in kept.tiles] == [tile.key for tile in not_kept.tiles]


@pytest.mark.parametrize("count", range(1, 100))
def test_a_grid_has_room_for_every_draw_and_is_full_where_that_is_possible(count):
    rows, cols = transfer._grid(count)

    assert count <= rows * cols < count + cols
    assert cols <= 3 * rows


def test_eight_styles_are_listed_and_the_grid_has_a_cell_for_every_draw():
    made = planned(recipe="transfer", engine="stylizer")
    two, three = (transferred(NAMES[:count], masks=HALVES) for count in (2, 3))

    assert len(made.styles.styles) == made.request.style_count == 8
    assert (made.layout.rows, made.layout.cols) == (10, 10)
    assert len(of(made, "transfer")) == 8 + comb(8, 2)
    assert (two.layout.rows, two.layout.cols) == (2, 2)
    assert (three.layout.rows, three.layout.cols) == (3, 4)
    assert len(set(three.layout.cells)) == 12
    assert transferred(["Cubism"], masks=["left"]).request.combine == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"combine": 7}, "combine: 7 of 6 styles cannot be combined"),
        ({"masks": ["left"], "tiles": 16}, "tiles: 16 are more than the 15 draws of 1 masks"),
        ({"prompt_template": "{a|b} {styles}"}, "there can be only one"),
        ({"prompt": "a cat"}, "prompt: the recipe transfer has no use for it"),
    ],
)
def test_what_cannot_be_made_is_refused(options, said):
    with pytest.raises(InvalidRequest) as caught:
        parse({"recipe": "transfer", "styles": NAMES, **options})

    assert said in str(caught.value)


@pytest.mark.parametrize(
    "name", sorted(name for name, e in engines.ENGINES.items() if "transfer" in e.operations)
)
def test_an_engine_that_transfers_is_shown_styles_or_knows_them_by_name(name):
    known = engines.ENGINES[name]

    assert known.style_pictures
    # Whoever is asked for money is shown what a style looks like, and can make what it is shown.
    assert known.references == (known.provider is not None)
    assert not known.references or "generate" in known.operations


def test_the_engine_is_one_that_can_unless_another_is_named():
    assert parse({"recipe": "transfer"}).engine == "stylizer"
    assert parse({"recipe": "transfer", "engine": "openai"}).engine == "openai"
    assert parse({"recipe": "variations"}).engine == "painter"
    assert parse({"recipe": "reconstruction"}).engine == "painter"
