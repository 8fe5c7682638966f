"""Checks of Amazon Bedrock: roles' rights, models' terms, and who else gets to see calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from collage.engines.bedrock import models as table
from collage.engines.bedrock.errors import denied
from collage.engines.bedrock.models import HOME, MODELS, PROFILE, REGIONS
from combinatoric_collage.cli.checks.finding import NotChecked, Wrong
from combinatoric_collage.cli.checks.simulated import allowed, role_of
from combinatoric_collage.cli.checks.subject import Subject

OFF = "not used: Bedrock is off"
ACTION = "bedrock:InvokeModel"
THROUGH = "bedrock:InferenceProfileArn"
"""The key of the condition by which a model is allowed by way of a profile alone."""


def rights(subject: Subject) -> str:
    """Whether the functions that ask may ask each model, wherever a call is taken to."""
    if not _on(subject):
        return OFF
    asked = {"RenderTileFunctionRole": list(_of_pictures(subject))}
    if text := subject.parameter("BedrockTextModel"):
        asked["ListStylesFunctionRole"] = list(_by_profile(subject, text, _places(subject)[:1]))
    for logical, resources in asked.items():
        role = role_of(subject, logical)
        for resource, context in resources:
            if not allowed(subject, role, [ACTION], resource, context):
                raise Wrong(
                    f"the role {role} may not {ACTION} on {resource}: deploy the stack with "
                    "Bedrock=on, and look for a permissions boundary, or a policy of the "
                    "organisation that forbids the Region"
                )
    return f"the functions may ask {sum(map(len, asked.values()))} models and profiles"


def _of_pictures(subject: Subject) -> Iterator[tuple[str, Mapping[str, str]]]:
    for name, known in MODELS.items():
        if known.by_profile:
            yield from _by_profile(subject, name, _places(subject))
        else:
            yield _model(HOME, name), {}


def _by_profile(
    subject: Subject, name: str, places: Sequence[str]
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The profile where it is asked, and its model wherever that may take a call."""
    account = subject.client("sts").get_caller_identity()["Account"]
    profiles = [f"arn:aws:bedrock:{place}:{account}:inference-profile/{name}" for place in places]
    for profile in profiles:
        yield profile, {}
    for region in REGIONS:
        yield _model(region, _plain(name)), {THROUGH: profiles[0]}


def models(subject: Subject) -> str:
    """Whether the account has agreed to the models' terms, and AWS still has the models."""
    if not _on(subject):
        return OFF
    waiting, missing, legacy = [], [], []
    control = cache(lambda region: subject.abroad("bedrock", region))
    for region, name in _needed(subject):
        legacy += _legacy(name, control(region).get_foundation_model(modelIdentifier=name))
        found = control(region).get_foundation_model_availability(modelId=name)
        state = found["agreementAvailability"]["status"]
        if found["authorizationStatus"] != "AUTHORIZED":
            raise Wrong(f"the account is not authorised for {name}: ask AWS's support for it")
        if state == "PENDING":
            waiting.append(name)
        elif state != "AVAILABLE":
            missing.append(name)
    if missing:
        raise Wrong(
            f"nobody has agreed to the terms of {', '.join(missing)} for this account: "
            "collage bedrock access"
        )
    if waiting:
        raise Wrong(f"{', '.join(waiting)}: agreed to, and AWS is at it; wait a quarter of an hour")
    return "; ".join(["the account may use the models", *legacy])


def _legacy(name: str, found: Mapping[str, Any]) -> list[str]:
    """What there is to say of a model that AWS is about to retire.

    Raises:
        Wrong: when it has.
    """
    life = found["modelDetails"].get("modelLifecycle", {})
    end: datetime | None = life.get("endOfLifeTime")
    if end is not None and end <= datetime.now(UTC):
        raise Wrong(f"{name} is no more since {end:%Y-%m-%d}: take a newer version of this pack")
    if life.get("status") != "LEGACY":
        return []
    until = f", until {end:%Y-%m-%d}" if end else ""
    return [f"{name} is LEGACY{until}, and refused to accounts that have not used it lately"]


def logged(subject: Subject) -> str:
    """Whether the account logs what everybody asks, which is no fault, but to be known."""
    if not _on(subject):
        return OFF
    return "; ".join(_logged(subject, region) for region in _places(subject))


def _logged(subject: Subject, region: str) -> str:
    answer = subject.abroad("bedrock", region).get_model_invocation_logging_configuration()
    config = answer.get("loggingConfig")
    if not config:
        return f"calls in {region} are not logged"
    bucket = config.get("s3Config", {}).get("bucketName")
    group = config.get("cloudWatchConfig", {}).get("logGroupName")
    where = " and ".join(filter(None, [bucket and f"s3://{bucket}", group]))
    kinds = {"textDataDeliveryEnabled": "prompts", "imageDataDeliveryEnabled": "pictures"}
    what = " and ".join(said for key, said in kinds.items() if config.get(key)) or "calls"
    return f"{what} of everybody in {region} are LOGGED to {where or 'a place that is not told'}"


def asked(subject: Subject) -> str:
    """Whether Bedrock lets these credentials in; by a request without a prompt, which is free."""
    if not _on(subject):
        return OFF
    if not subject.ask_provider:
        raise NotChecked("give --ask-provider to send Bedrock a request that no model takes")
    for region, name in ((HOME, table.CORE), (_places(subject)[0], table.INPAINT)):
        control = subject.abroad("bedrock", region)
        found = control.get_foundation_model_availability(modelId=_plain(name))
        if found["agreementAvailability"]["status"] != "AVAILABLE":
            # Of who may, the first call subscribes the account by itself.
            raise NotChecked(f"nobody has agreed to the terms of {name}")
        try:
            subject.abroad("bedrock-runtime", region).invoke_model(
                modelId=name, body=b"{}", contentType="application/json"
            )
        except ClientError as error:
            code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
            if code == "AccessDeniedException" and "no identity-based policy" in message:
                raise NotChecked(f"these credentials may not {ACTION}; the roles may") from error
            if code == "AccessDeniedException":
                raise Wrong(str(denied(message)).rstrip(".")) from error
            if code != "ValidationException":
                raise
    return "Bedrock takes calls of this account"


def _needed(subject: Subject) -> Iterator[tuple[str, str]]:
    """The models that a stack with these parameters asks, each with a Region that has it."""
    names = dict.fromkeys(
        [subject.parameter("BedrockImageModel"), table.ERASE, *table.ONLY.values()]
    )
    for name in names:
        yield (_places(subject)[0] if MODELS[name].by_profile else HOME), _plain(name)
    if text := subject.parameter("BedrockTextModel"):
        yield _places(subject)[0], _plain(text)


def _on(subject: Subject) -> bool:
    return subject.parameter("Bedrock") == "on"


def _places(subject: Subject) -> list[str]:
    return subject.parameter("BedrockRegion").split(",")


def _plain(name: str) -> str:
    return name.removeprefix(PROFILE)


def _model(region: str, name: str) -> str:
    return f"arn:aws:bedrock:{region}::foundation-model/{name}"
