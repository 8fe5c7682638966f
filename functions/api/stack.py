"""What the routes work with, made when a request first needs it."""

import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from collage.export.asked import Export
from collage.services import aws_client
from collage.settings import settings
from collage.store.store import Store, connect
from collage.watch.runs import Runs, of_stack
from repeats import Repeats


def store() -> Store:
    """The stack's buckets."""
    return connect(settings())


@cache
def runs() -> Runs:
    """The workflow's runs."""
    return of_stack(_client("stepfunctions"), settings())


@cache
def repeats() -> Repeats:
    """The idempotency keys of all callers."""
    return Repeats(_client("dynamodb"), settings().limits_table)


def assemble(collage: str, layout: Mapping[str, Any]) -> None:
    """Have a collage laid out again; that may take longer than a request."""
    _tell(os.environ["ASSEMBLE_FUNCTION"], {"id": collage, "layout": dict(layout)})


def export(collage: str, name: str, asked: Export, tiles: Sequence[int]) -> None:
    """Have a file made to take away; that may take longer than a request."""
    how = asked.model_dump(mode="json", exclude_none=True)
    event = {"id": collage, "name": name, "export": how, "tiles": list(tiles)}
    _tell(os.environ["EXPORT_FUNCTION"], event)


def shares() -> bool:
    """Whether this stack shares anything."""
    return bool(os.environ.get("SHARE_FUNCTION"))


def share_keys() -> list[str]:
    """The ids of the public keys that addresses are good by."""
    return os.environ.get("SHARE_KEYS", "").split(",")


def share(collage: str, name: str) -> None:
    """Have a share brought to what its record says; that may take longer than a request."""
    _tell(os.environ["SHARE_FUNCTION"], {"id": collage, "share": name})


def delete(collage: str, by: str) -> None:
    """Have a collage deleted; that may take longer than a request."""
    _tell(os.environ["DELETE_FUNCTION"], {"id": collage, "by": by})


def _tell(function: str, event: Mapping[str, Any]) -> None:
    """Have a function run with an event, which holds a quarter of a megabyte at most."""
    payload = json.dumps(event, separators=(",", ":")).encode()
    _client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=payload)


def _client(service: str) -> Any:
    """A client that gives up in good time: a request is to be answered within 29 seconds."""
    retries = {"mode": "standard", "total_max_attempts": 3}
    return aws_client(service, connect_timeout=3, read_timeout=5, retries=retries)
