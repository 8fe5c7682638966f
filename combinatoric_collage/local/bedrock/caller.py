"""Who signed a request to Bedrock, and what their policies let them ask, in AWS's words."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from combinatoric_collage.local.aws import ACCOUNT
from combinatoric_collage.local.moto import rights

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

FORBIDDEN = "403 Forbidden"


class Refused(Exception):
    """AWS would refuse the request, with a code and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = FORBIDDEN


@dataclass(frozen=True)
class Caller:
    """Somebody with a key of this cloud."""

    arn: str
    policies: Sequence[Any]
    """As moto has them."""

    @classmethod
    def of(cls, environ: "WSGIEnvironment", path: str, body: bytes) -> Self:
        """The caller of a signed request.

        Raises:
            Refused: when the key is none of this cloud's, or the signature another's.
        """
        from moto.core.exceptions import InvalidClientTokenIdError
        from moto.iam.access_control import IAMRequest

        headers = {
            _title(name.removeprefix("HTTP_")): value
            for name, value in environ.items()
            if name.startswith("HTTP_") or name == "CONTENT_TYPE"
        }
        try:
            asked = IAMRequest(
                ACCOUNT, environ["REQUEST_METHOD"], path, {}, body, headers, "InvokeModel"
            )
        except InvalidClientTokenIdError as error:
            raise Refused(
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            ) from error
        sent = headers["Authorization"].rpartition("Signature=")[2]
        if not hmac.compare_digest(asked._calculate_signature(), sent):
            raise Refused(
                "InvalidSignatureException",
                "The request signature we calculated does not match the signature you provided. "
                "Check your AWS Secret Access Key and signing method.",
            )
        key = asked._access_key
        return cls(key.arn, key.collect_policies())

    def check(self, action: str, resource: str, context: Mapping[str, str] | None = None) -> None:
        """Holds the caller to their policies; `context` has the keys of conditions.

        Raises:
            Refused: when they do not allow the action.
        """
        decision = rights.decision(self.policies, action, resource, context or {})
        if decision == "allowed":
            return
        why = (
            "with an explicit deny in an identity-based policy"
            if decision == "denied"
            else f"because no identity-based policy allows the {action} action"
        )
        raise Refused(
            "AccessDeniedException",
            f"User: {self.arn} is not authorized to perform: {action} on resource: "
            f"{resource} {why}",
        )


def _title(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("_"))
