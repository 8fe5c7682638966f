"""What is signed is put together as botocore does it."""

from typing import Any

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from combinatoric_collage.local.http import signature
from combinatoric_collage.local.moto.signatures import _canonical, _content

KEY = Credentials("AKIAEXAMPLE", "a secret", "a token")
DATE = "20260301T120000Z"
HEADERS = {
    "Host": "127.0.0.1:1234",
    "X-Amz-Date": DATE,
    "X-Amz-Meta-Title": "  two   blanks ",
    "User-Agent": "is not signed",
    "Content-Type": "image/png",
}


@pytest.mark.parametrize(
    ("signer", "service", "target"),
    [
        (S3SigV4Auth, "s3", "/bucket/a%20b/../c//d.png?x-id=PutObject&a=%2F&a"),
        (SigV4Auth, "lambda", "/2015-03-31/functions/arn%3Aaws/invocations?b=2&a=1"),
        (SigV4Auth, "states", "/"),
    ],
)
@pytest.mark.parametrize("digest", [{}, {"X-Amz-Content-SHA256": "0" * 64}])
def test_a_signature_is_that_of_botocore(
    signer: Any, service: str, target: str, digest: dict[str, str]
) -> None:
    body, headers = b"\x00body", {**HEADERS, **digest}
    auth: Any = signer(KEY, service, "eu-west-1")
    request: Any = AWSRequest("PUT", target, headers, body)
    request.context["timestamp"] = DATE
    expected = auth.canonical_request(request)
    lower = {name.lower(): value for name, value in headers.items()}

    lines = _canonical(auth, "put", target, lower, str(_content(lower, body)))
    assert "\n".join(lines) == expected

    text = auth.string_to_sign(request, expected)
    made = signature.of("a secret", DATE, "eu-west-1", service, lines)
    assert made == auth.signature(text, request)


def test_the_digest_of_what_is_no_body_of_bytes_is_left_to_botocore() -> None:
    assert _content({}, b"") is None
    assert _content({}, {"Action": ["Publish"]}) is None
