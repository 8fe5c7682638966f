"""The commands that check what a stack needs: `preflight` before it is made, `doctor` after."""

from __future__ import annotations

import os
import shlex
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import boto3
import typer

from collage.errors import InvalidRequest
from combinatoric_collage.cli import checks
from combinatoric_collage.cli.checks.finding import Finding
from combinatoric_collage.cli.checks.subject import Subject
from combinatoric_collage.cli.common_options import command
from combinatoric_collage.cli.exit_codes import FAILED, AsJson, answer
from combinatoric_collage.cli.stacks.which import Where, pairs
from combinatoric_collage.pack import ROOT

SAMCONFIG = ROOT / "samconfig.toml"
MARKS = {"ok": "ok", "wrong": "WRONG", "not checked": "--"}

AskProvider = Annotated[
    bool,
    typer.Option(
        "--ask-provider",
        help="also ask providers: for models, with the key; Bedrock, with what it refuses",
    ),
]


@command
def doctor(
    where: Where,
    ask_provider: AskProvider = False,
    as_json: AsJson = False,
) -> None:
    """Check that a stack has all it needs of its account: each line is ok, or what mends it."""
    with where.reached() as reached:
        subject = Subject(reached.client, reached.parameters, reached, ask_provider)
        _tell(checks.findings(subject), as_json)


@command
def preflight(
    env: Annotated[str, typer.Option(help="of samconfig.toml: dev or prod")] = "dev",
    parameter: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="as --parameter-overrides would set it"),
    ] = None,
    ask_provider: AskProvider = False,
    as_json: AsJson = False,
) -> None:
    """Check an account before a stack is made in it: each line is ok, or what mends it."""
    configured = deployment(SAMCONFIG, env)
    # They take the place of those in the file, as in SAM.
    overrides = parameter or shlex.split(configured.get("parameter_overrides", ""))
    session = boto3.Session(
        profile_name=configured.get("profile"),
        region_name=configured.get("region") or os.environ.get("AWS_REGION") or None,
    )
    client: Any = cache(session.client)

    def abroad(service: str, region: str) -> Any:
        return session.client(service, region_name=region)  # type: ignore[call-overload]

    subject = Subject(client, pairs(overrides), None, ask_provider, abroad=abroad)
    _tell(checks.findings(subject), as_json)


def deployment(path: Path, env: str) -> Mapping[str, Any]:
    """How samconfig.toml deploys ``env``.

    Raises:
        InvalidRequest: when it does not know it.
    """
    known = tomllib.loads(path.read_text(encoding="utf-8"))
    part = known.get(env)
    found = part.get("deploy", {}).get("parameters") if isinstance(part, dict) else None
    if found is None:
        there = ", ".join(
            name for name, one in known.items() if isinstance(one, dict) and "deploy" in one
        )
        raise InvalidRequest(f"env: samconfig.toml has no {env}; there are: {there}.")
    return dict(found)


def _tell(findings: Iterable[Finding], as_json: bool) -> None:
    """Print what was found as it is found; the process fails if anything is wrong."""
    found = []
    for one in findings:
        found.append(one)
        if not as_json:
            said = f"not checked: {one.said}" if one.state == "not checked" else one.said
            typer.echo(f"{MARKS[one.state]:<5}  {one.check:<14}  {said}")
    if as_json:
        answer({"checks": [vars(one) for one in found]})
    if any(one.state == "wrong" for one in found):
        raise typer.Exit(FAILED)
