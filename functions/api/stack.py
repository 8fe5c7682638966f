"""What the routes work with, made when a request first needs it."""

import json
import os
from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3

from collage.runs import Runs
from collage.settings import settings
from collage.store import Store, connect


def store() -> Store:
    """The stack's buckets."""
    return connect(settings())


@cache
def runs() -> Runs:
    """The workflow's runs."""
    return Runs(boto3.client("stepfunctions"), os.environ["STATE_MACHINE_ARN"])


def assemble(collage: str, layout: Mapping[str, Any]) -> None:
    """Have a collage laid out again; that may take longer than a request."""
    payload = json.dumps({"id": collage, "layout": dict(layout)})
    boto3.client("lambda").invoke(
        FunctionName=os.environ["ASSEMBLE_FUNCTION"],
        InvocationType="Event",
        Payload=payload.encode(),
    )
