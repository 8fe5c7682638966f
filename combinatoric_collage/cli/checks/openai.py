"""Checks of what the engine `openai` asks with: its key, and the models that this opens."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from botocore.exceptions import ClientError

from collage.engines.openai.key import key_of
from collage.engines.openai.settings import OpenAISettings
from collage.errors import CollageError
from combinatoric_collage.cli.checks.finding import NotChecked, Wrong
from combinatoric_collage.cli.checks.simulated import allowed, role_of
from combinatoric_collage.cli.checks.subject import Subject

if TYPE_CHECKING:
    from collage.engines.openai.profiles import Kind

ANSWER_SECONDS = 20
"""How long the provider has to list its models."""

NO_SECRET = "not used: OpenAiSecret is empty"  # noqa: S105 - a sentence


def secret(subject: Subject) -> str:
    """Whether the secret is there and holds a key; the key is not shown."""
    name = subject.parameter("OpenAiSecret")
    if not name:
        return NO_SECRET
    _key(subject)
    return f"{name} holds a key"


def readable(subject: Subject) -> str:
    """Whether the function that asks the provider may read the secret."""
    name = subject.parameter("OpenAiSecret")
    if not name:
        return NO_SECRET
    arn = subject.client("secretsmanager").describe_secret(SecretId=name)["ARN"]
    role = role_of(subject, "RenderTileFunctionRole")
    if not allowed(subject, role, ["secretsmanager:GetSecretValue"], arn):
        raise Wrong(
            f"the role {role} may not read the secret {name}: deploy the stack with "
            f"OpenAiSecret={name}, and look for a permissions boundary that forbids it"
        )
    return f"the functions may read {name}"


def models(subject: Subject) -> str:
    """Whether the key's account has the models; asks the provider, and costs nothing."""
    if not subject.parameter("OpenAiSecret"):
        return NO_SECRET
    if not subject.ask_provider:
        raise NotChecked("give --ask-provider to ask the provider for its models with the key")
    _key(subject)
    there = _listed(subject)
    if subject.parameter("OpenAiServer") == "azure":
        raise NotChecked("the server takes the key; Azure lists models, and not the deployments")
    wanted = [subject.parameter(name) for name in ("OpenAiModel", "OpenAiTextModel")]
    for model in wanted:
        if model not in there:
            raise Wrong(
                f"the provider does not list {model} for this key: have the account given access "
                "to it, or set OpenAiModel and OpenAiTextModel to models that it lists"
            )
    return f"the provider lists {' and '.join(dict.fromkeys(wanted))}"


def _listed(subject: Subject) -> set[str]:
    """The models that the server lists, asked as the functions ask it."""
    from collage.engines.openai.errors import named
    from collage.engines.openai.key import Secret, client

    asked = OpenAISettings(
        base_url=subject.parameter("OpenAiBaseUrl"),
        organization=subject.parameter("OpenAiOrganization"),
        server=cast("Kind", subject.parameter("OpenAiServer")),
        api_version=subject.parameter("OpenAiApiVersion"),
        timeout=ANSWER_SECONDS,
    )
    secret = Secret(subject.client("secretsmanager"), subject.parameter("OpenAiSecret"))
    try:
        provider = client(asked, secret)
        with named(provider):
            return {model.id for model in provider.models.list()}
    except CollageError as error:
        raise Wrong(str(error)) from error


def _key(subject: Subject) -> str:
    name = subject.parameter("OpenAiSecret")
    try:
        answer = subject.client("secretsmanager").get_secret_value(SecretId=name)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "ResourceNotFoundException":
            raise Wrong(
                f"there is no secret {name} in {subject.region}: make it by aws secretsmanager "
                f"create-secret --name {name} --secret-string KEY"
            ) from error
        if code == "InvalidRequestException":
            raise Wrong(
                f"the secret {name} is marked for deletion: bring it back by aws secretsmanager "
                f"restore-secret --secret-id {name}"
            ) from error
        raise
    try:
        return key_of(answer.get("SecretString", ""))
    except ValueError as error:
        raise Wrong(
            f"the secret {name} holds no API key, {error}: put it by aws secretsmanager "
            f"put-secret-value --secret-id {name} --secret-string KEY"
        ) from None
