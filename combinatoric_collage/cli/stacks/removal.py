"""Collages of a stack deleted by its function, and brought back where versions are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from collage.deletion import Deleted, Survey
from collage.errors import InvalidRequest, NotInStore
from collage.steps.used_by_others import named_by
from combinatoric_collage.cli.stacks.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

FUNCTION = "DeleteFunction"
"""The stack's output that names the function."""

CALL_SECONDS = 60
"""How long one call is at it; the next goes on."""

PAGE = 1000
READERS = 16


def survey(stack: Stack, collage: str) -> Survey:
    """What the deletion of a collage would take away.

    Raises:
        NotInStore: when there is no such collage.
    """
    return Survey.model_validate(_invoke(stack, {"id": collage, "dry_run": True}))


def delete(stack: Stack, collage: str) -> Iterator[Deleted]:
    """Delete a collage; what each of the calls came to that this takes.

    Raises:
        NotInStore: when there is no such collage.
        StillRunning: when its run is under way.
    """
    while True:
        made = Deleted.model_validate(_invoke(stack, {"id": collage, "seconds": CALL_SECONDS}))
        yield made
        if made.done:
            return


def all_of(stack: Stack, owner: str) -> list[str]:
    """The ids of all collages of an owner, the newest first."""
    found: list[str] = []
    after: str | None = None
    while True:
        ids, after = stack.store.newest(PAGE, after, of=[owner])
        found += ids
        if after is None:
            return found


def undelete(stack: Stack, collage: str) -> int:
    """Bring a collage back that was deleted, with its tiles and uploads; how many files that was.

    What S3 wrote at each deletion, a marker, is removed again, with the caller's own credentials.
    Shares stay ended.

    Raises:
        NotInStore: when nothing of it is kept.
    """
    store = stack.store
    folder = f"collages/{collage}/"
    shares = f"{folder}shares/"
    count = _unmark(stack, store.collages, folder, lambda key: not key.startswith(shares))
    if not count:
        raise NotInStore(
            f"Nothing of collage {collage} is kept that could be brought back: it was not deleted, "
            "or the buckets keep no versions (Versioning), or not for so long (OldVersionDays)."
        )
    own = named_by(store, collage)
    with ThreadPoolExecutor(READERS) as pool:
        tiles = (f"tiles/{key}." for key in sorted(own.tiles))
        count += sum(pool.map(lambda prefix: _unmark(stack, store.collages, prefix), tiles))
        count += sum(pool.map(lambda key: _unmark(stack, store.uploads, key), own.uploads))
    # Last, so that what is in the list is whole.
    for lists in ("index/", "owned/"):
        count += _unmark(stack, store.collages, lists, lambda key: key.endswith(f"-{collage}"))
    return count


def _unmark(
    stack: Stack, bucket: str, prefix: str, wanted: Callable[[str], bool] = lambda key: True
) -> int:
    """Remove the markers of what lay below a prefix; how many files are there again."""
    s3 = stack.store.s3
    count = 0
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        some: list[ObjectIdentifierTypeDef] = [
            {"Key": one["Key"], "VersionId": one["VersionId"]}
            for one in page.get("DeleteMarkers", [])
            if one["IsLatest"] and wanted(one["Key"])
        ]
        if some:
            answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": some, "Quiet": True})
            count += len(some) - len(answer.get("Errors", []))
    return count


def _invoke(stack: Stack, event: dict[str, Any]) -> Any:
    if FUNCTION not in stack.outputs:
        raise InvalidRequest(f"id: the stack {stack.name} deletes nothing yet; deploy it anew.")
    return stack.invoke(stack.outputs[FUNCTION], event)
