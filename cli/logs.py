"""The command that shows what was logged of a collage."""

from __future__ import annotations

import re
from datetime import datetime

import typer

from cli.ends import AsJson, answer, failures, say
from cli.log_lines import Line, of_laptop, of_stack
from cli.making import Id
from cli.where import StackName, State, Where
from collage.errors import NotInStore


def logs(
    collage: Id, stack: StackName = None, state: State = None, as_json: AsJson = False
) -> None:
    """Print what functions and tasks have logged of a collage, in order."""
    with failures(as_json=as_json):
        found = _lines(Where(stack, state), collage)
    if as_json:
        lines = [{"time": line.time, "from": line.source, **line.parts} for line in found]
        answer({"id": collage, "lines": lines})
        return
    for line in found:
        typer.echo(str(line))
    if not found:
        say("Nothing is logged of it, or no more: logs are kept for a while only.")


def _lines(where: Where, collage: str) -> list[Line]:
    if not re.fullmatch("[0-9a-f]{20}", collage):
        raise NotInStore(f"There is no collage {collage} here.")
    if where.stack is None:
        # Whether the cloud runs or not: the lines lie in its state directory.
        return list(of_laptop(where.state, collage))
    with where.reached() as reached:
        begun = datetime.fromisoformat(reached.look(collage).created)
        return of_stack(reached, collage, begun)
