"""Requests of AWS's SDKs that say nothing but what is known here, and who signed them.

What such a request asks for can be done at once. Of any other it is to be found out first what it
asks for at all, which takes moto's server longer than most answers.
"""

import io
import re
from typing import TYPE_CHECKING

from combinatoric_collage.local.aws import REGION
from combinatoric_collage.local.http import environ as server

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

HOST = re.compile(r"(?:127\.0\.0\.1|localhost):\d+")
"""By which no bucket is named."""
SIGNED = re.compile(
    rf"AWS4-HMAC-SHA256 Credential=\w+/\d{{8}}/{REGION}/(\w+)/aws4_request, ?"
    r"SignedHeaders=[\w;-]+, ?Signature=[0-9a-f]{64}",
    re.ASCII,
)
ANYBODYS = (
    *("HTTP_HOST", "HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_CONNECTION", "HTTP_USER_AGENT"),
    *("HTTP_AUTHORIZATION", "HTTP_X_AMZ_DATE", "HTTP_X_AMZ_SECURITY_TOKEN"),
    *("HTTP_AMZ_SDK_INVOCATION_ID", "HTTP_AMZ_SDK_REQUEST", "HTTP_X_AMZN_TRACE_ID"),
    *("CONTENT_LENGTH", "werkzeug.socket"),
)
"""What any request may say."""


def known(*own: str) -> frozenset[str]:
    """All that may stand in the environment of a request which says `own` beside that."""
    return frozenset((*server.made("", "", (), None, 0), *ANYBODYS, *own))


def body(environ: "WSGIEnvironment", service: str, known: frozenset[str]) -> bytes | None:
    """The body of a request that is signed for a service; None where it says more than is known.

    Nor is there one before anybody's signature is looked at.
    """
    from moto import settings

    signed = SIGNED.fullmatch(environ.get("HTTP_AUTHORIZATION", ""))
    stream = environ.get("wsgi.input")
    plain = (
        settings.INITIAL_NO_AUTH_ACTION_COUNT == 0
        and not environ.keys() - known
        and HOST.fullmatch(environ.get("HTTP_HOST", ""))
        and signed is not None
        and signed[1] == service
    )
    return stream.getvalue() if plain and isinstance(stream, io.BytesIO) else None
