import pytest

from collage import prompts
from collage.errors import InvalidRequest
from collage.prompts import expand

WORDS = {"animal": ["cat", "{big|small} dog"], "place": ["hill"], "loop": ["a __loop__"]}


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("a cat", ["a cat"]),
        ("", [""]),
        ("a {red|blue} cat", ["a red cat", "a blue cat"]),
        ("{a|b} {c|d}", ["a c", "a d", "b c", "b d"]),
        ("{x|{y|z} w} q", ["x q", "y w q", "z w q"]),
        ("{a|a}", ["a"]),
        ("a {|very} old cat", ["a old cat", "a very old cat"]),
        ("{2$$ and $$a|b|c}", ["a and b", "a and c", "b and c"]),
        ("{2$$a|b}", ["a, b"]),
        ("{1-2$$ and $$a|b}", ["a", "b", "a and b"]),
        ("{0-1$$ and $$a|b} z", ["z", "a z", "b z"]),
        ("{0.5::a|3::b}", ["a", "b"]),
        ("in the style of {styles}", ["in the style of {styles}"]),
        ("{{oil}}, {styles}", ["{{oil}}, {styles}"]),
        (r"\{a|b\} or {c|d}", ["{a|b} or c", "{a|b} or d"]),
        ("__animal__", ["cat", "big dog", "small dog"]),
        (
            "__animal__ on a __place__",
            ["cat on a hill", "big dog on a hill", "small dog on a hill"],
        ),
        ("{a __animal__|no one}", ["a cat", "a big dog", "a small dog", "no one"]),
    ],
)
def test_a_text_stands_for_its_alternatives(text, made):
    assert list(expand(text, WORDS)) == made


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a {b", "a brace is not closed"),
        ("a b}", "a brace is not closed"),
        ("{3$$a|b}", "more alternatives than it has"),
        ("{2-1$$a|b}", "more alternatives than it has"),
        ("__plant__", "no word list 'plant'; there are: animal, loop, place"),
        ("__loop__", "holds itself"),
        ("{a|b}" * 14, "more than 10,000 prompts"),
        ("{2$$&$$" + "{a|b}" * 13 + "|" + "{a|b}" * 13 + "}", "more than 10,000 prompts"),
        ("{a|" * 900 + "b" + "}" * 900, "nested too deeply"),
        ("{15$$" + "|".join(map(str, range(30))) + "}", "more than 10,000 prompts"),
    ],
)
def test_what_cannot_be_read_is_refused_by_the_name_of_its_field(text, said):
    with pytest.raises(InvalidRequest, match=said) as caught:
        expand(text, WORDS, "subjects")

    assert str(caught.value).startswith("subjects: ")


def test_as_many_prompts_as_are_allowed_can_be_made():
    assert len(expand("{" + "|".join(map(str, range(prompts.MAX_PROMPTS))) + "}")) == 10_000


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("__animal__ " * 40, ["cat", "dog"]),
        ("__animal__", ["{1|2|3|4|5|6|7|8|9|0}" * 4] * 50),
    ],
)
def test_a_list_that_stands_for_too_much_is_not_unfolded_to_its_end(text, words):
    with pytest.raises(InvalidRequest, match="more than 10,000 prompts"):
        expand(text, {"animal": words})
