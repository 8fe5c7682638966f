"""``python -m tests.infrastructure.permissions`` writes docs/permissions.md: who may do what."""

from collections.abc import Iterator

from tests.infrastructure.forbidden import CALLS, FUNCTIONS
from tests.infrastructure.reasons import MANAGED, REASONS
from tests.infrastructure.roles import grants, managed, place
from tests.infrastructure.shipped import ROOT

PAGE = ROOT / "docs" / "permissions.md"
HEAD = """# Permissions

What every role of the stack may do, what for, and what it may not: written by `make permissions`
from template.yaml as SAM translates it, with all its optional parts, and held to it by tests.
`UPLOADS` and `COLLAGES` stand for the two buckets, `LIMITS` for the table of pace and budget,
`WEIGHTS/models/` for ModelsLocation, `stack` for the stack's name; Bedrock is asked in two Regions,
and BedrockTextModel is `us.words.lister-1:0`.

A permission without a reason here fails a test, and so does a reason without its permission. That
each is enough is shown by the tests of the workflow, which run with IAM enforced.
"""
FORBIDDEN = """
## What is forbidden

Each of these calls is evaluated for every one of the roles above, AWS's own policies included.
"""


def text() -> str:
    """The page."""
    return "\n".join([HEAD, *_roles(), FORBIDDEN, *_forbidden(), ""])


def _roles() -> Iterator[str]:
    for role, actions in REASONS.items():
        yield f"## {role}\n"
        if managed()[role]:
            said = (f"{name} ({MANAGED[name].lower()})" for name in managed()[role])
            yield f"AWS's own: {', '.join(said)}.\n"
        if not actions:
            continue
        yield from ("| may | on | for |", "|---|---|---|")
        conditions = {(grant.action, grant.place): grant.conditions for grant in grants()[role]}
        for action, places in actions.items():
            for on, reason in places.items():
                only = _condition(conditions[action, on])
                yield f"| {action} | `{on}`{only} | {reason} |"
        yield ""


def _condition(conditions: object) -> str:
    if not isinstance(conditions, dict) or not conditions:
        return ""
    ((_, keys),) = conditions.items()
    ((key, value),) = keys.items()
    named = ", ".join(value) if isinstance(value, list) else place(value)
    return f", only where {key} is `{named}`"


def _forbidden() -> Iterator[str]:
    yield from ("| call | on | allowed to |", "|---|---|---|")
    for call in CALLS:
        others = sorted(call.allowed - FUNCTIONS)
        functions = sorted(call.allowed & FUNCTIONS)
        who = ["every function", *others] if call.allowed >= FUNCTIONS else [*functions, *others]
        names = ", ".join(name.removesuffix("FunctionRole").removesuffix("Role") for name in who)
        yield f"| {call.action} | `{call.place}` | {names or 'nobody'} |"


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
