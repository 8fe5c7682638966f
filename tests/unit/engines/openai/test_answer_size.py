"""Answers of a provider that go on too long: not read to their end, in whatever way they come."""

import boto3
import pytest
from pytest_socket import enable_socket

from collage.engines.openai import answer_size, fetching, style_list
from collage.engines.openai.engine import load
from collage.engines.openai.settings import OpenAISettings
from collage.errors import BrokenAnswer, PictureNotFetched
from collage.services import Services
from collage.settings import Settings
from tests.fake_openai import FakeOpenAI
from tests.unit.engines.openai.asked import mask_of, no_wait, source_of, tile


@pytest.fixture
def services(request, aws):
    """Services whose provider streams, or answers at once."""
    enable_socket()
    previews = getattr(request, "param", 0)
    with FakeOpenAI(key="sk-test", cheap=True, streams=previews > 0) as fake:
        boto3.client("secretsmanager").create_secret(Name="openai", SecretString="sk-test")
        yield Services(
            Settings(uploads_bucket="u", collages_bucket="c"),
            {"openai": OpenAISettings(secret="openai", base_url=fake.base_url, previews=previews)},
        )


@pytest.mark.parametrize("services", [0, 2], indirect=True)
def test_pictures_without_an_end_are_a_broken_answer(services, monkeypatch):
    engine = load(services)
    monkeypatch.setattr(answer_size, "MOST_BYTES", 1000)

    with pytest.raises(BrokenAnswer, match="The answer has more than"):
        engine.render([tile()], source_of(tile()), mask_of(tile()), no_wait)


def test_a_list_without_an_end_is_a_broken_answer(services, monkeypatch):
    monkeypatch.setattr(answer_size, "MOST_BYTES", 100)

    with pytest.raises(BrokenAnswer, match="The answer has more than"):
        style_list.ask(services.client(services.accounts["openai"]), "gpt-6-luna", 3)


def test_a_picture_in_the_answer_may_be_as_large_as_one_that_is_fetched(services, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_ENCODED", 1000)

    with pytest.raises(PictureNotFetched, match="has more than"):
        load(services).render([tile()], source_of(tile()), mask_of(tile()), no_wait)
