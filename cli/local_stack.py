"""The pack's own stack on the laptop cloud."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cli.stack import Stack
from collage import engines
from collage.request import Request
from local import Cloud

TEMPLATE = Path(__file__).resolve().parents[1] / "template.yaml"
NAME = "collage"
SECRET = "collage-openai"  # noqa: S105 - a name
WAITING_WORKERS = 16
"""Functions at once when they wait for a provider, which takes no processor."""


@contextmanager
def running(
    parameters: Mapping[str, str],
    asked: Request | None = None,
    log: Callable[[str], None] | None = None,
) -> Iterator[tuple[Cloud, Stack]]:
    """Start the laptop cloud with template.yaml deployed; stop it at the end.

    ``parameters`` are the template's. The key in OPENAI_API_KEY, if there is one, goes where the
    stack looks for it; a single run for an engine that has no use for it gets none, so that it
    lists no styles at a cost. ``log`` is told what the cloud has to say.

    Raises:
        CloudError: when it cannot start, with the reason.
    """
    key = os.environ.get("OPENAI_API_KEY", "")
    paid = asked is None or asked.theme or engines.ENGINES[asked.engine].price is not None
    given = dict(parameters)
    if key and paid:
        given.setdefault("OpenAiSecret", SECRET)
        for variable, name in (
            ("OPENAI_BASE_URL", "OpenAiBaseUrl"),
            ("OPENAI_ORG_ID", "OpenAiOrganization"),
        ):
            if value := os.environ.get(variable):
                given.setdefault(name, value)
    workers = WAITING_WORKERS if key and paid else None
    with Cloud(TEMPLATE, given, NAME, workers=workers, log=log) as cloud:
        if given.get("OpenAiSecret") == SECRET:
            cloud.client("secretsmanager").create_secret(Name=SECRET, SecretString=key)
        yield cloud, Stack(cloud.client, NAME)
