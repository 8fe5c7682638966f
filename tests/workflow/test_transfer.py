"""The recipe `transfer` through the shipped template and workflow, by every engine that can."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from collage.manifest import Manifest
from collage.request.named_files import Files
from combinatoric_collage.cli.stacks import laptop
from combinatoric_collage.cli.stacks.stack import Stack
from tests.fake_bedrock import FakeBedrock
from tests.fake_openai import FakeOpenAI
from tests.unit.pictures import decode, encode, noise
from tests.workflow.running import ended

FARMHOUSE = Path(__file__).resolve().parents[2] / "examples" / "farmhouse.png"
PARAMETERS = {
    "Bedrock": "on",
    "BedrockPace": "100",
    "ImagesPerMinute": "1200",
    "ImagesAtOnce": "20",
    "DailyUsdLimit": "1000",
}


@pytest.fixture(scope="module")
def fakes() -> Iterator[dict[str, FakeOpenAI | FakeBedrock]]:
    with (
        FakeOpenAI(key="sk-test") as openai,
        FakeBedrock(rpm_share=100, detail=64) as bedrock,
    ):
        yield {"openai": openai, "bedrock": bedrock}


@pytest.fixture(scope="module")
def stack(fakes: dict[str, FakeOpenAI | FakeBedrock]) -> Iterator[Stack]:
    openai, bedrock = fakes.values()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", "sk-test")
        patch.setenv("OPENAI_BASE_URL", openai.base_url)
        patch.delenv("AWS_SESSION_TOKEN", raising=False)
        for name, value in bedrock.environment.items():
            patch.setenv(name, value)
        with laptop.running(PARAMETERS) as (_, stack):
            yield stack


@pytest.mark.parametrize("engine", ["stylizer", "openai", "bedrock"])
def test_two_pictures_of_styles_are_transferred_once_and_shown_through_every_mask(
    stack: Stack, fakes: dict[str, FakeOpenAI | FakeBedrock], engine: str
) -> None:
    with Image.open(FARMHOUSE) as whole:
        source = encode(whole.convert("RGB").resize((128, 128)))
    pictures = {"Waves": encode(noise((280, 260), 5)), "House": FARMHOUSE.read_bytes()}
    asked = {"recipe": "transfer", "engine": engine, "size": 128, "masks": ["quadrants"]}

    started = stack.start(source, asked, Files(style_pictures=pictures))
    ended(stack, started)
    made = stack.store.manifest(started["id"])

    operations = [record.tile.operation for record in made.tiles]
    assert operations == ["transfer"] * 2 + ["reconstruct"] * 4
    assert made.tile_counts == {"done": 6}
    assert made.layout.rows * made.layout.cols == 4
    if engine in fakes:
        assert fakes[engine].images == 2
    before, over = _pixels(stack.store.source(made.id)), _picture(stack, made, 1)
    for index in range(2, 6):
        after, inside = _picture(stack, made, index), _quarter(made.tiles[index].tile.mask or "")
        assert (after[~inside] == before[~inside]).all()
        # Where the soft edge has ended the transfer is seen as it is.
        assert (after == over).all(axis=2)[inside].mean() > 0.7
    runs = stack.client("stepfunctions").list_map_runs(executionArn=stack.runs.arn(made.id))
    assert len(runs["mapRuns"]) == 3


def _pixels(png: bytes) -> np.ndarray:
    return np.asarray(decode(png).convert("RGB")).astype(int)


def _picture(stack: Stack, manifest: Manifest, index: int) -> np.ndarray:
    png, _ = stack.store.tile(manifest.tiles[index].tile) or (b"", None)
    return _pixels(png)


def _quarter(mask: str) -> np.ndarray:
    """What the mask of a quarter edits, of 128 x 128 pixels."""
    inside = np.zeros((128, 128), bool)
    down, across = mask.split("-")
    rows, cols = (
        slice(64) if side in ("top", "left") else slice(64, 128) for side in (down, across)
    )
    inside[rows, cols] = True
    return inside
