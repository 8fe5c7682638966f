from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import numpy as np
import pytest

from collage.errors import InvalidRequest
from collage.sheet import lettering, strips
from collage.sheet.layout import Layout
from collage.sheet.measures import LONGEST_LEGEND
from collage.sheet.sheet import Sheet
from tests.unit.pictures import noise, pixels, plain
from tests.unit.sheet.drawn import Given, drawn

GREY = (128, 128, 128)
LONG = "Abstract Expressionism + Donaudampfschifffahrtsgesellschaftskapitaenskajuete, bottom-right"
CAPTIONS = {0: "Cubism + Baroque, top", 1: "Op Art, left", 2: LONG, 3: ""}


def sheet(cell=(128, 96), rows=2, cols=3, captions=CAPTIONS, **options):
    cells = tuple(i % len(captions) for i in range(rows * cols))
    made = {"gap": 0, "labels": True, "background": "#ff00ff", **options}
    return Sheet(Layout(rows=rows, cols=cols, cell=cell, cells=cells, **made), captions)


def whole(sheet, colour=GREY):
    """The collage of plain cells."""
    width, height = sheet.layout.cell
    cell = pixels(plain((width, height), colour))
    return drawn(sheet, lambda _: cell)


def ink(picture, background=(255, 0, 255)):
    """Where something is drawn that is neither background nor cell."""
    return (picture != background).any(axis=2) & (picture != GREY).any(axis=2)


def of_edge(mask, depth=1):
    """Whether anything is drawn at the edge."""
    inner = mask[depth:-depth, depth:-depth]
    return mask.sum() != inner.sum()


@pytest.mark.parametrize("side", [32, 48, 64, 100, 128, 256, 700])
@pytest.mark.parametrize("gap", [0, 5, -6])
@pytest.mark.parametrize("background", ["#ff00ff", "black", "white", "navy", "wheat"])
def test_labels_are_drawn_whole_and_only_below_their_cells(side, gap, background):
    made = sheet(cell=(side, side), gap=gap, background=background)
    place, colour = made.geometry, lettering.colour(background)
    picture = whole(made)

    for row in range(2):
        for col in range(3):
            left, top, width, height = place.box(row, col)
            assert (picture[top : top + height, left : left + width] == GREY).all()
            below = top + height
            label = ink(picture[below : below + place.label, left : left + width], colour)
            tile = made.layout.cells[row * 3 + col]
            assert label.any() == bool(CAPTIONS[tile] or not made.measures.has_words)
            assert not label[0].any()
            assert not label[-1].any()
    # Nothing of a label lies outside of it: what is left are gaps, and the legend.
    for row in range(2):
        for col in range(3):
            left, top, width, height = place.box(row, col)
            picture[top : top + height + place.label, left : left + width] = GREY
    assert not ink(picture[: 2 * place.step[1]], colour).any()


@pytest.mark.parametrize("side", [16, 17, 24, 40, 99, 100, 130, 400, 2048])
def test_all_of_a_labels_text_is_in_lines_that_fit(side):
    made = sheet(cell=(side, 40))

    for tile, caption in CAPTIONS.items():
        lines = made.measures.label_lines(tile)
        said = caption if side >= 100 else str(tile + 1)
        assert "".join("".join(lines).split()) == "".join(said.split())
        assert all(lettering.length(line, made.measures.letters) <= side for line in lines)
        assert len(lines) * lettering.line_height(made.measures.letters) <= made.geometry.label
    assert made.measures.letters >= lettering.LEAST


def test_the_letters_grow_with_the_cells():
    sizes = [sheet(cell=(side, side)).measures.letters for side in (32, 256, 1024)]

    assert sizes == sorted(sizes)
    assert sizes[0] == lettering.LEAST < sizes[1]


@pytest.mark.parametrize("number", [1, 99, 12345, 40_000])
def test_a_number_of_any_length_fits_a_narrow_cell(number):
    made = sheet(cell=(16, 16), rows=1, cols=1, captions={number - 1: "x"})
    made = Sheet(made.layout.model_copy(update={"cells": (number - 1,)}), made.captions)

    assert "".join(made.measures.label_lines(number - 1)) == str(number)
    picture = whole(made)
    label = ink(picture[16 : 16 + made.geometry.label])
    assert label.any()
    assert not label[0].any()
    assert not label[-1].any()


def test_cells_too_narrow_for_a_digit_have_no_labels():
    with pytest.raises(InvalidRequest, match="labels: of a cell 15 pixels are seen"):
        _ = sheet(cell=(15, 15)).geometry


def test_a_legend_says_what_the_numbers_are():
    made = sheet(cell=(64, 64))
    place = made.geometry
    below = whole(made)[place.offset[1] + 2 * place.step[1] :]

    assert made.measures.legend[:2] == ["1: Cubism + Baroque, top", "2: Op Art, left"]
    assert ink(below).any()
    assert not of_edge(ink(below))
    lines = [line for _, lines in made.measures.legend_places for line in lines]
    said = "".join("".join(lines).split())
    assert said == "".join("".join(made.measures.legend).split())


def test_the_legend_of_very_many_tiles_is_one_entry():
    captions = dict.fromkeys(range(LONGEST_LEGEND + 1), "x")
    made = sheet(cell=(32, 32), rows=1, cols=LONGEST_LEGEND + 1, captions=captions)

    assert made.measures.legend == [
        f"1 to {LONGEST_LEGEND + 1}: the tiles in manifest.json, from 1"
    ]


def test_without_labels_there_is_neither_label_nor_legend():
    made = sheet(cell=(32, 32), labels=False)

    assert made.geometry.size == (96, 64)
    assert (whole(made) == GREY).all()


@pytest.mark.parametrize("side", [16, 64, 300])
@pytest.mark.parametrize("title", ["A farm", "A farmhouse, and two people who stand before it" * 3])
def test_a_title_is_drawn_whole_above_the_cells(side, title):
    made = sheet(cell=(side, side), labels=False, title=title, border=7)
    picture, top = whole(made), made.geometry.offset[1]

    head = ink(picture[:top])
    assert head.any()
    assert not of_edge(head[:, :], depth=4)
    assert made.geometry.offset[0] == 7
    assert made.geometry.size[0] == 3 * side + 14
    assert made.geometry.size[1] == top + 2 * side + 7
    assert "".join("".join(made.measures.title_lines).split()) == "".join(title.split())


@pytest.mark.parametrize("side", [24, 64, 150])
def test_headers_and_axes_are_drawn_whole_beside_the_cells(side):
    words = ("Cubism", "Impressionism and more", "Op")
    made = sheet(
        cell=(side, side),
        labels=False,
        border=5,
        column_headers=words,
        row_headers=words[:2],
        column_axis="style A",
        row_axis="style B",
    )
    left, top = made.geometry.offset
    picture = whole(made)

    above, beside = ink(picture[:top, left:]), ink(picture[top:-5, :left])
    for headers in (above, beside):
        assert headers.any()
    assert not of_edge(ink(picture), depth=5)
    for col in range(3):
        x = made.geometry.box(0, col)[0]
        column = above[:, x - left : x - left + side]
        assert column.any()
    for row in range(2):
        y = row * made.geometry.step[1]
        assert beside[y : y + side].any()
    # A gap between header and cell.
    assert not beside[:, -2:].any()


def test_rows_too_low_for_headers_are_refused():
    with pytest.raises(InvalidRequest, match="rows of 5 pixels are too low"):
        _ = sheet(cell=(64, 5), labels=False, row_headers=("a", "b")).geometry
    with pytest.raises(InvalidRequest, match="columns of 9 pixels are too narrow"):
        _ = sheet(cell=(9, 64), labels=False, column_headers=("a", "b", "c")).geometry


@pytest.mark.parametrize("grey", range(0, 256, 5))
def test_ink_stands_out_from_every_background(grey):
    def luminance(colour):
        parts = [c / 255 for c in colour]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for background in ((grey, grey, grey), (grey, 0, 0), (0, grey, 255), (255, grey, 0)):
        light, dark = sorted(map(luminance, (background, lettering.ink(background))), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5


# Reading cells for strips.


def test_cells_that_are_shown_again_are_read_once_where_there_is_room(monkeypatch):
    layout = Layout(rows=6, cols=4, cell=(8, 8), gap=0, cells=tuple(i % 5 for i in range(24)))
    counts, lock = dict.fromkeys(range(5), 0), Lock()
    cells = {i: pixels(noise((8, 8), i)) for i in range(5)}

    def read(tile):
        with lock:
            counts[tile] += 1
        return cells[tile]

    def picture():
        with ThreadPoolExecutor(4) as pool:
            return np.concatenate(list(strips.strips(Sheet(layout, {}), Given(read), pool, pool)))

    enough = picture()
    assert set(counts.values()) == {1}
    monkeypatch.setattr(strips, "MOST_KEPT", 2 * 8)
    counts.update(dict.fromkeys(counts, 0))
    scarce = picture()
    assert 1 < max(counts.values()) <= 6
    assert (enough == scarce).all()
    for position, tile in enumerate(layout.cells):
        y, x = position // 4 * 8, position % 4 * 8
        assert (enough[y : y + 8, x : x + 8] == cells[tile]).all()


def test_a_cell_that_cannot_be_read_ends_it():
    layout = Layout(rows=2, cols=2, cell=(8, 8), gap=0, cells=(0, 1, 2, 3))

    def read(tile):
        if tile == 3:
            raise OSError("gone")
        return pixels(plain((8, 8)))

    with ThreadPoolExecutor(2) as pool, pytest.raises(OSError, match="gone"):
        list(strips.strips(Sheet(layout, {}), Given(read), pool, pool))
