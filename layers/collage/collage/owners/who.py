"""Caller: who asks, as IAM or a token's issuer knows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from collage.errors import FieldError, InvalidRequest
from collage.owners.owner import Owner, group_name

SESSION = "assumed-role/"
LONGEST_SUBJECT = 255
"""As OpenID Connect Core 1.0, section 2, has it."""


class Caller(NamedTuple):
    """Who asks; of somebody unknown ``who`` is empty."""

    who: str
    called: str
    groups: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """What a collage, or a list of administrators, can name them by: themselves and groups."""
        return frozenset({self.who, *map(group_name, self.groups)} - {""})

    def owner(self, group: str | None = None) -> Owner:
        """The owner of what they ask for, which belongs to a ``group`` of theirs, or to none.

        Raises:
            InvalidRequest: when they are not in that group.
        """
        if group is not None and group not in self.groups:
            message = "you are not in that group"
            raise InvalidRequest(
                f"group: {message}.", [FieldError("group", message, sorted(self.groups))]
            )
        return Owner(who=self.who, called=self.called, group=group)


def of_arn(arn: str, called: str) -> Caller:
    """A caller of IAM's: an ARN's end, after the account, is the name.

    Those who assume a role are told apart by their session's name; the role is their group. A user
    has none: IAM does not say in which groups.
    """
    who = arn.split(":", 5)[5] if arn.count(":") >= 5 else ""
    groups = who.split("/")[1:2] if who.startswith(SESSION) else ()
    return Caller(who, called, frozenset(groups))


def of_claims(claims: Mapping[str, Any], groups_claim: str, called: str) -> Caller:
    """The bearer of a token: its subject is the name, ``groups_claim`` has the groups.

    A subject that no issuer may give is as good as none.
    """
    subject = str(claims.get("sub") or "")
    who = f"subject/{subject}" if 0 < len(subject) <= LONGEST_SUBJECT else ""
    return Caller(who, called, frozenset(_listed(claims.get(groups_claim))))


def _listed(claim: Any) -> Iterable[str]:
    """A claim's values. API Gateway writes a list as text, ``[one two]``; some issuers do, too."""
    if isinstance(claim, list):
        return map(str, claim)
    text = str(claim or "").strip()
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    return text.replace(",", " ").split()
