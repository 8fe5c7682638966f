"""Whatever comes in is taken or refused by name: requests, prompts, styles, options of uploads."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collage.errors import CollageError, NoStyles
from collage.fields import prompts
from collage.request.parse import complete, from_texts, parse
from collage.request.relayout import LayoutAsked, Relayout, parse_asked, parse_relayout
from collage.request.request import Request
from collage.steps import upload
from collage.words import lists, styles
from tests.fuzz.conftest import PROFILE

SPECIAL = st.sampled_from(
    [
        *(
            "{a|b}",
            "__w__",
            "{styles}",
            "{subject}",
            "{",
            "}",
            "|",
            "$$",
            "2$$",
            "::",
            "0.5::",
            "#",
            "__*__",
            "${a=",
            "${a}",
            "=!",
            "%{",
            "-2$$",
            "2!$$",
            "~",
            "@",
            "\\",
        ),
        *("halves", "all", "512x", "1:2x3:4", "jpg", "painter", "openai", "samples", "x", "-1"),
        *("%s", "{0}", "{styles.__class__}", "1e999", "NaN", " ", "\n", ",", '"', "\\"),
        *("\ud800", "\0", "\ufeff", "\u202e", "\u200d", "🐈"),
    ]
)
TEXT = st.lists(SPECIAL | st.text(max_size=5), max_size=8).map("".join)
NUMBER = st.integers() | st.floats() | st.sampled_from([-1, 0, 1, 2**31, 2**64, -(2**70), 10**400])
LEAF = st.none() | st.booleans() | NUMBER | TEXT
JSON = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
FIELD = st.sampled_from(sorted(Request.model_fields))
LAYOUT = st.sampled_from(sorted({*Relayout.model_fields, *LayoutAsked.model_fields}))
WORDS = st.dictionaries(st.sampled_from(["w", "v"]) | TEXT, st.lists(TEXT, max_size=3), max_size=2)
AXIS = st.sampled_from(["seed", "engine", "size", "combine", "prompt_sr"])
WRITTEN = st.sampled_from(["-1", "0", "1", "2.0", "64", "64x48", "1_0"])
KEY = st.sampled_from(["sources/1", "uploads/2.png", "uploads/a  b.png"]) | TEXT
NAME = st.sampled_from(["a", "b", "left"]) | TEXT


@st.composite
def likely(draw: st.DrawFn) -> dict[str, Any]:
    """Options of which most are of the right kind, so that rules over several are reached."""
    recipe = draw(
        st.sampled_from(["collage", "matrix", "transfer", "samples", "erase", "panorama"])
    )
    drawn = {
        "rows": st.integers(0, 6), "cols": st.integers(1, 6), "size": st.sampled_from([64, "9x64"]),
        "seed": st.integers(-2, 2**64), "prompt": TEXT, "subjects": st.lists(TEXT, max_size=3),
        "prompt_template": TEXT, "styles": st.lists(TEXT, max_size=4), "words": WORDS,
        "axes": st.dictionaries(AXIS, st.lists(TEXT | WRITTEN, max_size=3)),
        "rects": st.lists(st.lists(st.integers(-1, 99), min_size=4, max_size=4), max_size=2),
        "target": TEXT, "background": TEXT, "title": TEXT, "mask_source": TEXT, "combine": NUMBER,
        "sources": st.lists(KEY, max_size=3), "source_names": st.lists(TEXT, max_size=3),
        "mask_files": st.dictionaries(NAME, KEY | st.lists(KEY | st.none(), max_size=3)),
        "masks": st.lists(st.sampled_from(["left", "halves", "file:a", "file:b"]), max_size=3),
    }  # fmt: skip
    names = draw(st.lists(st.sampled_from(sorted(drawn)), max_size=5, unique=True))
    return {"recipe": recipe, **{name: draw(drawn[name]) for name in names}}


@PROFILE
@given(likely() | st.dictionaries(FIELD | TEXT, JSON, max_size=4))
def test_a_request_is_taken_or_refused(given_options: dict[str, Any]) -> None:
    with suppress(CollageError):
        asked = parse(given_options)
        again = parse(json.loads(asked.model_dump_json()))
        assert again == asked
        complete(asked, (640, 480))


@PROFILE
@given(st.dictionaries(LAYOUT | TEXT, JSON, max_size=4))
def test_a_layout_is_taken_or_refused(changes: dict[str, Any]) -> None:
    for read in (parse_relayout, parse_asked):
        with suppress(CollageError):
            read(changes)


@PROFILE
@given(st.dictionaries(FIELD | TEXT, TEXT, max_size=4))
def test_options_that_are_text_are_taken_or_refused(given_options: dict[str, str]) -> None:
    with suppress(CollageError):
        parse(from_texts(given_options))


@PROFILE
@given(TEXT, WORDS)
def test_a_prompt_unfolds_or_is_refused(text: str, words: dict[str, list[str]]) -> None:
    with suppress(CollageError):
        found = prompts.expand(text, {name: tuple(listed) for name, listed in words.items()})
        assert len(set(found)) == len(found)
        drawn = prompts.expand(
            text, {name: tuple(listed) for name, listed in words.items()}, sample=2
        )
        assert set(drawn) <= set(found)


@PROFILE
@given(TEXT)
def test_a_style_is_cleaned_to_one_that_stays(text: str) -> None:
    cleaned = styles.clean(text)
    assert not cleaned or styles.clean(cleaned) == cleaned


@PROFILE
@given(JSON | TEXT)
def test_a_language_models_list_is_read(answer: Any) -> None:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    with suppress(NoStyles):
        assert all(styles.clean(name) == name for name in styles.parse(text))


class Bucket:
    """The uploads bucket as far as options need it: one picture, and what lies beside it."""

    def __init__(self, said: dict[str, str], beside: bytes) -> None:
        self.said, self.beside = said, beside

    def upload_metadata(self, key: str) -> dict[str, str]:
        return self.said

    def upload_time(self, key: str) -> tuple[str, str]:
        return key, "2026-01-01T00:00:00+00:00"

    def upload(self, key: str, most: int) -> bytes:
        return self.beside


@PROFILE
@given(
    st.dictionaries((FIELD | TEXT).map("collage-{}".format), TEXT, max_size=3),
    JSON.map(json.dumps).map(str.encode) | st.binary(max_size=40),
)
def test_options_of_an_upload_are_taken_or_refused(said: dict[str, str], beside: bytes) -> None:
    with suppress(CollageError):
        found = upload.read(Bucket(said, beside), "uploads/a.png")  # type: ignore[arg-type]
        assert found is not None
        parse(found.options)


@PROFILE
@given(TEXT)
def test_a_list_is_cut_or_refused(text: str) -> None:
    with suppress(CollageError):
        values = lists.numbers(lists.cut(text))
        quoted = ",".join('"' + value.replace('"', '""') + '"' for value in values)
        assert lists.cut(quoted) == values


@pytest.mark.parametrize("name", ["{a|b}", "__w__"])
def test_the_words_of_the_fuzzer_reach_what_they_are_for(name: str) -> None:
    assert len(prompts.expand(name, {"w": ("x", "y")})) == 2
