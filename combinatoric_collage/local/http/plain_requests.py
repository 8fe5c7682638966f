"""Requests of AWS's SDKs that say nothing but what is known here, and who signed them.

What such a request asks for can be done at once. Of any other it is to be found out first what it
asks for at all, which takes moto's server longer than most answers.
"""

import hashlib
import hmac
import io
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.auth import SIGNED_HEADERS_BLACKLIST

from combinatoric_collage.local.aws import ACCOUNT, REGION
from combinatoric_collage.local.http import environ as server
from combinatoric_collage.local.http import signature

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

HOST = re.compile(r"(?:127\.0\.0\.1|localhost):\d+")
"""By which no bucket is named."""
SIGNED = re.compile(
    rf"AWS4-HMAC-SHA256 Credential=(\w+)/\d{{8}}/{REGION}/(\w+)/aws4_request, ?"
    r"SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})",
    re.ASCII,
)
DATE, DIGEST = "x-amz-date", "x-amz-content-sha256"
ANYBODYS = (
    *("host", "accept", "accept-encoding", "connection", "user-agent", "content-length"),
    *("authorization", DATE, "x-amz-security-token", "x-amzn-trace-id"),
    *("amz-sdk-invocation-id", "amz-sdk-request"),
)
"""The headers that any request may have."""
NEVER_SIGNED = frozenset(SIGNED_HEADERS_BLACKLIST)

Known = Mapping[str, str]
"""Headers by the variables in which they are; the server's own variables are none."""


class Headers(dict[str, str]):
    """Headers by names in any spelling; they are kept in small letters."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a header, if there is one."""
        return super().get(name.lower(), default)


class Plain(NamedTuple):
    """A request whose signature is right."""

    headers: Headers
    body: bytes
    who: Any
    """moto's access key."""

    def may(self, action: str, resource: str) -> bool:
        """Whether the policies of who asks allow it."""
        from moto.iam import access_control as iam

        policies = (iam.IAMPolicy(policy) for policy in self.who.collect_policies())
        found = [policy.is_action_permitted(action, resource) for policy in policies]
        return iam.PermissionResult.PERMITTED in found and iam.PermissionResult.DENIED not in found


def known(*own: str) -> Known:
    """The headers that a request may have which has `own` beside anybody's."""
    variables = {name: f"HTTP_{name.upper().replace('-', '_')}" for name in (*ANYBODYS, *own)}
    variables |= {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
    of_server = dict.fromkeys((*server.made("", "", (), None, 0), "werkzeug.socket"), "")
    return of_server | {variables[name]: name for name in (*ANYBODYS, *own)}


def read(environ: "WSGIEnvironment", path: str, service: str, known: Known) -> Plain | None:
    """A request to a service; none where it says more than is known, or its signature is wrong.

    `path` is its target, in which nothing is quoted. There is none before signatures count.
    """
    from moto import settings

    stream, signed = environ.get("wsgi.input"), SIGNED.fullmatch(_said(environ, "AUTHORIZATION"))
    if (
        settings.INITIAL_NO_AUTH_ACTION_COUNT != 0
        or environ.keys() - known.keys()
        or not HOST.fullmatch(_said(environ, "HOST"))
        or not isinstance(stream, io.BytesIO)
        or signed is None
        or signed[2] != service
    ):
        return None
    headers = Headers(
        (name, environ[variable])
        for variable, name in known.items()
        if name and variable in environ
    )
    body, who, names = stream.getvalue(), _whose(signed[1], headers), signed[3].split(";")
    has_names = headers.keys() >= {*names} >= {"host", DATE} and NEVER_SIGNED.isdisjoint(names)
    if who is None or not has_names or not (body or DIGEST in names):
        return None
    names.sort()
    request = (
        *(environ["REQUEST_METHOD"], path, ""),
        *(f"{name}:{' '.join(headers[name].split())}" for name in names),
        *("", ";".join(names)),
        headers[DIGEST] if DIGEST in names else hashlib.sha256(body).hexdigest(),
    )
    made = signature.of(who._secret_access_key, headers[DATE], REGION, service, request)
    return Plain(headers, body, who) if hmac.compare_digest(made, signed[4]) else None


def _said(environ: "WSGIEnvironment", name: str) -> str:
    return str(environ.get(f"HTTP_{name}", ""))


def _whose(key: str, headers: Headers) -> Any:
    """The access key, as moto has it; None where there is none, or its token is another."""
    from moto.iam.access_control import CreateAccessKeyFailure, create_access_key

    try:
        return create_access_key(ACCOUNT, "aws", key, headers)
    except CreateAccessKeyFailure:
        return None
