"""Objects of S3 that are plainly got or put, without what moto's server makes of every request.

Such a request has nothing but what is known here: an address in which nothing is quoted, no query,
no header by which more is asked. Its signature and its rights are checked as those of any other,
and moto's own get or put answers. What is refused moto is asked as a whole, and says why.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from combinatoric_collage.local.aws import ACCOUNT, REGION
from combinatoric_collage.local.http.plain_requests import body, known

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

ACTIONS = {"GET": "GetObject", "PUT": "PutObject"}
TARGET = re.compile(r"/([a-z0-9][a-z0-9-]+)/((?:[\w~-][\w.~-]*/)*[\w~-][\w.~-]*)", re.ASCII)
DIGESTED = "HTTP_X_AMZ_CONTENT_SHA256"
DIGEST = re.compile(r"[0-9a-f]{64}|UNSIGNED-PAYLOAD")
"""Of a body that is sent as it is, and not in signed pieces."""
KNOWN = {
    "GET": known(DIGESTED, "HTTP_X_AMZ_CHECKSUM_MODE", "HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH"),
    "PUT": known(
        *(DIGESTED, "CONTENT_TYPE", "HTTP_CACHE_CONTROL", "HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH"),
        *("HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM", "HTTP_X_AMZ_CHECKSUM_CRC32"),
    ),
}

Answer = tuple[int, dict[str, Any], Any]


def answer(environ: "WSGIEnvironment", headers: Any) -> Answer | None:
    """Status, headers and body; None where moto is to see to the request.

    `headers` are those of the request, by names in any spelling.
    """
    from moto.s3.exceptions import MissingKey, S3ClientError

    asked = _asked(environ, headers)
    if asked is None:
        return None
    try:
        _check(asked)
        made = asked.put_object() if asked.method == "PUT" else asked.get_object()
    except MissingKey:
        begin, end = _absent()
        text = begin + asked.parse_key_name() + end
        made = 404, {"Content-Type": "application/xml", "server": "amazon.com"}, text
    except S3ClientError:
        return None
    answered: Answer = asked._send_response(made)
    return answered


def _asked(environ: "WSGIEnvironment", headers: Any) -> Any:
    """The request as moto's gets and puts take it; None for one that is not plain."""
    from moto.s3.models import s3_backends
    from moto.s3.responses import S3Response

    method = environ["REQUEST_METHOD"]
    content = body(environ, "s3", KNOWN[method]) if method in ACTIONS else None
    place = TARGET.fullmatch(environ.get("RAW_URI", ""))
    if content is None or place is None or not DIGEST.fullmatch(environ.get(DIGESTED, "")):
        return None
    name, key = place.groups()
    bucket: Any = s3_backends[ACCOUNT]["aws"].buckets.get(name)
    has_own_rules = bucket is None or bucket.logging or bucket.object_lock_enabled
    if has_own_rules or (content and method == "GET"):
        return None
    asked: Any = S3Response()
    asked.method, asked.path, asked.bucket_name = method, place[0], name
    asked.parse_key_name = lambda: key
    asked.headers, asked.querystring, asked.uri_match = headers, {"Action": ACTIONS[method]}, {}
    asked.body = asked.raw_body = content
    asked.current_account, asked.region = ACCOUNT, REGION
    return asked


def _check(asked: Any) -> None:
    """Hold a request to the policies of its bucket and of who makes it.

    Raises:
        S3ClientError: where who asks is not who is said, or may not.
    """
    from moto.iam.access_control import PermissionResult, S3IAMRequest
    from moto.s3.exceptions import S3AccessDeniedError

    action, bucket, key = asked.querystring["Action"], asked.bucket_name, asked.parse_key_name()
    place = f"arn:aws:s3:::{bucket}"
    of_bucket: Any = asked.backend.get_bucket(bucket)
    if of_bucket.get_permission(f"s3:{action}", f"{place}/{key}") == PermissionResult.DENIED:
        raise S3AccessDeniedError
    who: Any = S3IAMRequest(
        ACCOUNT, asked.method, asked.path, {}, asked.raw_body, asked.headers, action
    )
    who.check_signature()
    who.check_action_permitted(f"{place}/{key}")
    if asked.method == "GET" and not asked.backend.get_object(bucket, key):
        # Who may not list a bucket is not told that an object is missing.
        who._action = "s3:ListBucket"
        who.check_action_permitted(place)


@cache
def _absent() -> tuple[str, str]:
    """What is said of an object that is not there, before and after its key."""
    from moto.core.responses import ActionResult
    from moto.s3.exceptions import MissingKey
    from moto.s3.responses import S3Response

    asked: Any = S3Response()
    asked.headers, asked.querystring, asked.response_headers = {}, {"Action": "GetObject"}, {}
    _, _, text = asked.serialized(ActionResult(MissingKey(key="|")))
    begin, _, end = text.partition("|")
    return begin, end
