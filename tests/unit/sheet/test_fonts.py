"""Fonts that people bring: refused or written with, and never mixed up with others."""

import struct
from importlib.resources import files
from itertools import pairwise

import numpy as np
import pytest

from collage.errors import InvalidRequest, SourceChanged
from collage.fields import values
from collage.request.relayout import parse_relayout
from collage.sheet import fonts, lettering, typesetting
from collage.steps.accept import accept
from collage.steps.assemble_again import assemble_again
from collage.steps.make_masks import make_masks
from tests.unit.runs import SOURCE, assemble, prepare, render, start

ITALIC = (files("manimgx_fonts") / "NotoSans-Italic[wght].ttf").read_bytes()
"""Its family is that of the upright letters that all is written in otherwise."""

TEXT = "Größe of 浮世絵"


def with_entry(data, tag, offset, length):
    """A font whose table of that tag is said to lie elsewhere."""
    (count,) = struct.unpack_from(">H", data, 4)
    made = bytearray(data)
    for at in range(12, 12 + 16 * count, 16):
        if data[at : at + 4] == tag:
            struct.pack_into(">II", made, at + 8, offset, length)
    return bytes(made)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no TrueType or OpenType font"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "no TrueType or OpenType font"),
        (b"wOF2" + ITALIC[4:], "no TrueType or OpenType font"),
        (b"OTTO", "damaged"),
        (b"\0\1\0\0\xff\xff" + bytes(99), "damaged"),
        (ITALIC[:30_000], "damaged"),
        (with_entry(ITALIC, b"cmap", len(ITALIC), 4), "damaged"),
        (with_entry(ITALIC, b"cmap", 12, 6), "damaged"),
        (with_entry(ITALIC, b"glyf", 12, 6), "damaged"),
        (with_entry(ITALIC, b"head", 12, 6), "damaged"),
        (ITALIC.replace(b"name", b"nome", 1), "damaged"),
    ],
)
def test_what_cannot_be_written_with_is_refused(data, said):
    with pytest.raises(InvalidRequest, match=f"^font: .*{said}"):
        fonts.check(data)


def test_a_font_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(fonts, "MOST_FONT_BYTES", 1000)

    with pytest.raises(InvalidRequest, match=r"^font: it has [\d,]+ bytes; at most 1,000"):
        fonts.check(ITALIC)


def test_segments_that_overlap_take_no_time():
    count = 20_000
    table = struct.pack(">7H", 4, 0, 0, 2 * count, 0, 0, 0)
    table += struct.pack(f">{count}H", *[0xFFFE] * count) + bytes(2)
    table += struct.pack(f">{count}H", *[0] * count) + bytes(4 * count)
    cmap = struct.pack(">2H2HI", 0, 1, 3, 1, 12) + table
    font = struct.pack(">4s4H4sIII", b"\0\1\0\0", 1, 0, 0, 0, b"cmap", 0, 28, len(cmap)) + cmap

    with pytest.raises(InvalidRequest, match="damaged"):
        fonts.check(font)


def test_a_font_is_written_with_and_others_only_for_what_it_lacks():
    own = fonts.use(ITALIC)

    slanted, upright = (typesetting.set_line("Größe", 40, font)[0] for font in (own, None))
    both, alone = (typesetting.set_line(text, 40, own)[0] for text in ("浮世絵", "浮"))

    assert slanted.shape != upright.shape
    assert both.shape[1] > 2 * alone.shape[1]
    assert np.array_equal(both, typesetting.set_line("浮世絵", 40)[0])


def test_a_font_of_the_same_family_changes_nothing_for_others():
    before = typesetting.set_line("Größe und Maß", 37)[0]
    fonts.use(ITALIC)
    typesetting.set_line.cache_clear()

    assert np.array_equal(typesetting.set_line("Größe und Maß", 37)[0], before)


def test_what_a_font_has_can_be_written(monkeypatch):
    own = fonts.use(ITALIC)
    monkeypatch.setattr(typesetting, "_coverages", tuple)

    assert typesetting.missing(["Größe 浮"]) == "öß浮"
    assert typesetting.missing(["Größe 浮"], own) == "浮"
    assert lettering.writable("Größe", "1", own) == "Größe"
    assert not lettering.plain("Hall", own)


def lettered(stack, **options):
    """A collage of one cell with a title; its id."""
    given = {"rows": 1, "cols": 1, "cell": 128, "styles": ["Cubism", "Op Art"], "labels": True}
    made, calls = prepare(stack, **{**given, "title": TEXT, "metadata": False, **options})
    render(stack, made, calls)
    return made


def test_a_collage_is_lettered_in_the_font_though_its_upload_is_gone(stack):
    stack.put("sources/font", ITALIC)
    plain, own = lettered(stack), lettered(stack, font="sources/font")
    stack.store.s3.delete_object(Bucket=stack.store.uploads, Key="sources/font")

    pictures = [assemble(stack, made) and stack.store.collage(made) for made in (plain, own)]

    assert all(one != other for one, other in pairwise(pictures))
    first, second = (stack.store.plan(made) for made in (plain, own))
    assert [tile.key for tile in first.tiles] == [tile.key for tile in second.tiles]
    assert second.layout.font == fonts.use(ITALIC)
    assert "font" not in first.layout.model_dump()


def test_another_layout_is_lettered_in_it_too(stack):
    stack.put("sources/font", ITALIC)
    made = [lettered(stack), lettered(stack, font="sources/font")]

    pictures = []
    for each in made:
        assemble(stack, each)
        again = assemble_again(stack.store, each, parse_relayout({"border": 8, "labels": False}))
        pictures.append(stack.get(again.collage))

    assert pictures[0] != pictures[1]


@pytest.mark.parametrize(
    ("key", "data", "said"),
    [
        ("sources/none", None, "font: .*sources/none"),
        ("sources/text", b"words", "font: it is no TrueType"),
        ("sources/large", bytes(values.MOST_FONT_BYTES + 1), "font: .* at most 33,554,432"),
    ],
)
def test_the_door_says_that_it_is_the_font(stack, key, data, said):
    stack.put("uploads/a.png", SOURCE)
    if data is not None:
        stack.put(key, data)

    with pytest.raises(InvalidRequest, match=said):
        accept(stack.store, stack.services, "uploads/a.png", {"font": key})
    with pytest.raises(InvalidRequest, match="font: String should match"):
        accept(stack.store, stack.services, "uploads/a.png", {"font": "elsewhere/font"})


def test_a_font_that_was_overwritten_ends_the_run(stack):
    stack.put("sources/font", ITALIC)
    made = start(stack, font="sources/font")["id"]
    stack.put("sources/font", ITALIC + bytes(4))

    with pytest.raises(SourceChanged, match="sources/font was overwritten"):
        make_masks(stack.store, stack.services, made)
