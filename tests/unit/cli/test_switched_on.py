"""Bedrock, which is asked without a key, on a laptop: when it is on, and who is billed."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from collage.request.parse import parse
from combinatoric_collage.cli.application import app
from combinatoric_collage.cli.stacks import laptop

SAMPLES = {"engine": "bedrock", "recipe": "samples", "prompt": "a lake"}


@pytest.mark.parametrize(
    ("asked", "given", "expected"),
    [
        (SAMPLES, {}, "on"),
        (SAMPLES, {"Bedrock": "off"}, "off"),
        ({"engine": "painter"}, {}, None),
        ({"engine": "painter"}, {"Bedrock": "on"}, "on"),
        ({"upscale": 4, "upscaler": "stable-fast-upscale"}, {}, "on"),
        ({"upscale": 4, "upscaler": "span"}, {}, None),
        (
            {"recipe": "matrix", "axes": {"engine": ["painter", "bedrock"]}, "styles": ["Cubism"]},
            {},
            "on",
        ),
        (None, {}, None),
    ],
)
def test_a_run_that_asks_it_turns_it_on_and_nothing_else_does(
    asked: dict[str, object] | None, given: dict[str, str], expected: str | None
) -> None:
    found = laptop._given(given, None if asked is None else parse(asked))

    assert found.get("Bedrock") == expected


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No AWS at all: no variable, no file, no machine that has a role."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.usefixtures("nobody")
def test_a_run_without_credentials_starts_nothing_and_says_how(tmp_path: Path) -> None:
    options = ["--recipe", "samples", "--prompt", "a", "--engine", "bedrock"]

    ended = CliRunner().invoke(app, ["run", *options, "--state", str(tmp_path / "state"), "--yes"])

    assert ended.exit_code == 2
    assert "NoCredentialsError: Amazon Bedrock is billed to an AWS account" in ended.output
    assert "AWS_PROFILE" in ended.output
    assert not (tmp_path / "state").exists()


@pytest.mark.usefixtures("nobody")
def test_an_estimate_needs_none(tmp_path: Path) -> None:
    options = ["--recipe", "samples", "--prompt", "a", "--engine", "bedrock", "--grid-size", "2"]

    ended = CliRunner().invoke(app, ["estimate", *options, "--state", str(tmp_path / "state")])

    assert ended.exit_code == 0, ended.output
    assert "about $0.16" in ended.output
