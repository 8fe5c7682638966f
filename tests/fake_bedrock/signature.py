"""Signature Version 4: each is made once more, by botocore's own signer, and compared."""

import datetime
import hmac
import re
from collections.abc import Mapping

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.fake_bedrock.account import Account
from tests.fake_bedrock.errors import ApiError

SERVICE = "bedrock"
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/(?P<day>\d{8})/(?P<region>[a-z0-9-]+)"
    r"/(?P<service>[a-z0-9-]+)/aws4_request, *SignedHeaders=(?P<signed>[a-z0-9;-]+), *"
    r"Signature=(?P<signature>[0-9a-f]{64})"
)
DATE = "%Y%m%dT%H%M%SZ"
SKEW = datetime.timedelta(minutes=5)
MUST_BE_SIGNED = {"host", "x-amz-date"}


def signed_region(
    method: str, path: str, headers: Mapping[str, str], body: bytes, account: Account
) -> str:
    """The Region that a request is signed for; refused as AWS refuses a wrong signature.

    Args:
        method: Of HTTP.
        path: As it came, escaped and with its query.
        headers: With their names in lower case.
        body: All of it.
        account: Whose credentials are let in.
    """
    if "authorization" not in headers:
        raise ApiError(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
    found = AUTHORIZATION.fullmatch(headers["authorization"])
    if found is None:
        raise _incomplete("Authorization header requires Credential, SignedHeaders and Signature.")
    names = set(found["signed"].split(";"))
    if missing := sorted((MUST_BE_SIGNED | names) - headers.keys() | (MUST_BE_SIGNED - names)):
        raise _incomplete(f"Headers that must be sent and signed: {', '.join(missing)}.")
    if found["service"] != SERVICE:
        raise _mismatch(f"Credential should be scoped to correct service: '{SERVICE}'.")
    if (found["key"], headers.get("x-amz-security-token")) != (
        account.access_key,
        account.session_token,
    ):
        message = "The security token included in the request is invalid."
        raise ApiError(403, "UnrecognizedClientException", message)
    date = headers["x-amz-date"]
    _check_date(date, found["day"])
    request = AWSRequest(
        method,
        f"http://{headers['host']}{path}",
        {name: headers[name] for name in names},
        body,
    )
    request.context["timestamp"] = date
    credentials = Credentials(account.access_key, account.secret_key)
    signer = SigV4Auth(credentials, SERVICE, found["region"])
    # A digest that the client names itself must be that of what came.
    if headers.get("x-amz-content-sha256", signer.payload(request)) != signer.payload(request):
        raise _mismatch("The value of x-amz-content-sha256 is not the digest of the payload.")
    wanted = signer.string_to_sign(request, signer.canonical_request(request))
    if not hmac.compare_digest(signer.signature(wanted, request), found["signature"]):
        raise _mismatch(
            "The request signature we calculated does not match the signature you provided. Check "
            "your AWS Secret Access Key and signing method."
        )
    return found["region"]


def _check_date(date: str, day: str) -> None:
    try:
        when = datetime.datetime.strptime(date, DATE).replace(tzinfo=datetime.UTC)
    except ValueError:
        raise _incomplete(f"Date must be in ISO-8601 'basic format', not '{date}'.") from None
    now = datetime.datetime.now(datetime.UTC)
    if abs(now - when) > SKEW:
        raise _mismatch(f"Signature expired: {date} is more than 5 minutes from {now:{DATE}}.")
    if not date.startswith(day):
        raise _mismatch("Date in Credential scope does not match YYYYMMDD from ISO-8601 version.")


def _incomplete(message: str) -> ApiError:
    return ApiError(403, "IncompleteSignature", message)


def _mismatch(message: str) -> ApiError:
    return ApiError(403, "InvalidSignatureException", message)
