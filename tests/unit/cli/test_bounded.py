"""The command's first look at a picture: as the stack's own, in a process that may be lost."""

from functools import partial

import pytest
import pyvips

from collage.digest import sha256
from collage.errors import CollageError, TruncatedPicture
from collage.pictures import source
from combinatoric_collage.cli import picture_process
from combinatoric_collage.cli.picture_process import Bounds
from tests.unit.pictures import encode, noise, plain

LIMITS = {"max_bytes": 1_000_000, "max_pixels": 10_000}
GOOD = encode(noise((64, 48)))


def test_a_good_picture_is_let_in() -> None:
    picture_process.inspect(GOOD, **LIMITS)


def test_one_that_was_let_in_is_not_decoded_again_by_the_command(monkeypatch) -> None:
    data = encode(noise((64, 48), 3))
    picture_process.inspect(data, **LIMITS)
    monkeypatch.delattr(pyvips.Image, "new_from_buffer")

    found = source.inspect(data, **LIMITS)

    assert (found.format, found.width, found.height) == ("PNG", 64, 48)
    assert found.sha256 == sha256(data)


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", GOOD[:2000], encode(plain((200, 100))), encode(plain((1, 200)))],
    ids=["empty", "another format", "cut", "large", "thin"],
)
def test_a_bad_one_is_refused_in_the_same_words(data: bytes) -> None:
    said = []
    for look in (source.inspect, picture_process.inspect):
        with pytest.raises(CollageError) as refused:
            look(data, **LIMITS)
        said.append((refused.type, str(refused.value)))

    assert said[0] == said[1]


@pytest.mark.parametrize("bounds", [Bounds(memory=30_000_000), Bounds(seconds=0)])
def test_a_process_that_takes_too_much_is_a_picture_that_cannot_be_decoded(bounds: Bounds) -> None:
    look = partial(picture_process.inspect, GOOD, **LIMITS, bounds=bounds)

    with pytest.raises(TruncatedPicture, match=f"cannot be decoded in {bounds.seconds} s with"):
        look()
