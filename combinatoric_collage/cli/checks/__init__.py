"""What a stack needs of its account, checked one by one: each is fine, or says what mends it.

A check is a function here; `CHECKS` has them in the order in which they are told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from combinatoric_collage.cli.checks import (
    account,
    bedrock,
    functions,
    gpu,
    openai,
    places,
    sharing,
    workflow,
)
from combinatoric_collage.cli.checks.finding import Finding, NotChecked, Wrong
from combinatoric_collage.cli.checks.subject import Subject
from combinatoric_collage.cli.stacks.deployed import named

Check = Callable[[Subject], str]
"""Returns what is fine; raises Wrong with what mends it, NotChecked with why that is not known."""


@dataclass(frozen=True)
class Named:
    """A check by its name, and whether it needs a stack that is there."""

    name: str
    check: Check
    deployed: bool = False


CHECKS = (
    Named("credentials", account.credentials),
    Named("clock", account.clock),
    Named("parameters", account.parameters),
    Named("runtime", functions.runtime),
    Named("functions", functions.functions, deployed=True),
    Named("concurrency", functions.concurrency),
    Named("gpu", gpu.quota),
    Named("secret", openai.secret),
    Named("secret-role", openai.readable, deployed=True),
    Named("models", openai.models),
    Named("bedrock-role", bedrock.rights, deployed=True),
    Named("bedrock-models", bedrock.models),
    Named("bedrock-logs", bedrock.logged),
    Named("bedrock-asked", bedrock.asked),
    Named("sharing-key", sharing.key),
    Named("sharing-logs", sharing.logs),
    Named("managed-rule", workflow.managed_rule, deployed=True),
    Named("buckets", places.buckets, deployed=True),
)


def findings(subject: Subject) -> Iterator[Finding]:
    """What each check found; nothing else is asked where nobody is let in."""
    for one in CHECKS:
        if one.deployed and subject.stack is None:
            continue
        found = _run(one, subject)
        yield found
        if one.check is account.credentials and found.state == "wrong":
            return


def _run(one: Named, subject: Subject) -> Finding:
    try:
        return Finding(one.name, "ok", one.check(subject))
    except Wrong as wrong:
        return Finding(one.name, "wrong", str(wrong))
    except NotChecked as reason:
        return Finding(one.name, "not checked", str(reason))
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        if code.isdigit() or "<" in message:
            # An emulator has no such operation, and answers as any web server would.
            said = f"there is no {error.operation_name} here"
        else:
            said = str(named(error))
        return Finding(one.name, "not checked", said)
    except (BotoCoreError, ResponseParserError) as error:
        return Finding(one.name, "not checked", str(error))
