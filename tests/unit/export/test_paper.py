"""Posters and contact sheets, read and rendered by PDFium."""

import io
import re
from importlib.resources import files

import numpy as np
import pytest
from PIL import Image

from collage.errors import InvalidRequest
from collage.export.asked import parse_export
from collage.export.paper import MARK_GAP, MARK_LENGTH, paper_of
from collage.provenance import explain
from collage.steps.export_collage import order
from tests.unit.export.taken import star, taken
from tests.unit.runs import SMALL, made

MM = 72 / 25.4
FONT = (files("manimgx_fonts") / "NotoSans-Italic[wght].ttf").read_bytes()
STYLES = ["Cubism", "Baroque", "Op Art"]


@pytest.fixture
def plain(stack):
    return made(stack, styles=STYLES)


def opened(data):
    # Imported here, so that who has not installed it can collect the tests.
    import pypdfium2

    return pypdfium2.PdfDocument(data)


def rendered(page, dpi=72):
    return np.asarray(page.render(scale=dpi / 72).to_pil().convert("RGB"))


def pictures(data):
    """The JPEGs in a PDF, as they stand in it."""
    return [
        Image.open(io.BytesIO(found[1]))
        for found in re.finditer(rb"/DCTDecode.*?stream\n(.*?)\nendstream", data, re.DOTALL)
    ]


def millimetres(box):
    return [round(side / MM, 2) for side in box]


def test_a_poster_has_the_boxes_that_printers_go_by(stack, plain):
    _, data = taken(stack, plain, "poster", paper="A5", landscape=True, bleed=3, marks=True, dpi=20)

    (page,) = opened(data)
    assert millimetres(page.get_trimbox()) == [8, 8, 218, 156]
    assert millimetres(page.get_bleedbox()) == [5, 5, 221, 159]
    assert millimetres(page.get_mediabox()) == [0, 0, 226, 164]


def test_crop_marks_lie_outside_the_bleed_in_line_with_the_cuts():
    paper = paper_of(parse_export({"kind": "poster", "paper": "100x50", "bleed": 5, "marks": True}))

    left, bottom, right, top = paper.trim
    for x1, y1, x2, y2 in paper.crop_marks:
        assert (x1 in (left, right) and x1 == x2) or (y1 in (bottom, top) and y1 == y2)
        assert abs(x2 - x1) + abs(y2 - y1) == MARK_LENGTH
        inside = paper.bled[0] < x1 < paper.bled[2] and paper.bled[1] < y1 < paper.bled[3]
        assert not inside
    assert len(paper.crop_marks) == 8
    assert (
        paper_of(parse_export({"kind": "poster", "marks": True})).around == MARK_GAP + MARK_LENGTH
    )


def test_the_picture_stands_in_the_middle_and_the_ground_fills_the_bleed(stack, plain):
    _, data = taken(
        stack, plain, "poster",
        paper="100x100", margin=10, bleed=3, marks=True, background="navy", border=0, dpi=20,
    )  # fmt: skip

    seen = rendered(opened(data)[0], 25.4 * 4)
    # Four pixels a millimetre; the cut begins at 8.
    assert tuple(seen[0, seen.shape[1] // 2]) == (255, 255, 255)
    assert tuple(seen[4 * 6, seen.shape[1] // 2]) == (0, 0, 128)
    assert tuple(seen[4 * 4, 4 * 8]) != (255, 255, 255)
    rows = np.nonzero(
        (np.abs(seen.astype(int) - (0, 0, 128)) > 8).any(axis=2)[:, seen.shape[1] // 2]
    )
    inside = [row for row in rows[0] if 4 * 8 < row < 4 * 108]
    above, below = inside[0] - 4 * 8, 4 * 108 - inside[-1] - 1
    assert abs(above - below) <= 4
    assert above >= 4 * 10


def test_a_poster_shows_the_tiles_as_fine_as_they_are_and_says_how_fine(stack, plain):
    exported, data = taken(stack, plain, "poster", paper="A4", margin=0)

    (picture,) = pictures(data)
    # Three tiles of 64 pixels on 210 mm.
    assert exported.notes == ("The tiles are printed at 23 pixels an inch.",)
    assert picture.size == (3 * 63, 2 * 63)
    assert (explain.explain(data_of(picture)).id, picture.info["dpi"]) == (plain, (23, 23))


def data_of(picture):
    picture.fp.seek(0)
    return picture.fp.read()


def test_pixels_that_are_too_few_are_refused_or_said(stack, plain):
    with pytest.raises(InvalidRequest) as refused:
        taken(stack, plain, "poster", paper="A4", margin=0, dpi=300)
    assert str(refused.value) == (
        "dpi: the tiles have too few pixels for this page: 23 an inch, not 300; ask for no more, "
        "for smaller paper, or for enlarge."
    )

    exported, data = taken(stack, plain, "poster", paper="A4", margin=0, dpi=100, enlarge=True)

    (picture,) = pictures(data)
    assert exported.notes == ("The tiles are enlarged: they have 23 pixels an inch, not 100.",)
    assert 820 < picture.width <= 826


def test_a_poster_that_covers_its_page_is_cut_at_the_bleed(stack, plain):
    _, data = taken(
        stack, plain, "poster",
        paper="60x60", fit="cover", bleed=2, marks=True, background="pink", dpi=30, enlarge=True,
    )  # fmt: skip

    (page,) = opened(data)
    seen = rendered(page, 254)
    bleed = [round(side / 72 * 254) for side in page.get_bleedbox()]
    inside = seen[bleed[1] + 2 : bleed[3] - 2, bleed[0] + 2 : bleed[2] - 2]
    # The ground is seen nowhere, as it would be in whole rows or columns.
    ground = np.abs(inside.astype(int) - (255, 192, 203)).sum(axis=2) < 30
    assert not ground.all(axis=0).any()
    assert not ground.all(axis=1).any()
    assert (seen[: bleed[1] - 2, 120:-120] == 255).all()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"paper": "A9"}, "paper: 'A9' is no paper; there are: A0, A1"),
        ({"paper": "5x5"}, "paper: give sides of 20 to 2,540 mm"),
        ({"paper": "1x2x3"}, "paper: "),
        ({"paper": "A5", "margin": 80}, "margin: 80 mm on each side leave nothing"),
        ({"paper": "20x20", "dpi": 10, "margin": 0}, "paper: 2 x 3 tiles do not fit on it"),
        ({"paper": "2500x2500", "dpi": 2400, "enlarge": True}, "dpi: the page would have"),
    ],
)
def test_a_page_that_cannot_be_made_is_refused(stack, plain, options, said):
    with pytest.raises(InvalidRequest, match=f"^{re.escape(said)}"):
        taken(stack, plain, "poster", **options)


def test_a_contact_sheet_has_as_many_pages_as_it_takes_with_their_numbers(stack):
    many = made(stack, **{**SMALL, "rows": 3, "cols": 5, "styles": [*STYLES, "Pop Art"]})

    exported, data = taken(
        stack, many, "sheet", paper="A5", columns=3, title="Größe 浮世絵", dpi=100
    )

    document = opened(data)
    assert len(document) == 2
    assert exported.notes[0] == "2 pages."
    for page, picture in zip(document, pictures(data), strict=True):
        assert millimetres(page.get_trimbox()) == [0, 0, 148, 210]
        assert picture.size == (582, 826)
    seen = [rendered(page) for page in document]
    # Nine tiles are on the first page, six on the second, each page with its number.
    assert (seen[0][250:400] != 255).mean() > 0.5
    assert (seen[1][350:500] == 255).all()
    feet = [np.asarray(page[520:]) for page in seen]
    assert all((foot != 255).any() for foot in feet)
    assert (feet[0] != feet[1]).any()
    assert document.get_metadata_value("Title") == "Größe 浮世絵"


def test_captions_can_be_left_out_and_a_sheet_of_the_chosen_has_a_page(stack, plain):
    star(stack, plain, 0, 1)

    exported, data = taken(stack, plain, "sheet", only=["starred"], labels=False, dpi=72)

    assert (exported.tiles, len(opened(data))) == (2, 1)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"paper": "A0", "dpi": 2400}, "dpi"),
        ({"columns": 200, "dpi": 30}, "columns"),
        ({"columns": 1, "landscape": True, "dpi": 72}, "columns"),
        ({"columns": 9, "dpi": 72, "labels": True}, "labels"),
        ({"bleed": 3}, "bleed"),
    ],
)
def test_a_contact_sheet_that_cannot_be_made_is_refused(stack, plain, options, field):
    with pytest.raises(InvalidRequest, match=rf"^{field}: "):
        taken(stack, plain, "sheet", **options)


def test_a_file_for_paper_says_that_what_it_shows_was_made_by_a_program(stack, plain):
    for kind in ("poster", "sheet"):
        _, data = taken(stack, plain, kind, paper="A5", dpi=20)
        assert b"DigitalSourceType" in data


def test_a_poster_is_written_in_the_collages_own_font_which_is_read_once(stack, monkeypatch):
    stack.put("sources/font", FONT)
    own = made(stack, styles=STYLES, font="sources/font", title="Größe", cell=128)
    read, real = [], type(stack.store).font
    monkeypatch.setattr(type(stack.store), "font", lambda s, c: read.append(c) or real(s, c))
    asked = parse_export({"kind": "poster", "paper": "A6"})

    order(stack.store, own, asked)

    assert read == [own]
