"""Lists written as text, as a command line and the options of an upload have them."""

import re

import pytest

from collage.errors import InvalidRequest
from collage.request.parse import from_texts
from collage.words.lists import cut, numbers


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a cat,a dog", ["a cat", "a dog"]),
        (" a cat , a dog ", ["a cat", "a dog"]),
        ("", [""]),
        ('"a red, small cat",a dog', ["a red, small cat", "a dog"]),
        (' "a, b" , c', ["a, b", "c"]),
        ('"he said ""no"", and left",b', ['he said "no", and left', "b"]),
        ('a 5" disk,b', ['a 5" disk', "b"]),
        ('""', [""]),
        ("{a red, small cat|a dog},b", ["{a red, small cat|a dog}", "b"]),
        ("a red, small cat||a dog", ["a red, small cat", "a dog"]),
        ('"a||b",c', ["a||b", "c"]),
        ("{a||b},c", ["{a||b}", "c"]),
        (r"\{a,b\}", [r"\{a", r"b\}"]),
    ],
)
def test_a_list_is_cut_as_csv_is(text, values):
    assert cut(text) == values


@pytest.mark.parametrize("text", ['"a, b', 'a,"b', '"a" b,c', '"a"b"', '"'])
def test_a_quote_that_does_not_fit_is_refused(text):
    with pytest.raises(InvalidRequest, match="quote"):
        cut(text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1-5", "1 2 3 4 5"),
        ("7", "7"),
        ("3..5", "3 4 5"),
        ("1,3..9", "1 3 5 7 9"),
        ("1,3,..,9", "1 3 5 7 9"),
        ("1,4..9", "1 4 7"),
        ("1,2,5-7", "1 2 5 6 7"),
        ("0,10-12", "0 10 11 12"),
        ("0.2,0.4..0.8", "0.2 0.4 0.6 0.8"),
        ("18446744073709551614-18446744073709551615", "18446744073709551614 18446744073709551615"),
        ("-1", "-1"),
        ("a-b", "a-b"),
    ],
)
def test_a_range_stands_for_its_numbers(text, values):
    assert numbers(cut(text)) == values.split()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("5-1", "does not go up"),
        ("3,1..9", "does not go up"),
        ("0-100000", "more than 1,000 numbers"),
        ("1,..,5", "there must be two numbers"),
        ("1,2,..,x", "'x' is no number"),
        ("a,b,..,4", "are no numbers"),
    ],
)
def test_a_range_that_says_nothing_is_refused(text, said):
    with pytest.raises(InvalidRequest, match=re.escape(said)):
        numbers(cut(text))


def test_options_of_an_upload_are_lists_of_the_same_kind():
    assert from_texts({"subjects": '"a red, small cat",a dog', "prompt": 'a, "b"'}) == {
        "subjects": ["a red, small cat", "a dog"],
        "prompt": 'a, "b"',
    }
