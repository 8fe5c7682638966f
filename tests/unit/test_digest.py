import pytest
from hypothesis import given
from hypothesis import strategies as st

from collage.digest import canonical, sha256, shuffled

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=4), VALUES))
def test_the_order_of_keys_does_not_change_the_spelling(value):
    assert canonical(dict(reversed(value.items()))) == canonical(value)


def test_the_spelling_is_json_without_spaces_in_utf_8():
    assert canonical({"b": [1, 2.5, None], "a": "é"}) == '{"a":"é","b":[1,2.5,null]}'.encode()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_json_does_not_have_are_refused(value):
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical([value])


def test_what_json_cannot_hold_is_refused():
    with pytest.raises(TypeError):
        canonical({1, 2})


def test_the_digest_is_sha_256():
    assert sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_shuffle_is_the_same_forever():
    assert shuffled("abcdef", 7, "x") == list("cbfade")


def test_each_seed_shuffles_in_its_own_way():
    assert len({tuple(shuffled(range(9), seed)) for seed in range(50)}) == 50
    assert shuffled(range(9), 1, "masks") != shuffled(range(9), 1, "draws")


@given(st.lists(st.integers()), st.integers(0, 5))
def test_a_shuffle_keeps_every_item(items, seed):
    assert sorted(shuffled(items, seed)) == sorted(items)
    assert shuffled(items, seed) == shuffled(items, seed)


@pytest.mark.parametrize("seed", [(), (7,), ("ü", 2**64 - 1, None)])
def test_a_shuffle_goes_by_the_digests_of_the_positions_with_the_seed(seed):
    by_digest = sorted(range(30), key=lambda i: sha256(canonical([*seed, i])))

    assert shuffled(range(30), *seed) == by_digest
