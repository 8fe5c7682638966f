from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collage.errors import InvalidRequest, NoStyles, TooManyCombinations
from collage.words import styles

WANTED = ("Cubism", "Op Art", "Neo-Impressionism")


@pytest.mark.parametrize(
    "answer",
    [
        "1. Cubism\n2. Op Art\n3. Neo-Impressionism",
        "1) Cubism\n2) Op Art\n3) Neo-Impressionism",
        "1: Cubism\n2: Op Art\n3: Neo-Impressionism",
        "  9. Cubism  \n 10. Op   Art\t\n 11. Neo-Impressionism ",
        "1. Cubism\r\n2. Op Art\r\n3. Neo-Impressionism\r\n",
        "- Cubism\n- Op Art\n- Neo-Impressionism",
        "* Cubism\n* Op Art\n* Neo-Impressionism",
        "\u2022 Cubism\n\u2022 Op Art\n\u2022 Neo-Impressionism",
        "Cubism\nOp Art\nNeo-Impressionism",
        "\n\nCubism\n\nOp Art\n\nNeo-Impressionism\n\n",
        "['Cubism', 'Op Art', 'Neo-Impressionism']",
        '["Cubism",\n "Op Art",\n "Neo-Impressionism"]',
        "Sure! Here are three: ['Cubism', 'Op Art', 'Neo-Impressionism']. Enjoy.",
        '```json\n["Cubism", "Op Art", "Neo-Impressionism"]\n```',
        "Here are three styles:\n\n1. Cubism\n2. Op Art\n3. Neo-Impressionism\n\nTell me more!",
        "1. Cubism: broken planes\n2. Op Art - it flickers\n3. Neo-Impressionism (dots)",
        "1. Cubism \u2013 planes\n2. Op Art \u2014 flicker\n3. Neo-Impressionism: dots: many",
        "1. **Cubism**\n2. **Op Art**\n3. **Neo-Impressionism**",
        "1. **Cubism**: planes\n2. **Op Art:** flicker\n3. *Neo-Impressionism* - dots",
        "- **Cubism**\n- __Op Art__\n- `Neo-Impressionism`",
        "1. Cubism\n2. cubism\n3. Op Art\n4. OP  ART\n5. Neo-Impressionism\n6. OpArt",
        "1. Cub\x00ism\n2. Op\u200b Art\n3. \x1b[1mNeo-Impressionism".replace("[1m", ""),
        '1. "Cubism"\n2. "Op Art",\n3. Neo-Impressionism.',
    ],
)
def test_an_answer_in_any_usual_form_gives_its_styles(answer):
    assert styles.parse(answer) == WANTED


@pytest.mark.parametrize(
    "answer",
    [
        *("", " \n\t\n", "[]", "1.\n2.\n3.", "[1, 2, 3]", "['', ' ']", "<>", "\x00\x01"),
        '{"styles": [1, null, {"name": "Cubism"}]}',
        '```json\n{"error": "busy, later, please"}\n```',
        "<html><body>Bad gateway, try later, please</body></html>",
    ],
)
def test_an_answer_without_a_name_is_no_list_of_styles(answer):
    with pytest.raises(NoStyles, match="empty"):
        styles.parse(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "1. Cubism [1]\n2. Op Art",
        "1. Cubism\n2. Op Art\n\nSource: [1]",
        "1. Cubism\n2. Op Art [notes below]",
    ],
)
def test_brackets_in_a_numbered_answer_are_not_its_list(answer):
    assert styles.parse(answer)[0].startswith("Cubism")
    assert len(styles.parse(answer)) == 2


@pytest.mark.parametrize(
    "answer",
    [
        "---\n1. Cubism\n2. Op Art\n---",
        "**Art styles**\n1. Cubism\n2. Op Art",
        "**Art styles**\n\n- Cubism\n- Op Art",
    ],
)
def test_rules_and_headings_of_markdown_are_no_styles(answer):
    assert styles.parse(answer) == ("Cubism", "Op Art")


@pytest.mark.parametrize("answer", ["[{[]: 1}]", "[" + "-" * 5000 + "1]", "[" * 5000 + "]" * 5000])
def test_a_hostile_list_never_breaks_the_parser(answer):
    try:
        names = styles.parse(answer)
    except NoStyles:
        return

    assert all(styles.clean(name) == name for name in names)


@pytest.mark.parametrize(
    "name",
    [
        "<img src=x onerror=alert(1)>",
        "'; DROP TABLE styles; --",
        "../../etc/passwd",
        "{styles.__class__}",
        "a\nb\rc\x00d\x7fe",
        "\u202egnihtemos",
        "${jndi:ldap://x}",
        "A" * 500,
    ],
)
def test_a_hostile_name_is_left_with_harmless_characters(name):
    cleaned = styles.clean(name)

    assert cleaned
    assert len(cleaned) <= styles.MAX_NAME
    assert all(c.isalnum() or c in " -'" for c in cleaned)


def test_a_name_is_cut_at_sixty_characters_without_a_space_at_its_end():
    assert styles.clean("x" * 61) == "x" * 60
    assert styles.clean("x" * 59 + " yes") == "x" * 59


def test_names_of_any_script_stay():
    assert styles.clean("浮世絵") == "浮世絵"
    assert styles.clean("Стимпанк") == "Стимпанк"
    assert styles.clean("D\u2019Arte  Povera") == "D'Arte Povera"


def test_letters_have_one_spelling():
    assert styles.clean("Ame\u0301lie") == "Am\u00e9lie"
    assert styles.clean("\uff23\uff55\uff42\uff49\uff53\uff4d") == "Cubism"


@given(st.text(max_size=120))
def test_cleaning_a_clean_name_changes_nothing(text):
    once = styles.clean(text)

    assert styles.clean(once) == once


@given(st.text(max_size=300))
def test_whatever_is_parsed_is_clean_and_distinct(text):
    try:
        names = styles.parse(text)
    except NoStyles:
        return

    assert names
    assert styles.distinct(names) == names
    assert all(styles.clean(name) == name for name in names)


def test_fifteen_styles_make_one_hundred_and_five_pairs():
    pairs = styles.combine(styles.DEFAULT_STYLES, 2)

    assert len(pairs) == 105
    assert len({frozenset(pair) for pair in pairs}) == 105


@pytest.mark.parametrize("size", range(1, 7))
def test_every_combination_of_every_size_comes_once_in_the_order_of_the_list(size):
    assert styles.combine("FEDCBA", size) == list(combinations("FEDCBA", size))
    assert len(styles.combine("FEDCBA", size)) == comb(6, size)


@pytest.mark.parametrize("size", [-1, 0, 4])
def test_a_size_outside_of_the_list_is_refused(size):
    with pytest.raises(InvalidRequest, match=r"combine: .* from 1 to 3"):
        styles.combine("ABC", size)


def test_more_combinations_than_a_plan_can_weigh_are_refused_before_they_are_made():
    with pytest.raises(TooManyCombinations, match=r"at most 50,000"):
        styles.combine([f"Style {i}" for i in range(200)], 100)


@pytest.mark.parametrize(
    ("names", "phrase"),
    [
        (["A"], "A"),
        (["A", "B"], "A and B"),
        (["A", "B", "C"], "A, B, and C"),
        (["A", "B", "C", "D"], "A, B, C, and D"),
    ],
)
def test_a_phrase_enumerates_as_english_does(names, phrase):
    assert styles.phrase(names) == phrase


def test_the_default_list_has_fifteen_clean_and_distinct_names():
    names = styles.default(None)

    assert len(names) == 15
    assert styles.distinct(styles.clean(name) for name in names) == names


def test_a_count_takes_so_many_of_the_default_list_and_not_more_than_there_are():
    assert styles.default(3) == ("Impressionism", "Cubism", "Pointillism")
    with pytest.raises(InvalidRequest, match="style_count: 16 styles were asked for"):
        styles.default(16)
