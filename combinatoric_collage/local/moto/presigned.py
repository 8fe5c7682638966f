"""A presigned address of S3: who signed it is proven by its signature, made again and compared."""

import hmac
import time
from calendar import timegm
from collections.abc import Mapping
from http.client import HTTPMessage
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

from botocore.auth import HmacV1QueryAuth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from combinatoric_collage.local.moto.s3_forms import Refused


def check(
    method: str, url: str, headers: Mapping[str, str], secret: str, token: str | None
) -> None:
    """Hold an address to its signature and its end.

    `url` is as it was sent, and `secret` and `token` are those of the key that it names.

    Raises:
        Refused: when it was changed, made by somebody else, or has expired.
    """
    query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    names = {name.lower(): value for name, value in headers.items()}
    try:
        if "X-Amz-Credential" in query:
            made, end = _version_4(method, url, query, names, secret)
            given = query["X-Amz-Signature"]
        else:
            made, end = _version_2(method, urlsplit(url), query, names, secret, token)
            given = query["Signature"]
    except (KeyError, ValueError) as error:
        raise Refused("AccessDenied", "Query-string authentication is not complete.") from error
    if not hmac.compare_digest(made.encode(), given.encode()):
        raise Refused("SignatureDoesNotMatch", "The signature of the address does not fit.")
    if end < time.time():
        raise Refused("AccessDenied", "Request has expired")


class _Until(HmacV1QueryAuth):
    """A signature that ends at a time, in seconds since 1970, and not so long after now."""

    def __init__(self, credentials: Credentials, end: int) -> None:
        super().__init__(credentials)
        self._end = end

    def _get_date(self) -> str:
        return str(self._end)


def _version_4(
    method: str, url: str, query: Mapping[str, str], headers: Mapping[str, str], secret: str
) -> tuple[str, float]:
    """The signature, and when it ends, in seconds since 1970."""
    key, _day, region, service, _ = query["X-Amz-Credential"].split("/")
    date, seconds = query["X-Amz-Date"], int(query["X-Amz-Expires"])
    address, _, pairs = url.partition("?")
    kept = "&".join(p for p in pairs.split("&") if not p.startswith("X-Amz-Signature="))
    signed = {name: headers[name] for name in query["X-Amz-SignedHeaders"].split(";")}
    request: Any = AWSRequest(method, f"{address}?{kept}", signed)
    request.context["timestamp"] = date
    auth: Any = S3SigV4QueryAuth(Credentials(key, secret), service, region, seconds)
    text = auth.string_to_sign(request, auth.canonical_request(request))
    return auth.signature(text, request), timegm(time.strptime(date, "%Y%m%dT%H%M%SZ")) + seconds


def _version_2(
    method: str,
    split: SplitResult,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    secret: str,
    token: str | None,
) -> tuple[str, float]:
    """The same of what boto3 makes unless told otherwise."""
    known = HTTPMessage()
    for name in ("content-md5", "content-type"):
        if name in headers:
            known[name] = headers[name]
    for name, value in query.items():
        if name.lower().startswith("x-amz-"):
            known[name.lower()] = value
    credentials = Credentials(query["AWSAccessKeyId"], secret, token)
    auth: Any = _Until(credentials, int(query["Expires"]))
    return auth.get_signature(method, split, known), int(query["Expires"])
