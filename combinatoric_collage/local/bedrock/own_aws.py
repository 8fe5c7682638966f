"""The AWS of who started the cloud: their credentials, and where they have Bedrock asked.

Both are found as by every AWS tool (variables, profiles, single sign-on), and stay in this process:
no function, log or record of the cloud gets to see them.
"""

import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ProxyConnectionError,
    SSLError,
)
from botocore.httpsession import URLLib3Session
from botocore.utils import get_environ_proxies

from combinatoric_collage.local.aws import ANSWER_SECONDS, FILES, PROFILES
from combinatoric_collage.local.errors import NoCredentialsError

CONNECT_SECONDS = 10
MOST_AT_ONCE = 64
PIECE_BYTES = 65_536
NEVER_CONNECTED = (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError, SSLError)

NO_CREDENTIALS = (
    "Amazon Bedrock is billed to an AWS account, and this machine has no credentials of one: set "
    "AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in by aws login or "
    "aws sso login, and start the laptop cloud anew."
)


class UnreachableError(Exception):
    """No connection comes about; nothing was asked."""


class CutOffError(ConnectionError):
    """The connection broke, or no answer came in time; what was asked may have been done."""


@dataclass(frozen=True)
class Answer:
    """What the service answered, its body still to come."""

    status: int
    headers: Mapping[str, str]
    body: Iterator[bytes]


class OwnAws:
    """The AWS that the environment names as this is made; later changes of it do not count."""

    def __init__(self) -> None:
        profile = next(filter(None, map(os.environ.get, PROFILES)), None)
        files = {
            name: os.environ.get(variable) or default
            for name, variable, default in zip(
                ("config_file", "credentials_file"),
                FILES,
                ("~/.aws/config", "~/.aws/credentials"),
                strict=True,
            )
        }
        found: dict[str, Any] = {
            "profile": (None, None, profile, None),
            **{name: (None, None, file, None) for name, file in files.items()},
        }
        self._found = found
        self._lock = threading.Lock()
        self._endpoints: dict[str, str] = {}
        self._http: URLLib3Session | None = None

    @cached_property
    def _session(self) -> botocore.session.Session:
        # Most stacks ask nothing of Bedrock, and it takes as long as a client.
        return botocore.session.Session(session_vars=self._found)

    def check(self) -> None:
        """Says before anything is asked that there are no credentials.

        Raises:
            NoCredentialsError: where there are none.
        """
        self._credentials()

    def ask(
        self, region: str, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> Answer:
        """Asks Bedrock's runtime; ``path`` is as it was sent, with its escapes.

        Raises:
            NoCredentialsError: where there are none.
            UnreachableError: when no connection comes about.
            CutOffError: when one breaks, or no answer comes; also while the body is read.
        """
        credentials = self._credentials()
        request = AWSRequest(method, self._endpoint(region) + path, dict(headers), body)
        SigV4Auth(credentials, "bedrock", region).add_auth(request)
        prepared = request.prepare()
        prepared.stream_output = True
        try:
            answer = self._sender().send(prepared)
        except NEVER_CONNECTED as error:
            raise UnreachableError(f"Amazon Bedrock cannot be reached: {error}") from error
        except HTTPClientError as error:
            raise CutOffError(str(error)) from error
        return Answer(answer.status_code, answer.headers, _pieces(answer.raw))

    def _credentials(self) -> Any:
        try:
            with self._lock:
                found = self._session.get_credentials()
            # They may have to be fetched, or fetched anew.
            frozen = found and found.get_frozen_credentials()
        except BotoCoreError as error:
            raise NoCredentialsError(f"{error} {NO_CREDENTIALS}") from error
        if not frozen or not frozen.access_key:
            raise NoCredentialsError(NO_CREDENTIALS)
        return frozen

    def _endpoint(self, region: str) -> str:
        with self._lock:
            if region not in self._endpoints:
                unsigned = Config(signature_version=botocore.UNSIGNED)
                client = self._session.create_client("bedrock-runtime", region, config=unsigned)
                self._endpoints[region] = client.meta.endpoint_url.rstrip("/")
            return self._endpoints[region]

    def _sender(self) -> URLLib3Session:
        with self._lock:
            if self._http is None:
                self._http = URLLib3Session(
                    verify=self._session.get_config_variable("ca_bundle") or True,
                    proxies=get_environ_proxies("https://bedrock"),
                    # It takes two as well, which its types do not say.
                    timeout=(CONNECT_SECONDS, ANSWER_SECONDS),  # type: ignore[arg-type]
                    max_pool_connections=MOST_AT_ONCE,
                )
            return self._http


def _pieces(raw: Any) -> Iterator[bytes]:
    from urllib3.exceptions import HTTPError

    try:
        yield from raw.stream(PIECE_BYTES, decode_content=False)
    except (HTTPError, OSError) as error:
        raise CutOffError(str(error)) from error
    finally:
        # One that was read to its end is back in the pool by now.
        raw.close()
