"""The pack's own stack on the laptop cloud."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.stack import Stack
from local import Cloud

TEMPLATE = Path(__file__).resolve().parents[1] / "template.yaml"


@contextmanager
def running(log: Callable[[str], None] | None = None) -> Iterator[tuple[Cloud, Stack]]:
    """Start the laptop cloud with template.yaml deployed; stop it at the end.

    ``log`` is told what the cloud has to say, such as resources that it cannot make.

    Raises:
        CloudError: when it cannot start, with the reason.
    """
    with Cloud(TEMPLATE, log=log) as cloud:
        yield cloud, Stack(cloud.client, cloud.outputs)
