"""Servers that are not OpenAI: each profile against a server that takes nothing else."""

from collections.abc import Iterator
from typing import Any

import boto3
import numpy as np
import pytest
from pytest_socket import enable_socket

from collage.engines.engine import Outcome, Rendered
from collage.engines.openai.engine import load
from collage.engines.openai.profiles import address
from collage.engines.openai.settings import OpenAISettings
from collage.errors import BadKey, BadRequest, EngineUnavailable, Refused
from collage.services import Services
from collage.settings import Settings
from tests.fake_openai import FakeOpenAI, Faults
from tests.unit.engines.openai.asked import mask_of, pixels, source_of, tile

KEY = "sk-test-of-profiles"


@pytest.fixture(autouse=True)
def _no_network(aws: None) -> None:
    """The provider of these tests listens on loopback; it has one secret."""
    enable_socket()
    boto3.client("secretsmanager").create_secret(Name="the-key", SecretString=KEY)


@pytest.fixture
def running() -> Iterator[list[FakeOpenAI]]:
    """The servers that a test has started."""
    started: list[FakeOpenAI] = []
    yield started
    for fake in started:
        fake.stop()


def serving(running: list[FakeOpenAI], profile: str, **options: Any) -> FakeOpenAI:
    running.append(FakeOpenAI(key=KEY, profile=profile, **options).start())
    return running[-1]


def services(fake: FakeOpenAI, **provider: Any) -> Services:
    given = {"base_url": fake.base_url, "images_per_minute": 6000, "burst": 10, **provider}
    return Services(
        Settings(uploads_bucket="", collages_bucket=""),
        {"openai": OpenAISettings(secret="the-key", **given)},
    )


def edited(made: Services, count: int = 1, **changes: Any) -> list[Outcome]:
    tiles = [tile(sample=number, **changes) for number in range(count)]
    return list(load(made).render(tiles, source_of(tiles[0]), mask_of(tiles[0]), lambda: None))


def test_azure_is_asked_at_its_path_with_its_own_header(running: list[FakeOpenAI]) -> None:
    fake = serving(running, "azure")

    edited(services(fake, server="azure", base_url=fake.origin), model="our-deployment")

    (request,) = fake.requests
    assert request.path == "/openai/v1/images/edits"
    assert request.headers["api-key"] == KEY
    assert "authorization" not in request.headers
    assert request.model == "our-deployment"


@pytest.mark.parametrize("how", ["setting", "address"])
def test_azures_version_goes_with_every_request(running: list[FakeOpenAI], how: str) -> None:
    fake = serving(running, "azure_preview")
    given = {"api_version": "preview"} if how == "setting" else {}
    query = "" if how == "setting" else "?api-version=preview"

    edited(services(fake, server="azure", base_url=fake.base_url + query, **given))

    assert fake.requests[0].query == {"api-version": "preview"}


def test_azure_without_its_version_says_what_the_server_says(running: list[FakeOpenAI]) -> None:
    fake = serving(running, "azure_preview")

    with pytest.raises(BadRequest, match="Resource not found; is the base URL right"):
        edited(services(fake, server="azure"))


def test_azure_asked_as_openai_refuses_the_key(running: list[FakeOpenAI]) -> None:
    fake = serving(running, "azure")

    with pytest.raises(BadKey, match="Access denied due to an invalid token"):
        edited(services(fake))


def test_azure_needs_to_be_somewhere(running: list[FakeOpenAI]) -> None:
    fake = serving(running, "azure")

    with pytest.raises(EngineUnavailable, match="OpenAiBaseUrl"):
        edited(services(fake, server="azure", base_url=""))


def test_litellm_is_asked_as_openai_is(running: list[FakeOpenAI]) -> None:
    fake = serving(running, "litellm")

    made = edited(services(fake, server="litellm"), count=3, model="openai/gpt-image-2")

    assert [type(one) for one in made] == [Rendered] * 3
    assert fake.requests[0].n == 3


def test_a_compatible_server_gets_only_what_it_knows(running: list[FakeOpenAI]) -> None:
    fake = serving(running, "compatible")
    made = services(fake, server="compatible", mask_field="mask_image", base_url=fake.origin)

    (rendered,) = edited(made, options={})

    (request,) = fake.requests
    assert set(request.fields) == {"model", "prompt", "size", "image", "mask_image"}
    assert request.mask is not None
    assert isinstance(rendered, Rendered)
    was = pixels(source_of(tile()), (64, 64))
    assert np.array_equal(pixels(rendered.png)[:, 32:], was[:, 32:])
    assert made.accounts["openai"].settings.pictures_a_call == 1


def test_a_server_without_masks_is_sent_none(running: list[FakeOpenAI]) -> None:
    fake = serving(running, "compatible")

    (rendered,) = edited(services(fake, server="compatible", mask_field="none"), options={})

    (request,) = fake.requests
    assert "mask_image" not in request.fields
    assert request.mask is None
    assert isinstance(rendered, Rendered)
    was = pixels(source_of(tile()), (64, 64))
    assert np.array_equal(pixels(rendered.png)[:, 32:], was[:, 32:])


def test_a_compatible_server_asked_as_openai_says_what_it_does_not_know(
    running: list[FakeOpenAI],
) -> None:
    fake = serving(running, "compatible")

    with pytest.raises(BadRequest, match=r"(n|quality|mask): Extra inputs are not permitted"):
        edited(services(fake))


@pytest.mark.parametrize("profile", ["openai", "azure", "azure_preview", "litellm", "compatible"])
def test_each_server_refuses_in_its_own_words(running: list[FakeOpenAI], profile: str) -> None:
    fake = serving(running, profile, faults=Faults({1: "moderation"}))
    kind = profile.partition("_")[0]
    version = "preview" if profile == "azure_preview" else ""
    field = "mask_image" if kind == "compatible" else "mask"
    made = services(fake, server=kind, api_version=version, mask_field=field)

    with pytest.raises(Refused):
        edited(made, options={})


def test_a_redirect_is_named_and_nothing_goes_along(running: list[FakeOpenAI]) -> None:
    fake = serving(running, "openai", faults=Faults({1: "moved"}))

    with pytest.raises(BadRequest, match=r"leads on to https://elsewhere\.net"):
        edited(services(fake))

    assert len(fake.requests) == 1


@pytest.mark.parametrize(
    ("url", "kind", "version", "expected"),
    [
        ("", "openai", "", (None, {})),
        ("https://a.net", "openai", "", ("https://a.net/v1/", {})),
        ("https://a.net/", "litellm", "", ("https://a.net/v1/", {})),
        ("http://gpu:8000", "compatible", "", ("http://gpu:8000/v1/", {})),
        ("https://a.net/api/v3", "compatible", "", ("https://a.net/api/v3", {})),
        ("https://a.azure.com", "azure", "", ("https://a.azure.com/openai/v1/", {})),
        (
            "https://a.azure.com/openai/deployments/d?api-version=1",
            "azure",
            "",
            ("https://a.azure.com/openai/deployments/d", {"api-version": "1"}),
        ),
        (
            "https://a.azure.com?api-version=1",
            "azure",
            "2",
            ("https://a.azure.com/openai/v1/", {"api-version": "2"}),
        ),
    ],
)
def test_a_base_url_gets_the_path_of_its_kind_where_it_has_none(
    url: str, kind: Any, version: str, expected: tuple[str | None, dict[str, str]]
) -> None:
    assert address(url, kind, version) == expected


# Answers that are not what was asked for


def test_an_answer_of_another_shape_is_cropped_and_says_so(running: list[FakeOpenAI]) -> None:
    fake = serving(running, "openai", faults=Faults({1: "oblong"}))

    first, second = edited(services(fake))[0], edited(services(fake))[0]

    assert isinstance(first, Rendered)
    assert isinstance(second, Rendered)
    assert first.cropped_from == (1536, 1024)
    assert second.cropped_from is None
    assert pixels(first.png).shape == (64, 64, 3)


def test_a_transparent_answer_shows_the_source(running: list[FakeOpenAI]) -> None:
    fake = serving(running, "openai", faults=Faults({1: "clear"}))

    (rendered,) = edited(services(fake))

    assert isinstance(rendered, Rendered)
    was = pixels(source_of(tile()), (64, 64))
    assert abs(pixels(rendered.png) - was).max() <= 2


@pytest.mark.parametrize("kind", ["negative_usage", "no_usage"])
def test_usage_that_is_no_use_leaves_the_price_to_the_table(
    running: list[FakeOpenAI], kind: str
) -> None:
    fake = serving(running, "openai", faults=Faults({1: kind}))

    (rendered,) = edited(services(fake))

    assert isinstance(rendered, Rendered)
    assert rendered.usd is None


@pytest.mark.parametrize(("usd", "kind"), [(0.25, "extra"), (0.0, "no_usage")])
def test_a_stacks_own_price_is_what_is_paid(
    running: list[FakeOpenAI], usd: float, kind: str
) -> None:
    fake = serving(running, "openai", faults=Faults({1: kind}))

    made = edited(services(fake, usd_per_image=usd), count=2)

    # Of an extra picture it is not known that it is free.
    pictures = 3 if kind == "extra" else 2
    assert sum(one.usd or 0 for one in made if isinstance(one, Rendered)) == pytest.approx(
        usd * pictures
    )


def test_settings_that_are_no_price_are_refused() -> None:
    for wrong in (-0.01, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="usd_per_image"):
            OpenAISettings(usd_per_image=wrong)
