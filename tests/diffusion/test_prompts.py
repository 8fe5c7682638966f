"""Prompts longer than a text encoder reads: in pieces, or cut and said in the tile."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch", reason="there is no torch here: make install-diffusion")

from tasks.diffusion.prompts import pieces
from tests.diffusion.bench import SIZE

FEW = {"num_inference_steps": "2"}
# The tiny tokenizer knows letters and no words: with a style, this is longer than 77 tokens.
LONG = "a barn in a field under a sky with clouds, and a fence, and hens, and a dog beside them"
STYLED = [f"{LONG}, in the style of {style}" for style in ("Cubism", "Baroque")]


def levels(picture):
    return np.asarray(picture, np.int16)


@pytest.mark.parametrize(
    ("operation", "model"),
    [("generate", "sdxl"), ("inpaint", "sdxl-inpainting"), ("inpaint", "sd-inpainting")],
)
def test_what_a_long_prompt_ends_in_is_not_lost(bench, operation, model):
    """The style is: the subject comes first."""
    tiles = [bench.tile(operation, model=model, options=FEW, prompt=text) for text in STYLED]
    cubism, baroque = bench.make(*tiles)

    assert abs(levels(cubism) - levels(baroque)).max() > 0
    assert "prompt_tokens" not in bench.store.sidecar(tiles[0]).measures


def test_a_prompts_picture_depends_on_no_longer_one_beside_it(bench):
    tiles = [
        bench.tile("generate", options=FEW, prompt=text, seed=seed)
        for seed, text in enumerate(("a barn", STYLED[0], "a fence"))
    ]
    together = bench.make(*tiles)
    for tile in tiles:
        for end in ("png", "json"):
            bench.s3.delete_object(Bucket=bench.bucket, Key=f"tiles/{tile.key}.{end}")
    alone = [bench.make(tile, fresh=True)[0] for tile in tiles]

    for one, other in zip(alone, together, strict=True):
        assert abs(levels(one) - levels(other)).max() <= 1


def test_a_negative_prompt_may_be_the_longer_one(bench):
    options = [FEW | {"negative_prompt": text} for text in STYLED]
    one, other = bench.make(*(bench.tile("generate", options=each) for each in options))

    assert abs(levels(one) - levels(other)).max() > 0


@pytest.mark.parametrize(
    ("operation", "model", "text", "read"),
    [
        ("generate", "ldm-text2im", "barn " * 40, 75),
        ("variation", "kandinsky", LONG * 2, 75),
        ("generate", "z-image-turbo", LONG * 8, 496),
    ],
)
def test_what_is_not_read_to_its_end_is_said_in_the_tile(bench, operation, model, text, read):
    long, short = (
        bench.tile(operation, model=model, options=FEW, prompt=prompt)
        for prompt in (text.strip(), "a barn")
    )
    bench.make(long, short)
    said = bench.store.sidecar(long).measures

    assert said["prompt_tokens_read"] == read < said["prompt_tokens"]
    assert not bench.store.sidecar(short).measures
    assert bench.picture(long).size == (SIZE, SIZE)


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="ab ,", max_size=60), st.integers(1, 20))
def test_pieces_fit_and_are_all_of_the_text(text, most):
    made = pieces(text, lambda piece: len(piece) <= most)

    assert all(len(piece) <= most for piece in made)
    assert "".join(made).replace(" ", "") == text.replace(" ", "")
