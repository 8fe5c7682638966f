"""Parameters of a stack, held to what the template says of them, as CloudFormation would."""

import re
from collections.abc import Mapping
from typing import Any

from combinatoric_collage.local.errors import ParameterError


def check(declared: Mapping[str, Any], given: Mapping[str, str]) -> None:
    """Compare the parameters that were given with those that the template declares.

    Raises:
        ParameterError: for the first that is unknown, or breaks its type, bounds or pattern.
    """
    for name, value in given.items():
        if name not in declared:
            raise ParameterError(f"{name} is no parameter; there are: {', '.join(declared)}.")
        wrong = _fault(declared[name], value)
        if wrong:
            raise ParameterError(f"{name}: {value!r} is not allowed; it must {wrong}.")


def _fault(rule: Mapping[str, Any], value: str) -> str | None:
    if rule.get("Type") == "Number":
        try:
            number = float(value)
        except ValueError:
            return "be a number"
        if number < float(rule.get("MinValue", number)):
            return f"be at least {rule['MinValue']}"
        if number > float(rule.get("MaxValue", number)):
            return f"be at most {rule['MaxValue']}"
    allowed = [str(one) for one in rule.get("AllowedValues", [])]
    if allowed and value not in allowed:
        return f"be one of {', '.join(allowed)}"
    pattern = rule.get("AllowedPattern")
    if pattern and not re.fullmatch(pattern, value):
        return str(rule.get("ConstraintDescription") or f"match {pattern}")
    return None
