"""Compositions: pieces lie where they are said to, and a masked one blends into what is below."""

import numpy as np
import pytest

from collage.digest import canonical, sha256
from collage.pictures import masks
from collage.pictures.compose import compose
from collage.pictures.feather import opacity
from collage.tile import Composition, Piece
from tests.unit.pictures import decode, encode, noise, plain

SIZE = (96, 64)
TILE = "a" * 64


def pixels(png):
    return np.asarray(decode(png).convert("RGB")).astype(int)


def whole(size=SIZE):
    return (0, 0, *size)


def composed(mask, alpha, below, above, at=(0, 0), size=SIZE):
    pieces = (
        Piece(tile=None, box=whole(size), at=(0, 0)),
        Piece(tile=TILE, box=whole(above.size), at=at, mask=mask, mask_sha256="of the file"),
    )
    files = {None: encode(below), TILE: encode(above)}
    made = compose(
        Composition(size=size, pieces=pieces, source="digest"),
        files.__getitem__,
        {mask: masks.encode(alpha)}.__getitem__,
    )
    return pixels(made)


def test_a_masked_piece_leaves_what_it_does_not_edit_to_the_bit_and_fades_at_its_edge():
    below, above = noise(SIZE), plain(SIZE, (250, 10, 10))
    alpha = masks.draw("left", SIZE)

    made = composed("left", alpha, below, above)

    source = np.asarray(below.convert("RGB")).astype(int)
    weight = opacity(alpha)
    assert (made[alpha == 255] == source[alpha == 255]).all()
    assert (made[weight == 1] == (250, 10, 10)).all()
    edge = (weight > 0.05) & (weight < 0.95)
    assert edge.any()
    blended = source + (np.array((250, 10, 10)) - source) * weight[..., None]
    assert abs(made - blended)[edge].max() <= 1


def test_a_mask_that_edits_all_shows_all_of_the_piece():
    below, above = noise(SIZE), plain(SIZE, (1, 2, 3))

    assert (composed("all", masks.draw("all", SIZE), below, above) == (1, 2, 3)).all()


def test_a_masked_piece_may_lie_anywhere():
    below, above = plain(SIZE, (0, 0, 0)), plain((40, 20), (200, 200, 200))
    alpha = masks.boxes([(0, 0, 40, 10)], (40, 20))

    made = composed("half", alpha, below, above, at=(30, 25))

    assert (made[25, 30:70] == 200).all()
    assert (made[35:] == 0).all()
    assert (made[:25] == 0).all()
    assert (made[:, :30] == 0).all()


def test_a_mask_of_another_size_is_a_mistake():
    with pytest.raises(ValueError, match="the mask is not 96 x 64 pixels"):
        composed("left", masks.draw("left", (64, 96)), noise(SIZE), noise(SIZE))


def test_without_a_mask_a_piece_has_the_digest_that_it_had_before_there_were_masks():
    piece = Piece(tile=TILE, box=(0, 0, 8, 8), at=(1, 2))
    whole = Composition(size=(16, 16), pieces=(piece,), source=None)

    assert whole.digest == sha256(
        canonical(
            {
                "size": (16, 16),
                "pieces": [{"tile": TILE, "box": (0, 0, 8, 8), "at": (1, 2)}],
                "source": None,
            }
        )
    )
    masked = piece.model_copy(update={"mask": "left", "mask_sha256": "x"})
    assert whole.model_copy(update={"pieces": (masked,)}).digest != whole.digest
