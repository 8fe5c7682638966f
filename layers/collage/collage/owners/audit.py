"""The audit log: a line for everything that somebody changed, among the other lines of a function.

It says who did what to which collage and what came of it, and never what a picture shows or was
asked for in words, nor anything that would let its reader in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from collage.owners.actions import Action

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

DONE = "done"
"""The outcome of what was done; of what was not it is the error's name."""


def said(
    logger: Logger, who: str, did: Action, collage: str | None, outcome: str, request: str = ""
) -> None:
    """Write the line ``audit``.

    ``request`` is the id that API Gateway gave to the call, which its access log has too; none
    where somebody invoked a function.
    """
    known = {"who": who, "did": did, "collage_id": collage, "outcome": outcome}
    logger.info("audit", extra=known | ({"request_id": request} if request else {}))
