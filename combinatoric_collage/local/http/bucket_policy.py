"""Whether a service may read from a bucket, by the bucket's policy alone."""

from collections.abc import Mapping
from typing import Any

from combinatoric_collage.local.http.signed_urls import matches


def allows(
    policy: Mapping[str, Any], service: str, action: str, arn: str, context: Mapping[str, str]
) -> bool:
    """Whether the policy lets a service do it; `context` is what conditions ask for.

    A condition of a kind that is not known here lets nobody in, and keeps everybody out.
    """
    effects = {
        statement["Effect"]
        for statement in _listed(policy.get("Statement", []))
        if _is_meant(statement.get("Principal"), service)
        and any(matches(one, action) for one in _listed(statement.get("Action", [])))
        and any(matches(one, arn) for one in _listed(statement.get("Resource", [])))
        and _holds(statement, context)
    }
    return effects == {"Allow"}


def _is_meant(principal: Any, service: str) -> bool:
    if principal == "*":
        return True
    named = principal or {}
    return "*" in _listed(named.get("AWS", [])) or service in _listed(named.get("Service", []))


def _holds(statement: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    known = {name.lower(): value for name, value in context.items()}
    for operator, keys in statement.get("Condition", {}).items():
        for key, wanted in keys.items():
            value = known.get(key.lower())
            if operator in ("StringEquals", "Bool"):
                holds = value in [str(one) for one in _listed(wanted)]
            elif operator in ("StringLike", "ArnLike", "ArnEquals"):
                holds = value is not None and any(matches(one, value) for one in _listed(wanted))
            else:
                holds = statement["Effect"] == "Deny"
            if not holds:
                return False
    return True


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
