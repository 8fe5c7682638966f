"""A client that signs its requests, as AWS wants it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from combinatoric_collage.cli.stacks import laptop


@dataclass(frozen=True)
class Signed(requests.auth.AuthBase):
    """Signs a request for API Gateway."""

    credentials: Any
    region: str

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        kind = request.headers.get("content-type")
        headers = {"content-type": kind} if kind else {}
        sent = AWSRequest(request.method, request.url, data=request.body, headers=headers)
        SigV4Auth(self.credentials, "execute-api", self.region).add_auth(sent)
        request.headers.update(dict(sent.headers))
        return request


@dataclass(frozen=True)
class Service:
    """The API at a URL."""

    url: str
    auth: Signed

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        return requests.request(
            method, self.url + path, json=body, auth=self.auth, timeout=600, **more
        )


@contextmanager
def running() -> Iterator[Service]:
    """The deployed API at COLLAGE_API_URL, by the caller's own credentials, or a laptop's."""
    if url := os.environ.get("COLLAGE_API_URL"):
        session = boto3.Session()
        yield Service(url.rstrip("/"), Signed(session.get_credentials(), session.region_name))
        return
    with laptop.running({"MaxSourceMegabytes": "1"}) as (cloud, _):
        given = cloud.environment
        key = Credentials(given["AWS_ACCESS_KEY_ID"], given["AWS_SECRET_ACCESS_KEY"])
        yield Service(cloud.outputs["ApiUrl"], Signed(key, given["AWS_REGION"]))
