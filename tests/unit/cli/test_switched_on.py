"""A provider that is asked without a key, on a laptop: when it is on, and who is billed."""

import os
from dataclasses import dataclass

import pytest
from typer.testing import CliRunner

from collage import engines
from collage.engines.engine import Capability
from collage.engines.provider import Provider, ProviderSettings, Quota
from collage.request.parse import parse
from combinatoric_collage.cli.main import app
from combinatoric_collage.cli.stacks import laptop


class Settings(ProviderSettings):
    enabled: bool = False
    model: str = "rock-1"


@dataclass(frozen=True, kw_only=True)
class Keyless(Provider):
    def lacks(self, settings: Settings) -> str | None:
        return None if settings.enabled else "is off"

    def quotas(self, settings: Settings, model: str) -> tuple[Quota, ...]:
        return (Quota("rock", 20),)

    def quicker(self, settings: Settings, model: str, factor: float) -> str | None:
        return None


PROVIDER = Keyless(
    name="rock",
    settings=Settings,
    prefix="ROCK_",
    parameters={"enabled": "Bedrock"},
    priced_on="2031-05-04",
    price=len,
    is_priced=lambda model: True,
    connect=lambda settings, aws: None,
)
ROCK = Capability(
    operations=frozenset({"generate", "inpaint"}),
    model="rock-1",
    seeded=False,
    trained=True,
    provider=PROVIDER,
)


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engines.ENGINES, "rock", ROCK)


@pytest.mark.parametrize(
    ("asked", "given", "expected"),
    [
        ({"engine": "rock", "recipe": "samples", "prompt": "a"}, {}, "on"),
        ({"engine": "rock", "recipe": "samples", "prompt": "a"}, {"Bedrock": "off"}, "off"),
        ({"engine": "painter"}, {}, None),
        ({"engine": "painter"}, {"Bedrock": "on"}, "on"),
        (
            {"recipe": "matrix", "axes": {"engine": ["painter", "rock"]}, "styles": ["Cubism"]},
            {},
            "on",
        ),
        (None, {}, None),
    ],
)
def test_a_run_of_its_engine_turns_it_on_and_nothing_else_does(
    asked: dict[str, object] | None, given: dict[str, str], expected: str | None
) -> None:
    found = laptop._given(given, None if asked is None else parse(asked))

    assert found.get("Bedrock") == expected


def test_a_run_without_credentials_starts_nothing_and_says_how(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    options = ["--recipe", "samples", "--prompt", "a", "--engine", "rock", "--state", str(tmp_path)]

    ended = CliRunner().invoke(app, ["run", *options, "--yes"])

    assert ended.exit_code == 2
    assert "NoCredentialsError: Amazon Bedrock is billed to an AWS account" in ended.output
    assert "AWS_PROFILE" in ended.output
