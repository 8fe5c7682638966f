"""A picture that a process has decoded is known to it, and held to the limits all the same."""

import pytest

from collage.errors import SourceTooLarge
from collage.pictures import source
from tests.unit.pictures import encode, noise


def test_a_picture_that_was_decoded_is_held_to_the_limits_again():
    data = encode(noise((64, 48), 5))
    known = source.inspect(data, max_bytes=len(data), max_pixels=64 * 48)

    assert source.inspect(data, max_bytes=len(data), max_pixels=64 * 48) is known
    with pytest.raises(SourceTooLarge, match="bytes"):
        source.inspect(data, max_bytes=len(data) - 1, max_pixels=64 * 48)
    with pytest.raises(SourceTooLarge, match="pixels"):
        source.inspect(data, max_bytes=len(data), max_pixels=64 * 48 - 1)


def test_a_process_remembers_the_newest_pictures():
    first, *others = (encode(noise((8, 8), seed)) for seed in range(source.MOST_SEEN + 1))
    limits = {"max_bytes": 10_000, "max_pixels": 64}
    known = source.inspect(first, **limits)

    found = [source.inspect(data, **limits) for data in others]

    assert source.inspect(others[-1], **limits) is found[-1]
    assert source.inspect(first, **limits) is not known
    assert source.inspect(first, **limits) == known
