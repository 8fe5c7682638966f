"""What a step says of itself in the log: from its begin to its end, with what it is about.

Every line has the collage's id and, where there are any, the keys of the tiles, so that a run can
be followed through all functions, and a tile through all tries of it. What a picture shows and
what it was asked for in words is not for the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Any

from collage.errors import CollageError
from collage.owners import audit

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

    from collage.owners.owner import Owner
    from collage.steps.start_collage import Started


@contextmanager
def told(logger: Logger, collage: str, tiles: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """Tell the log of a step of ``collage``, by id, that is about ``tiles``, by key.

    What is put into the dictionary stands in the last line, beside the step's seconds; an error's
    name and reason do if one ends the step.
    """
    logger.append_keys(collage_id=collage)
    if tiles:
        logger.append_keys(tile_keys=list(tiles))
    logger.info("begun")
    began = perf_counter()
    facts: dict[str, Any] = {}

    def so_far() -> dict[str, Any]:
        return {"seconds": round(perf_counter() - began, 3), **facts}

    try:
        yield facts
    except CollageError as error:
        known = {"error": error.name, "reason": str(error)}
        logger.warning("ended by an error", extra=so_far() | known)
        raise
    except Exception as error:
        logger.exception("failed", extra=so_far() | {"error": type(error).__name__})
        raise
    logger.info("done", extra=so_far())


def audited(logger: Logger, by: Owner, start: Callable[..., Started]) -> Callable[..., Started]:
    """A start that tells the log who asked, and what came of it."""

    def begin(*request: Any, **how: Any) -> Started:
        try:
            run = start(*request, **how)
        except CollageError as error:
            audit.said(logger, by.who, "start", None, error.name)
            raise
        audit.said(logger, by.who, "start", run["id"], audit.DONE)
        return started(logger, run)

    return begin


def started(logger: Logger, run: Started) -> Started:
    """Tell the log of a run that was started, or found to be under way; the same run."""
    known = {"collage_id": run["id"], "run": run["run"], "new": run["new"]}
    logger.info("started", extra=known)
    return run
