"""A stack's HTTP API, asked as its caller: by a signature, or by a token where it wants one."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import NoCredentialsError
from botocore.httpsession import URLLib3Session
from botocore.utils import get_environ_proxies
from urllib3 import encode_multipart_formdata

from collage.errors import InvalidRequest
from combinatoric_collage.local.aws import LOOPBACK

TOKEN = "COLLAGE_API_TOKEN"  # noqa: S105 - the variable that holds one
ANSWER_SECONDS = 35
"""API Gateway gives up after thirty seconds."""

CHEAPEST = "/masks"
"""A route that asks nothing of AWS."""

FILE = "file"
"""The field of a form that S3 takes an upload from."""


@dataclass(frozen=True)
class Identity:
    """Who asks: a region, and what finds the credentials of the moment, fresh where they end."""

    region: str
    credentials: Callable[[], Any]

    def sign(self, request: AWSRequest) -> None:
        """Sign a request for API Gateway (SigV4).

        Raises:
            NoCredentialsError: where there are no credentials.
            botocore.exceptions.BotoCoreError: when they cannot be fetched anew.
        """
        found = self.credentials()
        if found is None:
            raise NoCredentialsError
        SigV4Auth(found.get_frozen_credentials(), "execute-api", self.region).add_auth(request)


@dataclass(frozen=True)
class Answer:
    """What the API said."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes


class HttpApi:
    """The API at ``url``."""

    def __init__(self, url: str, identity: Identity, issuer: str = "") -> None:
        """``issuer`` is that of the tokens that the stack takes; with none it takes signatures.

        Raises:
            InvalidRequest: when it takes tokens, and the environment has none.
        """
        self._url = url.rstrip("/")
        self._identity = identity
        self._token = os.environ.get(TOKEN, "") if issuer else ""
        if issuer and not self._token:
            raise InvalidRequest(
                f"stack: its API takes tokens of {issuer} in place of signatures; set {TOKEN} to "
                "one that has its audience and its scope."
            )
        self._sender = _sender(url)

    def check(self) -> None:
        """Look whether it lets the caller in.

        Raises:
            InvalidRequest: when it does not.
            botocore.exceptions.BotoCoreError: when it cannot be asked, or does not answer.
        """
        if self.ask("GET", CHEAPEST).status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            what = f"the token in {TOKEN}" if self._token else "these credentials"
            needs = "its audience and its scope" if self._token else "the right execute-api:Invoke"
            raise InvalidRequest(f"stack: its API does not take {what}; it wants {needs}.")

    def ask(
        self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """What it answers; ``target`` is path and query, escaped.

        Raises:
            botocore.exceptions.BotoCoreError: when it cannot be asked, or does not answer.
        """
        request = AWSRequest(method, self._url + target, dict(headers or {}), body or None)
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        else:
            self._identity.sign(request)
        return _send(self._sender, request)


def send_form(url: str, fields: Mapping[str, str], file: bytes, content_type: str) -> Answer:
    """What S3 says to a form with one file, as `POST /uploads` gave it out.

    Raises:
        botocore.exceptions.BotoCoreError: when S3 cannot be reached.
    """
    # The file has to be the last field.
    body, kind = encode_multipart_formdata([*fields.items(), (FILE, (FILE, file, content_type))])
    return _send(_sender(url), AWSRequest("POST", url, {"Content-Type": kind}, body))


def _sender(url: str) -> URLLib3Session:
    local = url.startswith(f"http://{LOOPBACK}:")
    return URLLib3Session(
        # Nothing on loopback goes through a proxy.
        proxies={} if local else get_environ_proxies(url),
        verify=os.environ.get("AWS_CA_BUNDLE") or True,  # type: ignore[arg-type]
        timeout=ANSWER_SECONDS,
        max_pool_connections=32,
    )


def _send(sender: URLLib3Session, request: AWSRequest) -> Answer:
    answer = sender.send(request.prepare())
    known = {name.lower(): value for name, value in answer.headers.items()}
    return Answer(answer.status_code, known, answer.content)
