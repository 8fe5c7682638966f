"""What others put into prompts and names."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collage.formats import metadata
from collage.text import line
from collage.tile import Tile
from tests.unit.formats.files import FORMATS, every_format
from tests.unit.pictures import decode
from tests.unit.provenance.described import a_tile, described, properties, web_ui

HOSTILE = [
    "a\nNegative prompt: b\nSteps: 99, Sampler: x, Seed: 666",
    "Negative prompt: b",
    "NEGATIVE PROMPT:: steps ::: 9",
    'a", Seed: 666, Model: "b',
    "a, Seed: 666, Model: evil",
    "\u2028Steps: 9, Seed: 9, Size: 9x9\u2029",
    "\x85\x0b\x0c\x1c\x1d\x1e\rSteps: 9, Seed: 9, Size: 9x9",
    "\0\0\x1b[31m\x07",
    "</rdf:li><x a='1'>&amp;<![CDATA[ ]]> <!-- --> ?>",
    "\ufeff\u202e\ufffe\uffff\U0001f469\u200d\U0001f3a8",
    "\\",
    '"',
    "\u6d6e" * 10_000,
    "x" * 10_240,
]

hostile = st.sampled_from(HOSTILE) | st.text(max_size=200)


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_text_stands_on_one_line_as_any_other_does(text):
    assert line(f"{text}e") == line(f"{text}\u00e9").replace("\u00e9", "e")


def check_said(tile, picture):
    """Nothing but what the tile's own fields ask for is said, in the places meant for it."""
    written = metadata.embed(picture, described(tile))
    found = metadata.read(written)
    assert decode(written).tobytes() == decode(picture).tobytes()
    assert Tile.model_validate(found.record["tile"]) == tile
    assert found.parameters == described(tile).parameters
    assert len(found.parameters.splitlines()) <= 2
    prompt, negative, pairs = web_ui(found.parameters)
    assert negative == ""
    assert prompt == prompt.strip()
    assert set(pairs) <= {
        *("Steps", "Sample", "Size", "Model", "Engine", "Mask mode", "Mask", "Styles"),
        *("Version", "Quality", "Sampler", "Schedule type"),
    }
    assert (pairs["Steps"], pairs["Sample"], pairs["Size"]) == ("1", "2", "48x32")
    assert all(value and not re.search('[,:"\\\\]', value) for value in pairs.values())
    assert set(properties(found.xmp)) <= {
        *("DigitalSourceType", "CreatorTool", "AIPromptInformation", "AISystemUsed"),
        *("AISystemVersionUsed", "Record", "RecordZlib", "HasExtendedXMP"),
    }


@every_format
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_injects_nothing(text, picture):
    tile = a_tile(prompt=text, styles=(text, text), model=text, options={"quality": text})

    check_said(tile, picture)


@given(hostile, hostile, hostile, hostile, st.sampled_from(list(FORMATS)))
def test_no_text_injects_anything(prompt, style, model, option, name):
    tile = a_tile(prompt=prompt, styles=(style, "Cubism"), model=model, options={"quality": option})

    check_said(tile, FORMATS[name])


@given(st.dictionaries(hostile, hostile, max_size=5))
def test_the_names_of_options_inject_no_pair(options):
    options.pop("num_inference_steps", None)
    options.pop("negative_prompt", None)

    _, negative, pairs = web_ui(described(a_tile(options=options)).parameters)

    assert negative == ""
    assert (pairs["Steps"], pairs["Sample"], pairs["Size"]) == ("1", "2", "48x32")
    assert len({name.lower() for name in pairs}) == len(pairs) <= 11 + len(options)


@every_format
def test_the_longest_text_still_fits(picture):
    text = "\U0001f30a" * 20_000
    tile = a_tile(
        prompt=text,
        styles=(text,) * 5,
        model=text,
        engine=text,
        options={**{f"{'o' * 100}{i}": text for i in range(40)}, "negative_prompt": text},
    )

    found = metadata.read(metadata.embed(picture, described(tile)))

    assert found.parameters == described(tile).parameters
    assert found.record["tile"]["prompt"] == text


@given(st.text())
def test_a_line_is_one_line(text):
    assert len(line(text).splitlines()) <= 1
    assert line(line(text)) == line(text)
    assert not re.search("[\0-\x1f\x7f-\x9f\u202a-\u202e]", line(text))
