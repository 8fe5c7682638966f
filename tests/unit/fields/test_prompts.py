import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from collage.errors import InvalidRequest
from collage.fields import prompts
from collage.fields.prompts import TEMPLATE, expand, single

WORDS = {
    "animal": ["cat", "{big|small} dog"],
    "place": ["hill"],
    "loop": ["a __loop__"],
    "cold": ["blue", "# grey", "green"],
    "cold-dark": ["navy"],
    "only notes": ["# one", " # two"],
    "weighted": ["9::common", "1::rare"],
    "scene": ["${who} at noon"],
}
RECORDED = json.loads(
    (Path(__file__).parents[2] / "fixtures" / "dynamic_prompts.json").read_text(encoding="utf-8")
)


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
        ("{2!$$ and $$a|b}", ["a and b", "b and a"]),
        ("{2$$a|b}", ["a, b"]),
        ("{2$$$$a|b}", ["ab"]),
        (r"{2$$ \$ $$a|b}", ["a $ b"]),
        ("{1-2$$ and $$a|b}", ["a", "b", "a and b"]),
        ("{2-$$ and $$a|b|c}", ["a and b", "a and c", "b and c", "a and b and c"]),
        ("{-2$$ and $$a|b}", ["a", "b", "a and b"]),
        ("{0-1$$ and $$a|b} z", ["z", "a z", "b z"]),
        ("{0.5::a|3::b|.5::c}", ["a", "b", "c"]),
        ("{2$$ and $$__cold__}", ["blue and green"]),
        ("{2$$ and $$ __cold*__ }", ["blue and green", "blue and navy", "green and navy"]),
        ("{red} cat", ["red cat"]),
        (r"\{a|b\} or {c|d}", ["{a|b} or c", "{a|b} or d"]),
        (r"\#1, \$\$, \__, \%{x}, {2\::a|\!b}", ["#1, $$, __, %x, 2::a", "#1, $$, __, %x, !b"]),
        ("$5, 100% wool, a_b, and/or, http://a.b", ["$5, 100% wool, a_b, and/or, http://a.b"]),
        ("__animal__", ["cat", "big dog", "small dog"]),
        (
            "__animal__ on a __place__",
            ["cat on a hill", "big dog on a hill", "small dog on a hill"],
        ),
        ("{a __animal__|no one}", ["a cat", "a big dog", "a small dog", "no one"]),
        ("___place__", ["_hill"]),
        ("__cold*__", ["blue", "green", "navy"]),
        ("__weighted__", ["common", "rare"]),
        ("__scene(who=a cat)__", ["a cat at noon"]),
        ("${who={a|b}}__scene(who=the ${who})__", ["the a at noon", "the b at noon"]),
        ("${x=!{a|b}}${x} and ${x}", ["a and a", "b and b"]),
        ("${x={a|b}}${x} and ${x}", ["a and a", "a and b", "b and a", "b and b"]),
        ("${x=!{a|b}}${y=!${x}{1|2}}${y}${x}", ["a1a", "a2a", "b1b", "b2b"]),
        ("${x:z} ${x=a}${x}", ["a a"]),
        ("one # two\nthree", ["one three"]),
        ("{a|b} # , {c|d}", ["a", "b"]),
    ],
)
def test_a_text_stands_for_its_alternatives(text, made):
    assert list(expand(text, WORDS)) == made


@pytest.mark.parametrize("each", RECORDED["templates"], ids=lambda each: each["template"])
def test_the_sets_are_those_of_the_language_s_own_package(each):
    """Where it makes every order, ours is asked for with an exclamation mark."""
    text = each.get("ours", each["template"])

    assert sorted(expand(text, RECORDED["words"])) == each["made"]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("in the style of {styles}", ["in the style of {styles}"]),
        ("{{oil}}, {styles}", ["{{oil}}, {styles}"]),
        ("{{styles} art|{styles}}", ["{styles} art", "{styles}"]),
        (r"\{oil\}, {styles}", ["{{oil}}, {styles}"]),
    ],
)
def test_a_template_keeps_what_is_filled_in_later(text, made):
    assert list(expand(text, WORDS, TEMPLATE)) == made


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a {b", "a brace is not closed.* at character 3"),
        ("a b}", "a brace is not closed, or not opened.* at character 4"),
        ("{3$$a|b}", "more alternatives than it has"),
        ("{2-1$$a|b}", "more alternatives than it has"),
        ("{3$$__cold__}", "more alternatives than it has"),
        ("{2$$a|b$$c}", "more alternatives than it has"),
        ("{-$$a|b}", r"\$\$ stands behind how many to take"),
        ("{$$a|b}", r"\$\$ stands behind how many to take"),
        ("x 2$$y", r"\$\$ stands behind how many to take.* at character 4"),
        ("__plant__", "no word list 'plant'; there are: .*animal, .*place.* at character 1"),
        ("a __*plant__", r"no word list '\*plant'.* at character 3"),
        ("__loop__", "holds itself"),
        ("__only notes__", "has no words"),
        ("__a", "a word list is written __name__"),
        ("____", "a word list is written __name__"),
        ("__scene(noon)__", "given values as"),
        ("__scene__", "no variable 'who'; set are: none"),
        ("${x=${y}}${y=${x}}${x}", "holds itself"),
        ("${x", "a variable is written"),
        ("${x=a|b}", "alternatives of a variable stand in braces"),
        ("{a|${x=b}}", "a variable is set outside of braces"),
        ("%{a}b", "a wrapper is written"),
        ("{~a|b}", "~ draws at random"),
        ("__~cold__", "~ draws at random"),
        ("{@a|b}", "@ takes turns"),
        ("__@cold__", "@ takes turns"),
        ("{% if x %}", "Jinja2"),
        ("in the style of {styles}", r"\{styles\} is filled in only in prompt_template"),
        ("a #1 cat", r"# begins a comment; write \\# for the sign, at character 3"),
        ("C# code", r"# begins a comment; write \\# for the sign, at character 2"),
        ("#1 cat", "nothing but comments"),
        ("// a note", "write a comment with #"),
        ("{a|b}" * 14, "more than 10,000 prompts"),
        ("{2$$&$$" + "{a|b}" * 13 + "|" + "{a|b}" * 13 + "}", "more than 10,000 prompts"),
        ("{a|" * 900 + "b" + "}" * 900, "nested too deeply"),
        ("{15$$" + "|".join(map(str, range(30))) + "}", "more than 10,000 prompts"),
        ("{9!$$" + "|".join(map(str, range(9))) + "}", "more than 10,000 prompts"),
        ("${x=!{a|b}}" * 14, "more than 10,000 prompts"),
    ],
)
def test_what_cannot_be_read_is_refused_by_the_name_of_its_field(text, said):
    with pytest.raises(InvalidRequest, match=said) as caught:
        expand(text, WORDS, "subjects")

    assert str(caught.value).startswith("subjects: ")


@pytest.mark.parametrize("value", ["", "long "])
def test_variables_that_double_each_other_are_not_unfolded_to_their_end(value):
    names = [f"a{i}" for i in range(60)]
    doubled = "".join(f"${{{b}=${{{a}}}${{{a}}}}}" for a, b in pairwise(names))

    with pytest.raises(InvalidRequest, match="too much to unfold"):
        expand(f"${{a0={value}}}{doubled}${{a59}}")


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


HUGE = "{1|2|3|4|5|6|7|8|9|0}" * 12


def test_a_sample_is_drawn_of_more_than_could_be_made():
    found = expand(HUGE, sample=5, seed=3)

    assert len(set(found)) == 5
    assert all(len(each) == 12 and each.isdecimal() for each in found)


def test_a_larger_sample_begins_with_the_smaller_and_another_seed_draws_others():
    assert expand(HUGE, sample=9, seed=3)[:5] == expand(HUGE, sample=5, seed=3)
    assert not {*expand(HUGE, sample=5, seed=3)} & {*expand(HUGE, sample=5, seed=4)}


def test_a_sample_is_the_same_in_every_version():
    assert expand("{a|b|c} {d|e|f}", sample=3, seed=1) == ("c e", "b e", "a d")


@pytest.mark.parametrize(
    "text",
    [
        "{a|b} {c|d}",
        "{1-2$$ and $$a|b|c}",
        "{2!$$ and $$a|b|c}",
        "${x=!{a|b}}${x} and ${x}",
        "__animal__ on __cold*__",
        "{2$$ and $$__cold*__}",
        "__scene(who={a|b})__",
        "%{in ... out$${a|b}}",
    ],
)
def test_a_sample_of_more_than_there_are_is_all_there_are(text):
    assert sorted(expand(text, WORDS, sample=50)) == sorted(expand(text, WORDS))


@pytest.mark.parametrize("text", ["{9::common|1::rare}", "__weighted__"])
def test_weights_say_how_often_an_alternative_is_drawn_first(text):
    first = Counter(expand(text, WORDS, sample=1, seed=seed)[0] for seed in range(400))

    assert 330 <= first["common"] <= 390
    assert first["common"] + first["rare"] == 400


def test_in_a_sample_one_may_ask_for_chance():
    assert sorted(expand("{~a|b} __~place__", WORDS, sample=9)) == ["a hill", "b hill"]


@pytest.mark.parametrize("text", ["{@a|b}", "{0::a|0::b}", "__plant__", "{a"])
def test_what_cannot_be_drawn_is_refused(text):
    with pytest.raises(InvalidRequest, match="subjects: "):
        expand(text, WORDS, "subjects", sample=2)


def test_where_there_can_be_one_prompt_plain_text_stays_as_it_is():
    assert single("bad  hands", {}, "negative_prompt") == "bad  hands"
    assert single(r"\#1  {x}", {}, "negative_prompt") == "#1 x"
    with pytest.raises(InvalidRequest, match=r"negative_prompt: .* stands for 2 texts"):
        single("{a|b}", {}, "negative_prompt")
