"""Text in any script: that there are letters for it, in which order, and how high they stand."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from fontTools.ttLib import TTCollection, TTFont
from PIL import ImageFont

from collage.errors import InvalidRequest
from collage.request import letters
from collage.request.parse import parse
from collage.sheet import coverage, graphemes, layer_fonts, lettering, typesetting
from collage.steps import start_collage
from collage.steps.estimate import estimate
from tests.unit.sheet.test_sheet import ink, sheet, whole

TEXTS = {
    "German": "Trödel & Größe",
    "Vietnamese": "Ế Thị giác",
    "Greek": "Ελληνική τέχνη",
    "Russian": "Русский авангард",
    "Hindi": "हिन्दी क्षत्रिय",
    "Hebrew": "אמנות ישראלית",
    "Arabic": "فن الخط العربي، أعلى",
    "Thai": "ศิลปะที่นี่",
    "Japanese": "浮世絵とキュビズム",
    "Chinese": "中文水墨畫、书法",
    "Korean": "한국 민화",
    "Burmese": "မြန်မာ",
    "emoji": "🎨🏠👨‍👩‍👧☃️",
    "punctuation": "“A\u2013B” … € \u00d7 •",
}
CUNEIFORM = "𒀀"
LABELLED = {
    "title": "A Title of the Collage",
    "border": 8,
    "column_headers": ("Cubism", "Baroque", "Op Art"),
    "row_headers": ("top", "left, and right"),
    "column_axis": "style",
    "row_axis": "mask",
}


def blobs(picture):
    """Widths of what stands apart from left to right."""
    columns = np.flatnonzero(np.diff(np.pad(picture.any(axis=0), 1).astype(int)))
    return [int(stop - start) for start, stop in columns.reshape(-1, 2)]


def framed(picture):
    """Whether ink goes all the way round, as it does of a box."""
    rows, columns = (np.flatnonzero(picture.max(axis=axis) > 100) for axis in (1, 0))
    inked = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] > 100
    sides = inked[0], inked[-1], inked[:, 0], inked[:, -1]
    return min(inked.shape) > 12 and all(side.all() for side in sides)


@pytest.mark.parametrize(
    ("side", "options", "digest"),
    [
        (64, {}, "c84ea3698571421ca4f9143621d98b789051d6ed640f088192564bb97e943295"),
        (128, {}, "2637b3464e4a85d1dfae6a14d97a216c0d9174434aadfb1e956c06bb7a9dd572"),
        (64, LABELLED, "83de532596ee886cfc35cf9555798e690e633073c41f5a729d1eea030a858da5"),
        (128, LABELLED, "afb0bb8173ada97514c83741418db4397d147eb643746423b926d53cb972100a"),
    ],
)
def test_what_is_ascii_is_drawn_as_it_always_was(side, options, digest):
    picture = whole(sheet(cell=(side, side), **options))

    assert hashlib.sha256(picture.tobytes()).hexdigest() == digest


def test_pillows_own_font_has_what_is_called_built_in():
    font = ImageFont.load_default(40)
    box = bytes(font.getmask("\u0416"))
    for character in map(chr, [*range(0x21, 0x7F), *range(0xA1, 0x250)]):
        if lettering.plain(character):
            assert bytes(font.getmask(character)) != box, character


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("size", [12, 13, 24, 64])
def test_a_line_of_any_script_has_letters_and_fits_its_height(text, size):
    assert typesetting.missing([text]) == ""
    picture, _ = typesetting.set_line(text, size)

    assert picture.max() > 200
    assert picture.shape[0] <= lettering.line_height(size, tall=True)
    assert picture.shape[1] == lettering.length(text, size)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_no_letter_is_a_box(text):
    # Pango draws a box with the code in it for what no font has.
    assert framed(typesetting.set_line(CUNEIFORM, 48)[0])
    for character in set(text) - {" ", "\u200d", "\ufe0f"}:
        assert not framed(typesetting.set_line(character, 48)[0]), character


def test_coverage_is_that_of_the_fonts_themselves():
    for path in layer_fonts.paths():
        collection = path.suffix == ".ttc"
        font = TTCollection(path, lazy=True).fonts[0] if collection else TTFont(path, lazy=True)
        points = {p for p, name in font.getBestCmap().items() if name != ".notdef"}
        read = coverage.read(path)

        assert {p for first, last in read.ranges for p in range(first, last + 1)} == points
        assert all(chr(p) in read for p in list(points)[::97])
        assert CUNEIFORM not in read


def test_a_file_that_is_no_font_is_refused(tmp_path):
    path = tmp_path / "a.ttf"
    path.write_bytes(bytes(64))

    with pytest.raises(ValueError, match="has no table cmap"):
        coverage.read(path)


def test_hebrew_is_read_from_right_to_left():
    wide, narrow = (blobs(typesetting.set_line(letter, 48)[0])[0] for letter in "םו")
    assert wide > 1.5 * narrow

    first, *_, last = blobs(typesetting.set_line("םו", 48)[0])
    assert abs(first - narrow) <= 1
    assert abs(last - wide) <= 1


def test_numbers_within_hebrew_are_read_from_left_to_right():
    one, eight, *_ = blobs(typesetting.set_line("א 1888", 48)[0])

    assert one < 0.8 * eight


def test_arabic_letters_are_joined():
    assert len(blobs(typesetting.set_line("بيت", 48)[0])) == 1
    assert len(blobs(typesetting.set_line("ب ي ت", 48)[0])) == 3


def test_consonants_of_devanagari_are_tied():
    tied = typesetting.set_line("क्ष", 48)[0].shape[1]

    assert tied < 0.8 * typesetting.set_line("कष", 48)[0].shape[1]


def test_scripts_of_one_line_stand_on_one_baseline():
    arabic = typesetting.set_line("日本 — ال", 48)[0]
    alone = typesetting.set_line("日本", 48)[0]
    columns = alone.shape[1]
    han, others = arabic[:, :columns], arabic[:, columns:]

    bottom = [np.flatnonzero(part.any(axis=1))[-1] for part in (han, others)]
    assert abs(int(bottom[0]) - int(bottom[1])) <= 6


def test_markup_is_no_markup():
    tagged = lettering.length("<b>é</b> &amp;", 24)

    assert tagged > 1.5 * lettering.length("é &amp;", 24)


def test_what_is_not_seen_takes_no_room():
    assert lettering.length("\u200b", 24) == 0
    made = sheet(captions={0: "\u200b", 1: "é\u200b"}, cell=(128, 96))
    assert whole(made).shape[1] == made.geometry.size[0]


def test_fonts_of_the_machine_are_not_used_and_its_environment_is_left_alone():
    script = (
        "import os; from collage.sheet import typesetting\n"
        "line = typesetting.set_line('é浮', 30)[0]\n"
        "import hashlib; print(hashlib.sha256(line.tobytes()).hexdigest())\n"
        "print(os.environ.get('FONTCONFIG_FILE'))"
    )
    said = []
    for path in ("/nowhere/fonts.conf", None):
        environment = {k: v for k, v in os.environ.items() if k != "FONTCONFIG_FILE"}
        if path:
            environment["FONTCONFIG_FILE"] = path
        done = subprocess.run(
            [sys.executable, "-c", script],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stderr == ""
        said.append(done.stdout.split())
    assert said[0][0] == said[1][0]
    assert [each[1] for each in said] == ["/nowhere/fonts.conf", "None"]


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("abc", ["a", "b", "c"]),
        ("e\u0301a", ["e\u0301", "a"]),
        ("क्षत", ["क्ष", "त"]),
        ("ที่นี่", ["ที่", "นี่"]),
        ("👨‍👩‍👧🎨", ["👨‍👩‍👧", "🎨"]),
        ("👍🏽a", ["👍🏽", "a"]),
        ("🇩🇪🇯🇵", ["🇩🇪", "🇯🇵"]),
    ],
)
def test_a_word_is_broken_between_what_readers_take_for_characters(word, parts):
    assert graphemes.split(word) == parts


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("side", [100, 128, 200])
def test_labels_of_any_script_are_drawn_whole_and_below_their_cells(text, side):
    made = sheet(cell=(side, side), captions={0: text, 1: f"{text}, left"}, cols=2)
    picture, place = whole(made), made.geometry

    for row in range(2):
        for col in range(2):
            left, top, width, height = place.box(row, col)
            label = ink(picture[top + height :][: place.label, left : left + width])
            assert label.any()
            assert not label[0].any()
            assert not label[-1].any()


def test_a_style_that_cannot_be_written_is_written_bare_or_as_its_number():
    assert lettering.writable("Cafe\u0301", "7") == "Cafe\u0301"
    assert typesetting.missing(["\U0001d4d0rt"]) == "\U0001d4d0"
    assert lettering.writable("\U0001d4d0rt", "7") == "Art"
    assert lettering.writable(f"{CUNEIFORM} + Art", "7") == "7"
    given = {0: f"{CUNEIFORM} + Art", 1: "Cubism"}
    numbers = {0: "1", 1: "Cubism"}

    made = sheet(cell=(128, 96), captions=given, cols=2)
    again = sheet(cell=(128, 96), captions={**numbers, 2: "é"}, cols=2)
    assert made.measures.unwritten == CUNEIFORM
    assert again.measures.unwritten == ""
    assert made.measures.label_lines(0) == again.measures.label_lines(0) == ["1"]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"title": f"a {CUNEIFORM}"}, "title"),
        ({"labels": True, "styles": [CUNEIFORM, "b"]}, "styles"),
        ({"captions": True, "prompt_template": f"{CUNEIFORM} of {{styles}}"}, "prompt_template"),
        ({"recipe": "matrix", "subjects": ["a", CUNEIFORM]}, "subjects"),
        ({"recipe": "samples", "captions": True, "prompt": f"{{a|{CUNEIFORM}}}"}, "prompt"),
        ({"recipe": "matrix", "axes": {"model": ["dim", CUNEIFORM]}, "engine": "openai"}, "axes"),
    ],
)
def test_a_request_is_refused_for_what_cannot_be_written(options, field):
    with pytest.raises(InvalidRequest) as error:
        letters.check(parse(options))

    assert str(error.value) == (
        f"{field}: there are no letters to write {CUNEIFORM} (U+12000) with."
    )


@pytest.mark.parametrize(
    "options",
    [
        {"styles": [CUNEIFORM, "b"]},
        {"recipe": "samples", "labels": True, "prompt": CUNEIFORM},
        {"recipe": "samples", "captions": True, "prompt": "{a|浮世絵}"},
        {"prompt_template": f"{CUNEIFORM} of {{styles}}", "labels": True},
        {"title": "、".join(TEXTS.values())},
    ],
)
def test_a_request_is_not_refused_for_what_is_not_written_or_can_be(options):
    letters.check(parse(options))


def test_what_cannot_be_written_is_refused_by_start_and_estimate_and_nothing_is_begun(stack):
    asked = {"recipe": "samples", "prompt": "the sea", "title": CUNEIFORM}

    with pytest.raises(InvalidRequest, match="title: there are no letters"):
        start_collage.start(stack.store, stack.services, stack.runs, None, asked)
    with pytest.raises(InvalidRequest, match="title: there are no letters"):
        estimate(stack.store, stack.services, None, parse(asked))


def test_of_many_characters_the_first_are_named():
    title = "".join(chr(0x12000 + i) for i in range(8))

    with pytest.raises(InvalidRequest, match=r"U\+12004\) and 3 more with"):
        letters.check_title(title)
    letters.check_title(None)
