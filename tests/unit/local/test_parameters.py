import pytest

from combinatoric_collage.local.errors import ParameterError
from combinatoric_collage.local.parameters import check

DECLARED = {
    "Count": {"Type": "Number", "MinValue": 1, "MaxValue": 10},
    "Kind": {"Type": "String", "AllowedValues": ["alpha", "white"]},
    "Name": {"Type": "String", "AllowedPattern": "[a-z]*"},
}


@pytest.mark.parametrize(
    "given", [{}, {"Count": "1"}, {"Count": "9.5"}, {"Kind": "white"}, {"Name": ""}]
)
def test_what_the_template_allows_passes(given):
    check(DECLARED, given)
    assert set(given) <= set(DECLARED)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"Colour": "red"}, "Colour is no parameter; there are: Count, Kind, Name"),
        ({"Count": "many"}, "Count: 'many' is not allowed; it must be a number"),
        ({"Count": "0"}, "it must be at least 1"),
        ({"Count": "11"}, "it must be at most 10"),
        ({"Kind": "black"}, "it must be one of alpha, white"),
        ({"Name": "A1"}, "it must match"),
    ],
)
def test_what_it_does_not_is_refused_in_a_sentence(given, sentence):
    with pytest.raises(ParameterError, match=sentence):
        check(DECLARED, given)
