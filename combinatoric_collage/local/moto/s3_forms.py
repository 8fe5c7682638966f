"""A form that posts an object to S3, and the signed policy that says what it may post."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import reduce
from typing import Any

# Fields that a policy need not speak of.
FREE = {"awsaccesskeyid", "signature", "x-amz-signature", "policy", "file"}


class Refused(Exception):
    """The form is not what its policy allows; `code` is S3's name for it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def headers(form: Mapping[str, str]) -> dict[str, str]:
    """The headers that a form stands for; its signature is not among them."""
    scope = form.get("x-amz-credential")
    scope = scope or f"{form.get('AWSAccessKeyId', '')}/0/us-east-1/s3/aws4_request"
    made = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, Signature="}
    token = form.get("x-amz-security-token")
    return made | ({"X-Amz-Security-Token": token} if token else {})


def check(form: Mapping[str, str], bucket: str, size: int, secret: str) -> None:
    """Hold a form to the policy in it; `size` is that of the object, in bytes.

    Raises:
        Refused: when the policy is not signed with `secret`, has expired, or forbids it.
    """
    if not hmac.compare_digest(_signature(form, secret), _given(form)):
        raise Refused("SignatureDoesNotMatch", "The signature of the policy does not fit.")
    try:
        policy = json.loads(base64.b64decode(form["policy"]))
        expires = datetime.fromisoformat(policy["expiration"].replace("Z", "+00:00"))
        conditions = policy["conditions"]
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("InvalidPolicyDocument", "The policy cannot be read.") from error
    if expires <= datetime.now(tz=UTC):
        raise Refused("AccessDenied", "Invalid according to Policy: Policy expired.")
    fields = {name.lower(): value for name, value in form.items()} | {"bucket": bucket}
    named = set(FREE) | {"bucket"}
    for condition in conditions:
        named.add(_hold(condition, fields, size))
    extra = sorted(name for name in fields if name not in named and not name.startswith("x-ignore"))
    if extra:
        raise _failed(f"Extra input fields: {', '.join(extra)}")


def _hold(condition: Any, fields: Mapping[str, str], size: int) -> str:
    """Checks one condition; the field it is about."""
    if isinstance(condition, dict):
        ((name, value),) = condition.items()
        condition = ["eq", f"${name}", value]
    kind, first, second = condition
    if kind == "content-length-range":
        if size > int(second):
            raise Refused("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
        if size < int(first):
            raise Refused("EntityTooSmall", "Your proposed upload is smaller than the minimum size")
        return ""
    name = str(first).removeprefix("$").lower()
    found, wanted = fields.get(name, ""), str(second)
    if not (found.startswith(wanted) if kind == "starts-with" else found == wanted):
        raise _failed(f"Policy Condition failed: {json.dumps(condition)}")
    return name


def _failed(reason: str) -> Refused:
    return Refused("AccessDenied", f"Invalid according to Policy: {reason}")


def _given(form: Mapping[str, str]) -> str:
    return form.get("x-amz-signature") or form.get("signature") or ""


def _signature(form: Mapping[str, str], secret: str) -> str:
    """Version 4 of AWS's signatures, or version 2, which boto3 makes unless told otherwise."""
    policy = form["policy"].encode()
    if "x-amz-credential" not in form:
        return base64.b64encode(hmac.digest(secret.encode(), policy, "sha1")).decode()
    scope = form["x-amz-credential"].split("/")[1:]
    key = reduce(
        lambda key, part: hmac.digest(key, part.encode(), hashlib.sha256),
        scope,
        b"AWS4" + secret.encode(),
    )
    return hmac.digest(key, policy, hashlib.sha256).hex()
