"""Who signed a request to an HTTP API, and whether they may make it."""

import hashlib
import hmac
import re
import time
from calendar import timegm
from collections.abc import Mapping
from typing import Any

from combinatoric_collage.local.aws import ACCOUNT
from combinatoric_collage.local.http.payload import Request

# How far two clocks may differ, as AWS has it.
SKEW_SECONDS = 300
SCHEME = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/(?P<day>\d{8})/(?P<region>[^/]+)/execute-api/"
    r"aws4_request, ?SignedHeaders=(?P<signed>[^,]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)


def caller(request: Request, region: str, resource: str) -> Mapping[str, Any] | None:
    """Who signed the request, for the function's event; None for who may not invoke `resource`.

    The signature is made again from the secret of the key and compared.
    """
    from moto.core.exceptions import AccessDeniedError, InvalidClientTokenIdError
    from moto.iam.access_control import IAMRequest

    headers = {_title(name): value for name, value in request.headers.items()}
    found = SCHEME.fullmatch(headers.get("Authorization", ""))
    if found is None or found["region"] != region or not _fresh(headers, found["day"]):
        return None
    unsigned = {"host", "x-amz-date"} - set(found["signed"].split(";"))
    digest = hashlib.sha256(request.body).hexdigest()
    if unsigned or headers.get("X-Amz-Content-Sha256", digest) != digest:
        return None
    try:
        asked = IAMRequest(
            ACCOUNT, request.method, request.target, {}, request.body, headers, "Invoke"
        )
        if not hmac.compare_digest(asked._calculate_signature(), found["signature"]):
            return None
        asked.check_action_permitted(resource)
    except (AccessDeniedError, InvalidClientTokenIdError):
        return None
    return {
        "accessKey": found["key"],
        "accountId": ACCOUNT,
        "callerId": found["key"],
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": asked._access_key.arn,
        "userId": found["key"],
    }


def _fresh(headers: Mapping[str, str], day: str) -> bool:
    date = headers.get("X-Amz-Date", "")
    try:
        signed = timegm(time.strptime(date, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        return False
    return date.startswith(day) and abs(time.time() - signed) <= SKEW_SECONDS


def _title(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-"))
