"""The provider's API key: read from its secret, held to its shape, and read again when refused.

The client that asks with it is made here, in whatever way the kind of server wants to be asked.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx2
from botocore.exceptions import BotoCoreError, ClientError

from collage.engines.openai.answer_size import bound
from collage.engines.openai.profiles import PROFILES, address
from collage.errors import CollageError, EngineUnavailable, ProviderUnreachable, of_no_use

if TYPE_CHECKING:
    import ssl

    import openai
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from collage.engines.openai.settings import OpenAISettings

NAMES = ("api_key", "OPENAI_API_KEY")
"""What a key is called in a secret that the console made, which is JSON of keys and values."""


@dataclass(frozen=True)
class Secret:
    """The secret ``name`` of Secrets Manager, which holds an API key."""

    client: SecretsManagerClient
    name: str

    def read(self) -> str:
        """The key, as it is now.

        Raises:
            EngineUnavailable: when there is no such secret, it may not be read, or holds no key.
            ProviderUnreachable: when Secrets Manager does not answer.
        """
        try:
            answer = self.client.get_secret_value(SecretId=self.name)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if said := of_no_use(self.name, "OpenAiSecret", code):
                raise EngineUnavailable(said) from None
            raise ProviderUnreachable(f"The secret of the API key: AWS says {code}.") from None
        except BotoCoreError as error:
            raise ProviderUnreachable("Secrets Manager could not be reached.") from error
        try:
            return key_of(answer.get("SecretString", ""))
        except ValueError as error:
            raise EngineUnavailable(
                f"The secret {self.name} (parameter OpenAiSecret) holds no API key: {error}."
            ) from None


def key_of(text: str) -> str:
    """The key in a secret's text: the text itself, or a value of a JSON object.

    Raises:
        ValueError: when there is none; the message repeats nothing of the text but names.
    """
    key = text.strip()
    if key.startswith("{"):
        key = _value(key)
    if not key:
        raise ValueError("it has no text")
    # A header takes no others, and the error that says so would repeat the key.
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise ValueError("it has spaces, line breaks or other characters that no key has")
    return key


def _value(text: str) -> str:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("it begins as JSON and cannot be read as such") from None
    names = [name for name in NAMES if name in found] or list(found)
    if len(names) != 1 and names[:1] != [NAMES[0]]:
        raise ValueError(f"it has {len(found)} values, and none that is called {NAMES[0]}")
    value = found[names[0]]
    if not isinstance(value, str):
        raise ValueError(f"its value {names[0]} is no text")
    return value.strip()


class Renewed(httpx2.Auth):
    """Sends a request that was refused for its key (401) once more, if the secret has a new one.

    A function that stays warm for hours would go on with a key that was rotated meanwhile.
    """

    requires_response_body = True

    def __init__(self, secret: Secret, header: str | None = None) -> None:
        self.secret = secret
        self.header = header
        """What the key goes into where that is not `Authorization`."""
        self.client: openai.OpenAI | None = None
        """Whose key is renewed."""

    def auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        """One request, and another one where a new key is there."""
        self._put(request, self.client.api_key if self.client else "")
        response = yield request
        if response.status_code != 401 or self.client is None:
            return
        try:
            key = self.secret.read()
        except CollageError:
            # The SDK would take it for a broken connection; that the key was refused stands.
            return
        if key != self.client.api_key:
            self.client.api_key = key
            self._put(request, key)
            yield request

    def _put(self, request: httpx2.Request, key: str) -> None:
        if self.header is None:
            request.headers["Authorization"] = f"Bearer {key}"
            return
        request.headers.pop("Authorization", None)
        request.headers[self.header] = key


@cache
def trusted() -> ssl.SSLContext:
    """What servers' certificates are held against, as the SDK does by itself.

    To read it, and to import what speaks with servers, is a fifth of a process's first call; those
    that are forked off one which has it do neither.
    """
    return httpx2.create_ssl_context()


def client(provider: OpenAISettings, secret: Secret) -> openai.OpenAI:
    """A client of the provider, which has the key and retries nothing.

    Raises:
        EngineUnavailable: when it is not said where the server is.
        EngineUnavailable, ProviderUnreachable: as `Secret.read` does.
    """
    if provider.server == "azure" and not provider.base_url:
        raise EngineUnavailable(
            "OpenAiServer is azure: say by OpenAiBaseUrl, or on a laptop by OPENAI_BASE_URL, "
            "where that is."
        )
    import openai

    base_url, query = address(provider.base_url, provider.server, provider.api_version)
    renewed = Renewed(secret, PROFILES[provider.server].key_header)
    renewed.client = openai.OpenAI(
        api_key=secret.read(),
        base_url=base_url,
        organization=provider.organization or None,
        timeout=provider.timeout,
        max_retries=0,
        default_query=query,
        # A redirect would carry the picture and the prompt to where nobody sent them.
        http_client=openai.DefaultHttpxClient(
            auth=renewed,
            follow_redirects=False,
            # The body is sent whole, not in thirty pieces that each pass through all of the client.
            event_hooks={"request": [httpx2.Request.read], "response": [bound]},
            verify=trusted(),
        ),
    )
    return renewed.client
