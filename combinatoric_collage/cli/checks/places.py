"""Checks of the stack's buckets."""

from __future__ import annotations

import os
import ssl
import urllib.error
import urllib.request
from typing import Any

from combinatoric_collage.cli.checks.finding import NotChecked, Wrong
from combinatoric_collage.cli.checks.subject import Subject

PROBE = "collages/doctor/nothing"
"""A key that no collage has."""


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """A signature is good for one address: to follow is to be refused there."""


def buckets(subject: Subject) -> str:
    """Whether both buckets are there, and a link leads to the collages at the region's address."""
    store, s3 = subject.deployed.store, subject.client("s3")
    for bucket in (store.uploads, store.collages):
        place = s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] or "us-east-1"
        if place != subject.region:
            raise Wrong(
                f"the bucket {bucket} is in {place}, the stack in {subject.region}: its links lead "
                "nowhere; make the stack anew"
            )
    link = store.link(PROBE)
    host = urllib.request.Request(link).host  # noqa: S310 - of S3, as boto3 made it
    # Whose certificates to trust is said to all of AWS's tools by this variable.
    trusted = ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE") or None)
    opener = urllib.request.build_opener(_Stay, urllib.request.HTTPSHandler(context=trusted))
    try:
        opener.open(link, timeout=10).close()
    except urllib.error.HTTPError as answer:
        if answer.code in (301, 307):
            raise Wrong(
                f"{host} leads elsewhere: links and forms work once S3's names have spread, within "
                "a day of a bucket's making"
            ) from None
        if answer.code == 403:
            raise NotChecked(f"{host} answers, but these credentials may not list it") from None
        if answer.code != 404:
            raise Wrong(f"{host} answers a link with {answer.code}: try again") from None
    except OSError as error:
        raise Wrong(f"{host} cannot be reached from here: {error}; is a proxy needed?") from error
    return f"links lead to {host}"
