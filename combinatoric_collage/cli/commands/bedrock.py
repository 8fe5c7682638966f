"""The command `bedrock access`: an account agrees to what its models are sold by, once."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError

from collage.engines.bedrock import models as table
from collage.errors import InvalidRequest, PermanentError
from combinatoric_collage.cli import confirmation
from combinatoric_collage.cli.common_options import command
from combinatoric_collage.cli.exit_codes import AsJson, answer, say
from combinatoric_collage.cli.stacks.stack import RunFailed

MODELS = (table.CORE, table.SD35_LARGE, table.INPAINT)
"""What the engine asks unless a request says more. AWS sells the thirteen image services as one:
who has agreed to inpainting has agreed to all."""

POLL_SECONDS = 10.0
WAIT_SECONDS = 16 * 60.0
"""AWS says that it takes up to fifteen minutes."""
RIGHTS = "aws-marketplace:Subscribe and aws-marketplace:ViewSubscriptions"

bedrock = typer.Typer(help="Use Amazon Bedrock from an AWS account.", no_args_is_help=True)


class NotAgreed(PermanentError):
    """The account cannot agree to an offer, or these credentials may not for it."""


@dataclass(frozen=True)
class Offer:
    """What an account agrees to for a model."""

    model: str
    token: str
    prices: Sequence[str]
    terms: str
    """The address of the legal terms."""
    refunds: str


@bedrock.callback()
def _group() -> None:
    """Commands about an AWS account, with the credentials that every AWS tool takes."""


@bedrock.command()
@command
def access(
    model: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="for this model alone; repeat it for several"),
    ] = None,
    region: Annotated[str, typer.Option(help="where the models are asked")] = "us-west-2",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="agree without being asked")] = False,
    as_json: AsJson = False,
) -> None:
    """Agree to the terms of the models that the engine bedrock asks, for the whole account.

    It is said first to what; it costs nothing by itself. Nothing else ever agrees to anything.
    """
    session = boto3.Session()
    control = session.client("bedrock", region_name=region)
    account = _account(session.client("sts", region_name=region))
    models = list(dict.fromkeys(map(plain, model or MODELS)))
    states = {name: state(control, name) for name in models}
    offers = [offer(control, name) for name, found in states.items() if found == "NOT_AVAILABLE"]
    if offers:
        for line in shown(account, offers):
            say(line)
        _ask(len(offers), yes, as_json)
        for one in offers:
            agree(control, one)
    for name in models:
        wait(control, name)
        say(f"{name}: the account may use it")
    if as_json:
        made = [one.model for one in offers]
        answer({"account": account, "available": models, "agreed": made})


def _account(sts: Any) -> str | None:
    """Its number; None where nobody says, as in a Region that has no way to STS."""
    try:
        return str(sts.get_caller_identity()["Account"])
    except (BotoCoreError, ClientError):
        return None


def plain(model: str) -> str:
    """The model behind the id of a profile."""
    return model.removeprefix("us.").removeprefix("global.")


def state(control: Any, model: str) -> str:
    """Whether the account has agreed to a model's offer, in AWS's word.

    Raises:
        NotAgreed: where there is no such model, or not in the Region, or AWS says why it may not
            be used.
    """
    try:
        found = control.get_foundation_model_availability(modelId=model)
    except ClientError as error:
        if error.response["Error"]["Code"] not in (
            "ValidationException",
            "ResourceNotFoundException",
        ):
            raise
        raise NotAgreed(f"{model}: AWS knows no model of this id; see --model.") from error
    if found["regionAvailability"] != "AVAILABLE":
        raise NotAgreed(f"{model} is not there in {control.meta.region_name}; see --region.")
    agreement = found["agreementAvailability"]
    if agreement["status"] == "ERROR":
        raise NotAgreed(f"{model}: {agreement.get('errorMessage', 'AWS says no reason')}")
    return str(agreement["status"])


def offer(control: Any, model: str) -> Offer:
    """The public offer of a model.

    Raises:
        NotAgreed: where there is none.
    """
    found = control.list_foundation_model_agreement_offers(modelId=model, offerType="PUBLIC")
    if not found["offers"]:
        raise NotAgreed(f"{model}: AWS has no public offer of it; ask whoever runs the account.")
    first = found["offers"][0]
    terms = first["termDetails"]
    card = terms.get("usageBasedPricingTerm", {}).get("rateCard", [])
    return Offer(
        model,
        first["offerToken"],
        [_price(row) for row in card],
        terms.get("legalTerm", {}).get("url", ""),
        terms.get("supportTerm", {}).get("refundPolicyDescription", ""),
    )


def _price(row: Mapping[str, str]) -> str:
    said = row.get("description") or row.get("dimension", "")
    return f"{said}: ${row.get('price', '?')} per {row.get('unit') or 'unit'}"


def shown(account: str | None, offers: Sequence[Offer]) -> Iterator[str]:
    """What is agreed to, line by line."""
    whose = f"The AWS account {account}" if account else "The AWS account of these credentials"
    yield f"{whose} would subscribe in AWS Marketplace to:"
    for one in offers:
        yield f"  {one.model}"
        yield from (f"    {price}" for price in one.prices)
        yield f"    terms: {one.terms or 'AWS names none'}"
        if one.refunds:
            yield f"    refunds: {one.refunds}"
    yield "Subscribing costs nothing, calls do. All image services come with any one of them."


def _ask(many: int, yes: bool, as_json: bool) -> None:
    if yes:
        return
    if as_json or not confirmation.somebody():
        raise InvalidRequest(f"yes: with --yes the {many} offers above are agreed to unasked.")
    if not confirmation.in_person("Agree to these terms for the whole account?"):
        raise typer.Abort


def agree(control: Any, one: Offer) -> None:
    """Agree to an offer; that somebody else has meanwhile is as good.

    Raises:
        NotAgreed: when the account cannot, or these credentials may not.
    """
    try:
        control.create_foundation_model_agreement(modelId=one.model, offerToken=one.token)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "ConflictException":
            return
        if code != "AccessDeniedException":
            raise
        raise NotAgreed(f"{one.model}: {refused(str(error))}") from error


def refused(message: str) -> str:
    """What mends an agreement that AWS does not take."""
    if "INVALID_PAYMENT_INSTRUMENT" in message:
        return (
            "the account has nothing to pay AWS Marketplace with: set a default payment method in "
            "the Billing console, wait for two minutes, and try again"
        )
    if "service control policy" in message:
        return f"a policy of the organisation forbids it: {message}"
    return f"these credentials need {RIGHTS} besides bedrock:CreateFoundationModelAgreement"


def wait(control: Any, model: str) -> None:
    """Wait until a model may be used.

    Raises:
        RunFailed: when that takes longer than AWS says.
    """
    end = time.monotonic() + WAIT_SECONDS
    told = False
    while (found := state(control, model)) != "AVAILABLE":
        if time.monotonic() > end:
            raise RunFailed(
                "StillPending", f"{model} is {found} after {WAIT_SECONDS / 60:.0f} min."
            )
        if not told:
            say(f"{model}: AWS is at it, which may take a quarter of an hour")
            told = True
        time.sleep(POLL_SECONDS)
