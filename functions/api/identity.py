"""Who asks, as the authorizer of the API knows them."""

from collections.abc import Mapping
from typing import Any

from collage.choices import person
from collage.owners.who import Caller, of_arn, of_claims
from collage.settings import settings

NAMES = ("preferred_username", "username", "cognito:username", "email", "client_id", "sub")
"""Claims of a token that name its bearer: those that people can read come first."""


def of(event: Mapping[str, Any]) -> str:
    """The caller, told from all others."""
    return str(_arn(event) or _claims(event).get("sub") or "")


def name(event: Mapping[str, Any]) -> str:
    """What the caller is called, as choices have it; empty where nothing is known."""
    if arn := _arn(event):
        return person.of_arn(arn)
    claims = _claims(event)
    return person.spelled(next((str(claims[claim]) for claim in NAMES if claims.get(claim)), ""))


def caller(event: Mapping[str, Any]) -> Caller:
    """The caller by the name that owners have, and with the groups that are known of them."""
    if arn := _arn(event):
        return of_arn(arn, name(event))
    return of_claims(_claims(event), settings().groups_claim, name(event))


def _arn(event: Mapping[str, Any]) -> str:
    return str(_known(event).get("iam", {}).get("userArn") or "")


def _claims(event: Mapping[str, Any]) -> dict[str, Any]:
    return dict(_known(event).get("jwt", {}).get("claims", {}))


def _known(event: Mapping[str, Any]) -> dict[str, Any]:
    return dict(event["requestContext"].get("authorizer", {}))
