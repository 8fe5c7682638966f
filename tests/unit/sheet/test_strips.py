from PIL import Image

from collage.sheet.layout import Layout
from collage.sheet.sheet import Sheet
from tests.unit.pictures import (
    BLUE,
    GOLD,
    GREEN,
    RED,
    WHITE,
    noise,
    pixels,
    plain,
    quarters,
)
from tests.unit.sheet.drawn import drawn

COLOURS = {0: RED, 1: GREEN, 2: BLUE, 3: GOLD}
CELL = (8, 6)


def joined(cells, cols, gap=0, cell=CELL):
    """The collage of plain cells, each in its tile's colour."""
    raw = {tile: pixels(plain(cell, COLOURS[tile])) for tile in set(cells)}
    layout = Layout(rows=len(cells) // cols, cols=cols, cell=cell, gap=gap, cells=tuple(cells))
    return Image.fromarray(drawn(Sheet(layout, {}), raw.__getitem__))


def test_every_cell_shows_its_tile_at_its_place():
    picture = joined([0, 1, 2, 3, 1, 0], cols=3)

    assert picture.size == (24, 12)
    for position, tile in enumerate([0, 1, 2, 3, 1, 0]):
        x, y = position % 3 * 8, position // 3 * 6
        assert picture.crop((x, y, x + 8, y + 6)).getcolors() == [(48, COLOURS[tile])]


def test_the_pixels_of_a_cell_are_not_changed():
    tile = noise(CELL)
    layout = Layout(rows=1, cols=1, cell=CELL, gap=0, cells=(0,))

    assert (drawn(Sheet(layout, {}), {0: pixels(tile)}.__getitem__) == pixels(tile)).all()


def test_a_gap_is_a_white_line_between_cells_and_not_around_them():
    picture = joined([0, 1, 2, 3], cols=2, gap=2)

    assert picture.size == (8 + 2 + 8, 6 + 2 + 6)
    assert [picture.getpixel((x, 0)) for x in (7, 8, 9, 10)] == [RED, WHITE, WHITE, GREEN]
    assert [picture.getpixel((0, y)) for y in (5, 6, 7, 8)] == [RED, WHITE, WHITE, BLUE]
    assert picture.getpixel((17, 13)) == GOLD


def test_an_overlap_cuts_every_cell_at_its_right_and_lower_side():
    tile = quarters((8, 8))
    tile.paste(WHITE, (6, 0, 8, 8))
    tile.paste(WHITE, (0, 6, 8, 8))
    layout = Layout(rows=2, cols=3, cell=(8, 8), gap=-2, cells=(0,) * 6)

    picture = Image.fromarray(drawn(Sheet(layout, {}), {0: pixels(tile)}.__getitem__))

    assert picture.size == (18, 12)
    assert WHITE not in {colour for _, colour in picture.getcolors()}
    assert picture.crop((6, 6, 12, 12)).tobytes() == tile.crop((0, 0, 6, 6)).tobytes()


def test_the_largest_overlap_leaves_a_pixel_of_each_cell():
    assert joined([0, 1], cols=2, gap=-5).size == (2 * 3, 1)
