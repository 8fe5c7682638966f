"""Checks of who asks, of when, and of what is asked for."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from combinatoric_collage.cli.checks.finding import NotChecked, Wrong
from combinatoric_collage.cli.checks.subject import Subject, template
from combinatoric_collage.cli.stacks.deployed import named
from combinatoric_collage.local import ParameterError
from combinatoric_collage.local.parameters import check

SKEW = timedelta(minutes=5)
"""AWS refuses signatures that are further off."""


def credentials(subject: Subject) -> str:
    """Whether there are credentials and a region, and AWS takes them."""
    try:
        who = subject.client("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        late = isinstance(error, ClientError) and _skew(subject, error.response)
        raise Wrong(_set(late) if late else str(named(error))) from error
    return f"account {who['Account']} as {who['Arn']}, in {subject.region}"


def clock(subject: Subject) -> str:
    """Whether this machine's clock is right."""
    answer = subject.client("sts").get_caller_identity()
    if "date" not in answer["ResponseMetadata"].get("HTTPHeaders", {}):
        raise NotChecked("the answer does not say what time it is")
    if skew := _skew(subject, answer):
        raise Wrong(_set(skew))
    return "as AWS's own, within five minutes"


def parameters(subject: Subject) -> str:
    """Whether the template takes the parameters."""
    try:
        check(template()["Parameters"], subject.given)
    except ParameterError as error:
        raise Wrong(str(error)) from error
    for needed, by in _missing(subject):
        raise Wrong(f"{by} needs {needed} beside it: set it, as {needed}=...")
    return f"{len(subject.given)} given, all of them as the template takes them"


def _missing(subject: Subject) -> list[tuple[str, str]]:
    """Parameters without a value that others need."""
    wanted = []
    if subject.has_gpu:
        wanted += [(n, "EnableGpu") for n in ("ModelsLocation", "GpuImage", "GpuVpc", "GpuSubnets")]
    if subject.parameter("JwtIssuer"):
        wanted.append(("JwtAudience", "JwtIssuer"))
    if subject.sharing:
        wanted.append(("SharingSecret", "Sharing"))
        if not subject.parameter("SharingPublicKeyB"):
            wanted.append(("SharingPublicKeyA", "Sharing"))
    if subject.parameter("SharingDomain"):
        wanted.append(("SharingCertificate", "SharingDomain"))
    return [(name, by) for name, by in wanted if not subject.parameter(name)]


def _skew(subject: Subject, answer: Any) -> timedelta | None:
    """How far this machine's clock is from an answer's, if that is too far."""
    said = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    if said is None:
        return None
    skew = subject.now() - parsedate_to_datetime(said)
    return skew if abs(skew) > SKEW else None


def _set(skew: timedelta) -> str:
    way = "ahead of" if skew > timedelta() else "behind"
    minutes = abs(skew).total_seconds() / 60
    return (
        f"this machine's clock is {minutes:,.0f} minutes {way} AWS's, which refuses signatures "
        "beyond five: set it, as by NTP"
    )
