"""Objects of S3 that are plainly got or put, without what moto's server makes of every request.

Such a request has nothing but what is known here: an address in which nothing is quoted, no query,
no header by which more is asked. Its signature and its rights are checked as those of any other,
and moto's own get or put answers. What is refused moto is asked as a whole, and says why.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from combinatoric_collage.local.aws import ACCOUNT, REGION
from combinatoric_collage.local.http.plain_requests import DIGEST, Plain, known, read

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

ACTIONS = {"GET": "GetObject", "PUT": "PutObject"}
TARGET = re.compile(r"/([a-z0-9][a-z0-9-]+)/((?:[\w~-][\w.~-]*/)*[\w~-][\w.~-]*)", re.ASCII)
SENT_WHOLE = re.compile(r"[0-9a-f]{64}|UNSIGNED-PAYLOAD")
"""What is said of a body that is sent as it is, and not in signed pieces."""
KNOWN = {
    "GET": known(DIGEST, "x-amz-checksum-mode", "if-match", "if-none-match"),
    "PUT": known(
        *(DIGEST, "content-type", "cache-control", "if-match", "if-none-match"),
        *("x-amz-sdk-checksum-algorithm", "x-amz-checksum-crc32"),
    ),
}

Answer = tuple[int, dict[str, Any], Any]


def answer(environ: "WSGIEnvironment") -> Answer | None:
    """Status, headers and body; None where moto is to see to the request."""
    from moto.s3.exceptions import MissingKey, S3ClientError

    method = environ["REQUEST_METHOD"]
    place = TARGET.fullmatch(environ.get("RAW_URI", "")) if method in ACTIONS else None
    plain = read(environ, place[0], "s3", KNOWN[method]) if place else None
    if place is None or plain is None:
        return None
    bucket, key = place[1], place[2]
    if not _is_about_an_object(method, bucket, key, plain):
        return None
    asked = _asked(method, bucket, key, plain)
    try:
        made = asked.put_object() if method == "PUT" else asked.get_object()
    except MissingKey:
        begin, end = _absent()
        text = begin + key + end
        made = 404, {"Content-Type": "application/xml", "server": "amazon.com"}, text
    except S3ClientError:
        return None
    answered: Answer = asked._send_response(made)
    return answered


def _is_about_an_object(method: str, bucket: str, key: str, plain: Plain) -> bool:
    """Whether who asks may have an object got or put, and there is nothing else to it."""
    from moto.iam.access_control import PermissionResult
    from moto.s3.models import s3_backends

    backend: Any = s3_backends[ACCOUNT]["aws"]
    found = backend.buckets.get(bucket)
    if found is None or found.logging or found.object_lock_enabled:
        return False
    action, place = f"s3:{ACTIONS[method]}", f"arn:aws:s3:::{bucket}"
    return bool(
        SENT_WHOLE.fullmatch(plain.headers.get(DIGEST, ""))
        and not (plain.body and method == "GET")
        and found.get_permission(action, f"{place}/{key}") != PermissionResult.DENIED
        and plain.may(action, f"{place}/{key}")
        # Who may not list a bucket is not told that an object is missing.
        and (
            method == "PUT" or backend.get_object(bucket, key) or plain.may("s3:ListBucket", place)
        )
    )


def _asked(method: str, bucket: str, key: str, plain: Plain) -> Any:
    """The request as moto's gets and puts take it."""
    from moto.s3.responses import S3Response

    asked: Any = S3Response()
    asked.bucket_name, asked.parse_key_name = bucket, lambda: key
    asked.headers, asked.body, asked.raw_body = plain.headers, plain.body, plain.body
    asked.querystring, asked.uri_match = {"Action": ACTIONS[method]}, {}
    asked.current_account, asked.region = ACCOUNT, REGION
    return asked


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
