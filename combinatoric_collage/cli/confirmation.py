"""What a request was understood as, and whether its price is agreed to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence

import typer

from collage import engines, recipes
from collage.errors import InvalidRequest
from collage.fields import prompts
from collage.request.request import Request
from collage.steps.estimate import Estimated

UNASKED = 100
"""Paid calls that are made without asking."""

FIRST = 6
"""Values of a list that are shown; of others the number is."""


def understood(asked: Request) -> Iterator[str]:
    """Every list that was given, a line each: its name, how many values, and the first of them."""
    own = recipes.RECIPES[asked.recipe].uses
    lists: dict[str, Sequence[object]] = {
        name: getattr(asked, name) or ()
        for name in ("subjects", "styles", "masks", "exclude", "rects", "models")
        if name in own & asked.model_fields_set
    }
    if asked.prompt is not None and "sample" in own:
        lists["prompts"] = prompts.asked(asked, asked.prompt)
    lists |= asked.axes
    for name, values in lists.items():
        if len(values) > 1 or name in asked.axes:
            more = f" | and {len(values) - FIRST:,} more" if len(values) > FIRST else ""
            shown = " | ".join(map(str, values[:FIRST]))
            yield f"{name} ({len(values):,}): {shown}{more}"


def may_be_paid(asked: Request) -> bool:
    """Whether an engine of it, or its upscaler, asks a provider for money."""
    return bool(engines.asked(asked.engines, asked.upscaler))


def agree(found: Estimated, question: Callable[[str], bool] | None) -> None:
    """Ask before many paid calls.

    Args:
        found: What they are.
        question: Asks a person; None where there is nobody to ask.

    Raises:
        InvalidRequest: when there is nobody.
        typer.Abort: when the answer is no.
    """
    if found["minutes"] is None or found["paid"] <= UNASKED:
        return
    many = f"{found['paid']:,} paid calls, about ${found['usd']:,.2f}"
    if question is None:
        raise InvalidRequest(
            f"calls: these are {many}; with --yes more than {UNASKED} are made unasked."
        )
    if not question(f"These are {many}. Go on?"):
        raise typer.Abort


def in_person(question: str) -> bool:
    """Ask whoever sits at the terminal."""
    return typer.confirm(question, err=True)


def somebody() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty() and sys.stderr.isatty()
