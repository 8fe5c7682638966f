"""The pack's own stack on the laptop cloud."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

from botocore.credentials import Credentials as SdkCredentials
from botocore.exceptions import BotoCoreError, ClientError

from collage import engines
from collage.engines.provider import Provider
from collage.errors import CollageError
from collage.request.request import Request
from collage.sharing import key_pair
from collage.store.store import Store
from combinatoric_collage.cli import torch_python
from combinatoric_collage.cli.stacks import ahead, running_cloud
from combinatoric_collage.cli.stacks.ahead import NAME, TEMPLATE
from combinatoric_collage.cli.stacks.http_api import Identity
from combinatoric_collage.cli.stacks.log_lines import Kept, both
from combinatoric_collage.cli.stacks.stack import Stack
from combinatoric_collage.local import Cloud, kept, remove_state
from combinatoric_collage.local.aws import ANSWER_SECONDS, Credentials
from combinatoric_collage.local.aws import client as aws_client
from combinatoric_collage.local.bedrock.own_aws import OwnAws

BUCKETS = ("UploadsBucket", "CollagesBucket")
"""The stack's outputs that name buckets; on a laptop at rest these are their logical ids."""

SWITCH, ON = "enabled", "on"
"""The setting of a provider without a key by which a stack may ask it, and its value then."""

WAITING_WORKERS = 16
"""Functions at once when they wait for a provider, which takes no processor."""

TO_FIRST_TILE = (
    "StartCollageFunction",
    "ListStylesFunction",
    "MakeMasksFunction",
    "PlanTilesFunction",
    "RenderTileFunction",
    "RenderTileFunction",
)
"""The functions between a run's start and its first tiles; a cloud that stays may wait for one."""


@contextmanager
def running(
    parameters: Mapping[str, str],
    asked: Request | None = None,
    log: Callable[[str], None] | None = None,
    state: Path | None = None,
    *,
    stays: bool = False,
) -> Iterator[tuple[Cloud, Stack]]:
    """Start the laptop cloud with template.yaml deployed; stop it at the end.

    ``parameters`` are the template's. A provider's key in the environment, if there is one, goes
    where the stack looks for it; a single run for engines that have no use for it gets none, so
    that it lists no styles at a cost. A provider that needs none is on for a run of its engine.
    ``log`` is told what functions and tasks print. That, and what the stack's buckets and table
    hold, is kept in the directory ``state``, and is there again in the next cloud; with none it
    goes with the cloud. Other commands find the cloud by that directory; one that ``stays`` takes
    their collages too.

    Raises:
        CloudError: when it cannot start, or could not keep what was made, with the reason.
        NoCredentialsError: when a single run would ask AWS, and nothing says by whom.
    """
    given, keys = _given(parameters, asked), with_keys(asked)
    if asked and _on(given, asked):
        OwnAws().check()
    workers = WAITING_WORKERS if keys or _on(given, None) else None
    private = _sharing(given)
    lines = Kept(state) if state else None
    told = log or logging.getLogger("local").info
    with (
        closing(lines) if lines else nullcontext(),
        Cloud(
            TEMPLATE,
            given,
            NAME,
            workers=workers,
            log=both(lines, told) if lines else told,
            state=state,
            containers=torch_python.containers() if torch_python.folder() else {},
            # A single run ends with it, and says it then.
            lost=None if stays else lambda _error: None,
            preload=ahead.PRELOAD,
            provisioned=() if stays else TO_FIRST_TILE,
            runtime=ahead.taken(),
        ) as cloud,
    ):
        _put_secrets(cloud, given, keys, private)
        with running_cloud.left(state, cloud.environment, stays=stays) if state else nullcontext():
            try:
                yield cloud, _of_cloud(cloud, state)
            except (CollageError, BotoCoreError, ClientError) as error:
                # What became of it is told by the cloud; why, it alone knows.
                if cloud.lost:
                    raise cloud.lost from error
                raise
            if cloud.lost and not stays:
                cloud.report(str(cloud.lost))


def _of_cloud(cloud: Cloud, state: Path | None) -> Stack:
    """The stack of a cloud of this process; each object lies in ``state`` once it is put."""
    objects: Any = kept.KeptObjects(state) if state else None
    return Stack(
        cloud.client,
        NAME,
        function_ended=cloud.function_ended,
        identity=_identity(cloud.environment),
        kept=Store(objects, *BUCKETS) if objects else None,
        known=cloud.described,
    )


def _put_secrets(
    cloud: Cloud, given: Mapping[str, str], keys: list[Provider], private: str | None
) -> None:
    """Put what the stack looks for in Secrets Manager there: providers' keys, and its own."""
    secrets = {
        name: _key(provider)
        for provider in keys
        if given[provider.parameters["secret"]] == (name := _secret(provider))
    }
    if private:
        secrets[given["SharingSecret"]] = private
    for name, secret in secrets.items():
        cloud.client("secretsmanager").create_secret(Name=name, SecretString=secret)


def _sharing(given: dict[str, str]) -> str | None:
    """The private key of a stack that shares, whose public half is put among its parameters."""
    if given.get("Sharing") != ON or "SharingSecret" in given:
        return None
    private, public = key_pair.make()
    given |= {"SharingSecret": "collage-sharing", "SharingPublicKeyA": public}
    return private


def with_keys(asked: Request | None) -> list[Provider]:
    """The providers whose keys the environment has, and which a run may ask; None: any run."""
    there = [one for one in engines.providers().values() if _key(one)]
    if asked is None:
        return there
    own = engines.asked(asked.engines, asked.upscaler)
    return [one for one in there if one in own or (asked.theme and one.styles)]


def _switches(asked: Request | None) -> list[str]:
    """The parameters that turn on what is asked without a key: of a run, or all that there are."""
    those = (
        engines.providers().values()
        if asked is None
        else engines.asked(asked.engines, asked.upscaler)
    )
    return [one.parameters[SWITCH] for one in those if SWITCH in one.parameters]


def _on(given: Mapping[str, str], asked: Request | None) -> bool:
    """Whether one of them is on."""
    return any(given.get(name) == ON for name in _switches(asked))


def _key(provider: Provider) -> str:
    """A provider's key, where the environment has one that it is asked with."""
    return os.environ.get(provider.key, "") if provider.key else ""


def _secret(provider: Provider) -> str:
    """What the secret with a provider's key is called on a laptop."""
    return f"collage-{provider.name}"


def at_rest(parameters: Mapping[str, str], asked: Request | None, state: Path) -> Stack:
    """The stack that `running` would start, for looking at what it holds; nothing is started.

    Raises:
        ParameterError: as there.
        StateError: when what it holds cannot be read.
    """
    clients = {
        "s3": kept.KeptObjects(state),
        "cloudformation": kept.KeptStack(TEMPLATE, NAME, _given(parameters, asked), BUCKETS),
    }
    return Stack(clients.__getitem__, NAME)


def _given(parameters: Mapping[str, str], asked: Request | None) -> dict[str, str]:
    """The template's parameters, with those that the laptop's environment sets."""
    given = dict(parameters)
    for provider in with_keys(asked):
        given.setdefault(provider.parameters["secret"], _secret(provider))
        for variable, name in provider.variables.items():
            if value := os.environ.get(variable):
                given.setdefault(name, value)
    if asked is not None:
        # Whoever runs its engine agrees to its price; nothing else turns it on.
        for name in _switches(asked):
            given.setdefault(name, ON)
    weights = torch_python.folder()
    return torch_python.parameters(weights) | given if weights else given


def handed_over(found: running_cloud.Running) -> Stack:
    """The stack of a laptop cloud that another process runs."""
    known = found.environment
    keys = Credentials(known["AWS_ACCESS_KEY_ID"], known["AWS_SECRET_ACCESS_KEY"])

    @cache
    def client(service: str) -> Any:
        return aws_client(
            service,
            known["AWS_ENDPOINT_URL"],
            known["AWS_REGION"],
            keys,
            read_timeout=ANSWER_SECONDS,
        )

    return Stack(client, NAME, identity=_identity(known))


def _identity(environment: Mapping[str, str]) -> Identity:
    """Who asks a laptop cloud's API, by the variables with which it is reached."""
    key = environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]
    known = SdkCredentials(*key)
    return Identity(environment["AWS_REGION"], lambda: known)


def clean(state: Path) -> bool:
    """Remove what a laptop cloud has kept; False when there is nothing.

    Raises:
        CloudError: when a cloud uses it, or ``state`` is another kind of directory.
    """
    return remove_state(state)
