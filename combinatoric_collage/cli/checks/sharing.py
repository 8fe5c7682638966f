"""Checks of what a stack needs to share: its key, its parameters, where its access is logged."""

from __future__ import annotations

from botocore.exceptions import ClientError

from collage.errors import CollageError
from combinatoric_collage.cli.checks.finding import Wrong
from combinatoric_collage.cli.checks.subject import Subject
from combinatoric_collage.cli.stacks.sharing import known_key

NOT_USED = "not used: Sharing is off"
KEYS = ("SharingPublicKeyA", "SharingPublicKeyB")
"""Parameters that make public keys known to CloudFront."""


def key(subject: Subject) -> str:
    """Whether the key in the secret is one that CloudFront knows; it is not read."""
    if not subject.sharing:
        return NOT_USED
    name = subject.parameter("SharingSecret")
    try:
        public = known_key(subject.client("secretsmanager"), name)
    except CollageError as error:
        raise Wrong(str(error)) from error
    if public is None:
        raise Wrong(
            f"there is no secret {name} in {subject.region}: make it, and the key in it, by "
            f"collage sharing-key {name}"
        )
    known = [parameter for parameter in KEYS if subject.parameter(parameter) == public]
    if not known:
        free = next((each for each in KEYS if not subject.parameter(each)), KEYS[0])
        raise Wrong(
            f"the newest key of {name} is not known to CloudFront, and the one before it signs, "
            f"if any: deploy the stack with {free}={public}"
        )
    return f"{name} holds the key of {known[0]}"


def logs(subject: Subject) -> str:
    """Whether CloudFront can write to the bucket that access is logged to; it does by ACL."""
    bucket = subject.parameter("AccessLogsBucket")
    if not subject.sharing:
        return NOT_USED
    if not bucket:
        return "not used: AccessLogsBucket is empty"
    try:
        found = subject.client("s3").get_bucket_ownership_controls(Bucket=bucket)
        rules = {rule["ObjectOwnership"] for rule in found["OwnershipControls"]["Rules"]}
    except ClientError as error:
        if error.response["Error"]["Code"] != "OwnershipControlsNotFoundError":
            raise
        rules = set()
    if "BucketOwnerEnforced" in rules:
        raise Wrong(
            f"the bucket {bucket} takes no ACL, by which CloudFront writes its logs: give it the "
            "object ownership BucketOwnerPreferred"
        )
    return f"CloudFront can write to {bucket}"
