"""What happens in a stack, told as it comes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from time import sleep

from collage.errors import NotInStore
from collage.progress import Progress
from combinatoric_collage.cli.stacks.stack import WITHOUT_COLLAGE, Stack


def news(stack: Stack) -> Iterator[str]:
    """A line for every collage that starts or ends and every upload that is refused."""
    known: dict[str, str] = {}
    looked_at = _folders(stack)
    while True:
        for collage, run in stack.runs.recent().items():
            # An execution that was started by other means is no collage.
            with suppress(NotInStore):
                if known.get(run.name) != run.status:
                    known[run.name] = run.status
                    yield f"collage {run.name}: {_state(stack, stack.look(collage))}"
        for folder in _folders(stack) - looked_at:
            looked_at.add(folder)
            failure = stack.failure(folder)
            if failure is not None and failure.source is not None:
                yield f"{failure.source} is refused: {failure.message}"
        sleep(stack.poll_seconds)


def _folders(stack: Stack) -> set[str]:
    """The ids of collages, and those that stand for uploads that were refused."""
    pages = stack.client("s3").get_paginator("list_objects_v2")
    found = pages.paginate(Bucket=stack.store.collages, Prefix="collages/", Delimiter="/")
    return {
        item["Prefix"].split("/")[1] for page in found for item in page.get("CommonPrefixes", [])
    }


def _state(stack: Stack, seen: Progress) -> str:
    if seen.state == "running":
        return "started"
    if seen.state in WITHOUT_COLLAGE:
        return f"{seen.error}: {seen.message}"
    files = stack.store.summary(seen.id).files
    name = files.collage or files.preview
    return f"s3://{stack.store.collages}/collages/{seen.id}/{name}"
