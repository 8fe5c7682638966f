"""The provider's key: what a secret may look like, what is said of one that cannot be used."""

import json
import ssl

import boto3
import pytest
from botocore.stub import Stubber
from pytest_socket import enable_socket

from collage.engines.openai import style_list
from collage.engines.openai.engine import load
from collage.engines.openai.key import Secret, key_of, trusted
from collage.engines.openai.settings import OpenAISettings
from collage.errors import BadKey, EngineUnavailable, ProviderUnreachable
from collage.services import Services
from collage.settings import Settings
from tests.fake_openai import FakeOpenAI
from tests.unit.engines.openai.asked import mask_of, no_wait, source_of, tile
from tests.unit.pictures import decode

FIRST, SECOND = "sk-first-nobody-may-see", "sk-second-nobody-may-see"


@pytest.mark.parametrize(
    "text",
    [
        FIRST,
        f" {FIRST}\n",
        json.dumps({"api_key": FIRST}),
        json.dumps({"OPENAI_API_KEY": FIRST}),
        json.dumps({"whatever": FIRST}),
        json.dumps({"api_key": f"{FIRST} ", "organization": "org-1"}),
        json.dumps({"OPENAI_API_KEY": SECOND, "api_key": FIRST}),
    ],
)
def test_a_key_is_the_text_of_a_secret_or_a_value_in_it(text):
    assert key_of(text) == FIRST


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it has no text"),
        ("{}", "it has 0 values"),
        (json.dumps({"user": "me", "password": SECOND}), "it has 2 values, and none"),
        (json.dumps({"api_key": {"value": SECOND}}), "its value api_key is no text"),
        (json.dumps({"api_key": "  "}), "it has no text"),
        ("{" + SECOND, "cannot be read as such"),
        ('{"key":' * 100_000, "cannot be read as such"),
        (f"{FIRST}\n{SECOND}", "spaces, line breaks"),
        (f"Bearer {FIRST}", "spaces, line breaks"),
        (f"{FIRST}é", "other characters"),
    ],
)
def test_what_is_no_key_is_said_without_repeating_it(text, said):
    with pytest.raises(ValueError, match=said) as caught:
        key_of(text)

    assert "nobody-may-see" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("ResourceNotFoundException", EngineUnavailable, "there is none of that name"),
        ("AccessDeniedException", EngineUnavailable, "may not read it"),
        ("DecryptionFailure", EngineUnavailable, "may not use the key that encrypts it"),
        ("InvalidRequestException", EngineUnavailable, "marked for deletion"),
        ("ThrottlingException", ProviderUnreachable, "ThrottlingException"),
        ("InternalServiceError", ProviderUnreachable, "InternalServiceError"),
    ],
)
def test_what_secrets_manager_refuses_has_a_name(aws, code, kind, said):
    client = boto3.client("secretsmanager")
    with Stubber(client) as stub:
        stub.add_client_error("get_secret_value", code)

        with pytest.raises(kind, match=said):
            Secret(client, "openai").read()


def test_a_secret_of_bytes_holds_no_key(aws):
    client = boto3.client("secretsmanager")
    client.create_secret(Name="openai", SecretBinary=FIRST.encode())

    with pytest.raises(
        EngineUnavailable, match=r"The secret openai .* holds no API key: it has no"
    ):
        Secret(client, "openai").read()


@pytest.fixture
def provider(aws):
    """A provider that takes one key, and services whose secret holds it; they are warm."""
    enable_socket()
    boto3.client("secretsmanager").create_secret(Name="openai", SecretString=FIRST)
    with FakeOpenAI(key=FIRST) as fake:
        services = Services(
            Settings(uploads_bucket="u", collages_bucket="c"),
            {"openai": OpenAISettings(secret="openai", base_url=fake.base_url)},
        )
        assert ask(services)
        yield fake, services


def ask(services):
    account = services.accounts["openai"]
    return style_list.ask(services.client(account), account.settings.text_model, 3, None, ())


def rotate(key):
    boto3.client("secretsmanager").put_secret_value(SecretId="openai", SecretString=key)


def test_a_key_that_was_rotated_is_read_again_by_a_warm_process(provider):
    fake, services = provider
    fake.key = SECOND
    rotate(json.dumps({"api_key": SECOND}))

    assert len(ask(services)) == 3

    asked = len(fake.requests)
    assert ask(services)
    assert len(fake.requests) == asked + 1, "the new key is kept"


def test_a_picture_is_asked_for_again_with_all_that_belongs_to_it(provider):
    fake, services = provider
    engine = load(services)
    fake.key = SECOND
    rotate(SECOND)

    ((made),) = engine.render([tile()], source_of(tile()), mask_of(tile()), no_wait)

    assert decode(made.png).size == (64, 64)


@pytest.mark.parametrize("secret", [FIRST, SECOND, "{}"])
def test_a_key_that_is_refused_is_asked_for_once_more_and_no_oftener(provider, secret):
    fake, services = provider
    fake.key = "sk-third"
    rotate(secret)
    before = len(fake.requests)

    with pytest.raises(BadKey) as caught:
        ask(services)

    assert len(fake.requests) - before == (2 if secret == SECOND else 1)
    assert "nobody-may-see" not in str(caught.value)


def test_servers_are_held_to_their_certificates():
    assert trusted().verify_mode is ssl.CERT_REQUIRED
    assert trusted().check_hostname
