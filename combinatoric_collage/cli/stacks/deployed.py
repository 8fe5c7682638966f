"""A stack in an AWS account, reached with the credentials and region that every AWS tool takes.

They come from the environment, profiles, single sign-on or the machine's role, as boto3 finds them.
A laptop cloud is reached the same way by those who set the variables that `collage up` prints.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from collage.errors import CollageError, PermanentError
from collage.store.store import addressing
from combinatoric_collage.cli.stacks.http_api import Identity
from combinatoric_collage.cli.stacks.stack import RunFailed, Stack
from combinatoric_collage.local.aws import ANSWER_SECONDS

POLL_SECONDS = 1.0
"""Between two looks at a run; each is a few requests, of which an account has only so many."""

NO_CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    TokenRetrievalError,
    SSOError,
    ProfileNotFound,
)
BAD_CREDENTIALS = {
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"}


class NoCredentials(PermanentError):
    """There are no AWS credentials, or not all of them."""


class BadCredentials(PermanentError):
    """AWS does not take the credentials that there are."""


class NoRegion(PermanentError):
    """Nothing says in which region the stack is."""


class AccessDenied(PermanentError):
    """The credentials may not do something; the message names the action."""


class NoSuchStack(PermanentError):
    """The account has no such stack in the region."""


class OtherStack(PermanentError):
    """The stack is none of this pack."""


def deployed(name: str) -> Stack:
    """The stack ``name`` of the account and region that the environment names.

    Raises:
        NoSuchStack, OtherStack: when it is not there, or not this pack's.
        botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError: when it cannot be asked.
    """
    session, client = _account()
    identity = Identity(session.region_name or "", session.get_credentials)
    stack = Stack(client, name, POLL_SECONDS, identity=identity)
    try:
        missing = stack.missing_outputs
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        raise NoSuchStack(
            f"There is no stack {name} in {session.region_name} with these credentials."
        ) from error
    if missing:
        raise OtherStack(f"The stack {name} is none of this pack: it has no output {missing[0]}.")
    return stack


def account_client(service: str) -> Any:
    """A client of the account and region that the environment names, for what is of no stack."""
    return _account()[1](service)


def _account() -> tuple[boto3.Session, Callable[[str], Any]]:
    """The account that the environment names, and what makes clients of it."""
    # boto3 alone among AWS's tools does not read AWS_REGION.
    session = boto3.Session(region_name=os.environ.get("AWS_REGION") or None)

    @cache
    def client(service: str) -> Any:
        # A function that answers late is not to be asked a second time.
        slow = service == "lambda"
        config = Config(
            connect_timeout=10,
            read_timeout=ANSWER_SECONDS if slow else 60,
            retries={"mode": "standard", "total_max_attempts": 1 if slow else 4},
            tcp_keepalive=True,
            max_pool_connections=32,
            **(addressing() if service == "s3" else {}),
        )
        return session.client(service, config=config)  # type: ignore[call-overload]

    return session, client


def named(error: BotoCoreError | ClientError) -> CollageError:
    """What AWS said or did not say, by a name and with what can be done about it."""
    if isinstance(error, ClientError):
        return _refused(error)
    if isinstance(error, NO_CREDENTIALS):
        return NoCredentials(f"AWS credentials are missing: {_sentence(str(error))}")
    if isinstance(error, NoRegionError):
        return NoRegion(
            "No AWS region is set: set AWS_REGION, or AWS_PROFILE to one with a region."
        )
    if isinstance(error, ConnectionError | HTTPClientError):
        return RunFailed("Unreachable", f"AWS cannot be reached: {_sentence(str(error))}")
    return RunFailed(type(error).__name__, _sentence(str(error)))


def _refused(error: ClientError) -> CollageError:
    code = error.response["Error"]["Code"]
    message = error.response["Error"].get("Message", "")
    if code in BAD_CREDENTIALS:
        return BadCredentials(f"AWS does not take these credentials: {_sentence(message)}")
    if code in DENIED:
        said = re.search(r"perform: (\S+)(?: on resource: (\S+))?", message)
        action = said[1] if said else error.operation_name
        on = f" on {said[2].rstrip('.')}" if said and said[2] else ""
        return AccessDenied(f"These credentials lack the permission {action}{on}.")
    return RunFailed(code, f"{error.operation_name}: {_sentence(message)}")


def _sentence(text: str) -> str:
    text = " ".join(text.split()) or "AWS gave no reason"
    return text if text.endswith((".", "!", "?")) else f"{text}."
