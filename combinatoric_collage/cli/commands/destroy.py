"""``make destroy STACK=...``: delete a stack, its buckets and all that they hold.

Buckets outlive a stack that is deleted by other means, so that nobody loses collages by a slip. The
stack goes first: where it cannot be deleted, nothing of what it made is lost. Credentials and
region are those of any AWS tool. Exit codes: 0 deleted, 1 not all of it could be, 2 there is no
such stack or nobody agreed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, NoReturn

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from combinatoric_collage.cli.stacks import gpu_release

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

NOT_DELETED, NOT_AGREED = 1, 2
GONE = "DELETE_COMPLETE"
BUCKET = "AWS::S3::Bucket"


class NotDeleted(Exception):
    """Something of the stack is still there; the message says what."""


def resources_of(stack: str) -> dict[str, list[str]]:
    """The ids of what the stack made and what is there, by type.

    Raises:
        botocore.exceptions.ClientError: when there is no such stack.
    """
    pages = boto3.client("cloudformation").get_paginator("list_stack_resources")
    found: dict[str, list[str]] = {}
    for page in pages.paginate(StackName=stack):
        for resource in page["StackResourceSummaries"]:
            there = resource.get("PhysicalResourceId")
            if there and resource["ResourceStatus"] != GONE:
                found.setdefault(resource["ResourceType"], []).append(there)
    return found


def buckets_of(stack: str) -> list[str]:
    """The names of the buckets that the stack made and that are there.

    Raises:
        botocore.exceptions.ClientError: when there is no such stack.
    """
    return resources_of(stack).get(BUCKET, [])


def count(s3: S3Client, bucket: str) -> int:
    """How many objects lie in a bucket, older versions not counted."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return sum(page["KeyCount"] for page in pages)


def empty(s3: S3Client, bucket: str) -> None:
    """Delete every version of every object, and the marks of those that were deleted before.

    Raises:
        NotDeleted: when S3 keeps one.
    """
    for page in _versions(s3, bucket):
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": page, "Quiet": True})
        for kept in answer.get("Errors", []):
            raise NotDeleted(f"s3://{bucket}/{kept.get('Key')} is kept: {kept.get('Message')}")


def _versions(s3: S3Client, bucket: str) -> Iterator[list[ObjectIdentifierTypeDef]]:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if found:
            yield [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]


def destroy(stack: str, resources: Mapping[str, list[str]]) -> None:
    """Delete the stack, then its buckets, which it leaves, with all that they hold.

    ``resources`` are the stack's, as `resources_of` gives them.

    Raises:
        NotDeleted: with what is left, when the stack or a bucket cannot be deleted, or a task of
            it runs: then nothing was.
    """
    s3, formation = boto3.client("s3"), boto3.client("cloudformation")
    if tasks := gpu_release.running_tasks(resources):
        raise NotDeleted(
            f"{tasks} GPU tasks of {stack} are running. Wait for their collages or end them with "
            f"`collage cancel ID --stack {stack}`; then try again. Nothing was deleted."
        )
    gpu_release.release(resources)
    # By its id a stack can be asked about when it is gone.
    found = formation.describe_stacks(StackName=stack)["Stacks"][0].get("StackId", stack)
    formation.delete_stack(StackName=found)
    try:
        formation.get_waiter("stack_delete_complete").wait(StackName=found)
    except WaiterError as error:
        raise NotDeleted(
            f"{stack} could not be deleted; its events say why. Its buckets and all that they hold "
            "are still there."
        ) from error
    buckets = resources.get(BUCKET, [])
    for number, bucket in enumerate(buckets):
        try:
            empty(s3, bucket)
            s3.delete_bucket(Bucket=bucket)
        except (BotoCoreError, ClientError, NotDeleted) as error:
            # No stack leads to them any more.
            left = ", ".join(f"s3://{name}" for name in buckets[number:])
            raise NotDeleted(f"{stack} is deleted, but not {left}: {error}") from error


def main(
    stack: Annotated[str, typer.Argument(help="the stack's name")],
    yes: Annotated[
        str | None, typer.Option(metavar="STACK", help="its name again, where nobody can be asked")
    ] = None,
) -> None:
    """Delete STACK, its buckets and all that they hold, after asking."""
    # boto3 alone among AWS's tools does not read it, and would look elsewhere.
    boto3.setup_default_session(region_name=os.environ.get("AWS_REGION") or None)
    try:
        resources = resources_of(stack)
        s3 = boto3.client("s3")
        for bucket in resources.get(BUCKET, []):
            typer.echo(f"s3://{bucket}  {count(s3, bucket):,} objects")
        if not _agreed(stack, yes):
            _stop(NOT_AGREED, "Nothing was deleted.")
        destroy(stack, resources)
    except ClientError as error:
        missing = error.response["Error"]["Code"] == "ValidationError"
        _stop(NOT_AGREED if missing else NOT_DELETED, error.response["Error"]["Message"])
    except (BotoCoreError, NotDeleted) as error:
        _stop(NOT_DELETED, str(error))
    typer.echo(f"{stack} is deleted.")


def _agreed(stack: str, yes: str | None) -> bool:
    if yes is None and sys.stdin.isatty():
        yes = typer.prompt(f"All of this and {stack} will be gone. Type its name", default="")
    return yes == stack


def _stop(code: int, message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)


if __name__ == "__main__":
    typer.run(main)
